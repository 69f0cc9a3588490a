"""What `farm train world-model` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, assert_never

from device_farm.cli.command import Exit
from device_farm.config import load_config
from device_farm.errors import ConfigError
from gui_agent.store.lock import RunLock
from gui_agent.store.toml import dump_toml
from gui_agent.training.metrics import Listener, ProgressTable
from gui_agent.training.next_screen.config import SketcherConfig, TextConfig, WorldModelConfig
from gui_agent.training.next_screen.train import load_transitions, train_sketcher, train_text
from gui_agent.transitions.sketcher_recipe import needs_torch
from world_model.sketcher.weight_file import SKETCHER

_CONFIG = "config.toml"
_NOT_HERE = ("farm", "backend", "apps", "devices", "desktops", "suite", "tasks", "episodes", "verifier", "gpus")
_FLAGS = {"apps": "app"}


async def run_world_model(namespace: argparse.Namespace) -> int:
    """Trains into `--out`, and prints the final figures.

    Raises:
        ConfigError, DataError, PrerequisiteError: before anything was trained.
        PolicyError: as the learners.
    """
    config = config_from(namespace)
    if namespace.dry_run:
        found = await asyncio.to_thread(load_transitions, config)
        facts = {"order": config.order, "learner": config.learner.type, "transitions": len(found)}
        return _print(facts, as_json=namespace.json)
    needs_torch()
    out: Path = namespace.out
    lock = await asyncio.to_thread(_locked, config, out, resume=namespace.resume)
    try:
        figures = await _trained(config, out, resume=namespace.resume)
    finally:
        lock.release()
    return _print(figures, as_json=namespace.json)


def config_from(namespace: argparse.Namespace) -> WorldModelConfig:
    """What a resumed folder says, then each file, then the flags, then each `--set`. Raises ConfigError."""
    for name in (*_NOT_HERE, "cluster", "quick"):
        if getattr(namespace, name, None):
            fix = "leave it out: a world model learns from transitions, on one machine"
            raise ConfigError("not for a world model", field=f"--{_FLAGS.get(name, name)}", fix=fix)
    stored = namespace.out / _CONFIG
    paths = [stored, *namespace.config] if namespace.resume and stored.exists() else list(namespace.config)
    flags = [f"seed={namespace.seed}"] if namespace.seed is not None else []
    config = load_config(WorldModelConfig, paths=paths, overrides=[*flags, *namespace.overrides])
    if namespace.resume and isinstance(config.learner, SketcherConfig):
        raise ConfigError("a sketcher is trained in one go", field="--resume", fix="train it again in another folder")
    return config


def _locked(config: WorldModelConfig, out: Path, *, resume: bool) -> RunLock:
    from gui_agent.training.trainer import CHECKPOINTS, METRICS

    out.mkdir(parents=True, exist_ok=True)
    lock = RunLock(out / "train.lock")
    lock.acquire()
    try:
        if not resume and any((out / name).exists() for name in (METRICS, CHECKPOINTS, SKETCHER)):
            raise ConfigError(f"{out} holds a run", field="--out", fix="add --resume, or name another folder")
        (out / _CONFIG).write_text(dump_toml(config.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    except BaseException:
        lock.release()
        raise
    return lock


async def _trained(config: WorldModelConfig, out: Path, *, resume: bool) -> dict[str, Any]:
    match config.learner:
        case SketcherConfig() as sketcher:
            listeners: list[Listener] = [ProgressTable(sys.stderr, sketcher.updates)]
            return await train_sketcher(config, sketcher, out, listeners)
        case TextConfig() as text:
            listeners = [ProgressTable(sys.stderr, text.trainer.updates)]
            return await train_text(config, text, out, resume=resume, listeners=listeners)
        case _:
            assert_never(config.learner)


def _print(figures: dict[str, Any], *, as_json: bool) -> int:
    lines = [f"{name:<20} {value}" for name, value in figures.items()]
    sys.stdout.write((json.dumps(figures) if as_json else "\n".join(lines)) + "\n")
    return Exit.DONE
