"""What `farm train` does."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from device_farm.cli.command import Exit
from device_farm.config import load_config
from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.commands.settings import run_flags, verifier_flags
from gui_agent.report.training import write_training_report
from gui_agent.store.files import StorageError
from gui_agent.store.lock import RunLock
from gui_agent.store.toml import dump_toml
from gui_agent.training.config import IDENTITY, STAGED, TrainConfig
from gui_agent.training.distributed.team import Team, agreed

_CONFIG = "config.toml"
_METRICS = "metrics.jsonl"
_LOCK = "train.lock"


async def run_train(namespace: argparse.Namespace) -> int:
    """Trains, and prints the final metrics.

    Raises:
        ConfigError, DataError, PrerequisiteError: before anything was trained.
        PolicyError: as `gui_agent.training.recipes.train`.
    """
    config = config_from(namespace)
    if importlib.util.find_spec("torch") is None:
        raise PrerequisiteError("training needs torch", field="torch", fix="pip install torch")
    if namespace.dry_run:
        return _describe(config, await _live_tasks(config), as_json=namespace.json)
    from gui_agent.training.distributed.torch_team import joined

    launched = "WORLD_SIZE" in os.environ
    if namespace.cluster and not launched:
        from gui_agent.cluster.train_worker import train_on_cluster

        await train_on_cluster(namespace.cluster, namespace.gpus or 1, sys.argv[1:])
        return Exit.DONE
    if namespace.gpus and namespace.gpus > 1 and not launched:
        from gui_agent.training.distributed.launch import launch

        return Exit.DONE if await launch(namespace.gpus, sys.argv[1:]) == 0 else Exit.FAILED
    with joined() as team:
        result = await _alone(config, namespace.out, team, resume=namespace.resume)
    if team.rank == 0:
        lines = [f"{name:<20} {value}" for name, value in result.items()]
        sys.stdout.write((json.dumps(result) if namespace.json else "\n".join(lines)) + "\n")
    return Exit.DONE


async def _alone(config: TrainConfig, out: Path, team: Team, *, resume: bool) -> dict[str, Any]:
    """Trains while rank 0 holds the folder's lock."""
    lock = RunLock(out / _LOCK)

    def begin() -> None:
        if team.rank == 0:
            _begin(config, out, lock, resume=resume)

    try:
        await asyncio.to_thread(agreed, team, begin)
        try:
            result = await _train(config, out, team, resume=resume)
        except BaseException:
            # What a run came to that broke off is what one wants to see then; why it did is told by its own error.
            with contextlib.suppress(StorageError):
                _report(out, team)
            raise
        _report(out, team)
        return result
    finally:
        lock.release()


def _report(out: Path, team: Team) -> None:
    if team.rank == 0 and (out / _METRICS).exists():
        write_training_report(out)


def _begin(config: TrainConfig, out: Path, lock: RunLock, *, resume: bool) -> None:
    from gui_agent.training.trainer import CHECKPOINTS, METRICS

    out.mkdir(parents=True, exist_ok=True)
    lock.acquire()
    if not resume and ((out / METRICS).exists() or (out / CHECKPOINTS).exists()):
        raise ConfigError(f"{out} holds a run", field="--out", fix="add --resume, or name another folder")
    (out / _CONFIG).write_text(dump_toml(config.model_dump(mode="json", exclude_none=True)), encoding="utf-8")


def config_from(namespace: argparse.Namespace) -> TrainConfig:
    """What a resumed folder says, then each file, then the flags, then each `--set`. Raises ConfigError."""
    stored = namespace.out / _CONFIG
    paths = [stored, *namespace.config] if namespace.resume and stored.exists() else list(namespace.config)
    flags = [f"recipe={json.dumps(namespace.recipe)}"]
    flags += [f"trainer.seed={namespace.seed}"] if namespace.seed is not None else []
    flags += _verifier_flags(namespace)
    played = argparse.Namespace(**{**vars(namespace), "verifier": None})
    flags += [f"run.{flag}" for flag in run_flags(played) if not flag.startswith("seed=")]
    config = load_config(TrainConfig, paths=paths, overrides=[*flags, *namespace.overrides])
    if namespace.resume and stored.exists():
        _check_same(load_config(TrainConfig, paths=[stored]), config)
    return config


def _verifier_flags(namespace: argparse.Namespace) -> list[str]:
    """`--verifier`: who judges the episodes that are played, or whose verdicts on the data are its rewards."""
    if namespace.verifier is None:
        return []
    if namespace.recipe == "online" or namespace.recipe in STAGED:
        return [f"run.{flag}" for flag in verifier_flags(namespace)]
    return [f"data.verifier={json.dumps(namespace.verifier)}"]


def _check_same(stored: TrainConfig, wanted: TrainConfig) -> None:
    before, now = stored.model_dump(), wanted.model_dump()
    for key in IDENTITY:
        if _part(before, key) != _part(now, key):
            fix = "leave it as it is, or train into another folder"
            raise ConfigError("differs from what the run in --out was begun with", field=key, fix=fix)
    if stored.stages or wanted.stages:
        _check_same_stages(stored, wanted)


def _check_same_stages(stored: TrainConfig, wanted: TrainConfig) -> None:
    from gui_agent.training.stages import stage_configs

    before = stage_configs(stored)
    for name, stage in stage_configs(wanted).items():
        try:
            _check_same(before[name], stage)
        except ConfigError as error:
            raise ConfigError(error.message, field=f"stages.{name}.{error.field}", fix=error.fix) from error


def _part(values: Mapping[str, Any], dotted: str) -> Any:
    return reduce(lambda inner, name: inner[name], dotted.split("."), values)


async def _train(config: TrainConfig, out: Path, team: Team, *, resume: bool) -> dict[str, Any]:
    from gui_agent.training.metrics import ProgressTable
    from gui_agent.training.recipes import train

    staged = config.recipe in STAGED
    table = ProgressTable(sys.stderr, None if staged else config.trainer.updates)
    return await train(config, out, resume=resume, listeners=[table], team=team)


async def _live_tasks(config: TrainConfig) -> int:
    """How many different tasks are tried on devices, after all that can be checked without one."""
    from gui_agent.composition import make_plan
    from gui_agent.training.choices import check_choices
    from gui_agent.training.stages import stage_configs

    parts = list(stage_configs(config).values()) or [config]
    for part in parts:
        check_choices(part)
    return sum([len((await make_plan(part.run)).tasks) for part in parts if part.recipe == "online"])


def _describe(config: TrainConfig, live_tasks: int, *, as_json: bool) -> int:
    from gui_agent.training.choices import needed_data
    from gui_agent.training.recipes import load_learner, load_trajectories

    left_out = Counter[str]()
    no_data = config.recipe == "online"
    trajectories = [] if no_data else load_trajectories(needed_data(config), left_out=left_out)
    weights = list(load_learner(config).policy.module.parameters())
    facts = {
        "recipe": config.recipe,
        "updates": config.trainer.updates,
        "trajectories": len(trajectories),
        "steps": sum(len(trajectory.steps) for trajectory in trajectories),
        "left_out": dict(left_out),
        "live_tasks": live_tasks,
        "parameters": sum(weight.numel() for weight in weights),
        "trained_parameters": sum(weight.numel() for weight in weights if weight.requires_grad),
    }
    text = json.dumps(facts) if as_json else "\n".join(f"{name:<20} {value}" for name, value in facts.items())
    sys.stdout.write(text + "\n")
    return Exit.DONE
