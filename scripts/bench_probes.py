"""Hostile probe calls against a simulated phone, and fewer against a desktop: nothing may change, and nothing break.

Calls of every class in `hostile_probes.py`, none twice, go through the tools that a verifier has. Before the first and
after each one the whole state of the phone is digested: file tree with all databases, settings, properties, packages,
screens, log, clock. The baseline, in the same run and on a second phone that is brought back after each change: the
first of the same calls, as an unguarded tool layer would hand them to the phone's shell.

Prints one JSON line: `strings`, `classes` (of each: strings, refused, answered, failed), `refused` (by the tool layer,
before anything reached the device), `answered`, `failed` (the device or the database said no), `state_changes`,
`widened` (calls after which there were other tools, or that one answered to a name that was never offered), `crashes`,
`unnamed` (refusals without the field at fault or without a fix), `p50_ms` and `p99_ms` of a call that acts in no copy,
`raw` (of the baseline: strings, changed, their share, `unanswered` past their time, `unsent`), and `desktop` (the
same as above by the digest of home, of /tmp and of settings; null where there is no desktop here).

The calls are dealt to `--workers` processes with a phone each, and as many for the baseline.

    python scripts/bench_probes.py [--strings 10000] [--raw-strings 2000] [--desktop-strings 200] [--seed 0]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import multiprocessing
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bench_common import machine, percentiles_ms
from hostile_probes import Hostile, hostile_calls, raw_line, shown_call

from device_farm.android.device import AndroidDevice
from device_farm.backends.config import XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.backends.simulator import InProcessPhone
from device_farm.device import Device
from device_farm.errors import DeadlineError, FarmError, PrerequisiteError
from device_farm.simulator.digest import state_digest
from device_farm.simulator.server import SimulatorServer
from device_farm.types.task import Platform
from gui_agent.verification.scene import ReplayedScene, SnapshotScene, keep_start
from verifier.case import Case
from verifier.probes.tool import ToolCall, ToolResult
from verifier.probes.toolbox import Toolbox, toolbox_for
from verifier.probes.tools import Limits

Digest = Callable[[], Awaitable[str]]

NAMED: Final = re.compile(r"ProbeRefused: .*\S: .+ \(.+\)", re.DOTALL)
"""The field at fault, what is wrong, and what to do instead."""
COPYING: Final = ("gui", "changes")
SHOWN: Final = 5
RAW_S: Final = 0.3
LIMITS: Final = Limits(seconds=10.0)
NOTHING: Final = ToolCall(name="ui_tree", arguments={})
CLEAN: Final = "clean"


@dataclass
class Tally:
    """What became of the calls. `examples` are the first that did what none may do."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    times_s: list[float] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def bad(self, what: str, hostile: Hostile, said: str) -> None:
        self.counts[what] += 1
        if len(self.examples) < SHOWN:
            self.examples.append(f"{what}: {shown_call(hostile.call)}: {said[:200]}")

    def add(self, other: Tally) -> None:
        for name, kind in other.kinds.items():
            self.kinds.setdefault(name, Counter()).update(kind)
        self.counts.update(other.counts)
        self.times_s += other.times_s
        self.examples = [*self.examples, *other.examples][:SHOWN]

    def figures(self) -> dict[str, Any]:
        names = ("refused", "answered", "failed", "state_changes", "widened", "crashes", "unnamed")
        return {
            "strings": sum(kind["strings"] for kind in self.kinds.values()),
            "classes": {name: dict(self.kinds[name]) for name in sorted(self.kinds)},
            **{name: self.counts[name] for name in names},
            **percentiles_ms(self.times_s or [0.0]),
            "examples": self.examples,
        }


