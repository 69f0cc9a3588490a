"""The same desktop on three grounds: this machine (xvfb), a container (docker), a virtual machine (qemu).

What each backend's device takes, in this process: `start_ms` from nothing to the first screenshot; `reset_ms` from one
session to the first screenshot of the next; `screenshot` with the pointer moved and settled; `tree` of the bare
desktop; `act_and_observe` a key typed in the editor with screenshot and tree; `memory_mib` the proportional set size of
all its processes (of a container those inside it, of a machine QEMU's). For qemu also `loadvm_ms`, the part of a reset
that is QEMU's, `prepare_s`, the one cold boot with everything up to the saved machine, and whether it was
`accelerated`. `image` is what `emulator_images/desktop/build.py` wrote into build.json: seconds and bytes of its parts.

A backend that this machine does not offer is null, with the reason under `left_out`. Prints one JSON line.

    python scripts/bench_desktop_machines.py [--image DIR] [--resets 5] [--count 10] [--only docker]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench_common import machine, memory_mib, percentiles_ms

from device_farm.backends.config import DesktopConfig, XvfbConfig
from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.loader import load_backend
from device_farm.backends.qemu import QemuBackend
from device_farm.backends.qemu_config import QemuConfig, default_image
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.vm.machine import VmMachine
from device_farm.desktop.vm.ready import ready
from device_farm.errors import PrerequisiteError
from device_farm.types.action import MoveTo, OpenApp, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest

PIXELS = ObserveRequest(ui_tree=False)
TREE = ObserveRequest(screenshot=False)


async def seconds(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


async def repeated(work: Callable[[int], Awaitable[object]], count: int) -> dict[str, float]:
    """`work` gets the number of the repetition, from 0; one more goes before, unmeasured."""
    times_s = [await seconds(work(number)) for number in range(-1, count)]
    return percentiles_ms(times_s[1:])


async def measured(device: DesktopDevice, resets: int, count: int) -> dict[str, Any]:
    async def start() -> None:
        await device.start()
        await device.observe(PIXELS)

    async def reset() -> None:
        await device.reset()
        await device.observe(PIXELS)

    async def moved(number: int) -> None:
        await device.act_and_observe(MoveTo(at=Point(100 + 3 * number, 200)), PIXELS)

    async def typed(number: int) -> None:
        await device.act_and_observe(TypeText(text="abcdefghij"[number % 10]))

    figures: dict[str, Any] = {"start_ms": round(await seconds(start()) * 1000, 1)}
    figures["screenshot"] = await repeated(moved, count)
    figures["tree"] = await repeated(lambda _: device.observe(TREE), count)
    figures["memory_mib"] = memory_mib(int(device.place()["pid"]))
    figures["open_app_ms"] = round(await seconds(device.act(OpenApp(name="text editor"))) * 1000, 1)
    figures["act_and_observe"] = await repeated(typed, count)
    times_s = [await seconds(reset()) for _ in range(resets)]
    figures["reset_ms"] = round(statistics.median(times_s) * 1000, 1)
    figures["reset_max_ms"] = round(max(times_s) * 1000, 1)
    return figures


async def on_machines(config: DesktopConfig, arguments: argparse.Namespace) -> dict[str, Any]:
    """Raises PrerequisiteError where this machine does not offer the backend."""
    backend = load_backend(config)
    backend.preflight()
    device = await backend.create("bench")
    assert isinstance(device, DesktopDevice)
    try:
        return await measured(device, arguments.resets, arguments.count)
    finally:
        await device.close()
        await backend.close()


async def on_virtual_machine(config: QemuConfig, arguments: argparse.Namespace) -> dict[str, Any]:
    backend = QemuBackend(config)
    backend.preflight()
    recipe = await backend.recipe()
    prepare_s = await seconds(ready(recipe))
    vm = VmMachine(recipe)
    device = DesktopDevice("bench", backend="qemu", screen=recipe.screen, machine=vm)
    loads_s = []
    try:
        figures = await measured(device, arguments.resets, arguments.count)
        for _ in range(arguments.resets):
            await device.reset()
            loads_s.append(vm.load_s)
    finally:
        await device.close()
    return {
        "accelerated": recipe.hardware.accelerated,
        "prepare_s": round(prepare_s, 1),
        "loadvm_ms": round(statistics.median(loads_s) * 1000, 1),
        "loadvm_max_ms": round(max(loads_s) * 1000, 1),
        **figures,
    }


async def bench(arguments: argparse.Namespace) -> dict[str, Any]:
    result: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as state_dir:
        qemu = QemuConfig(image=str(arguments.image), state_dir=state_dir)
        for config in (XvfbConfig(), DockerConfig(), qemu):
            if arguments.only and config.type not in arguments.only:
                continue
            result[config.type] = None
            try:
                if isinstance(config, QemuConfig):
                    result[config.type] = await on_virtual_machine(config, arguments)
                else:
                    result[config.type] = await on_machines(config, arguments)
            except PrerequisiteError as error:
                left_out[config.type] = str(error)
    built = arguments.image / "build.json"
    image = json.loads(built.read_text("utf-8")) if built.exists() else None
    if image is not None:
        image.pop("out", None)
    return {**result, "left_out": left_out, "image": image, "machine": machine()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", type=Path, default=Path(default_image()), help="the image folder (%(default)s)")
    parser.add_argument("--resets", type=int, default=5)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--only", action="append", default=[], choices=("xvfb", "docker", "qemu"))
    sys.stdout.write(json.dumps(asyncio.run(bench(parser.parse_args()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
