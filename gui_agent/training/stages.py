"""Recipes that are made of others, one after another, each beginning with what the one before has learnt.

    mobile-r1   Mobile-R1 (arXiv 2506.20332): `format` imitates, `action` rewards single steps, `task` whole episodes
    uitron      UItron (arXiv 2508.21767): `perception` answers questions about screens, `planning` imitates and looks
                back, `steps` rewards single steps, `curriculum` whole episodes on which all scorers agree, most of
                those tasks that are solved now and then

A stage is a run folder of its own inside the run's, with metrics, checkpoints and config; a resumed run passes over
those that are done. `[stages.NAME]` of the config says what a stage has otherwise than the rest.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from device_farm.config import load_config, merge
from device_farm.errors import ConfigError
from gui_agent.store.toml import dump_toml
from gui_agent.training.checkpoint import checkpoint_folder, newest
from gui_agent.training.choices import check_choices
from gui_agent.training.config import Staged, TrainConfig
from gui_agent.training.metrics import Listener, MetricsLog

T = TypeVar("T")
Section: TypeAlias = dict[str, Any]
TrainOne: TypeAlias = Callable[[TrainConfig, Path, bool, Listener], Awaitable[dict[str, Any]]]
"""Trains a config into a folder, going on with what is there where asked to, and tells a listener beside all others;
the figures of the last update."""


class FirstDoes(Protocol):
    """Calls `work` on one rank; every rank gets what it returned."""

    def __call__(self, work: Callable[[], T]) -> T: ...


CONFIG = "config.toml"
METRICS = "metrics.jsonl"
CHECKPOINTS = "checkpoints"

STAGES: Final[dict[Staged, dict[str, Section]]] = {
    "mobile-r1": {
        "format": {"recipe": "sft"},
        "action": {"recipe": "offline"},
        "task": {"recipe": "online"},
    },
    "uitron": {
        "perception": {"recipe": "sft", "teach": ["perception"]},
        "planning": {"recipe": "sft", "teach": ["actions", "backtracking"]},
        "steps": {"recipe": "offline"},
        "curriculum": {
            "recipe": "online",
            "online": {
                "curriculum": "success_rate",
                "scorers": [{"import_path": "gui_agent.training.online.scorers:Claim"}],
            },
        },
    },
}


def stage_configs(config: TrainConfig) -> dict[str, TrainConfig]:
    """Name to config, in order; a recipe without stages has none. Raises ConfigError naming stage and key."""
    if config.recipe not in STAGES:
        if config.stages:
            raise ConfigError(f"{config.recipe} has no stages", field="stages", fix="leave them out")
        return {}
    there = STAGES[config.recipe]
    for name in config.stages:
        if name not in there:
            fix = f"one of: {', '.join(there)}"
            raise ConfigError(f"{config.recipe} has no stage {name!r}", field=f"stages.{name}", fix=fix)
    shared = config.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"stages", "recipe"})
    stages = {name: _stage(name, shared, usual, config.stages.get(name, {})) for name, usual in there.items()}
    for name, stage in stages.items():
        with _named(name):
            check_choices(stage)
    return stages


def _stage(name: str, shared: Section, usual: Section, given: Mapping[str, Any]) -> TrainConfig:
    if "recipe" in given:
        raise ConfigError("a stage's recipe is fixed", field=f"stages.{name}.recipe", fix="leave it out")
    if usual["recipe"] == "sft":
        # What is said for all stages is meant for those that it means something to.
        shared = {key: value for key, value in shared.items() if key not in ("loss", "advantage", "server")}
    with _named(name):
        return load_config(TrainConfig, defaults=merge(merge(shared, usual), dict(given)))


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise ConfigError(error.message, field=f"stages.{name}.{error.field}", fix=error.fix) from error


async def train_stages(
    config: TrainConfig,
    out: Path,
    train_one: TrainOne,
    *,
    resume: bool,
    tell: Callable[[str], None],
    first_does: FirstDoes,
) -> dict[str, Any]:
    """All stages; the figures of the last one, with those of each under `stages`. What touches files goes through
    `first_does`.

    Raises what `train_one` does; the stages before are done then, and their checkpoints stand.
    """
    stages = stage_configs(config)
    figures: dict[str, dict[str, Any]] = {}
    start = config.start
    for name, stage in stages.items():
        folder, one = out / name, stage.model_copy(update={"start": start})
        again, done = first_does(partial(_begin, folder, one, resume=resume))
        tell(f"stage {name}: {one.recipe}, {one.trainer.updates} updates" + (", done before" if done else ""))
        try:
            figures[name] = done or await train_one(one, folder, again, _Growing(out / METRICS, name))
        finally:
            first_does(partial(gather_metrics, out, list(stages)))
        start = str(figures[name]["checkpoint"])
    last = figures[list(stages)[-1]]
    return {**last, "recipe": config.recipe, "stages": figures}


def _done(stage: TrainConfig, folder: Path) -> dict[str, Any] | None:
    """The figures of a stage that has made all its updates, None of others."""
    found = newest(folder / CHECKPOINTS).folder
    records = MetricsLog(folder / METRICS).read()
    if found is None or not records or records[-1]["update"] < stage.trainer.updates:
        return None
    if found != checkpoint_folder(folder / CHECKPOINTS, stage.trainer.updates):
        return None
    return {"recipe": stage.recipe, **records[-1], "checkpoint": str(found)}


def _begin(folder: Path, stage: TrainConfig, *, resume: bool) -> tuple[bool, dict[str, Any] | None]:
    """Whether there is something to go on with, and the figures of a stage that is done."""
    folder.mkdir(parents=True, exist_ok=True)
    text = dump_toml(stage.model_dump(mode="json", exclude_none=True))
    (folder / CONFIG).write_text(text, encoding="utf-8")
    again = resume and (folder / CHECKPOINTS).exists()
    if not again:
        # What a stage wrote before its first checkpoint is done again.
        (folder / METRICS).unlink(missing_ok=True)
    return again, _done(stage, folder) if again else None


class _Growing:
    """Adds a stage's figures to those of the run as they come; `gather_metrics` puts them right in the end."""

    def __init__(self, path: Path, stage: str) -> None:
        self._log, self._stage = MetricsLog(path), stage

    def on_update(self, record: Mapping[str, Any]) -> None:
        self._log.append({"stage": self._stage, **record})

    def on_note(self, text: str) -> None:
        return


def gather_metrics(out: Path, names: list[str]) -> None:
    """`metrics.jsonl` of the run: the stages' own, in order, each line with its stage."""
    lines = [{"stage": name, **record} for name in names for record in MetricsLog(out / name / METRICS).read()]
    new = out / f"{METRICS}.new"
    new.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    new.replace(out / METRICS)
