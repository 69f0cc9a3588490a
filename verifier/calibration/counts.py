"""Verdicts counted against truths, and the rates that follow under a chosen share of successes.

With π the share of successes, s = TPR the share of true successes that are called so, f = FPR the share of true
failures called successes, and c = TNR the share of true failures called failures:

    accuracy = π·s + (1 - π)·c      precision = π·s / (π·s + (1 - π)·f)      recall = s      F1 = 2PR / (P + R)

An undecided verdict is wrong for accuracy and a miss for recall: whoever asks wanted an answer. It is no claim of
success, so it is neutral for precision. `decided_accuracy` leaves undecided verdicts out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.calibration.intervals import Interval, ratio_interval, sum_interval, wilson_interval
from verifier.verdict import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`true_*` are called what they are. `open_success` are true successes left undecided, `open_failure` failures."""

    true_success: int = 0
    false_success: int = 0
    true_failure: int = 0
    false_failure: int = 0
    open_success: int = 0
    open_failure: int = 0

    @property
    def successes(self) -> int:
        """True ones, whatever was said of them."""
        return self.true_success + self.false_failure + self.open_success

    @property
    def failures(self) -> int:
        return self.true_failure + self.false_success + self.open_failure

    @property
    def total(self) -> int:
        return self.successes + self.failures


def count(pairs: Iterable[tuple[bool, Decision]]) -> Counts:
    """`pairs` are (truth, decision); a truth is True for success."""
    tally = {(truth, decision): 0 for truth in (True, False) for decision in ("success", "failure", "undecided")}
    for pair in pairs:
        tally[pair] += 1
    return Counts(
        true_success=tally[True, "success"],
        false_failure=tally[True, "failure"],
        open_success=tally[True, "undecided"],
        false_success=tally[False, "success"],
        true_failure=tally[False, "failure"],
        open_failure=tally[False, "undecided"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares from 0 to 1 with 95% intervals; None where they do not exist (nothing was called a success, say)."""

    accuracy: float
    accuracy_95: Interval
    precision: float | None
    precision_95: Interval
    recall: float
    recall_95: Interval
    f1: float
    decided_accuracy: float | None
    undecided: float
    n: int


def rates(counts: Counts, prior: float | None = None) -> Rates | None:
    """The rates where a share `prior` of the attempts are successes; None: the share that was counted.

    Classes are reweighted, not resampled: every episode counts, and the classes' rates are assumed to be the same at
    the other share. None where a class that the share needs has no episode. Intervals: Wilson for the classes' rates,
    MOVER for what is made of them; they assume independent episodes.
    """
    share = counts.successes / counts.total if prior is None and counts.total else prior
    if share is None or (share > 0 and not counts.successes) or (share < 1 and not counts.failures):
        return None
    found = _of(counts.true_success, counts.successes)
    claimed = _of(counts.false_success, counts.failures)
    kept = _of(counts.true_failure, counts.failures)
    precision, precision_95 = _precision(found, claimed, share)
    decided = share * _share(counts.successes - counts.open_success, counts.successes)
    decided += (1 - share) * _share(counts.failures - counts.open_failure, counts.failures)
    accuracy = share * found[0] + (1 - share) * kept[0]
    return Rates(
        accuracy=accuracy,
        accuracy_95=sum_interval(*found, *kept, share),
        precision=precision,
        precision_95=precision_95,
        recall=found[0],
        recall_95=found[1],
        f1=_f1(precision, found[0]),
        decided_accuracy=accuracy / decided if decided > 0 else None,
        undecided=1 - decided,
        n=counts.total,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _of(part: int, whole: int) -> tuple[float, Interval]:
    return _share(part, whole), wilson_interval(part, whole)


def _precision(
    found: tuple[float, Interval], claimed: tuple[float, Interval], share: float
) -> tuple[float | None, Interval]:
    """Precision is 1 / (1 + odds·FPR/TPR) with odds = (1 - π)/π, so its interval is that of the ratio, turned round."""
    called = share * found[0] + (1 - share) * claimed[0]
    if called == 0:
        return None, (0.0, 1.0)
    value = share * found[0] / called
    if share in (0.0, 1.0):
        return value, (value, value)
    odds = (1 - share) / share
    low, high = ratio_interval(*claimed, *found)
    return value, (1 / (1 + odds * high), 1 / (1 + odds * low))


def _f1(precision: float | None, recall: float) -> float:
    """0 where nothing was called a success, as usual."""
    return 2 * precision * recall / (precision + recall) if precision else 0.0
