"""Many simulated phones in one process, each driven through its own adb and console ports.

Prints one JSON line: `devices`; `memory_mib_first` (growth of the process's resident memory for the first phone,
libraries included) and `memory_mib_per_device` (each further one, booted, looked at and acted on); `cold_start` and
`reset` (`p50_ms`, `p99_ms`; cold start is from nothing to the first screenshot received); `steps_per_s`:
act-and-observe with screenshot and UI tree on all phones at once, summed. Then the machine.

    python scripts/bench_density.py [--devices 200] [--steps 5] [--seed 0]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench_common import machine, percentiles_ms

from device_farm.android.device import AndroidDevice
from device_farm.backends.config import SimulatorConfig
from device_farm.backends.simulator import SimulatorBackend
from device_farm.types.action import Action, OpenApp, Swipe, SystemButton
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest

CYCLE: tuple[Action, ...] = (
    OpenApp(name="Settings"),
    Swipe(start=Point(540, 1700), end=Point(540, 900)),
    Swipe(start=Point(540, 900), end=Point(540, 1700)),
    SystemButton(button="home"),
)
AT_ONCE = 16
"""Phones that act at the same time; more would only queue for the cores."""


def resident_mib() -> float:
    """Resident memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def cold_start(backend: SimulatorBackend, number: int) -> tuple[AndroidDevice, float]:
    """A new phone, and the seconds until its first screenshot was here."""
    started = time.perf_counter()
    device = await backend.create(f"phone-{number}")
    await device.start()
    seen = await device.observe(ObserveRequest(ui_tree=False))
    if seen.screenshot is None or not seen.screenshot.data:
        raise RuntimeError("no screenshot came")
    return device, time.perf_counter() - started


async def steps(device: AndroidDevice, count: int, places: asyncio.Semaphore) -> None:
    for number in range(count):
        async with places:
            seen = await device.act_and_observe(CYCLE[number % len(CYCLE)])
        if seen.screenshot is None or seen.ui_tree is None:
            raise RuntimeError("an observation lacks its screenshot or tree")


async def reset_time(device: AndroidDevice) -> float:
    started = time.perf_counter()
    await device.reset()
    return time.perf_counter() - started


async def measure(count: int, steps_each: int, seed: int) -> dict[str, Any]:
    backend = SimulatorBackend(SimulatorConfig(devices=count, seed=seed))
    backend.preflight()
    devices: list[AndroidDevice] = []
    cold: list[float] = []
    empty = resident_mib()
    places = asyncio.Semaphore(AT_ONCE)
    try:
        device, _ = await cold_start(backend, 0)
        devices.append(device)
        await steps(device, len(CYCLE), places)
        first = resident_mib()
        for number in range(1, count):
            device, seconds = await cold_start(backend, number)
            devices.append(device)
            cold.append(seconds)
        started = time.perf_counter()
        await asyncio.gather(*(steps(device, steps_each, places) for device in devices))
        elapsed = time.perf_counter() - started
        last = resident_mib()
        resets = [await reset_time(device) for device in devices]
    finally:
        for device in devices:
            await device.close()
        await backend.close()
    return {
        "benchmark": "density",
        "devices": count,
        "memory_mib_first": round(first - empty, 2),
        "memory_mib_per_device": round((last - first) / max(1, count - 1), 3),
        "cold_start": percentiles_ms(cold or [0.0]),
        "reset": percentiles_ms(resets),
        "steps_per_s": round(count * steps_each / elapsed, 1),
        "steps_each": steps_each,
        "seed": seed,
        "machine": machine(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--steps", type=int, default=5, help="steps on each phone")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.devices < 2 or arguments.steps < 1:
        parser.error("at least 2 --devices and 1 of --steps")
    print(json.dumps(asyncio.run(measure(arguments.devices, arguments.steps, arguments.seed))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
