"""Reward data: right and wrong judgements of single steps, made of the run's successes by perturbation, balanced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from gui_agent.critic.reward_lines import JudgementLines
from gui_agent.critic.steps import correct_steps, equivalent_by
from gui_agent.export.base import ExportResult, ImageFolder
from gui_agent.export.critic import LESSONS
from gui_agent.export.sharegpt import write_dataset_info
from gui_agent.store.reader import RunReader
from verifier.reward_model.data import balanced, counts, make_judgements, split_by_goal
from verifier.reward_model.perturbation import perturbations

TEST_SHARE: Final = 0.2
"""Of the goals, all of whose attempts are in the test file."""


def export_reward(reader: RunReader, out: Path, *, seed: int) -> ExportResult:
    """Writes `reward_train.jsonl` and `reward_test.jsonl`, one judgement a line, and `counts.json`: what there is of
    which kind, what was made, and what was dropped because it may be right.

    Of what is to train with there are also the dialogues that teach a model to be a critic, for LLaMA-Factory. No goal,
    and so no attempt, is in both files; each is balanced by itself. Raises DataError for a lost or damaged tree or
    screen.
    """
    steps = list(correct_steps(reader))
    lines, files, told = JudgementLines(ImageFolder(reader, out), out), [], {}
    rows = 0
    for name, part in zip(("train", "test"), split_by_goal(steps, share=TEST_SHARE, seed=seed), strict=True):
        made = make_judgements(part, perturbations(part), equivalent_by(), seed=seed)
        chosen = balanced(made.judgements, seed=seed)
        files.append(out / f"reward_{name}.jsonl")
        files[-1].write_text("".join(f"{lines.line(judgement)}\n" for judgement in chosen), "ascii")
        told[name] = {"kept": counts(chosen), "made": counts(made.judgements), "dropped": dict(made.dropped)}
        rows += len(chosen)
        if name == "train":
            files.append(out / LESSONS)
            files[-1].write_text("".join(lines.lesson(judgement) for judgement in chosen), "utf-8")
            files.append(write_dataset_info(files[-1]))
    summary = out / "counts.json"
    summary.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    episodes = len({step.episode for step in steps})
    return ExportResult(files=(*files, summary), episodes=episodes, rows=rows)
