"""Means, differences and R² with their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from gui_agent.miniature.compare import bootstrap_mean, paired_difference, r_squared, r_squared_interval, table


def test_only_tasks_that_every_run_has_are_compared() -> None:
    tasks, values = table([{"a": 1.0, "b": 0.0, "c": 1.0}, {"b": 1.0, "a": 0.0, "d": 1.0}])
    assert tasks == ["a", "b"]
    assert values.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_the_mean_of_equal_outcomes_has_no_spread() -> None:
    assert bootstrap_mean(np.ones((3, 10))) == (1.0, 1.0, 1.0)
    assert bootstrap_mean(np.zeros((0, 0))) == (0.0, 0.0, 0.0)


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    # 40 of 100 tasks, one run: the deviation of the share is sqrt(0.4 · 0.6 / 100) = 0.049.
    values = np.array([[1.0] * 40 + [0.0] * 60])
    mean, low, high = bootstrap_mean(values)
    assert mean == pytest.approx(0.4)
    assert (low, high) == pytest.approx((0.4 - 1.96 * 0.049, 0.4 + 1.96 * 0.049), abs=0.015)


def test_a_difference_is_that_on_the_same_tasks() -> None:
    one = [{"a": 1.0, "b": 1.0, "c": 0.0, "d": 1.0}]
    other = [{"a": 0.0, "b": 1.0, "c": 0.0, "d": 0.0}]
    found = paired_difference(one, other)
    assert found["difference"] == 0.5
    assert found["interval_95"][0] == 0.0 and found["interval_95"][1] == 1.0


def test_r_squared_of_a_line_of_noise_and_of_a_constant() -> None:
    assert r_squared([1, 2, 3], [2, 4, 6]) == pytest.approx(1.0)
    # x = 1, 2, 3 and y = 1, 3, 2: correlation 1/2.
    assert r_squared([1, 2, 3], [1, 3, 2]) == pytest.approx(0.25)
    assert r_squared([1, 1, 1], [1, 2, 3]) == 0.0 == r_squared([1, 2], [1, 2])


def test_the_interval_of_r_squared_holds_it() -> None:
    found = r_squared_interval([1, 2, 3, 4, 5, 6], [1.1, 1.9, 3.2, 3.9, 5.1, 5.8])
    low, high = found["interval_95"]
    assert 0.0 <= low <= found["r2"] <= high <= 1.0
