"""(d) as lessons: which line is taught where behind the model's own lines."""

from __future__ import annotations

import pytest
from sketcher_phone import BAR, OFF, ON, SOUND, WIFI

from world_model.learning.soft_places import soft_places


def test_what_is_said_right_is_taught_at_its_place_and_the_end_behind() -> None:
    assert soft_places([WIFI, BAR], [BAR, WIFI]) == (
        (0, 1, pytest.approx(1.0, abs=1e-3)),
        (1, 0, pytest.approx(1.0, abs=1e-3)),
        (2, None, pytest.approx(1.0, abs=1e-3)),
    )


def test_a_line_that_is_missing_is_taught_behind_and_keeps_the_end_away() -> None:
    """Wi-Fi and Sound are too unlike to answer for each other: alone they cost 1 together, paired at least 1.8."""
    places = soft_places([WIFI], [WIFI, SOUND])
    assert [(place, line) for place, line, _ in places if line is not None] == [(0, 0), (1, 1)]
    assert all(weight == pytest.approx(1.0, abs=0.01) for _, line, weight in places if line is not None)
    assert all(weight < 0.01 for _, line, weight in places if line is None)


def test_a_line_too_many_has_the_end_in_its_place() -> None:
    ends = [(place, round(weight, 1)) for place, line, weight in soft_places([WIFI, SOUND], [WIFI]) if line is None]
    assert ends == [(1, 1.0), (2, 1.0)]


def test_another_state_is_still_the_same_line() -> None:
    assert soft_places([OFF], [ON])[0] == (0, 0, pytest.approx(1.0, abs=1e-3))


def test_without_own_lines_each_true_one_is_taught_first_and_without_both_the_end() -> None:
    assert soft_places([], [WIFI, BAR]) == ((0, 0, 1.0), (0, 1, 1.0))
    assert soft_places([], []) == ((0, None, 1.0),)
