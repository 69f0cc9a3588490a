"""Rates and intervals against numbers worked out by hand."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.calibration.counts import Counts, count, rates
from verifier.calibration.intervals import ratio_interval, sum_interval, wilson_interval
from verifier.calibration.table import Judged, by_kind, figures
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
