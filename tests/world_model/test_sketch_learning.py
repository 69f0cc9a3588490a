from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from sketch_strategies import SCREEN, sketches

from device_farm.types.geometry import Rect
from world_model.learning.cross_entropy import weighted_cross_entropy
from world_model.learning.fixed_order import fixed_order
from world_model.learning.matched_order import matched_order
from world_model.learning.random_order import random_orders
from world_model.learning.soft_transport import places_worth_scoring, transport_loss, transport_plan
from world_model.matching.assignment import match
from world_model.matching.cost import Weights, pairwise
from world_model.sketch.sketch import Sketch, SketchLine


def row(text: str, top: int) -> SketchLine:
    return SketchLine(label="item", text=text, box=Rect(0, top, 100, top + 10))


A, B, C, D = row("alpha", 0), row("beta", 20), row("gamma", 40), row("delta", 60)


def of(*lines: SketchLine) -> Sketch:
    return Sketch(screen=SCREEN, lines=lines)


def test_cross_entropy_by_hand() -> None:
    # (2·1 + 1·3) / 3
    loss, metrics = weighted_cross_entropy([-1.0, -3.0, -np.inf], [2.0, 1.0, 0.0])
    assert loss == pytest.approx(5 / 3)
    assert metrics == {"weight": 3.0, "perplexity": pytest.approx(np.exp(5 / 3))}
    assert weighted_cross_entropy([], []) == (0.0, {"weight": 0.0, "perplexity": 1.0})
    with pytest.raises(ValueError, match="negative"):
        weighted_cross_entropy([-1.0], [-1.0])
    with pytest.raises(ValueError, match="weights"):
        weighted_cross_entropy([-1.0, -2.0], [1.0])


def test_fixed_order_is_top_down() -> None:
    assert fixed_order(of(C, A, B)).lines == (A, B, C)
    assert fixed_order(of()) == of()


def test_random_orders_are_permutations_and_every_one_comes() -> None:
    rng = np.random.default_rng(3)
    orders = random_orders(of(C, A, B), 600, rng)
    counts = {order: 0 for order in permutations((A, B, C))}
    for order in orders:
        counts[order.lines] += 1
    # 100 expected of each; 6 standard deviations are 55.
    assert all(45 < count < 155 for count in counts.values())
    assert random_orders(of(C, A), 4, np.random.default_rng(1)) == random_orders(of(A, C), 4, np.random.default_rng(1))
    with pytest.raises(ValueError, match="0 permutations"):
        random_orders(of(A), 0, rng)


def test_matched_order_follows_the_prediction_and_appends_what_it_lacks() -> None:
    almost_c = replace(C, text="gamme")
    stranger = SketchLine(label="image", text="zzzzzzz", box=Rect(150, 200, 190, 290))
    target = matched_order(of(A, B, C, D), of(almost_c, stranger, A))
    assert target.lines == (C, A, B, D)
    assert matched_order(of(C, A), None).lines == (A, C)
    assert matched_order(of(), of(A)).lines == ()


@settings(max_examples=60, deadline=None)
@given(sketches, sketches)
def test_every_order_is_of_the_same_set(true: Sketch, predicted: Sketch) -> None:
    made = (fixed_order(true), matched_order(true, predicted), *random_orders(true, 2, np.random.default_rng(0)))
    assert all(one.elements == true.elements for one in made)
    assert matched_order(true, true).lines == true.lines


@pytest.mark.parametrize(("cost", "share"), [(1.0, 0.5), (0.0, 1 / (1 + np.exp(-5))), (1.4, 1 / (1 + np.exp(2)))])
def test_plan_of_one_place_and_one_line_is_a_logistic_of_the_cost(cost: float, share: float) -> None:
    # cap 1, ε 0.1: (c − cap)/2ε is 0, −5, 2.
    plan = transport_plan([[cost]], cap=1.0, epsilon=0.1)
    assert np.allclose(plan, [[share, 1 - share], [1 - share, share]], atol=1e-6)


def test_plan_without_places_appends_every_line() -> None:
    assert np.allclose(transport_plan(np.zeros((0, 3)), cap=1, epsilon=0.1), [[1, 1, 1, 0]])
    assert np.allclose(transport_plan(np.zeros((2, 0)), cap=1, epsilon=0.1), [[1], [1], [0]])


@pytest.mark.parametrize(("places", "lines", "seed"), [(0, 0, 0), (1, 5, 1), (5, 1, 2), (4, 4, 3), (3, 5, 4)])
def test_plan_keeps_its_sums(places: int, lines: int, seed: int) -> None:
    cost = np.random.default_rng(seed).uniform(0, 2.5, (places, lines))
    plan = transport_plan(cost, cap=1.0, epsilon=0.3, iterations=5000)
    assert np.allclose(plan.sum(axis=0), [*np.ones(lines), places], atol=1e-6)
    assert np.allclose(plan.sum(axis=1), [*np.ones(places), lines], atol=1e-5)
    assert (plan >= 0).all()


def test_sharp_plan_is_the_optimal_match() -> None:
    predicted, true = (replace(C, text="gamme"), A, row("noise", 200)), (A, B, C)
    weights = Weights()
    plan = transport_plan(pairwise(predicted, true, weights).cost_NM, cap=weights.cap, epsilon=0.01, iterations=20_000)
    pairs = {(pair.left, pair.right) for pair in match(predicted, true, weights)}
    assert pairs == {(0, 2), (1, 0)}
    assert set(places_worth_scoring(plan[:-1, :-1], share=0.5)) == pairs
    # The line that nobody wrote is appended.
    assert plan[3, 1] == pytest.approx(1.0, abs=1e-3)


def test_transport_loss_by_hand() -> None:
    nll = [[1.0, 4.0], [2.0, np.inf], [6.0, 8.0]]
    plan = [[0.75, 0.25], [0.25, 0.0], [0.0, 0.75]]
    # (.75·1 + .25·4 + .25·2 + .75·8) / 2
    loss, metrics = transport_loss(nll, plan)
    assert loss == pytest.approx(4.125)
    assert metrics == {"lines": 2.0, "appended": 0.375}
    assert transport_loss(np.zeros((1, 0)), np.zeros((1, 0)))[0] == 0.0
    assert places_worth_scoring(plan, share=0.5) == ((0, 0), (2, 1))


def test_transport_loss_with_a_sharp_plan_is_the_loss_of_the_matched_order() -> None:
    nll = np.array([[5.0, 1.0], [2.0, 5.0], [9.0, 9.0]])
    plan = transport_plan([[1.0, 0.0], [0.0, 1.0]], cap=2.0, epsilon=0.02)
    assert transport_loss(nll, plan[:, :-1])[0] == pytest.approx((1.0 + 2.0) / 2, abs=1e-6)


def test_bad_transport_input_is_refused() -> None:
    with pytest.raises(ValueError, match="numbers"):
        transport_plan([[np.nan]], cap=1, epsilon=1)
    with pytest.raises(ValueError, match="epsilon"):
        transport_plan([[1.0]], cap=1, epsilon=0)
    with pytest.raises(ValueError, match="places"):
        transport_loss([[1.0]], [[1.0], [0.0]])
