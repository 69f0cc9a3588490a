"""The figures of one verifier over labelled episodes, as the bench prints them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.types.task import JsonValue
from verifier.calibration.counts import Rates, count, rates
from verifier.calibration.intervals import wilson_interval
from verifier.verdict import NO_COST, Cost, Decision

PRIORS: Final[Mapping[str, float | None]] = {"balanced": 0.5, "at_10_percent": 0.1, "as_counted": None}
_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a verifier said of one labelled episode. `kind` is how the episode was made."""

    episode: str
    kind: str
    truth: bool
    decision: Decision
    cost: Cost = NO_COST


def figures(judged: Sequence[Judged]) -> dict[str, JsonValue]:
    """`balanced`, `at_10_percent` and `as_counted`, each with the rates, their intervals and the mean cost a verdict.

    A prior is left out where the episodes lack one of its classes.
    """
    counts = count((entry.truth, entry.decision) for entry in judged)
    spent = _mean_cost([entry.cost for entry in judged])
    return {
        name: {**_rates_json(found), **spent}
        for name, prior in PRIORS.items()
        if (found := rates(counts, prior)) is not None
    }


def by_kind(judged: Sequence[Judged]) -> dict[str, JsonValue]:
    """Kind → `accuracy` with its interval, `undecided`, `n` and how many are `successes` by truth, sorted by name."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for entry in judged:
        groups[entry.kind].append(entry)
    return {kind: _kind_json(groups[kind]) for kind in sorted(groups)}


def _kind_json(group: Sequence[Judged]) -> dict[str, JsonValue]:
    right = sum((entry.decision == "success") is entry.truth and entry.decision != "undecided" for entry in group)
    low, high = wilson_interval(right, len(group))
    return {
        "accuracy": round(right / len(group), _DIGITS),
        "interval_95": [round(low, _DIGITS), round(high, _DIGITS)],
        "undecided": round(sum(entry.decision == "undecided" for entry in group) / len(group), _DIGITS),
        "n": len(group),
        "successes": sum(entry.truth for entry in group),
    }


def _rates_json(found: Rates) -> dict[str, JsonValue]:
    return {
        "accuracy": round(found.accuracy, _DIGITS),
        "precision": None if found.precision is None else round(found.precision, _DIGITS),
        "recall": round(found.recall, _DIGITS),
        "f1": round(found.f1, _DIGITS),
        "undecided": round(found.undecided, _DIGITS),
        "n": found.n,
        "interval_95": [round(bound, _DIGITS) for bound in found.accuracy_95],
        "precision_interval_95": [round(bound, _DIGITS) for bound in found.precision_95],
        "recall_interval_95": [round(bound, _DIGITS) for bound in found.recall_95],
        "decided_accuracy": None if found.decided_accuracy is None else round(found.decided_accuracy, _DIGITS),
    }


def _mean_cost(costs: Sequence[Cost]) -> dict[str, JsonValue]:
    """Means a verdict; tokens are prompt and completion together."""
    number = max(len(costs), 1)
    total = sum(costs, NO_COST)
    return {
        "steps": round(total.steps / number, 2),
        "images": round(total.images / number, 2),
        "tokens": round((total.prompt_tokens + total.completion_tokens) / number, 1),
        "seconds": round(total.seconds / number, 4),
    }