async def attack(tools: Toolbox, digest: Digest, calls: Sequence[Hostile]) -> Tally:
    """Every call through `tools`, with what it must not do counted."""
    tally = Tally()
    offered = tools.specs
    names = {spec.name for spec in offered}
    # The first look starts what serves the accessibility tree.
    await tools.call(NOTHING)
    before = await digest()
    for hostile in calls:
        begun_s = time.perf_counter()
        try:
            result = await tools.call(hostile.call)
        except Exception as error:  # noqa: BLE001 - what is measured: nothing may get out
            tally.bad("crashes", hostile, f"{type(error).__name__}: {error}")
            continue
        if hostile.call.name not in COPYING:
            tally.times_s.append(time.perf_counter() - begun_s)
        _count(tally, hostile, result)
        if tools.specs is not offered or (not result.fault and hostile.call.name not in names):
            tally.bad("widened", hostile, result.text)
        after = await digest()
        if after != before:
            tally.bad("state_changes", hostile, result.text)
            before = after
    return tally


def _count(tally: Tally, hostile: Hostile, result: ToolResult) -> None:
    refused = result.fault.startswith("ProbeRefused: ")
    what = "refused" if refused else "failed" if result.fault else "answered"
    tally.kinds.setdefault(hostile.kind, Counter()).update(("strings", what))
    tally.counts[what] += 1
    if refused and not NAMED.fullmatch(result.fault):
        tally.bad("unnamed", hostile, result.fault)
    if "the tool broke" in result.fault:
        tally.bad("crashes", hostile, result.fault)


async def attack_raw(device: Device, digest: Digest, calls: Sequence[Hostile]) -> Counter[str]:
    """The same calls without a guard, on a phone that is brought back after each change."""
    counts: Counter[str] = Counter()
    await device.observe()
    await device.snapshot_save(CLEAN)
    before = await digest()
    for hostile in calls:
        line = raw_line(hostile.call)
        if line is None:
            continue
        counts["strings"] += 1
        try:
            await device.shell(line, timeout_s=RAW_S)
        except DeadlineError:
            counts["unanswered"] += 1
        except FarmError:
            # A NUL cannot be sent at all.
            counts["unsent"] += 1
        if await digest() != before:
            counts["changed"] += 1
            await device.snapshot_load(CLEAN)
            before = await digest()
    return counts


@asynccontextmanager
async def phone(seed: int) -> AsyncIterator[tuple[AndroidDevice, Digest]]:
    """A simulated phone over adb, and the digest of everything that it is."""
    server = SimulatorServer(seed=seed)
    device = AndroidDevice("phone", backend="simulator", machine=InProcessPhone(server), boot_timeout_s=60.0)

    async def digest() -> str:
        return state_digest(server.phones[0].handset.phone.snapshot())

    try:
        await device.start()
        yield device, digest
    finally:
        await device.close()
        await server.close()


def case_of(platform: Platform) -> Case:
    return Case(goal="any", platform=platform, steps=(), final=None, answer=None, claimed=None, stop="terminated")


async def on_phone(calls: Sequence[Hostile], seed: int) -> Tally:
    async with phone(seed) as (device, digest):
        if not await keep_start(device):
            raise RuntimeError("the simulated phone takes no snapshot")
        return await attack(toolbox_for(case_of("android"), SnapshotScene(device), limits=LIMITS), digest, calls)


async def on_raw_phone(calls: Sequence[Hostile], seed: int) -> Counter[str]:
    async with phone(seed) as (device, digest):
        return await attack_raw(device, digest, calls)


HOME_STATE: Final = (
    "find \"$HOME\" /tmp -not -path '*/.cache/*' -not -path '*/.config/*' -not -path '*/.local/*' "
    "-printf '%p %y %m %s %T@ %l\\n' | sort; gsettings list-recursively org.gnome.desktop.interface"
)
"""Files with kind, mode, size and time; below those folders the desktop's own programs write whenever they like."""


