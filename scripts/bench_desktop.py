"""A desktop of the `xvfb` backend: boot, screenshot, UI tree, act-and-observe, reset.

Each measure goes through the device in this process. The baselines run on the same desktop in the same run: `xwd` is
a screenshot by a process of its own inside the desktop (null where xwd is not installed there), `tree_walk` asks
object by object, one question after the other, as a plain AT-SPI client does. It is no like-for-like figure:
it reads no texts, cuts the sheet at 200 cells, and counts hidden objects; compare `ms` and `nodes` together.

Prints one JSON line: `boot_ms` and `reset_ms` are median times to the first screenshot over `boots`; the rest have
`p50_ms`, `p99_ms`, `count`; `tree_calc` is with an editor and a spreadsheet open, which has `nodes` nodes.
Then the machine.

    python scripts/bench_desktop.py [--count 50] [--boots 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench_common import machine, percentiles_ms

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.accessibility import REGISTRY
from device_farm.desktop.accessibility_names import SHOWING, state_numbers
from device_farm.desktop.accessibility_questions import ACCESSIBLE, COMPONENT, PROPERTIES, ROOT_PATH
from device_farm.desktop.bus import GuestBus
from device_farm.desktop.device import DesktopDevice
from device_farm.errors import GuestError
from device_farm.types.action import MoveTo, OpenApp, PressKey, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest

PIXELS = ObserveRequest(ui_tree=False)
TREE = ObserveRequest(screenshot=False)
WIDTH_LIMIT = 200


def summary(times_s: list[float]) -> dict[str, float | int]:
    return {**percentiles_ms(times_s), "count": len(times_s)}


async def timed(work: Callable[[int], Awaitable[object]], count: int) -> dict[str, float | int]:
    """`work` gets the number of the repetition, from 0; one more goes before, unmeasured."""
    times_s = []
    for number in range(-1, count):
        started = time.perf_counter()
        await work(number)
        if number >= 0:
            times_s.append(time.perf_counter() - started)
    return summary(times_s)


async def changed_screenshot(device: DesktopDevice, number: int) -> None:
    """The pointer moves, so that no screenshot is the one before."""
    await device.act(MoveTo(at=Point(400 + number % 100, 300)))
    await device.observe(PIXELS)


async def walk(bus: GuestBus, name: str, path: str) -> int:
    """The number of objects below and with `path`, asked for one by one."""
    try:
        [words] = await bus.ask(name, path, ACCESSIBLE, "GetState")
        if path != ROOT_PATH and SHOWING not in state_numbers(words):
            return 1
        await bus.ask(name, path, PROPERTIES, "Get", "ss", [ACCESSIBLE, "Name"])
        await bus.ask(name, path, ACCESSIBLE, "GetRoleName")
        [count] = await bus.ask(name, path, PROPERTIES, "Get", "ss", [ACCESSIBLE, "ChildCount"])
        if path != ROOT_PATH:
            await bus.ask(name, path, COMPONENT, "GetExtents", "u", [0])
        found = 1
        for index in range(min(count.value, WIDTH_LIMIT)):
            [(_, child)] = await bus.ask(name, path, ACCESSIBLE, "GetChildAtIndex", "i", [index])
            found += await walk(bus, name, child)
        return found
    except GuestError:
        return 1


async def plain_tree(device: DesktopDevice) -> int:
    bus = device.accessibility_bus()
    [programs] = await bus.ask(REGISTRY, ROOT_PATH, ACCESSIBLE, "GetChildren")
    return sum([await walk(bus, name, ROOT_PATH) for name, _ in programs])


async def xwd(device: DesktopDevice, count: int) -> dict[str, float | int] | None:
    if (await device.shell("command -v xwd")).exit_code != 0:
        return None
    return await timed(lambda number: device.shell("xwd -root -silent -out /tmp/shot.xwd"), count)


async def measure(count: int, boots: int) -> dict[str, Any]:
    backend = XvfbBackend(XvfbConfig())
    backend.preflight()
    device = await backend.create("bench")
    boot_ms, reset_ms = [], []
    try:
        for _ in range(boots):
            await device.close()
            started = time.perf_counter()
            await device.start()
            await device.observe(PIXELS)
            boot_ms.append(round((time.perf_counter() - started) * 1000))
        for _ in range(boots):
            started = time.perf_counter()
            await device.reset()
            await device.observe(PIXELS)
            reset_ms.append(round((time.perf_counter() - started) * 1000))
        result: dict[str, Any] = {
            "boot_ms": statistics.median(boot_ms),
            "reset_ms": statistics.median(reset_ms),
            "boots": boots,
            "screenshot_unchanged": await timed(lambda number: device.observe(PIXELS), count),
            "move_and_screenshot": await timed(lambda number: changed_screenshot(device, number), count),
            "xwd": await xwd(device, min(count, 10)),
            "tree_bare": await timed(lambda number: device.observe(TREE), count),
        }
        await device.act(OpenApp(name="text editor"))
        step = lambda number: device.act_and_observe(TypeText(text="x") if number % 2 else PressKey(key="backspace"))  # noqa: E731
        result["act_and_observe"] = await timed(step, count)
        await device.act(OpenApp(name="LibreOffice Calc"))
        result["tree_calc"] = await timed(lambda number: device.observe(TREE), min(count, 10))
        seen = await device.observe(TREE)
        assert seen.ui_tree is not None
        result["tree_calc"]["nodes"] = sum(1 for _ in seen.ui_tree.walk())
        started = time.perf_counter()
        visited = await plain_tree(device)
        result["tree_walk"] = {"ms": round((time.perf_counter() - started) * 1000), "nodes": visited}
    finally:
        await device.close()
        await backend.close()
    return {"benchmark": "desktop", "screen": "1280x800", "image": device.info.image, **result, "machine": machine()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50, help="repetitions of each measure")
    parser.add_argument("--boots", type=int, default=3, help="boots, and resets")
    arguments = parser.parse_args()
    if arguments.count < 1 or arguments.boots < 1:
        parser.error("--count and --boots must be at least 1")
    print(json.dumps(asyncio.run(measure(arguments.count, arguments.boots))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
