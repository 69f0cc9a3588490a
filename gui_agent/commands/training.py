"""What `farm train` does."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from device_farm.cli.command import Exit
from device_farm.config import load_config
from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.commands.settings import run_flags
from gui_agent.store.lock import RunLock
from gui_agent.store.toml import dump_toml
from gui_agent.training.config import IDENTITY, TrainConfig

_CONFIG = "config.toml"
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
        return _describe(config, as_json=namespace.json)
    out: Path = namespace.out
    lock = await asyncio.to_thread(_locked, out)
    try:
        result = await _train(config, out, resume=namespace.resume)
    finally:
        lock.release()
    text = json.dumps(result) if namespace.json else "\n".join(f"{name:<20} {value}" for name, value in result.items())
    sys.stdout.write(text + "\n")
    return Exit.DONE


def _locked(out: Path) -> RunLock:
    out.mkdir(parents=True, exist_ok=True)
    lock = RunLock(out / _LOCK)
    lock.acquire()
    return lock


def config_from(namespace: argparse.Namespace) -> TrainConfig:
    """What a resumed folder says, then each file, then the flags, then each `--set`. Raises ConfigError."""
    stored = namespace.out / _CONFIG
    paths = [stored, *namespace.config] if namespace.resume and stored.exists() else list(namespace.config)
    flags = [f"recipe={json.dumps(namespace.recipe)}"]
    flags += [f"trainer.seed={namespace.seed}"] if namespace.seed is not None else []
    flags += [f"run.{flag}" for flag in run_flags(namespace) if not flag.startswith("seed=")]
    config = load_config(TrainConfig, paths=paths, overrides=[*flags, *namespace.overrides])
    if namespace.resume and stored.exists():
        _check_same(load_config(TrainConfig, paths=[stored]), config)
    return config


def _check_same(stored: TrainConfig, wanted: TrainConfig) -> None:
    before, now = stored.model_dump(), wanted.model_dump()
    for key in IDENTITY:
        if _part(before, key) != _part(now, key):
            fix = "leave it as it is, or train into another folder"
            raise ConfigError("differs from what the run in --out was begun with", field=key, fix=fix)


def _part(values: Mapping[str, Any], dotted: str) -> Any:
    return reduce(lambda inner, name: inner[name], dotted.split("."), values)


async def _train(config: TrainConfig, out: Path, *, resume: bool) -> dict[str, Any]:
    from gui_agent.training.metrics import ProgressTable
    from gui_agent.training.recipes import train
    from gui_agent.training.trainer import CHECKPOINTS, METRICS

    if not resume and ((out / METRICS).exists() or (out / CHECKPOINTS).exists()):
        raise ConfigError(f"{out} holds a run", field="--out", fix="add --resume, or name another folder")
    (out / _CONFIG).write_text(dump_toml(config.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    table = ProgressTable(sys.stderr, config.trainer.updates)
    return await train(config, out, resume=resume, listeners=[table])


def _describe(config: TrainConfig, *, as_json: bool) -> int:
    from gui_agent.training.recipes import load_learner, load_trajectories, needed_data

    left_out = Counter[str]()
    trajectories = [] if config.recipe == "online" else load_trajectories(needed_data(config), left_out=left_out)
    weights = list(load_learner(config).policy.module.parameters())
    facts = {
        "recipe": config.recipe,
        "updates": config.trainer.updates,
        "trajectories": len(trajectories),
        "steps": sum(len(trajectory.steps) for trajectory in trajectories),
        "left_out": dict(left_out),
        "parameters": sum(weight.numel() for weight in weights),
        "trained_parameters": sum(weight.numel() for weight in weights if weight.requires_grad),
    }
    text = json.dumps(facts) if as_json else "\n".join(f"{name:<20} {value}" for name, value in facts.items())
    sys.stdout.write(text + "\n")
    return Exit.DONE
