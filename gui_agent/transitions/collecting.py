"""Episodes that show both what right actions lead to and what wrong ones do, and the transitions of all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from device_farm.types.task import Platform
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.export.transitions import export_several
from gui_agent.policies.config import ExpertConfig, ImportedPolicyConfig, PolicyConfig, RandomConfig
from gui_agent.runner.collect import collect
from gui_agent.runner.events import Listener
from gui_agent.store.layout import Layout
from gui_agent.store.reader import RunReader

EXPORTED: Final = "counts.json"
"""Written last, so that a folder that has it is whole."""


SUITES: Final[Mapping[Platform, tuple[str, ...]]] = {
    "android": ("basics", "androidworld_restated"),
    "desktop": ("basics",),
}
"""Whose tasks are played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`share` of the episodes, on tasks of `suite` from seed `first` on."""

    suite: str
    policy: PolicyConfig
    share: float
    first: int


def sources(platform: Platform) -> dict[str, Source]:
    """By the name of their runs: an expert, one three tenths of whose actions go wrong, and a monkey, on tasks of their
    own of every suite. Shares add up to 1.
    """
    return {name: source for suite in SUITES[platform] for name, source in _of_suite(suite, 1 / len(SUITES[platform]))}


def _of_suite(suite: str, whole: float) -> Iterator[tuple[str, Source]]:
    erring: dict[str, str | int | float | bool] = {"rate": 0.3, "suite": suite}
    played: dict[str, tuple[PolicyConfig, float, int]] = {
        "expert": (ExpertConfig(), 0.5, 0),
        "random": (RandomConfig(), 0.25, 100),
        "erring": (ImportedPolicyConfig(import_path="gui_agent.critic.erring:ErringExpert", options=erring), 0.25, 200),
    }
    for name, (policy, share, first) in played.items():
        yield f"{suite}-{name}", Source(suite=suite, policy=policy, share=share * whole, first=first)


async def collected(
    root: Path,
    *,
    episodes: int,
    platform: Platform = "android",
    seed: int = 0,
    devices: int = 2,
    listeners: Sequence[Listener] = (),
) -> dict[str, RunReader]:
    """The runs of `sources` below `root`, `episodes` in all, one each at least, on simulated phones or desktops of
    this machine; what is there already is not played again. Raises as `gui_agent.runner.collect.collect`.
    """
    readers: dict[str, RunReader] = {}
    for name, source in sources(platform).items():
        config = RunConfig(
            suite=source.suite,
            platform=platform,
            policy=source.policy,
            episodes=max(1, round(source.share * episodes)),
            seed=seed + source.first,
            devices=devices,
            report=False,
        )
        out = root / name
        await collect(await make_plan(config), out, resume=Layout(out).config.exists(), listeners=listeners)
        readers[name] = RunReader(out)
    return readers


async def exported(readers: Sequence[RunReader], out: Path, *, seed: int = 0) -> Path:
    """The transitions of all of them, with unseen parts apart, in the folder `out`; made once."""
    await asyncio.to_thread(_export, readers, out, seed)
    return out


def _export(readers: Sequence[RunReader], out: Path, seed: int) -> None:
    if not (out / EXPORTED).exists():
        out.mkdir(parents=True, exist_ok=True)
        export_several(readers, out, success_only=False, seed=seed)
