"""The state that every AndroidWorld task begins in: the benchmark's date, and the home screen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from device_farm.device import Device
from gui_agent.benchmarks.basics.phone.common import run

START: Final = datetime(2023, 10, 15, 15, 34, tzinfo=UTC)
"""Device time at the start of every task (AndroidWorld's `device_constants.DT`)."""


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
