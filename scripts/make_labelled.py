"""Makes the labelled set of the suite `basics`: attempts of known kinds on simulated phones and real desktops, each
labelled by the state that it leaves. Prints one JSON line: `episodes`, `successes`, `kinds` (each with `n` and
`successes`), `platforms`, `blind` (successes by the evaluator that are none), `left_out` with reasons, `bytes` of the
file and `wall_s`.

    python scripts/make_labelled.py [--platform all|android|desktop] [--templates NAME,NAME] [--seed 0]
        [--devices 4] [--desktops 2] [--apart] [--out gui_agent/labelled/basics.jsonl.gz]

With one platform or some templates only, the others' episodes stay in the file as they are. On phones the same seed
gives the same file; on desktops an expert may find a window late, and its waits are actions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from device_farm.backends.config import BackendConfig, SimulatorConfig, XvfbConfig
from device_farm.embedded import embedded_farm
from device_farm.types.task import Platform
from gui_agent.benchmarks.base import Suite
from gui_agent.benchmarks.basics import SUITE
from gui_agent.labelled.episode import KINDS, LabelledEpisode
from gui_agent.labelled.file import SHIPPED, LabelledSet, read_labelled, write_labelled
from gui_agent.labelled.make import Making, make_labelled
from gui_agent.runner.farm import FarmSource

ROOT = Path(__file__).resolve().parent.parent


async def make(suite: Suite, workers: Mapping[Platform, int], seed: int, *, apart: bool) -> Making:
    """All attempts on the platforms of `workers`, one platform after the other."""
    made = Making()
    for platform, count in workers.items():
        phones = SimulatorConfig(devices=count, isolation="process" if apart else "in_process")
        backend: BackendConfig = phones if platform == "android" else XvfbConfig(devices=count)
        async with embedded_farm([backend]) as client, FarmSource(client, owner="make-labelled") as source:
            part = await make_labelled(source, suite, platform, workers=count, seed=seed, told=_told)
        made.episodes += part.episodes
        made.broken += part.broken
    return made


def _told(part: str, done: int) -> None:
    if done % 50 == 0:
        sys.stderr.write(f"{part}: {done}\n")


def merged(old: LabelledSet, made: Making, suite: Suite, platforms: Sequence[Platform]) -> LabelledSet:
    """What was made now, and what the file has of other templates and platforms."""
    anew = {template.name for template in suite.templates if template.platform in platforms}
    kept = [episode for episode in old.episodes if episode.template not in anew]
    still = {name: why for name, why in old.left_out.items() if name.split("/")[1] not in anew}
    return LabelledSet(episodes=(*kept, *made.episodes), left_out={**still, **dict(made.broken)})


def summary(labelled: LabelledSet) -> dict[str, Any]:
    """What the printed line says of a set."""
    episodes = labelled.episodes
    return {
        "episodes": len(episodes),
        "successes": sum(episode.label.success for episode in episodes),
        "kinds": {kind: _size([one for one in episodes if one.kind == kind]) for kind in KINDS},
        "platforms": dict(Counter(episode.platform for episode in episodes)),
        "blind": sum(episode.label.reward >= 1 and not episode.label.success for episode in episodes),
        "left_out": dict(labelled.left_out),
    }


def _size(group: Sequence[LabelledEpisode]) -> dict[str, int]:
    return {"n": len(group), "successes": sum(episode.label.success for episode in group)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=("all", *get_args(Platform)), default="all")
    parser.add_argument("--templates", default="", metavar="NAME,NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--devices", type=int, default=4, help="phones at once")
    parser.add_argument("--desktops", type=int, default=2, help="desktops at once")
    parser.add_argument("--apart", action="store_true", help="a process for each phone: slow to start, uses every core")
    parser.add_argument("--out", type=Path, default=ROOT / "gui_agent" / "labelled" / SHIPPED)
    options = parser.parse_args()
    names = [name for name in options.templates.split(",") if name]
    suite = replace(SUITE, templates=SUITE.select(names=names))
    wanted: tuple[Platform, ...] = get_args(Platform) if options.platform == "all" else (options.platform,)
    counts: dict[Platform, int] = {"android": options.devices, "desktop": options.desktops}
    there = {template.platform for template in suite.templates}
    workers = {platform: counts[platform] for platform in wanted if platform in there}
    if not workers:
        parser.error("the chosen templates are of another platform")
    begun_s = time.perf_counter()
    made = asyncio.run(make(suite, workers, options.seed, apart=options.apart))
    old = read_labelled(options.out) if options.out.exists() else LabelledSet(episodes=())
    labelled = merged(old, made, suite, list(workers))
    write_labelled(options.out, labelled.episodes, labelled.left_out)
    wall_s = round(time.perf_counter() - begun_s, 1)
    print(json.dumps({**summary(labelled), "bytes": options.out.stat().st_size, "wall_s": wall_s}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
