"""A sketcher's file: it comes back whole, a damaged or foreign one is a clear error; and the predictor on top of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sketcher_phone import HOME, OFF, SCREEN, WIFI, page, transitions

from device_farm.errors import DataError
from device_farm.types.action import Click
from world_model.predictors.base import Question
from world_model.sketch.sketch import Sketch
from world_model.sketcher.gathering import gathered
from world_model.sketcher.model import Sketcher
from world_model.sketcher.predictor import SketcherPredictor
from world_model.sketcher.shape import Shape
from world_model.sketcher.vocabulary import Edit, Vocabulary
from world_model.sketcher.weight_file import SKETCHER, load_sketcher, write_sketcher

SHAPE = Shape(width=8, layers=1, heads=2, inner=8)
QUESTION = Question(sketch=HOME, action=Click(at=WIFI.box.center), goal="turn Wi-Fi on", platform="android")


def sketcher(vocabulary: Vocabulary | None = None, scale: float = 0.3) -> Sketcher:
    """Random weights."""
    vocabulary = vocabulary or gathered(transitions())
    rng = np.random.default_rng(0)
    sizes = SHAPE.weights(len(vocabulary.entries), len(vocabulary.edits), len(vocabulary.headers))
    weights = {name: (scale * rng.standard_normal(size)).astype(np.float32) for name, size in sizes.items()}
    return Sketcher(shape=SHAPE, vocabulary=vocabulary, weights=weights)


def predicted(model: Sketcher, *questions: Question) -> list[Sketch | None]:
    return [one.sketch for one in asyncio.run(SketcherPredictor(model).predict(questions))]


def test_file_gives_the_same_sketcher_back(tmp_path: Path) -> None:
    model = sketcher()
    assert write_sketcher(tmp_path, model) == tmp_path / SKETCHER
    again = load_sketcher(tmp_path)
    assert (again.shape, again.vocabulary) == (model.shape, model.vocabulary)
    assert predicted(again, QUESTION) == predicted(model, QUESTION)
    assert again.name == "sketcher:sketcher"


def test_a_batch_says_what_each_question_alone_does() -> None:
    model = sketcher()
    others = [
        replace(QUESTION, sketch=page(OFF)),
        replace(QUESTION, goal=""),
        replace(QUESTION, sketch=Sketch(screen=SCREEN)),
    ]
    together = predicted(model, QUESTION, *others)
    assert together == [predicted(model, one)[0] for one in (QUESTION, *others)]
    assert predicted(model) == []


def test_no_line_is_an_empty_prediction() -> None:
    model = sketcher()
    ends = {**model.weights, "end": 0 * model.weights["end"], "end_bias": np.array([1e4], dtype=np.float32)}
    (found,) = asyncio.run(SketcherPredictor(replace(model, weights=ends)).predict([QUESTION]))
    assert found.sketch is None and found.fault is not None and found.fault.kind == "empty"


def test_what_never_ends_is_cut_off_and_says_no_line_twice() -> None:
    model = sketcher()
    goes_on = {**model.weights, "end": 0 * model.weights["end"], "end_bias": np.array([-1e4], dtype=np.float32)}
    (sketch,) = predicted(replace(model, weights=goes_on), QUESTION)
    assert sketch is not None and len(set(sketch.lines)) == len(sketch.lines) <= 96


@pytest.mark.parametrize("kept", [0, 100, 2000])
def test_a_torn_file_is_a_data_error_that_names_it(kept: int, tmp_path: Path) -> None:
    path = write_sketcher(tmp_path, sketcher())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"sketcher\.npz"):
        load_sketcher(path)


def test_no_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no sketcher") as caught:
        load_sketcher(tmp_path / "none.npz")
    assert "train world-model" in caught.value.fix


def test_weights_of_another_vocabulary_are_a_data_error(tmp_path: Path) -> None:
    model = sketcher()
    with pytest.raises(DataError, match="is wanted by the vocabulary") as caught:
        replace(model, vocabulary=replace(model.vocabulary, edits=(Edit(), Edit(dy_px=7), Edit(dy_px=9))))
    assert caught.value.field == "weights"
    path = write_sketcher(tmp_path, model)
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["vocabulary"] = np.frombuffer(Vocabulary(screen=SCREEN).dumps(), dtype=np.uint8)
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=r"sketcher\.npz"):
        load_sketcher(path)


def test_a_file_of_another_version_is_a_data_error(tmp_path: Path) -> None:
    path = write_sketcher(tmp_path, sketcher())
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    told = {**json.loads(arrays["shape"].tobytes()), "format": 99}
    arrays["shape"] = np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)
    np.savez(path, **arrays)
    with pytest.raises(DataError, match="another version") as caught:
        load_sketcher(path)
    assert "train again" in caught.value.fix


def test_weights_that_are_no_numbers_are_a_data_error() -> None:
    model = sketcher()
    with pytest.raises(DataError, match="no number"):
        replace(model, weights={**model.weights, "end": np.full_like(model.weights["end"], np.nan)})


@pytest.mark.parametrize("changes", [{"width": 0}, {"heads": 3}])
def test_sizes_that_make_no_network_are_a_data_error(changes: dict[str, int]) -> None:
    with pytest.raises(DataError, match="no shape"):
        replace(SHAPE, **changes)
