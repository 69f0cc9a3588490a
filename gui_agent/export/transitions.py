"""What world models learn from: screens as sketches, what was done, what came of it; balanced, unseen parts apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gui_agent.export.base import ExportResult
from gui_agent.store.reader import RunReader
from gui_agent.transitions.lines import line_of
from gui_agent.transitions.parts import balanced, split
from gui_agent.transitions.recorded import Recorded, recorded


def export_transitions(reader: RunReader, out: Path, *, success_only: bool, seed: int) -> ExportResult:
    """Writes `transitions_train.jsonl`, `transitions_test_templates.jsonl` and `transitions_test_apps.jsonl`, each
    balanced by itself, and `counts.json`: what there is of which application and action, what was held out, what was
    left out and why. Raises DataError for a damaged episode or tree.
    """
    return export_several([reader], out, success_only=success_only, seed=seed)


def export_several(readers: Sequence[RunReader], out: Path, *, success_only: bool, seed: int) -> ExportResult:
    """As `export_transitions`, of several runs together: what is held out is held out of all of them."""
    skipped: Counter[str] = Counter()
    found = [one for reader in readers for one in recorded(reader, skipped, success_only=success_only)]
    parts = split(found, seed=seed)
    told: dict[str, Any] = {
        "skipped_steps": dict(sorted(skipped.items())),
        "held_out_apps": parts.held_out_apps,
        "held_out_templates": parts.held_out_templates,
        "same_as_in_train": parts.again,
    }
    files, rows = [], 0
    named = {"train": parts.train, "test_templates": parts.test_templates, "test_apps": parts.test_apps}
    for name, part in named.items():
        kept = balanced(part, seed=seed)
        files.append(out / f"transitions_{name}.jsonl")
        files[-1].write_text("".join(f"{line_of(one)}\n" for one in kept), "ascii")
        told[name] = {"seen": len(part), "kept": len(kept), "by_app_and_action": _counts(kept)}
        rows += len(kept)
    summary = out / "counts.json"
    summary.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return ExportResult(
        files=(*files, summary),
        episodes=len({one.origin.rpartition("/")[0] for one in found}),
        rows=rows,
        skipped_steps=sum(skipped.values()),
    )


def _counts(transitions: Sequence[Recorded]) -> dict[str, dict[str, int]]:
    counted = Counter((one.transition.before.app, one.kind) for one in transitions)
    found: dict[str, dict[str, int]] = {}
    for (app, kind), count in sorted(counted.items()):
        found.setdefault(app, {})[kind] = count
    return found
