"""What `farm replay` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from device_farm.cli.command import Exit
from device_farm.errors import ConfigError
from gui_agent.commands.stored import load_episodes, open_stored, replay_stored
from gui_agent.report.write import write_report
from gui_agent.runner.progress import open_display
from gui_agent.runner.replay import Comparison, replayable
from gui_agent.store.reader import final_attempts


async def run_replay(namespace: argparse.Namespace) -> int:
    """Exit code 1 where a reward (with --strict: or a screen) differs."""
    if namespace.report:
        path = await asyncio.to_thread(write_report, namespace.run)
        sys.stdout.write(f"{path}\n")
        return Exit.DONE
    run = open_stored(namespace)
    loaded = await load_episodes(run, namespace.episode)
    episodes = [episode for episode in final_attempts(loaded) if replayable(episode)]
    if not episodes:
        raise ConfigError("no scored episode to replay", field="RUN", fix="collect some first")
    with open_display(sys.stderr) as display:
        comparisons = await replay_stored(run, episodes, [display])
    Console(file=sys.stdout, width=120 if not sys.stdout.isatty() else None).print(comparison_table(comparisons))
    failed = [
        entry for entry in comparisons if not entry.rewards_agree or (namespace.strict and not entry.screens_agree)
    ]
    if namespace.json:
        sys.stdout.write(json.dumps(comparison_json(comparisons)) + "\n")
    return Exit.FAILED if failed else Exit.DONE


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    table = Table(box=None, header_style="bold")
    for name in ("episode", "screens equal", "first difference", "reward then", "now", ""):
        table.add_column(name, justify="right" if name in ("screens equal", "reward then", "now") else "left")
    for entry in comparisons:
        first = "" if entry.first_difference is None else f"step {entry.first_difference + 1}"
        verdict = "[green]agrees[/]" if entry.rewards_agree else f"[red]DIFFERS[/] {entry.problem}"
        now = "-" if entry.reward_now is None else f"{entry.reward_now:g}"
        screens = f"{entry.same_screens}/{entry.screens}"
        table.add_row(entry.episode_id, screens, first, f"{entry.reward_then:g}", now, verdict)
    return table


def comparison_json(comparisons: Sequence[Comparison]) -> dict[str, object]:
    return {
        "replayed": len(comparisons),
        "rewards_agree": sum(entry.rewards_agree for entry in comparisons),
        "screens": sum(entry.screens for entry in comparisons),
        "screens_equal": sum(entry.same_screens for entry in comparisons),
        "disagreements": [
            {"episode": entry.episode_id, "then": entry.reward_then, "now": entry.reward_now, "problem": entry.problem}
            for entry in comparisons
            if not entry.rewards_agree
        ],
    }
