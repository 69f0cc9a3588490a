from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch_strategies import SCREEN, lines, sketches

from device_farm.errors import DataError
from device_farm.types.geometry import Rect
from world_model.matching.assignment import match
from world_model.matching.changed import changed_lines
from world_model.matching.cost import Weights, pairwise
from world_model.matching.scores import NOTHING, PERFECT, Thresholds, compare, mean_of, score_lines
from world_model.matching.similarity import text_similarities
from world_model.sketch.sketch import LineState, Sketch, SketchLine


def line(text: str, box: tuple[int, int, int, int], label: str = "text", *states: LineState) -> SketchLine:
    return SketchLine(label=label, text=text, box=Rect(*box), states=frozenset(states))


def sketch(*of: SketchLine) -> Sketch:
    return Sketch(screen=SCREEN, lines=of)


def test_text_similarity_is_one_minus_edits_by_the_longer_length() -> None:
    # Save→Safe is 1 edit of 4, Save→Saved 1 of 5, Save→"" 4 of 4.
    found = text_similarities(["Save", "", "Save"], ["Safe", "Saved", "", "Save"])
    assert np.allclose(found, [[0.75, 0.8, 0, 1], [0, 0, 1, 0], [0.75, 0.8, 0, 1]])
    assert text_similarities([], ["a"]).shape == (0, 1)


def test_cost_is_the_weighted_sum() -> None:
    # Boxes of 100 px² that share 50: IoU 50/150 = 1/3.
    table = pairwise(
        [line("Save", (0, 0, 10, 10), "button")],
        [line("Safe", (0, 5, 10, 15), "text"), line("Save", (0, 0, 10, 10), "button", "focused")],
        Weights(alpha=3, beta=4, gamma=7),
    )
    assert np.allclose(table.iou_NM, [[1 / 3, 1]])
    assert np.allclose(table.cost_NM, [[3 * 2 / 3 + 4 * 0.25 + 7, 0]])
    assert table.same_label_NM.tolist() == [[False, True]]
    assert table.same_states_NM.tolist() == [[True, False]]


def test_assignment_is_optimal_where_the_nearest_first_is_not() -> None:
    # Nearest first takes a→at_a (IoU 98/102) and leaves b→far (60/110): 0.494; the other way round costs 0.448.
    a, b = line("x", (0, 0, 10, 100)), line("x", (0, 10, 10, 110))
    at_a, far = line("x", (0, 2, 10, 102)), line("x", (0, 0, 10, 70))
    greedy_total = (1 - 98 / 102) + (1 - 60 / 110)
    pairs = match([a, b], [at_a, far], Weights(cap=5))
    total = sum(pair.cost for pair in pairs)
    assert {(pair.left, pair.right) for pair in pairs} == {(0, 1), (1, 0)}
    # a∩far = 70 of 100, b∩at_a = 92 of 108.
    assert total == pytest.approx((1 - 70 / 100) + (1 - 92 / 108))
    assert total < greedy_total


def test_pair_at_the_cap_is_no_pair() -> None:
    near, far = line("a", (0, 0, 10, 10)), line("a", (50, 50, 60, 60))
    assert match([near], [far]) == ()
    (pair,) = match([near], [far], Weights(cap=1.1))
    assert (pair.cost, pair.iou, pair.similarity) == (1.0, 0.0, 1.0)


def test_pair_that_nobody_needs_does_not_push_out_a_good_one() -> None:
    # Without the cap, pairing everything would cost 2 either way; the true pair must survive beside two strangers.
    good = line("Save", (0, 0, 10, 10))
    pairs = match([line("zzz", (80, 80, 90, 90)), good], [good, line("qq", (40, 40, 50, 50))])
    assert [(pair.left, pair.right, pair.cost) for pair in pairs] == [(1, 0, 0.0)]


def test_scores_by_hand() -> None:
    predicted = [
        line("Save", (0, 0, 10, 10), "button"),  # hit
        line("Cancel", (20, 0, 30, 10), "text"),  # pair, other label
        line("ghost", (100, 200, 120, 220)),  # no pair
    ]
    true = [
        line("Save", (0, 0, 10, 10), "button"),
        line("Cancel", (20, 0, 30, 20), "button"),  # IoU 100/200
        line("Title", (0, 100, 50, 120)),
        line("Body", (0, 130, 50, 150)),
    ]
    scores = score_lines(predicted, true, weights=Weights(cap=1.2))
    assert scores.precision == pytest.approx(1 / 3)
    assert scores.recall == pytest.approx(1 / 4)
    assert scores.f1 == pytest.approx(2 / 7)
    assert scores.miou == pytest.approx((1 + 0.5) / 2)
    assert scores.text_similarity == 1.0


