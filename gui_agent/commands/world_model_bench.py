"""What `farm world-model bench` does: two parts that know nothing of each other, and one JSON object."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError
from gui_agent.commands.world_model_lookahead import bench_lookahead
from gui_agent.commands.world_model_predictors import bench_predictors

Part: TypeAlias = Callable[[argparse.Namespace, Path], Awaitable[dict[str, Any]]]
"""Measures into the folder, and gives what stands under its name in the object."""
PARTS: Final[Mapping[str, Part]] = {"predictors": bench_predictors, "lookahead": bench_lookahead}


async def run_bench(namespace: argparse.Namespace) -> int:
    """Prints a table a part, and with `--json` one object, a key a part.

    Raises:
        ConfigError: an unknown part, and what the parts refuse.
        DataError, PrerequisiteError: as the parts.
    """
    for name in namespace.part:
        if name not in PARTS:
            raise ConfigError(f"unknown part {name!r}", field="--part", fix=f"one of: {', '.join(PARTS)}")
    out: Path = namespace.out or Path("runs/world-model")
    found: dict[str, Any] = {}
    for name in namespace.part or PARTS:
        found[name] = await PARTS[name](namespace, out)
        sys.stdout.write(f"{name}\n{_table(found[name])}")
        sys.stdout.flush()
    if namespace.json:
        sys.stdout.write(json.dumps(found) + "\n")
    return Exit.DONE


def _table(values: Mapping[str, Any]) -> str:
    """A line a name, with the figures of what is nested in it behind its key."""
    return "".join(f"  {name:<12} {_told(one)}\n" for name, one in values.items())


def _told(value: Any) -> str:
    match value:
        case Mapping():
            return "; ".join(f"{key} {_told(inner)}" for key, inner in value.items())
        case float():
            return f"{value:.3f}"
        case _:
            return str(value)
