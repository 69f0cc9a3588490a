"""One act-and-observe step on a simulated phone at 1080x2400, three ways on the same phone in the same run.

`farm` is `act_and_observe` through gRPC (screenshot and UI tree in one round trip); `uiautomator2` and `adb` make the
same step with their authors' tools through a real adb server: the input event, a screenshot, the UI tree, what is in
front. The actions are the same for all: scroll a list down and up, open its first entry and go back.

Prints one JSON line: for each way `p50_ms`, `p99_ms`, `steps`; `speedup_uiautomator2` and `speedup_adb` are ratios of
the medians; a way whose program is missing is null. Then the machine.

    python scripts/bench_step.py [--steps 200] [--baseline-steps 30] [--seed 0]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from bench_common import machine, percentiles_ms

from device_farm.adb.private_server import PrivateAdbServer
from device_farm.backends.config import SimulatorConfig
from device_farm.client import LeaseRequest
from device_farm.device import Device
from device_farm.embedded import embedded_farm
from device_farm.simulator.ports import listen
from device_farm.types.action import Action, Click, OpenApp, Swipe, SystemButton
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest

WARM_UP = 8
LOW, HIGH, ENTRY = Point(540, 1700), Point(540, 900), Point(540, 700)


@dataclass(frozen=True)
class Move:
    """One step in the words of each tool: the farm's action, and `input` arguments of the phone's shell."""

    action: Action
    words: str


CYCLE = (
    Move(Swipe(start=LOW, end=HIGH, duration_ms=300), f"swipe {LOW.x} {LOW.y} {HIGH.x} {HIGH.y} 300"),
    Move(Swipe(start=HIGH, end=LOW, duration_ms=300), f"swipe {HIGH.x} {HIGH.y} {LOW.x} {LOW.y} 300"),
    Move(Click(at=ENTRY), f"tap {ENTRY.x} {ENTRY.y}"),
    Move(SystemButton(button="back"), "keyevent KEYCODE_BACK"),
)


def summary(times_s: list[float]) -> dict[str, float | int]:
    return {**percentiles_ms(times_s), "steps": len(times_s)}


def free_console_port() -> int:
    """An even port with a free neighbour, so that the phone's ports are known to the tools."""
    listeners = listen("127.0.0.1", 0)
    port = listeners.console_port
    listeners.close()
    return port


async def measure_farm(device: Device, steps: int) -> dict[str, float | int]:
    """`act_and_observe` through gRPC; each observation must bring a screenshot and a tree."""
    times_s: list[float] = []
    digests = set()
    digest = ""
    await device.act(OpenApp(name="Settings"))
    for number in range(-WARM_UP, steps):
        move = CYCLE[number % len(CYCLE)]
        started = time.perf_counter()
        seen = await device.act_and_observe(move.action, ObserveRequest(known_digest=digest))
        elapsed = time.perf_counter() - started
        if seen.screenshot is None or seen.ui_tree is None:
            raise RuntimeError("an observation lacks its screenshot or tree")
        digest = seen.screenshot.digest
        digests.add(digest)
        if number >= 0:
            times_s.append(elapsed)
    if len(digests) < 3:
        raise RuntimeError(f"the screen hardly changed: {len(digests)} different screenshots")
    return summary(times_s)


def time_steps(step: Callable[[str], object], steps: int) -> dict[str, float | int]:
    """Runs `step` on the cycle's `input` words."""
    times_s = []
    for number in range(-4, steps):
        words = CYCLE[number % len(CYCLE)].words
        started = time.perf_counter()
        step(words)
        if number >= 0:
            times_s.append(time.perf_counter() - started)
    return summary(times_s)


def measure_adb(serial: str, steps: int) -> dict[str, float | int]:
    """Four `adb` processes a step. Blocking: runs in a process of its own."""

    def adb(*arguments: str) -> bytes:
        ended = subprocess.run(["adb", "-s", serial, *arguments], check=True, capture_output=True, timeout=60)
        return ended.stdout

    def step(words: str) -> None:
        adb("shell", f"input {words}")
        if not adb("exec-out", "screencap -p").startswith(b"\x89PNG"):
            raise RuntimeError("adb brought no screenshot")
        if b"<hierarchy" not in adb("exec-out", "uiautomator dump /dev/tty"):
            raise RuntimeError("adb brought no tree")
        adb("shell", "dumpsys window displays")

    adb("shell", "am start -n com.android.settings/.Settings")
    return time_steps(step, steps)


def measure_uiautomator2(serial: str, steps: int) -> dict[str, float | int]:
    """uiautomator2 as its users call it. Blocking: runs in a process of its own."""
    import uiautomator2

    device = uiautomator2.connect(serial)

    def step(words: str) -> None:
        verb, *rest = words.split()
        if verb == "tap":
            device.click(int(rest[0]), int(rest[1]))
        elif verb == "swipe":
            x1, y1, x2, y2, duration_ms = map(int, rest)
            device.swipe(x1, y1, x2, y2, duration=duration_ms / 1000)
        else:
            device.press("back")
        if device.screenshot() is None or "<hierarchy" not in device.dump_hierarchy():
            raise RuntimeError("uiautomator2 brought no screenshot or tree")
        device.app_current()

    device.app_start("com.android.settings")
    return time_steps(step, steps)


BASELINES = {"uiautomator2": measure_uiautomator2, "adb": measure_adb}


async def in_child(name: str, serial: str, adb_port: int, steps: int) -> dict[str, Any]:
    """Runs one baseline in a process of its own, so that its blocking calls do not stop the phone."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *(__file__, "--baseline", name, "--serial", serial, "--steps", str(steps)),
        env={**os.environ, "ANDROID_ADB_SERVER_PORT": str(adb_port)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    output = await child.stdout.read()
    if await child.wait() != 0:
        raise RuntimeError(f"the baseline {name} failed")
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


async def measure(steps: int, baseline_steps: int, seed: int) -> dict[str, Any]:
    port = free_console_port()
    result: dict[str, Any] = {"benchmark": "step", "screen": "1080x2400"}
    config = SimulatorConfig(devices=1, seed=seed, base_port=port)
    async with embedded_farm([config]) as farm, farm.lease(LeaseRequest(owner="bench")) as held:
        result["farm"] = await measure_farm(held.device, steps)
        for name in BASELINES:
            result[name] = None
        if shutil.which("adb"):
            async with PrivateAdbServer() as server:
                await server.add_emulator(port + 1)
                await server.wait_for(f"emulator-{port}")
                for name in BASELINES:
                    if name == "adb" or find_spec("uiautomator2"):
                        result[name] = await in_child(name, f"emulator-{port}", server.port, baseline_steps)
    for name in BASELINES:
        slow = result[name]
        result[f"speedup_{name}"] = round(slow["p50_ms"] / result["farm"]["p50_ms"], 1) if slow else None
    return {**result, "seed": seed, "machine": machine()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200, help="measured steps through the farm")
    parser.add_argument("--baseline-steps", type=int, default=30, help="measured steps of each other tool")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--baseline", choices=sorted(BASELINES), help=argparse.SUPPRESS)
    parser.add_argument("--serial", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.steps < 1 or arguments.baseline_steps < 1:
        parser.error("--steps and --baseline-steps must be at least 1")
    if arguments.baseline:
        print(json.dumps(BASELINES[arguments.baseline](arguments.serial, arguments.steps)))
    else:
        print(json.dumps(asyncio.run(measure(arguments.steps, arguments.baseline_steps, arguments.seed))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
