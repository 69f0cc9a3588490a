"""What `farm export` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError
from device_farm.types.codec.dialects import dialect_by_name
from gui_agent.export.base import ExportResult
from gui_agent.export.critic import export_critic_agent, export_disagreements
from gui_agent.export.jsonl import export_jsonl
from gui_agent.export.parquet import export_parquet, require_pyarrow
from gui_agent.export.qa import export_qa
from gui_agent.export.reward import export_reward
from gui_agent.export.sharegpt import export_sharegpt
from gui_agent.export.transitions import export_transitions
from gui_agent.export.ui_s1 import export_ui_s1
from gui_agent.store.files import storage_errors
from gui_agent.store.reader import RunReader
from gui_agent.verification.rewards import VerifiedReader


async def run_export(namespace: argparse.Namespace) -> int:
    """Raises ConfigError, PrerequisiteError and DataError."""
    verifier: str | None = namespace.verifier
    reader = RunReader(namespace.run) if verifier is None else VerifiedReader(namespace.run, verifier)
    out = namespace.out or namespace.run / "export" / namespace.format
    if namespace.dialect is not None and namespace.format not in ("sharegpt", "qa"):
        raise ConfigError(f"{namespace.format} has its own form", field="--dialect", fix="leave it out")
    if namespace.dialect is not None:
        dialect_by_name(namespace.dialect, field="--dialect")
    if namespace.format == "parquet":
        require_pyarrow()
    if out.exists() and any(out.iterdir()):
        raise ConfigError(f"{out} is not empty", field="--out", fix="choose a new folder")
    result = await asyncio.to_thread(_export, reader, out, namespace)
    left_out = f", {result.skipped_episodes} episodes and {result.skipped_steps} steps left out"
    skipped = left_out if result.skipped_episodes or result.skipped_steps else ""
    sys.stdout.write(f"{result.episodes} episodes, {result.rows} rows{skipped}\n{result.files[0]}\n")
    if namespace.json:
        values = {"format": namespace.format, "episodes": result.episodes, "rows": result.rows}
        values |= {"skipped_episodes": result.skipped_episodes, "skipped_steps": result.skipped_steps}
        sys.stdout.write(json.dumps({**values, "files": [str(path) for path in result.files]}) + "\n")
    return Exit.DONE


def _export(reader: RunReader, out: Path, namespace: argparse.Namespace) -> ExportResult:
    only: bool = namespace.success_only
    with storage_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        match namespace.format:
            case "jsonl":
                return export_jsonl(reader, out, success_only=only)
            case "ui-s1":
                return export_ui_s1(reader, out, success_only=only)
            case "sharegpt":
                return export_sharegpt(reader, out, success_only=only, dialect=namespace.dialect)
            case "qa":
                return export_qa(reader, out, success_only=only, dialect=namespace.dialect, seed=namespace.seed)
            case "parquet":
                return export_parquet(reader, out, success_only=only)
            case "reward":
                return export_reward(reader, out, seed=namespace.seed)
            case "critic-agent":
                return export_critic_agent(reader, out, success_only=only)
            case "critic-disagreements":
                return export_disagreements(reader, out, success_only=only)
            case "transitions":
                return export_transitions(reader, out, success_only=only, seed=namespace.seed)
    raise ConfigError(f"unknown format {namespace.format!r}", field="--format")