def test_wrong_state_is_no_hit_unless_states_do_not_count() -> None:
    on, off = line("Wi-Fi", (0, 0, 10, 10), "switch", "checked"), line("Wi-Fi", (0, 0, 10, 10), "switch", "unchecked")
    assert score_lines([on], [off]).f1 == 0
    assert score_lines([on], [off]).miou == 1
    assert score_lines([on], [off], thresholds=Thresholds(states=False)).f1 == 1


def test_degenerate_scores() -> None:
    some = line("a", (0, 0, 10, 10))
    assert score_lines([], []) == PERFECT
    assert score_lines([some], []) == NOTHING
    assert score_lines([], [some]) == NOTHING


def test_changed_lines_are_new_or_other() -> None:
    kept = line("Title", (0, 0, 100, 20))
    before = sketch(kept, line("Wi-Fi", (0, 30, 100, 50), "switch", "unchecked"), line("gone", (0, 60, 100, 80)))
    nudged = line("Title", (0, 0, 100, 21))  # IoU 20/21 ≥ 0.9
    toggled = line("Wi-Fi", (0, 30, 100, 50), "switch", "checked")
    new = line("Networks", (0, 90, 100, 110))
    assert changed_lines(before, sketch(nudged, toggled, new)) == (toggled, new)
    assert changed_lines(before, before) == ()
    assert changed_lines(sketch(), before) == before.lines


def test_copy_scores_nothing_on_what_changed() -> None:
    kept, old = line("Title", (0, 0, 100, 20)), line("off", (0, 30, 100, 50))
    new = line("on now", (0, 30, 100, 50))
    before, after = sketch(kept, old), sketch(kept, new)
    copied = compare(before, before, after)
    assert copied.whole.f1 == 0.5
    assert copied.changed == NOTHING
    assert compare(before, after, after).changed == PERFECT
    assert compare(before, before, before).changed is None
    assert compare(before, None, after).whole == NOTHING


def test_means_count_every_prediction_alike() -> None:
    kept, new = line("Title", (0, 0, 100, 20)), line("new", (0, 30, 100, 50))
    means = mean_of(
        [compare(sketch(kept), sketch(kept), sketch(kept)), compare(sketch(kept), sketch(kept), sketch(kept, new))]
    )
    # F1 of the second: 1 hit, 1 predicted, 2 true.
    assert means.whole.f1 == pytest.approx((1 + 2 / 3) / 2)
    assert (means.n, means.n_changed) == (2, 1)
    assert means.changed == NOTHING
    empty = mean_of([])
    assert (empty.n, empty.whole, empty.changed) == (0, NOTHING, None)


@settings(max_examples=60, deadline=None)
@given(sketches)
def test_sketch_agrees_with_itself(one: Sketch) -> None:
    assert score_lines(one.lines, one.lines) == PERFECT


@settings(max_examples=80, deadline=None)
@given(sketches, sketches, st.integers(0, 10**6))
def test_scores_depend_on_neither_order_nor_side(one: Sketch, other: Sketch, seed: int) -> None:
    scores = score_lines(one.lines, other.lines)
    shuffled, turned = list(one.lines), list(other.lines)
    Random(seed).shuffle(shuffled)
    Random(seed + 1).shuffle(turned)
    assert score_lines(shuffled, turned) == scores
    swapped = score_lines(turned, shuffled)
    assert swapped == replace(scores, precision=scores.recall, recall=scores.precision)


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, max_size=4, unique=True), st.lists(lines, max_size=4, unique=True))
def test_no_other_pairing_is_cheaper(left: list[SketchLine], right: list[SketchLine]) -> None:
    weights = Weights()
    pairs = match(left, right, weights)
    assert len({pair.left for pair in pairs}) == len({pair.right for pair in pairs}) == len(pairs)
    table = np.minimum(pairwise(left, right, weights).cost_NM, weights.cap)
    saved = sum(weights.cap - pair.cost for pair in pairs)
    assert saved == pytest.approx(_most_saved(weights.cap - table), abs=1e-9)


def _most_saved(gain: np.ndarray) -> float:
    """By trying every pairing."""
    if not gain.shape[0]:
        return 0.0
    rest = gain[1:]
    return max(
        [_most_saved(rest)] + [gain[0, at] + _most_saved(np.delete(rest, at, axis=1)) for at in range(gain.shape[1])]
    )


def test_bad_weights_name_the_field() -> None:
    with pytest.raises(DataError, match="gamma"):
        Weights(gamma=-1)
    with pytest.raises(DataError, match="cap"):
        Weights(cap=0)
