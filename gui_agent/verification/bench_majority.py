"""The majority of several runs by their number: of a model's runs, and of a simulated judge where there is no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from device_farm.types.task import JsonValue
from verifier.agentic.majority import MajorityVerifier, leader, settled
from verifier.calibration.counts import count, rates
from verifier.calibration.noise import NoisyJudge
from verifier.calibration.table import Judged
from verifier.calibration.votes import expected_majority
from verifier.case import Case
from verifier.verdict import Decision

MOST_RUNS: Final = 9
ERROR: Final = 0.2
CORRELATIONS: Final = (0.0, 0.3)
"""How often the simulated judge is wrong about the opinion that it wraps, and how alike its runs err."""
_DRAWS: Final = 4
"""Simulated judges an episode, each with dice of its own: the figures' chance is half of one judge's."""
_NOTHING: Final = Case(goal="", platform="android", steps=(), final=None, answer=None, claimed=None, stop="step_budget")


def majority_curve(runs: Sequence[Sequence[Judged]]) -> dict[str, JsonValue]:
    """N → balanced `accuracy`, `f1` and `undecided` of the majority of the first N runs, and the `mean_runs` used.

    Runs that lack an episode are as undecided on it. A curve of no runs is empty.
    """
    said = [{entry.episode: entry for entry in run} for run in runs]
    curve: dict[str, JsonValue] = {}
    for size in range(1, len(runs) + 1):
        pairs: list[tuple[bool, Decision]] = []
        used = 0
        for entry in runs[0]:
            votes = [run[entry.episode].decision for run in said[:size] if entry.episode in run]
            pairs.append((entry.truth, leader(votes)))
            used += next((cast for cast in range(len(votes) + 1) if settled(votes[:cast], size)), len(votes))
        curve[str(size)] = {**_rates(pairs), "mean_runs": round(used / max(1, len(pairs)), 3)}
    return curve


def _rates(pairs: Sequence[tuple[bool, Decision]]) -> dict[str, JsonValue]:
    found = rates(count(pairs), 0.5)
    if found is None:
        return {}
    shares = {"accuracy": found.accuracy, "f1": found.f1, "undecided": found.undecided}
    return {name: round(value, 4) for name, value in shares.items()}


async def simulated_majority(opinions: Sequence[Judged], correlation: float) -> dict[str, JsonValue]:
    """N → figures of the majority verifier over *simulated* noisy judges that wrap the decided `opinions`.

    `agreement` is the share of verdicts that are the wrapped opinion, beside the `formula` of what it should be;
    `mean_runs` the runs used until the majority was settled, beside `formula_runs`; `accuracy`, `f1` and `undecided`
    are against the labels, balanced.
    """
    asked = [(entry, draw) for entry in opinions if entry.decision != "undecided" for draw in range(_DRAWS)]
    curve: dict[str, JsonValue] = {}
    for size in range(1, MOST_RUNS + 1):
        pairs: list[tuple[bool, Decision]] = []
        agreed = used = 0
        for entry, draw in asked:
            verdict = await _simulated(entry, draw, size, correlation).verify(_NOTHING, None)
            pairs.append((entry.truth, verdict.decision))
            agreed += verdict.decision == entry.decision
            used += verdict.cost.steps
        expected = expected_majority(ERROR, size, correlation)
        curve[str(size)] = {
            **_rates(pairs),
            "agreement": round(agreed / max(1, len(asked)), 4),
            "formula": round(expected.right, 4),
            "mean_runs": round(used / max(1, len(asked)), 3),
            "formula_runs": round(expected.mean_runs, 3),
        }
    return curve


def _simulated(entry: Judged, draw: int, runs: int, correlation: float) -> MajorityVerifier:
    def make(run: int) -> NoisyJudge:
        return NoisyJudge(
            opinion=entry.decision,
            key=f"{entry.episode}/{draw}/{runs}",
            run=run,
            error=ERROR,
            correlation=correlation,
        )

    return MajorityVerifier(make=make, runs=runs)
