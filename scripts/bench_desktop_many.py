"""Many desktops of the `xvfb` backend at once, resets of one, and what many resets leave behind.

Prints one JSON line:
- `together`: that many desktops boot at once; `all_ready_ms` until the last of them shows its first screenshot,
  `each` that time for each, `memory_mib` the proportional set size of each bare desktop (the median),
  `all_memory_mib` of all; none is kept on standby then;
- `standby`: resets of one desktop to the first screenshot while another waits, `pause_s` between two of them, as long
  as an agent's task lasts at the least; `cold`: the same where none waits, which boots one each time;
- `left`: after `resets` in a row with the default standby and the device's end, how many more there are than before:
  processes below this one or in another process namespace, mounts, Unix sockets of this network namespace, temporary
  files, descriptors of this process, and namespaces that any process of this machine is in; `grown_mib` is this
  process's own memory. `reset_ms` is what each of those resets took.
Then the machine.

    python scripts/bench_desktop_many.py [--desktops 16] [--count 20] [--pause 3] [--resets 500]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench_common import descendants, machine, memory_mib, percentiles_ms

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.device import DesktopDevice
from device_farm.types.observation import ObserveRequest

PIXELS = ObserveRequest(ui_tree=False)
_ENDING_S = 10.0


@asynccontextmanager
async def desktops(count: int, *, standby: int) -> AsyncIterator[list[DesktopDevice]]:
    """Made, not started. Ended at the end."""
    backend = XvfbBackend(XvfbConfig(devices=count, standby=standby))
    backend.preflight()
    made = [await backend.create(f"bench-{number}") for number in range(count)]
    try:
        yield made
    finally:
        await asyncio.gather(*(device.close() for device in made))
        await backend.close()


async def seconds_to_screen(device: DesktopDevice, *, reset: bool) -> float:
    began = time.perf_counter()
    await (device.reset() if reset else device.start())
    await device.observe(PIXELS)
    return time.perf_counter() - began


async def together(count: int) -> dict[str, Any]:
    async with desktops(count, standby=0) as devices:
        began = time.perf_counter()
        times_s = await asyncio.gather(*(seconds_to_screen(device, reset=False) for device in devices))
        all_s = time.perf_counter() - began
        memory = [memory_mib(int(device.place()["pid"])) for device in devices]
    return {
        "desktops": count,
        "all_ready_ms": round(all_s * 1000, 1),
        "each": percentiles_ms(times_s),
        "memory_mib": round(statistics.median(memory), 1),
        "all_memory_mib": round(sum(memory), 1),
    }


async def resets(count: int, *, standby: int, pause_s: float) -> dict[str, Any]:
    async with desktops(1, standby=standby) as [device]:
        await device.start()
        times_s = []
        for _ in range(count):
            await asyncio.sleep(pause_s)
            times_s.append(await seconds_to_screen(device, reset=True))
    return {**percentiles_ms(times_s), "max_ms": round(max(times_s) * 1000, 1), "count": count, "pause_s": pause_s}


def there_is() -> dict[str, int]:
    """How many of everything that a desktop makes there are."""
    namespaces, processes = set(), set(descendants(os.getpid()))
    ours = os.readlink("/proc/self/ns/pid")
    for path in Path("/proc").glob("[0-9]*/ns/*"):
        try:
            namespace = os.readlink(path)
        except OSError:
            continue
        namespaces.add(namespace)
        if path.name == "pid" and namespace != ours:
            processes.add(int(path.parts[2]))
    return {
        "processes": len(processes),
        "mounts": len(Path("/proc/self/mountinfo").read_text("utf-8").splitlines()),
        "namespaces": len(namespaces),
        "sockets": len(Path("/proc/net/unix").read_text("utf-8").splitlines()),
        "files": sum(1 for folder in (tempfile.gettempdir(), "/dev/shm", "/run") for _ in Path(folder).iterdir()),
        "descriptors": len(os.listdir("/proc/self/fd")),
    }


def own_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def left_behind(count: int) -> dict[str, Any]:
    # One desktop before, for what is made once and kept.
    async with desktops(1, standby=1) as [device]:
        await device.start()
    await asyncio.sleep(_ENDING_S)
    before, before_mib, times_s = there_is(), own_mib(), []
    async with desktops(1, standby=1) as [device]:
        await device.start()
        times_s = [await seconds_to_screen(device, reset=True) for _ in range(count)]
    await asyncio.sleep(_ENDING_S)
    after = there_is()
    return {
        "resets": count,
        **{name: after[name] - number for name, number in before.items()},
        "grown_mib": round(own_mib() - before_mib, 1),
        "reset_ms": percentiles_ms(times_s),
    }


async def measured(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "benchmark": "desktop_many",
        "together": await together(options.desktops),
        "standby": await resets(options.count, standby=1, pause_s=options.pause),
        "cold": await resets(options.count, standby=0, pause_s=0.0),
        "left": await left_behind(options.resets),
        "machine": machine(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desktops", type=int, default=16)
    parser.add_argument("--count", type=int, default=20, help="resets of each kind")
    parser.add_argument("--pause", type=float, default=3.0, metavar="S", help="between resets from standby")
    parser.add_argument("--resets", type=int, default=500, help="in a row")
    options = parser.parse_args()
    if min(options.desktops, options.count, options.resets) < 1 or options.pause < 0:
        parser.error("counts must be at least 1, and --pause not negative")
    print(json.dumps(asyncio.run(measured(options))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
