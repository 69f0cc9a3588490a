"""The ceiling on stored transitions: their episodes are played again, each action tried on a copy of the phone before.

A stored run has no device, so the screens are those of the episodes played again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from device_farm.types.task import Task
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.lookahead.agreement import outcomes, screen_after
from gui_agent.lookahead.config import OracleLookaheadConfig
from gui_agent.policies.config import ReplayConfig
from gui_agent.runner.collect import collect
from gui_agent.store.layout import Layout
from gui_agent.store.reader import RunReader
from gui_agent.transitions.recorded import Recorded
from world_model.matching.scores import Comparison, compare


async def oracle_comparisons(
    readers: Mapping[str, RunReader],
    transitions: Sequence[Recorded],
    out: Path,
    *,
    episodes: int = 1000,
    devices: int = 2,
) -> dict[str, Comparison]:
    """By origin, what the oracle foretold of those transitions beside what came when it was played again; of the first
    `episodes` episodes that hold most of them. `readers` are the runs that they are of, by name; below `out` they are
    played, once. Raises as `gui_agent.runner.collect.collect`.
    """
    wanted = {one.origin for one in transitions}
    left = episodes
    found: dict[str, Comparison] = {}
    for name, reader in readers.items():
        tasks = _tasks(reader, wanted)[:left]
        left -= len(tasks)
        if tasks:
            await _play(reader, tasks, out / name, devices)
            found |= _compared(RunReader(out / name), reader, wanted)
    return found


def _tasks(reader: RunReader, wanted: set[str]) -> list[Task]:
    """The tasks of the episodes that hold wanted transitions, those with most of them first."""
    counts: defaultdict[str, int] = defaultdict(int)
    for origin in wanted:
        counts[origin.rpartition("/")[0]] += 1
    there = [(counts[one.episode.id], one.episode.task) for one in reader.episodes() if counts[one.episode.id]]
    return [task for _, task in sorted(there, key=lambda pair: (-pair[0], pair[1].id))]


async def _play(reader: RunReader, tasks: Sequence[Task], out: Path, devices: int) -> None:
    stored = reader.config()
    config = RunConfig(
        suite=stored["suite"],
        platform="android",
        policy=ReplayConfig(run=str(reader.layout.root)),
        lookahead=OracleLookaheadConfig(candidates=2, depth=1),
        episodes=stored["episodes"],
        seed=stored["seed"],
        devices=devices,
        report=False,
    )
    plan = await make_plan(config)
    names = {task.id for task in tasks}
    kept = replace(plan, tasks=tuple(task for task in plan.tasks if task.id in names))
    await collect(kept, out, resume=Layout(out).config.exists())


def _compared(played: RunReader, reader: RunReader, wanted: set[str]) -> dict[str, Comparison]:
    episodes = {one.episode.task.id: one.episode.id for one in reader.episodes()}
    found: dict[str, Comparison] = {}
    for stored in played.episodes():
        for at, step in enumerate(stored.episode.steps):
            origin = f"{episodes.get(stored.episode.task.id)}/{step.index}"
            if origin not in wanted:
                continue
            before = screen_after(played, stored, at - 1)
            came = [one for one in outcomes(played, stored, at) if one.depth == 1]
            if before is not None and came:
                found[origin] = compare(before, came[0].imagined, came[0].real)
    return found
