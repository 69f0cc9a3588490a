"""Rates and intervals against numbers worked out by hand."""

import asyncio
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.errors import VerifierError
from verifier.calibration.counts import Counts, count, rates
from verifier.calibration.intervals import ratio_interval, sum_interval, wilson_interval
from verifier.calibration.noise import NoisyJudge
from verifier.calibration.table import Judged, by_kind, figures
from verifier.calibration.votes import expected_majority
from verifier.case import Case
from verifier.verdict import NO_COST, Cost, Decision

# 10 successes: 8 called so, 1 called a failure, 1 open. 40 failures: 4 called successes, 34 failures, 2 open.
COUNTS = Counts(true_success=8, false_failure=1, open_success=1, false_success=4, true_failure=34, open_failure=2)


def test_count_tells_the_six_cases_apart() -> None:
    successes: list[Decision] = [*["success"] * 8, "failure", "undecided"]  # type: ignore[list-item]
    failures: list[Decision] = [*["success"] * 4, *["failure"] * 34, *["undecided"] * 2]  # type: ignore[list-item]
    pairs = [(True, decision) for decision in successes] + [(False, decision) for decision in failures]
    assert count(pairs) == COUNTS
    assert (COUNTS.successes, COUNTS.failures, COUNTS.total) == (10, 40, 50)


def test_rates_as_counted_are_the_plain_ones() -> None:
    found = rates(COUNTS)
    assert found is not None
    assert found.accuracy == pytest.approx(42 / 50)  # undecided verdicts are wrong
    assert found.precision == pytest.approx(8 / 12)
    assert found.recall == pytest.approx(0.8)
    assert found.f1 == pytest.approx(2 * (2 / 3) * 0.8 / (2 / 3 + 0.8))
    assert found.undecided == pytest.approx(3 / 50)
    assert found.decided_accuracy == pytest.approx(42 / 47)
    assert found.n == 50


def test_rates_balanced_weigh_both_classes_alike() -> None:
    found = rates(COUNTS, 0.5)
    assert found is not None
    assert found.accuracy == pytest.approx((0.8 + 0.85) / 2)
    assert found.precision == pytest.approx(0.8 / (0.8 + 0.1))
    assert found.undecided == pytest.approx((0.1 + 0.05) / 2)
    # Of 0.9 and 0.95 decided on average 0.925; right 0.825.
    assert found.decided_accuracy == pytest.approx(0.825 / 0.925)


def test_rates_at_ten_percent_punish_false_successes() -> None:
    found = rates(COUNTS, 0.1)
    assert found is not None
    assert found.accuracy == pytest.approx(0.1 * 0.8 + 0.9 * 0.85)
    assert found.precision == pytest.approx(0.08 / (0.08 + 0.09))
    assert found.recall == pytest.approx(0.8)
    low, high = found.precision_95
    assert low < 0.08 / 0.17 < high


def test_rates_without_a_class_that_the_prior_needs_are_none() -> None:
    assert rates(Counts(true_failure=5), 0.5) is None
    assert rates(Counts()) is None
    only_failures = rates(Counts(true_failure=5))
    assert only_failures is not None and only_failures.accuracy == 1.0


def test_rates_of_a_judge_that_never_says_success_have_no_precision() -> None:
    found = rates(Counts(false_failure=5, true_failure=5), 0.5)
    assert found is not None
    assert (found.precision, found.f1, found.accuracy) == (None, 0.0, 0.5)
    assert found.precision_95 == (0.0, 1.0)


def test_rates_of_a_judge_that_never_decides_count_as_wrong() -> None:
    found = rates(Counts(open_success=3, open_failure=3), 0.5)
    assert found is not None
    assert (found.accuracy, found.undecided, found.decided_accuracy) == (0.0, 1.0, None)


def test_sum_interval_of_two_perfect_rates_keeps_its_width() -> None:
    # Wilson for 100 of 100: low = 1 / (1 + z²/100) = 0.9630; both at distance d: hypot(d/2, d/2) = d/√2.
    perfect = wilson_interval(100, 100)
    low, high = sum_interval(1.0, perfect, 1.0, perfect, 0.5)
    assert low == pytest.approx(1 - (1 - perfect[0]) / math.sqrt(2))
    assert high == 1.0


def test_ratio_interval_of_a_zero_over_a_sure_one_is_the_zeros_own() -> None:
    assert ratio_interval(0.0, (0.0, 0.04), 1.0, (1.0, 1.0)) == pytest.approx((0.0, 0.04))


def test_ratio_interval_over_what_may_be_zero_is_open() -> None:
    assert ratio_interval(0.5, (0.3, 0.7), 0.0, (0.0, 0.3)) == (0.0, math.inf)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.floats(0.01, 0.99))
def test_rates_lie_in_their_intervals(right: int, missed: int, kept: int, claimed: int, prior: float) -> None:
    counts = Counts(true_success=right, false_failure=missed, true_failure=kept, false_success=claimed)
    found = rates(counts, prior)
    if right + missed == 0 or kept + claimed == 0:
        assert found is None
        return
    assert found is not None
    for value, (low, high) in (
        (found.accuracy, found.accuracy_95),
        (found.precision, found.precision_95),
        (found.recall, found.recall_95),
    ):
        assert value is None or low - 1e-9 <= value <= high + 1e-9


