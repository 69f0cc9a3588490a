"""Reward data: right and wrong judgements of single steps, made of the run's successes by perturbation, balanced."""

from __future__ import annotations

import json
from pathlib import Path

from gui_agent.critic.reward_lines import JudgementLines
from gui_agent.critic.steps import correct_steps, equivalent_by
from gui_agent.export.base import ExportResult, ImageFolder
from gui_agent.store.reader import RunReader
from verifier.reward_model.data import balanced, counts, make_judgements
from verifier.reward_model.perturbation import perturbations


def export_reward(reader: RunReader, out: Path, *, seed: int) -> ExportResult:
    """Writes `reward.jsonl`, one judgement a line, and `counts.json`, what there is of which kind and was dropped.

    Raises DataError for a lost or damaged tree or screen.
    """
    steps = list(correct_steps(reader))
    made = make_judgements(steps, perturbations(steps), equivalent_by(), seed=seed)
    chosen = balanced(made.judgements, seed=seed)
    lines, target = JudgementLines(ImageFolder(reader, out), out), out / "reward.jsonl"
    with target.open("w", encoding="ascii") as file:
        for judgement in chosen:
            file.write(lines.line(judgement) + "\n")
    summary = out / "counts.json"
    told = {"kept": counts(chosen), "made": counts(made.judgements), "dropped_as_still_right": dict(made.still_right)}
    summary.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    episodes = len({step.origin.rpartition("/")[0] for step in steps})
    return ExportResult(files=(target, summary), episodes=episodes, rows=len(chosen))
