"""Verifiers' verdicts as the report shows them: beside what the agent claimed and what the evaluator said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from device_farm.types.codec.json import encode
from device_farm.types.trajectory import Episode, Outcome, Scored, Undecided
from gui_agent.runner.journal import reason_of
from gui_agent.store.reader import final_attempts
from gui_agent.verification.loaded import decision_of
from gui_agent.verification.record import VerdictRecord, evaluator_of, short, verdicts_of

NO_VERDICTS: Final[dict[str, Any]] = {"verifiers": [], "said": [], "episodes": {}, "look_at": []}
NOT_SAID: Final = "nothing"
"""Of an attempt about which somebody was not asked, or said nothing."""


def verdict_content(root: Path, episodes: Sequence[Episode]) -> dict[str, Any]:
    """`verifiers` by name, `said` who called how many attempts a success, `episodes` id to evaluator and verdicts,
    `look_at` what a person should settle. Without a verifier only `said` has something.

    Raises:
        DataError: a file of verdicts, or the note of an episode, is malformed.
    """
    found = verdicts_of(root, episodes)
    names = sorted(found)
    said = _said(final_attempts(list(episodes)), names, found)
    if not names:
        return {**NO_VERDICTS, "said": said}
    return {
        "verifiers": names,
        "said": said,
        "episodes": {episode.id: _opinions(episode, names, found) for episode in episodes},
        "look_at": [
            {"episode": episode.id, "verifier": name, "step": _shown_at(found[name][episode.id])}
            for episode in episodes
            for name in names
            if episode.id in found[name] and found[name][episode.id].disagrees
        ],
    }


def verdict_notes(content: Mapping[str, Any]) -> list[str]:
    """A line for each verifier that left episodes undecided because something broke, with the first fault."""
    notes = []
    for name in content["verifiers"]:
        verdicts = [said["verdicts"][name] for said in content["episodes"].values() if name in said["verdicts"]]
        broken = [one for one in verdicts if one["decision"] == "undecided" and one["faults"]]
        if broken:
            count = f"{len(broken)} of {len(verdicts)} verdicts of {name} are undecided"
            notes.append(f"{count} because something broke: {broken[0]['faults'][0]}")
    return notes


def _said(
    episodes: Sequence[Episode], names: Sequence[str], found: Mapping[str, Mapping[str, VerdictRecord]]
) -> list[dict[str, Any]]:
    """The agent first, then the evaluator, where it could ever tell, then each verifier."""
    rows = [_row("agent", "claimed", (episode.claimed or NOT_SAID for episode in episodes))]
    evaluators = [evaluator_of(episode) for episode in episodes]
    if any(isinstance(outcome, Scored) for outcome in evaluators):
        rows.append(_row("evaluator", "evaluator", map(_word, evaluators)))
    for name in names:
        records = [found[name].get(episode.id) for episode in episodes]
        decisions = (NOT_SAID if record is None else record.verdict.decision for record in records)
        rows.append(_row(name, "verified", decisions))
    return rows


def _row(who: str, kind: str, words: Iterable[str]) -> dict[str, Any]:
    counts = Counter(words)
    return {"who": who, "kind": kind, **{word: counts[word] for word in ("success", "failure", "undecided", NOT_SAID)}}


def _word(outcome: Outcome) -> str:
    """What an evaluator said; one that was not asked, because the attempt broke or ran late, said nothing."""
    return decision_of(outcome) if isinstance(outcome, Scored | Undecided) else NOT_SAID


def _opinions(
    episode: Episode, names: Sequence[str], found: Mapping[str, Mapping[str, VerdictRecord]]
) -> dict[str, Any]:
    evaluator = evaluator_of(episode)
    return {
        "evaluator": short(evaluator),
        "evaluator_reason": reason_of(evaluator),
        "evaluator_evidence": [encode(piece) for piece in getattr(evaluator, "evidence", ())],
        "verdicts": {name: _verdict(found[name][episode.id]) for name in names if episode.id in found[name]},
    }


def _verdict(record: VerdictRecord) -> dict[str, Any]:
    document = encode(record.verdict)
    assert isinstance(document, dict)
    return {"stages": [], **document, "how": record.how, "disagrees": record.disagrees}


def _shown_at(record: VerdictRecord) -> int | None:
    """The step whose screen shows what speaks for the verdict, else any that its evidence names."""
    pieces = [piece for piece in record.verdict.evidence if piece.step is not None]
    speaking = [piece for piece in pieces if piece.holds == (record.verdict.decision == "success")]
    return next((piece.step for piece in (*speaking, *pieces)), None)
