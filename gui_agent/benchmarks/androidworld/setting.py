"""What the set-up of every AndroidWorld task has: the benchmark's date, and a random generator of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Final

from device_farm.device import Device
from device_farm.types.task import Task
from gui_agent.benchmarks.basics.phone.common import run

START: Final = datetime(2023, 10, 15, 15, 34, tzinfo=UTC)
"""Device time at the start of every task (AndroidWorld's `device_constants.DT`)."""


def generator_of(task: Task) -> Random:
    """What a set-up draws from: the same for the same task, parameters included."""
    return Random(f"{task.template} {task.seed} {json.dumps(dict(task.params), sort_keys=True)}")


async def set_clock(device: Device) -> None:
    """Sets the clock to `START` in UTC, 24-hour display, and keeps the network from setting it.

    Raises:
        GuestError: a command failed.
    """
    await run(device, "settings put global auto_time 0")
    await run(device, "settings put global auto_time_zone 0")
    await run(device, "settings put system time_12_24 24")
    await run(device, "service call alarm 3 s16 UTC")
    await run(device, f"date {START:%m%d%H%M%y.%S}")
