"""One step on a desktop with a full sheet in Calc: an action, a screenshot and the accessibility tree, at 1920×1080.

Each step is a click on another cell; then all three are asked for. Prints one JSON line with `p50_ms`, `p99_ms` and
`count` a way:
- `farm`: `act_and_observe` through the device in this process, which waits for the screen to rest as well;
- `farm_paused`: the same, a second after the step before, as far apart as a fast model's steps are;
- `guest_api`: OSWorld's own requests over HTTP (`/execute` with pyautogui source, `/screenshot`, `/accessibility`);
- `osworld_way`: a stand-in of OSWorld's guest server on the same desktop (osworld_way.py: a pyautogui process an
  action, pyatspi object by object), null without `--pyautogui`, and its parts;
`first_look_ms` is the first tree of the sheet, which asks for every cell; `nodes` are of the tree, `cells` of those;
`times` is how many times longer `osworld_way` takes than `farm`. Then the machine.

    pip install --target pyautogui-folder pyautogui && rm -r pyautogui-folder/Xlib
    apt-get install python3-pyatspi python3-xlib python3-pil python3-tk
    python scripts/bench_osworld_step.py [--steps 60] [--baseline-steps 4] [--pyautogui pyautogui-folder]
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import statistics
import sys
import tarfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench_common import machine, percentiles_ms

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.osworld.api import GuestApi
from device_farm.desktop.osworld.server import GuestServer
from device_farm.types.action import Click
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest
from device_farm.types.ui_tree import UiNode

TREE = ObserveRequest(screenshot=False)
ROWS, COLUMNS = 200, 40
OPEN = "soffice --calc --infilter=CSV:44,34,76 ~/full.csv > /dev/null 2>&1 &"
READY_S = 120.0


async def timed(
    work: Callable[[int], Awaitable[object]], count: int, *, pause_s: float = 0.0
) -> dict[str, float | int]:
    """`work` gets the number of the step, from 0; three more go before, unmeasured."""
    times_s = []
    for number in range(-3, count):
        await asyncio.sleep(pause_s)
        started = time.perf_counter()
        await work(number)
        if number >= 0:
            times_s.append(time.perf_counter() - started)
    return {**percentiles_ms(times_s), "count": count}


def _sides(node: UiNode) -> tuple[int, int]:
    return node.bounds.width, node.bounds.height


async def opened(device: DesktopDevice) -> list[Point]:
    """The middles of the cells that show whole: a click on another one scrolls. Raises TimeoutError where none show."""
    rows = "\n".join(",".join(str(row * 100 + column) for column in range(COLUMNS)) for row in range(ROWS))
    await device.push("full.csv", rows.encode())
    await device.shell(OPEN)
    async with asyncio.timeout(READY_S):
        while True:
            await asyncio.sleep(1.0)
            seen = await device.observe(TREE)
            assert seen.ui_tree is not None
            cells = [node for node in seen.ui_tree.walk() if node.role == "table cell" and node.value]
            if cells:
                wide, high = (statistics.mode(side) for side in zip(*map(_sides, cells), strict=True))
                return [node.bounds.center for node in cells if _sides(node) == (wide, high)]


def asked(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def over_http(port: int, at: Point) -> None:
    code = f"import pyautogui; import time; pyautogui.FAILSAFE = False; pyautogui.click({at.x}, {at.y})"
    asked(port, "POST", "/execute", {"command": ["python", "-c", code], "shell": False})
    asked(port, "GET", "/screenshot")
    asked(port, "GET", "/accessibility")


async def baseline(device: DesktopDevice, folder: Path, steps: int, at: Point) -> dict[str, Any]:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, arcname="pyautogui-folder")
    await device.push("pyautogui.tgz", packed.getvalue())
    await device.push("way.py", Path(__file__).with_name("osworld_way.py").read_bytes())
    line = f"cd && tar xzf pyautogui.tgz && python3 way.py ~/pyautogui-folder {steps} {at.x} {at.y}"
    done = await device.shell(line, timeout_s=300 + 60 * steps)
    if done.exit_code != 0:
        raise SystemExit(f"the baseline failed: {done.stderr.decode()[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    parts = {name: told[name] for name in ("action_s", "screenshot_s", "tree_s")}
    whole_s = [sum(step) for step in zip(*parts.values(), strict=True)]
    medians = {name.replace("_s", "_ms"): round(statistics.median(times) * 1000, 1) for name, times in parts.items()}
    return {**percentiles_ms(whole_s), "count": steps, **medians, "nodes": told["nodes"]}


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    backend = XvfbBackend(XvfbConfig(width=1920, height=1080))
    backend.preflight()
    device = await backend.create("bench")
    try:
        await device.start()
        cells = await opened(device)
        device.forget_looks()
        started = time.perf_counter()
        seen = await device.observe(TREE)
        first_s = time.perf_counter() - started
        assert seen.ui_tree is not None
        nodes = list(seen.ui_tree.walk())
        await asyncio.sleep(1.0)

        def at(number: int) -> Point:
            return cells[(number + 3) * 37 % len(cells)]

        farm = await timed(lambda number: device.act_and_observe(Click(at=at(number))), options.steps)
        paused = await timed(lambda number: device.act_and_observe(Click(at=at(number))), options.steps, pause_s=1.0)
        async with GuestServer(GuestApi(device)) as server:
            http = await timed(lambda number: asyncio.to_thread(over_http, server.port, at(number)), options.steps)
        way = None
        if options.pyautogui is not None:
            way = await baseline(device, options.pyautogui, options.baseline_steps, cells[0])
    finally:
        await device.close()
        await backend.close()
    return {
        "benchmark": "osworld_step",
        "nodes": len(nodes),
        "cells": sum(node.role == "table cell" for node in nodes),
        "first_look_ms": round(first_s * 1000, 1),
        "farm": farm,
        "farm_paused": paused,
        "guest_api": http,
        "osworld_way": way,
        "times": None if way is None else round(way["p50_ms"] / farm["p50_ms"], 1),
        "machine": machine(),
    }


def _folder(text: str) -> Path:
    """Of a link what it leads to: a packed link would lead nowhere."""
    return Path(text).resolve()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60, help="steps of the farm, and over HTTP")
    parser.add_argument("--baseline-steps", type=int, default=4, help="steps of the stand-in")
    baseline_help = "a folder with pyautogui, for the baseline"
    parser.add_argument("--pyautogui", type=_folder, metavar="DIR", help=baseline_help)
    options = parser.parse_args()
    if options.steps < 1 or options.baseline_steps < 1:
        parser.error("--steps and --baseline-steps must be at least 1")
    print(json.dumps(asyncio.run(measure(options))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