def judged(truth: bool, decision: Decision, kind: str = "expert", cost: Cost = NO_COST) -> Judged:
    return Judged(episode="e", kind=kind, truth=truth, decision=decision, cost=cost)


def test_figures_have_the_contracted_keys_and_mean_costs() -> None:
    one = Cost(steps=4, images=1, prompt_tokens=90, completion_tokens=10, seconds=0.5)
    found: dict[str, Any] = figures([judged(True, "success", cost=one), judged(False, "failure")])
    assert set(found) == {"balanced", "at_10_percent", "as_counted"}
    wanted = {"accuracy", "precision", "recall", "f1", "undecided", "n", "interval_95"}
    wanted |= {"steps", "images", "tokens", "seconds"}
    assert wanted <= set(found["balanced"])
    assert [found["balanced"][key] for key in ("steps", "images", "tokens", "seconds")] == [2.0, 0.5, 50.0, 0.25]


def test_by_kind_counts_undecided_as_wrong() -> None:
    found: Any = by_kind(
        [judged(False, "failure", "random"), judged(False, "undecided", "random"), judged(True, "success", "expert")]
    )
    assert list(found) == ["expert", "random"]
    assert (found["random"]["accuracy"], found["random"]["undecided"], found["random"]["n"]) == (0.5, 0.5, 2)
    assert (found["expert"]["accuracy"], found["expert"]["successes"]) == (1.0, 1)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # z² = 3.8415. 8 of 10: centre (0.8 + 0.19207) / 1.38415, half-width 1.95996·sqrt(0.016 + 0.0096036) / 1.38415.
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),  # z² / (10 + z²)
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_interval_is_the_textbooks(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("runs", "right", "tied", "mean_runs"),
    [
        (1, 0.8, 0.0, 1.0),
        (2, 0.64, 0.32, 2.0),
        (3, 0.896, 0.0, 2 + 2 * 0.8 * 0.2),  # 0.8³ + 3·0.8²·0.2; a third run only where the first two differ
        (4, 0.8192, 0.1536, 0.52 * 3 + 0.48 * 4),  # three alike (0.8³ + 0.2³) settle it; a tie is 6·0.64·0.04
        # The fourth settles 3 to 1 where the first three differ (3·0.8³·0.2 + 3·0.2³·0.8), the fifth 2 to 2.
        (5, 0.94208, 0.0, 0.52 * 3 + 0.3264 * 4 + 0.1536 * 5),
    ],
)
def test_expected_majority_of_independent_runs(runs: int, right: float, tied: float, mean_runs: float) -> None:
    found = expected_majority(0.2, runs)
    assert (found.right, found.tied) == pytest.approx((right, tied))
    assert found.mean_runs == pytest.approx(mean_runs)


def test_expected_majority_of_runs_that_err_alike_is_no_better_than_one() -> None:
    found = expected_majority(0.2, 9, 1.0)
    assert (found.right, found.tied, found.mean_runs) == pytest.approx((0.8, 0.0, 5.0))
    assert expected_majority(0.2, 9).right > expected_majority(0.2, 9, 0.3).right > 0.8


@pytest.mark.parametrize("arguments", [(1.2, 3, 0.0), (0.2, 3, -0.1), (0.2, 0, 0.0)])
def test_expected_majority_refuses_what_is_none(arguments: tuple[float, int, float]) -> None:
    with pytest.raises(VerifierError):
        expected_majority(*arguments)


def errs(key: int, run: int, correlation: float) -> bool:
    return NoisyJudge(opinion="success", key=str(key), run=run, error=0.2, correlation=correlation).errs


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_noisy_judges_err_as_often_and_as_alike_as_stated(correlation: float) -> None:
    pairs = [(errs(key, 0, correlation), errs(key, 1, correlation)) for key in range(8000)]
    both = sum(one and other for one, other in pairs) / len(pairs)
    # Four standard errors. P(both) = e² + ρ·e(1 - e).
    assert sum(one for one, _ in pairs) / len(pairs) == pytest.approx(0.2, abs=4 * math.sqrt(0.16 / 8000))
    expected = 0.04 + correlation * 0.16
    assert both == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 8000))


def test_a_noisy_judge_says_the_same_again_and_leaves_undecided_undecided() -> None:
    case = Case(goal="", platform="android", steps=(), final=None, answer=None, claimed=None, stop="error")

    def said(opinion: Decision, error: float) -> Decision:
        judge = NoisyJudge(opinion=opinion, key="a", run=0, error=error)
        first, second = asyncio.run(judge.verify(case, None)), asyncio.run(judge.verify(case, None))
        assert first == second
        return first.decision

    assert [said("success", 0.0), said("success", 1.0), said("failure", 1.0)] == ["success", "failure", "success"]
    assert said("undecided", 1.0) == "undecided"
    with pytest.raises(VerifierError, match="error"):
        NoisyJudge(opinion="success", key="a", run=0, error=1.5)
