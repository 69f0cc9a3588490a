"""Checks a run folder without a device: every file, every blob, every verdict against its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.errors import DataError, VerifierError
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Scored
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from gui_agent.verification.record import NOTE
from verifier.rules.base import reward_of, share_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """`damaged` and `unfounded` are (episode id, why). `unfounded`: the reward does not follow from the evidence."""

    episodes: tuple[Episode, ...]
    damaged: tuple[tuple[str, str], ...]
    unfounded: tuple[tuple[str, str], ...]
    blobs: int
    unused_blobs: int


def audit(reader: RunReader) -> Audit:
    """Reads everything there is; damage is reported, not raised."""
    episodes: list[Episode] = []
    damaged: list[tuple[str, str]] = []
    unfounded: list[tuple[str, str]] = []
    used: set[str] = set()
    for episode_id in reader.episode_ids():
        try:
            stored = reader.load(episode_id)
            used |= check_blobs(reader, stored)
        except DataError as error:
            damaged.append((episode_id, str(error)))
            continue
        if stored.episode.id != episode_id:
            damaged.append((episode_id, f"the folder holds episode {stored.episode.id}"))
            continue
        episodes.append(stored.episode)
        complaint = check_verdict(stored.episode)
        if complaint:
            unfounded.append((episode_id, complaint))
    there = {path.name.split(".")[0] for path in reader.layout.blobs.glob("*") if not path.name.startswith(".")}
    return Audit(
        episodes=tuple(episodes),
        damaged=tuple(damaged),
        unfounded=tuple(unfounded),
        blobs=len(there),
        unused_blobs=len(there - used),
    )


def check_blobs(reader: RunReader, stored: StoredEpisode) -> set[str]:
    """Reads every blob of an episode and gives their digests. Raises DataError."""
    used: set[str] = set()
    final = [] if stored.episode.final is None else [stored.episode.final]
    for observation in [step.observation for step in stored.episode.steps] + final:
        if observation.screenshot is not None and observation.screenshot.digest not in used:
            reader.pixels(observation.screenshot)
            used.add(observation.screenshot.digest)
    for digest in (*stored.trees, stored.final_tree):
        if digest is not None and digest not in used:
            reader.tree(digest)
            used.add(digest)
    return used


def _follows(task: Task, outcome: Scored, *, verified: bool) -> float:
    """The reward that the evidence stands for. A verifier's word, `verified`, rests on all of it, whatever the task.
    AndroidWorld states its own, which may be a fraction, as the first piece; what else must hold comes after it. Of a
    task of several parts each piece is one."""
    if verified:
        return reward_of(outcome.evidence)
    if task.evaluator == "parts":
        return share_of(outcome.evidence)
    if task.evaluator != "androidworld" or not outcome.evidence:
        return reward_of(outcome.evidence)
    stated, *conditions = outcome.evidence
    try:
        return float(stated.observed) if all(piece.holds for piece in conditions) else 0.0
    except ValueError as error:
        raise VerifierError(f"{stated.observed!r} is no reward") from error


def check_verdict(episode: Episode) -> str:
    """Why the reward does not follow from the stored evidence; "" where it does, or where there is no reward."""
    if not isinstance(episode.outcome, Scored):
        return ""
    try:
        verified = episode.provenance.extra.get(NOTE) is not None
        expected = _follows(episode.task, episode.outcome, verified=verified)
    except VerifierError as error:
        return error.message
    if episode.outcome.reward == expected:
        return ""
    return f"reward {episode.outcome.reward:g}, but the evidence says {expected:g}"