async def on_desktop(calls: Sequence[Hostile]) -> dict[str, Any] | None:
    """The same on a desktop, with its home in the place of a phone's shared storage; None where there is none."""
    backend = load_backend(XvfbConfig())
    try:
        backend.preflight()
    except PrerequisiteError as error:
        sys.stderr.write(f"no desktop: {error}\n")
        return None
    device = await backend.create("desktop")
    try:
        await device.start()
        home = (await device.shell('printf %s "$HOME"')).stdout.decode()
        await device.push(f"{home}/Documents/letter.txt", b"Dear Ann\n")
        await device.push(f"{home}/alarms.db", b"")

        async def digest() -> str:
            return hashlib.sha256((await device.shell(HOME_STATE)).stdout).hexdigest()

        async def nothing(other: Device) -> None:
            """No second device is ever set up."""

        scene = ReplayedScene(device, lease=None, set_up=nothing, steps=(), final=None)
        tools = toolbox_for(case_of("desktop"), scene, limits=LIMITS)
        tally = await attack(tools, digest, [_moved(hostile, home) for hostile in calls])
        await device.push(f"{home}/Documents/letter.txt", b"Dear Bob\n")
        seen = await digest()
        await device.shell(f"touch {home}/owned")
        return {**tally.figures(), "digest_sees_a_new_file": int(await digest() != seen)}
    finally:
        await device.close()
        await backend.close()


def _moved(hostile: Hostile, home: str) -> Hostile:
    """A phone's paths as a desktop's."""

    def moved(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return re.sub(r"/data/data/\S*?/alarms\.db", f"{home}/alarms.db", value).replace("/sdcard", home)

    arguments = {key: moved(value) for key, value in hostile.call.arguments.items()}
    return Hostile(kind=hostile.kind, call=ToolCall(name=hostile.call.name, arguments=arguments))


def dealt(strings: int, most: int, seed: int, worker: int, workers: int) -> list[Hostile]:
    """This worker's share of the first `most` of `strings` calls."""
    return list(itertools.islice(hostile_calls(Random(seed)), min(strings, most)))[worker::workers]


def guarded_share(strings: int, seed: int, worker: int, workers: int) -> Tally:
    return asyncio.run(on_phone(dealt(strings, strings, seed, worker, workers), seed))


def raw_share(strings: int, most: int, seed: int, worker: int, workers: int) -> Counter[str]:
    return asyncio.run(on_raw_phone(dealt(strings, most, seed, worker, workers), seed))


def measure(strings: int, raw_strings: int, desktop_strings: int, seed: int, workers: int) -> dict[str, Any]:
    begun_s = time.perf_counter()
    tally: Tally = Tally()
    raw: Counter[str] = Counter()
    with ProcessPoolExecutor(2 * workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        each = range(workers)
        guarded = [pool.submit(guarded_share, strings, seed, worker, workers) for worker in each]
        unguarded = [pool.submit(raw_share, strings, raw_strings, seed, worker, workers) for worker in each]
        calls = dealt(strings, desktop_strings, seed, 0, 1)
        desktop = asyncio.run(on_desktop(calls)) if calls else None
        for share in guarded:
            tally.add(share.result())
        for counts in unguarded:
            raw.update(counts.result())
    names = ("strings", "changed", "unanswered", "unsent")
    return {
        "benchmark": "probes",
        **tally.figures(),
        "raw": {**{name: raw[name] for name in names}, "share": round(raw["changed"] / max(1, raw["strings"]), 4)},
        "desktop": desktop,
        "seed": seed,
        "workers": workers,
        "wall_s": round(time.perf_counter() - begun_s, 1),
        "machine": machine(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strings", type=int, default=10_000)
    parser.add_argument("--raw-strings", type=int, default=2000, help="of these, for the baseline")
    parser.add_argument("--desktop-strings", type=int, default=200, help="0: no desktop")
    parser.add_argument("--workers", type=int, default=4, help="phones, and as many for the baseline")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if min(arguments.strings, arguments.workers) < 1 or arguments.raw_strings < 0 or arguments.desktop_strings < 0:
        parser.error("at least 1 of --strings and --workers, and 0 of --raw-strings and --desktop-strings")
    counts = (arguments.strings, arguments.raw_strings, arguments.desktop_strings)
    result = measure(*counts, arguments.seed, arguments.workers)
    print(json.dumps(result))
    wrong = sum(result[name] for name in ("state_changes", "widened", "crashes", "unnamed"))
    return int(wrong > 0 or (result["desktop"] or {}).get("state_changes", 0) > 0)


if __name__ == "__main__":
    sys.exit(main())
