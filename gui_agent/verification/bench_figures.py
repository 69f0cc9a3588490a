"""What a bench of verifiers says: rates, costs, accuracy by kind, who was wrong where opinions differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from device_farm.types.codec.json import encode
from device_farm.types.task import JsonValue
from gui_agent.benchmarks.base import Suite
from gui_agent.labelled.episode import KINDS, LabelledEpisode
from gui_agent.verification.bench import Heard
from gui_agent.verification.bench_majority import CORRELATIONS, ERROR, majority_curve, simulated_majority
from verifier.calibration.table import Judged, by_kind, figures
from verifier.verdict import Verdict

_LISTED: Final = 200
_EVIDENCE: Final = 3


def judged_by(episodes: Sequence[LabelledEpisode], heard: Iterable[Heard]) -> dict[str, list[Judged]]:
    """Verifier → what it said of every episode that was done again as it was."""
    labelled = {episode.id: episode for episode in episodes}
    found: dict[str, list[Judged]] = {}
    for one in heard:
        episode = labelled[one.episode]
        for verdict in one.verdicts:
            entry = Judged(
                episode=one.episode,
                kind=episode.kind,
                truth=episode.label.success,
                decision=verdict.decision,
                cost=verdict.cost,
            )
            found.setdefault(verdict.verifier, []).append(entry)
    return found


def bench_figures(
    suite: Suite, episodes: Sequence[LabelledEpisode], heard: Sequence[Heard], curves: Mapping[str, Sequence[str]]
) -> dict[str, JsonValue]:
    """`verifiers`, `kinds`, `platforms`, `in_state`, `disagreements`, `majority`, and what the figures rest on.

    `in_state` are the figures without the templates of `suite` that the agent's answer decides: the truth of all others
    lies in the device's state. `curves` is majority name → the names of its runs; these are no verifiers of their own.
    """
    runs = {name for names in curves.values() for name in names}
    every = judged_by(episodes, heard)
    judged = {name: entries for name, entries in every.items() if name not in runs}
    kept = {one.episode for one in heard if one.verdicts}
    shown = [episode for episode in episodes if episode.id in kept]
    stated = {one.id for one in shown if suite.template(one.template).evaluator != "answer"}
    document: dict[str, Any] = {
        **_basis(episodes, shown, heard),
        "verifiers": {name: figures(entries) for name, entries in judged.items()},
        "kinds": _accuracies(judged),
        "kind_sizes": {kind: _size(shown, kind) for kind in KINDS if _size(shown, kind)["n"]},
        "platforms": _by_platform(shown, judged),
        "in_state": {
            name: figures([one for one in entries if one.episode in stated]) for name, entries in judged.items()
        },
        "disagreements": disagreements(shown, heard),
        "majority": {name: majority_curve([every[run] for run in names]) for name, names in curves.items() if names},
    }
    return document


def _basis(
    episodes: Sequence[LabelledEpisode], shown: Sequence[LabelledEpisode], heard: Sequence[Heard]
) -> dict[str, JsonValue]:
    asked = {one.episode for one in heard}
    return {
        "labelled": len(episodes),
        "episodes": len(shown),
        "successes": sum(episode.label.success for episode in shown),
        "not_reproduced": [{"episode": one.episode, "problem": one.problem} for one in heard if one.problem],
        "left_out": dict(Counter(episode.platform for episode in episodes if episode.id not in asked)),
    }


def _accuracies(judged: Mapping[str, Sequence[Judged]]) -> dict[str, dict[str, JsonValue]]:
    """Kind → verifier → accuracy, undecided counted as wrong."""
    found: dict[str, dict[str, JsonValue]] = {}
    for name, entries in judged.items():
        for kind, line in by_kind(entries).items():
            assert isinstance(line, dict)
            found.setdefault(kind, {})[name] = line["accuracy"]
    return {kind: found[kind] for kind in KINDS if kind in found}


def _size(shown: Sequence[LabelledEpisode], kind: str) -> dict[str, JsonValue]:
    group = [episode for episode in shown if episode.kind == kind]
    return {"n": len(group), "successes": sum(episode.label.success for episode in group)}


def _by_platform(
    shown: Sequence[LabelledEpisode], judged: Mapping[str, Sequence[Judged]]
) -> dict[str, dict[str, JsonValue]]:
    """Platform → verifier → balanced rates."""
    platform_of = {episode.id: episode.platform for episode in shown}
    found: dict[str, dict[str, JsonValue]] = {}
    for name, entries in judged.items():
        for platform in sorted(set(platform_of.values())):
            group = [entry for entry in entries if platform_of[entry.episode] == platform]
            found.setdefault(platform, {})[name] = figures(group).get("balanced")
    return found


def disagreements(shown: Sequence[LabelledEpisode], heard: Sequence[Heard]) -> dict[str, JsonValue]:
    """Where the scripted evaluator and the agentic verifier differ: who was wrong by truth, and on what evidence."""
    labelled = {episode.id: episode for episode in shown}
    listed: list[JsonValue] = []
    wrong: Counter[str] = Counter()
    for one in heard:
        verdicts = {verdict.verifier: verdict for verdict in one.verdicts}
        scripted, agentic = verdicts.get("scripted"), verdicts.get("agentic")
        if scripted is None or agentic is None or scripted.decision == agentic.decision:
            continue
        episode = labelled[one.episode]
        truth = "success" if episode.label.success else "failure"
        blamed = "agentic" if scripted.decision == truth else "scripted" if agentic.decision == truth else "both"
        wrong[blamed] += 1
        listed.append(_disagreement(episode, truth, blamed, scripted, agentic))
    # Those that concern the agentic verifier first: the evaluator's own blind spot is the same every time.
    listed.sort(key=lambda line: line["wrong"] == "scripted" if isinstance(line, dict) else True)
    return {"count": len(listed), "wrong": dict(wrong), "listed": listed[:_LISTED]}


def _disagreement(
    episode: LabelledEpisode, truth: str, blamed: str, scripted: Verdict, agentic: Verdict
) -> dict[str, JsonValue]:
    telling = [piece for piece in agentic.evidence if not piece.holds] or list(agentic.evidence)
    return {
        "episode": episode.id,
        "note": episode.note,
        "truth": truth,
        "why": episode.label.why[:300],
        "wrong": blamed,
        "scripted": scripted.decision,
        "agentic": agentic.decision,
        "agentic_reason": agentic.reason[:300],
        "agentic_faults": [fault[:200] for fault in agentic.faults[:_EVIDENCE]],
        "agentic_evidence": [
            {key: value[:200] if isinstance(value, str) else value for key, value in _document(piece).items()}
            for piece in telling[:_EVIDENCE]
        ],
    }


def _document(piece: object) -> dict[str, JsonValue]:
    document = encode(piece)
    assert isinstance(document, dict)
    return document


async def simulated(episodes: Sequence[LabelledEpisode], heard: Sequence[Heard]) -> dict[str, JsonValue]:
    """The majority by number of runs of *simulated* noisy judges that wrap the agentic verifier's opinion, or the
    first verifier's where that was not asked: its mechanism, and no model's figures."""
    judged = judged_by(episodes, heard)
    wrapped = "agentic" if "agentic" in judged else next(iter(judged), "")
    return {
        "wraps": wrapped,
        "error": ERROR,
        **{
            f"correlation_{round(100 * correlation)}_percent": await simulated_majority(
                judged.get(wrapped, []), correlation
            )
            for correlation in CORRELATIONS
        },
    }
