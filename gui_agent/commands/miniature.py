"""What `farm train miniature` does."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from device_farm.cli.command import Exit
from device_farm.config import load_config
from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.miniature.config import QUICK, MiniatureConfig
from gui_agent.runner.progress import open_display
from gui_agent.store.lock import RunLock
from gui_agent.store.toml import dump_toml
from gui_agent.training.metrics import Listener, ProgressTable

_CONFIG = "config.toml"
_NOT_HERE = ("farm", "backend", "apps", "desktops", "suite", "tasks", "gpus")
_FLAGS = {"apps": "app"}


async def run_miniature(namespace: argparse.Namespace) -> int:
    """Tells the story into `--out`, and prints the figures. Exit code 4 where the devices broke too many episodes.

    Raises:
        ConfigError, PrerequisiteError: before anything was done.
        DataError, PolicyError: as `gui_agent.miniature.story.Story.run`.
    """
    config = config_from(namespace)
    if importlib.util.find_spec("torch") is None:
        raise PrerequisiteError("training needs torch", field="torch", fix="pip install torch")
    if namespace.dry_run:
        sys.stdout.write(json.dumps(config.model_dump(mode="json")) + "\n")
        return Exit.DONE
    out: Path = namespace.out
    lock = await asyncio.to_thread(_locked, out)
    try:
        result = await _told(config, out)
    finally:
        lock.release()
    for name, rate in result["success"].items():
        sys.stdout.write(f"{name:<12} {rate:.1%} of the live episodes\n")
    if namespace.json:
        sys.stdout.write(json.dumps(result) + "\n")
    broken = [one["live"] for one in result["stages"].values() if "live" in one]
    too_broken = any(live["infra_error"] > 0.1 * live["episodes"] for live in broken)
    return Exit.INFRASTRUCTURE if too_broken else Exit.DONE


def config_from(namespace: argparse.Namespace) -> MiniatureConfig:
    """The defaults, or those of `--quick`; then each file, then the flags, then each `--set`.

    Raises:
        ConfigError: a key is bad, a flag is for other recipes, or `--out` holds another story, or this one and
            `--resume` is missing.
    """
    for name in _NOT_HERE:
        if getattr(namespace, name, None):
            fix = "leave it out, or train with `farm train online`, whose policy the miniature can be"
            raise ConfigError(
                "the miniature's story has its own phones and tasks", field=f"--{_FLAGS.get(name, name)}", fix=fix
            )
    flags = [f"seed={namespace.seed}"] if namespace.seed is not None else []
    flags += [f"devices={namespace.devices}"] if namespace.devices is not None else []
    flags += [f"episodes={namespace.episodes}"] if namespace.episodes is not None else []
    defaults = QUICK if namespace.quick else {}
    config = load_config(
        MiniatureConfig, paths=namespace.config, overrides=[*flags, *namespace.overrides], defaults=defaults
    )
    stored = namespace.out / _CONFIG
    if stored.exists():
        if load_config(MiniatureConfig, paths=[stored]) != config:
            fix = "give the same options, or name another folder"
            raise ConfigError(f"{namespace.out} holds another story", field="--out", fix=fix)
        if not namespace.resume:
            raise ConfigError(f"{namespace.out} holds this story", field="--out", fix="add --resume to go on with it")
    return config


def _locked(out: Path) -> RunLock:
    out.mkdir(parents=True, exist_ok=True)
    lock = RunLock(out / "train.lock")
    lock.acquire()
    return lock


async def _told(config: MiniatureConfig, out: Path) -> dict[str, Any]:
    from gui_agent.miniature.story import Shown, Story

    (out / _CONFIG).write_text(dump_toml(config.model_dump(mode="json")), encoding="utf-8")

    def line(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def updates(count: int) -> Sequence[Listener]:
        return (ProgressTable(sys.stderr, count),)

    shown = Shown(line=line, episodes=lambda: open_display(sys.stderr), updates=updates)
    return await Story(config, out, shown).run()
