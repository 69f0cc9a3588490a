"""A sketcher learns a made-up phone in seconds, in every order; its numbers in torch and numpy; bad input."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

import torch
from sketcher_phone import HOME, OFF, ON, SOUND, WIFI, page, transition, transitions

from device_farm.errors import DataError, PolicyError
from device_farm.types.action import Click, TypeText
from world_model.learning.cross_entropy import weighted_cross_entropy
from world_model.learning.transition import Transition
from world_model.matching.scores import score_lines
from world_model.sketch.sketch import Sketch
from world_model.sketcher.arrays import NumpyOps, TorchOps
from world_model.sketcher.batch import batch_of, causal_mask, choices_of
from world_model.sketcher.gathering import Limits
from world_model.sketcher.model import Sketcher, written_vectors
from world_model.sketcher.network import Network
from world_model.sketcher.orders import ORDERS, Order
from world_model.sketcher.said import Said, scene_of
from world_model.sketcher.shape import Shape
from world_model.sketcher.training import Recipe, Taught, begun, rate, teach

SMALL = Shape(width=32, layers=1, heads=2, inner=32)
RECIPE = Recipe(updates=100, samples=13, lr=5e-3, shape=SMALL, limits=Limits(least=1), word_noise=0.0, warmup=10)


@cache
def learnt(order: Order) -> Taught:
    """Trained once for all tests: some seconds each."""
    return teach(transitions(), replace(RECIPE, order=order))


def foretold(model: Sketcher, one: Transition) -> Sketch:
    return model.sketches([scene_of(one.question)])[0]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_learns_the_made_up_phone(order: Order) -> None:
    taught = learnt(order)
    scores = [score_lines(foretold(taught.model, one).lines, one.after.lines).f1 for one in transitions()]
    assert sum(scores) / len(scores) > 0.9
    assert taught.updates == 100 and taught.unsaid == 0 and math.isfinite(taught.loss)


def test_a_name_that_was_never_typed_is_copied_from_the_action() -> None:
    model = learnt("matched").model
    one = transition(page(OFF), TypeText(text="Zoe"), page(OFF, "Zoe"), goal="name it Zoe")
    assert "Zoe" in {line.text for line in foretold(model, one).lines}


def test_what_is_touched_decides() -> None:
    model = learnt("matched").model
    stays = foretold(model, transition(HOME, Click(at=SOUND.box.center), HOME))
    opens = foretold(model, transition(HOME, Click(at=WIFI.box.center), page(OFF)))
    assert (stays.window, opens.window) == (".Home", ".Wifi")
    turned = foretold(model, transition(page(OFF), Click(at=OFF.box.center), page(ON)))
    assert ON in turned.lines and OFF not in turned.lines


def test_the_same_seed_gives_the_same_sketcher() -> None:
    short = replace(RECIPE, updates=3, order="transport", fixed_share=0.0)
    one, again, other = (teach(transitions(), replace(short, seed=seed)).model for seed in (1, 1, 2))
    assert all(np.array_equal(one.weights[name], again.weights[name]) for name in one.weights)
    assert any(not np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)


def test_numpy_and_torch_agree_on_every_probability() -> None:
    model = teach(transitions(), replace(RECIPE, updates=2)).model
    scenes = [scene_of(one.question) for one in transitions()[:5]]
    batch, headers = batch_of(scenes), [0, 1, 2, 0, 1]
    said = [[Said("screen", 0), Said("entry", next(iter(model.vocabulary.of_app.values())).start, source=0)]] * 5
    choices = choices_of(batch, model.vocabulary, headers)
    found = []
    for library in (None, torch):
        given = torch.from_numpy if library else np.asarray
        weights = {name: given(weight) for name, weight in model.weights.items()}
        network = Network(shape=model.shape, weights=weights, ops=TorchOps() if library else NumpyOps())
        arrays = map(given, (batch.says_NLW, batch.is_NLW, batch.kind_NL, batch.dense_NLF))
        entries = network.entries(*(given(one) for one in _entry_arrays(model)))
        encoded = network.encode(network.items(*arrays), given(batch.off_NL), given(batch.lines_NP), entries)
        ops = network.ops
        x_NTD = ops.join(
            (
                network.begun(encoded, given(np.array(headers))),
                written_vectors(network, encoded, batch, said, 0, library),
            ),
            1,
        )
        h_NTD, _ = network.decode(encoded, x_NTD, given(causal_mask(3)))
        opened = given(np.repeat(choices.open_NC[:, None], 3, axis=1))
        found.append(np.asarray(network.choices(encoded, h_NTD, given(choices.entries_NQ), opened)))
    assert found[0].shape == found[1].shape == (5, 3, 1 + batch.lines + choices.entries_NQ.shape[1])
    np.testing.assert_allclose(found[0], found[1], atol=2e-4)
    np.testing.assert_allclose(np.exp(found[0]).sum(axis=-1), 1.0, atol=1e-4)


def _entry_arrays(model: Sketcher) -> tuple[np.ndarray, ...]:
    from world_model.sketcher.features import entry_items

    items = entry_items(model.vocabulary)
    return items.says_LW, items.is_LW, items.kind_L, items.dense_LF


def test_loss_is_the_weighted_cross_entropy_of_its_places() -> None:
    """Of places with log-probabilities −1 and −3 and weights 1 and 0.5: (1 + 1.5) / 1.5."""
    loss, _ = weighted_cross_entropy([-1.0, -3.0], [1.0, 0.5])
    assert loss == pytest.approx(2.5 / 1.5)


def test_learning_rate_rises_then_falls_to_a_tenth() -> None:
    recipe = Recipe(updates=110, warmup=10, lr=1.0)
    assert [round(rate(recipe, at), 4) for at in (0, 9, 10, 60, 110)] == [0.1, 1.0, 1.0, 0.55, 0.1]


def test_begun_weights_are_of_unit_gain() -> None:
    generator = torch.Generator().manual_seed(0)
    assert float(begun("decoder.0.up", (64, 128), generator).std()) == pytest.approx(1 / 8, rel=0.1)
    assert begun("decoder.0.scale", (4,), generator).tolist() == [1.0] * 4
    assert begun("end_bias", (1,), generator).tolist() == [0.0]


def test_nothing_to_learn_from_is_a_data_error() -> None:
    with pytest.raises(DataError, match="no transition"):
        teach([], RECIPE)
    empty = transition(Sketch(screen=HOME.screen), Click(at=WIFI.box.center), Sketch(screen=HOME.screen))
    with pytest.raises(DataError, match="no transition shows a line"):
        teach([empty], RECIPE)


def test_a_loss_that_is_no_number_ends_training() -> None:
    with pytest.raises(PolicyError, match="no number in 3 updates in a row") as caught:
        teach(transitions(), replace(RECIPE, lr=1e38, warmup=1, updates=20))
    assert caught.value.field == "lr"
