"""What `farm verify` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError
from device_farm.types.trajectory import Episode
from gui_agent.commands.replaying import comparison_json, comparison_table
from gui_agent.commands.stored import open_stored, replay_stored
from gui_agent.runner.progress import open_display
from gui_agent.runner.replay import Comparison, replayable
from gui_agent.store.audit import Audit, audit
from gui_agent.store.reader import final_attempts


async def run_verify(namespace: argparse.Namespace) -> int:
    """Exit code 1 for a damaged file, a verdict without grounds, or a reward that a fresh device does not confirm."""
    if namespace.sample is not None and namespace.sample < 1:
        raise ConfigError(f"{namespace.sample} is out of range", field="--sample", fix="use at least 1, or --offline")
    run = open_stored(namespace)
    found = await asyncio.to_thread(audit, run.reader)
    comparisons: list[Comparison] = []
    chosen = [] if namespace.offline else sample(final_attempts(list(found.episodes)), namespace.sample)
    if chosen:
        with open_display(sys.stderr) as display:
            comparisons = await replay_stored(run, chosen, [display])
    console = Console(file=sys.stdout, width=120 if not sys.stdout.isatty() else None)
    console.print(_table(found, comparisons))
    if comparisons:
        console.print(comparison_table(comparisons))
    values = _figures(found, comparisons)
    if namespace.json:
        sys.stdout.write(json.dumps(values) + "\n")
    agrees = not found.damaged and not found.unfounded and all(entry.rewards_agree for entry in comparisons)
    return Exit.DONE if agrees else Exit.FAILED


def sample(episodes: Sequence[Episode], count: int | None) -> list[Episode]:
    """`count` of the scored episodes, evenly spread (None: all)."""
    return spread([episode for episode in episodes if replayable(episode)], count)


def spread(episodes: Sequence[Episode], count: int | None) -> list[Episode]:
    """`count` of the episodes, evenly spread (None: all)."""
    if count is None or count >= len(episodes):
        return list(episodes)
    return [episodes[index * len(episodes) // count] for index in range(count)]


def _table(found: Audit, comparisons: Sequence[Comparison]) -> Table:
    table = Table(box=None, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_row(str(len(found.episodes)), "episodes whose files are whole")
    table.add_row(str(found.blobs), f"blobs, {found.unused_blobs} of them unused")
    table.add_row(str(len(found.damaged)), "damaged episodes")
    table.add_row(str(len(found.unfounded)), "verdicts that do not follow from their evidence")
    if comparisons:
        agree = sum(entry.rewards_agree for entry in comparisons)
        table.add_row(f"{agree}/{len(comparisons)}", "rewards confirmed on a fresh device")
    for episode_id, why in (*found.damaged, *found.unfounded):
        table.add_row("[red]![/]", f"{episode_id}: {why}")
    return table


def _figures(found: Audit, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    disagreements: list[dict[str, Any]] = [
        {"episode": episode_id, "problem": why} for episode_id, why in (*found.damaged, *found.unfounded)
    ]
    replayed = comparison_json(comparisons)
    listed = replayed.pop("disagreements")
    assert isinstance(listed, list)
    return {
        "episodes": len(found.episodes) + len(found.damaged),
        "intact": len(found.episodes),
        "damaged": len(found.damaged),
        "unfounded": len(found.unfounded),
        "blobs": found.blobs,
        "unused_blobs": found.unused_blobs,
        **replayed,
        "disagreements": disagreements + listed,
    }
