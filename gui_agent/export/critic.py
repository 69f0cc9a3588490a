"""The two data sets that episodes under a critic leave: chosen actions for the agent, disagreements for the critic."""

from __future__ import annotations

from pathlib import Path

from device_farm.types.codec.json import encode
from gui_agent.critic.reflux import agent_episode, disagreements
from gui_agent.critic.reward_lines import JudgementLines
from gui_agent.critic.steps import with_trees
from gui_agent.export.base import ExportResult, ImageFolder, selected
from gui_agent.export.sharegpt import write_dataset_info
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter

LESSONS = "critic.jsonl"
"""The dialogues that teach a model to be a critic."""


def export_critic_agent(reader: RunReader, out: Path, *, success_only: bool) -> ExportResult:
    """Makes `out` a run folder of the chosen actions, which `farm train` and `farm export` read as any other.

    Left out are episodes without a review, and of the others what `agent_episode` leaves out. Raises DataError for a
    lost or damaged screen or tree.
    """
    episodes = rows = skipped_episodes = skipped_steps = 0
    with RunWriter(out, reader.config()) as writer:
        for stored in selected(reader, success_only=success_only):
            kept = agent_episode(reader.complete(stored))
            if kept is None:
                skipped_episodes += 1
                continue
            writer.add(kept)
            episodes += 1
            rows += len(kept.steps)
            skipped_steps += len(stored.episode.steps) - len(kept.steps)
    return ExportResult(
        files=(writer.layout.config,),
        episodes=episodes,
        rows=rows,
        skipped_episodes=skipped_episodes,
        skipped_steps=skipped_steps,
    )


def export_disagreements(reader: RunReader, out: Path, *, success_only: bool) -> ExportResult:
    """Writes `disagreements.jsonl`: judgements labelled by the second opinion, each with the whole `review`.

    Beside it the same as dialogues that teach a model to be a critic, with the `dataset_info.json` of LLaMA-Factory.
    Raises DataError for a lost or damaged screen or tree.
    """
    lines, target, taught = JudgementLines(ImageFolder(reader, out), out), out / "disagreements.jsonl", out / LESSONS
    episodes = rows = 0
    with target.open("w", encoding="ascii") as file, taught.open("w", encoding="utf-8") as dialogues:
        for stored in selected(reader, success_only=success_only):
            episodes += 1
            for judgement, review in disagreements(with_trees(reader, stored)):
                file.write(lines.line(judgement, {"review": encode(review)}) + "\n")
                dialogues.write(lines.lesson(judgement))
                rows += 1
    return ExportResult(files=(target, taught, write_dataset_info(taught)), episodes=episodes, rows=rows)
