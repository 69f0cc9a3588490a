"""Sketches from pixels, with a reader that knows where the text is; with RapidOCR itself where it is installed."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import find_spec
from types import ModuleType

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device_farm.errors import DataError, PrerequisiteError
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground
from world_model.imagined.drawing import draw_sketch, screenshot_of
from world_model.sketch.pixels.layout import element_boxes
from world_model.sketch.pixels.ocr import RapidOcrReader, Word
from world_model.sketch.pixels.seen import merged_lines, sketch_of_pixels, sketch_of_screenshot
from world_model.sketch.sketch import Sketch, SketchLine

SCREEN = Size(400, 600)
FRONT = Foreground(app="notes", window="Edit")


class Knows:
    """Reads the texts that it was told of where there is ink, and only there."""

    def __init__(self, *words: Word) -> None:
        self._words = words

    def read(self, pixels: NDArray[np.uint8]) -> tuple[Word, ...]:
        return tuple(
            word
            for word in self._words
            if pixels[word.box.top : word.box.bottom, word.box.left : word.box.right].min() < 90
        )


def _part(pixels: NDArray[np.uint8], box: Rect) -> NDArray[np.uint8]:
    return pixels[box.top : box.bottom, box.left : box.right]


def word(text: str, box: tuple[int, int, int, int], confidence: float = 0.9) -> Word:
    return Word(text=text, box=Rect(*box), confidence=confidence)


def screen() -> NDArray[np.uint8]:
    picture = np.full((600, 400, 3), 255, np.uint8)
    cv2.rectangle(picture, (40, 500), (200, 550), (200, 120, 40), -1)
    cv2.putText(picture, "Save", (80, 535), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    cv2.rectangle(picture, (20, 100), (380, 300), (60, 60, 60), 2)
    cv2.putText(picture, "Title", (40, 150), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    cv2.putText(picture, "Body", (40, 220), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    cv2.circle(picture, (350, 40), 20, (30, 160, 30), -1)
    cv2.putText(picture, "Notes", (40, 50), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    return picture


def test_boxes_are_found_where_shapes_are() -> None:
    boxes = element_boxes(screen())
    for true in (Rect(40, 500, 201, 551), Rect(20, 100, 381, 301), Rect(330, 20, 371, 61)):
        assert max(box.iou(true) for box in boxes) > 0.85
    assert len(boxes) <= 20
    assert element_boxes(np.full((600, 400, 3), 255, np.uint8)) == ()


def test_words_and_boxes_become_lines() -> None:
    reader = Knows(
        word("Save", (80, 510, 150, 540)),
        word("Title", (40, 125, 120, 155)),
        word("Body", (40, 195, 120, 225)),
        word("Notes", (40, 25, 130, 55)),
        word("unsure", (40, 25, 130, 55), 0.2),
        word("not there", (220, 400, 300, 420)),
    )
    sketch = sketch_of_pixels(screen(), reader, FRONT)
    said = {(line.label, line.text) for line in sketch.lines}
    assert {("button", "Save"), ("item", "Title"), ("text", "Body"), ("text", "Notes"), ("image", "")} <= said
    assert {text for _, text in said} == {"Save", "Title", "Body", "Notes", ""}
    # The disc is the only shape without a word: letters are none.
    assert [line.box for line in sketch.lines if line.label == "image"] == [Rect(330, 20, 371, 61)]
    assert (sketch.app, sketch.window, sketch.screen) == ("notes", "Edit", SCREEN)


def test_drawn_sketch_is_found_again_by_its_boxes() -> None:
    lines = tuple(SketchLine(label="button", text="", box=Rect(40, top, 240, top + 60)) for top in (50, 200, 400))
    boxes = element_boxes(draw_sketch(Sketch(screen=SCREEN, lines=lines)))
    assert all(max(box.iou(line.box) for box in boxes) > 0.9 for line in lines)


def test_words_off_the_screen_are_left_out_or_clipped() -> None:
    lines = merged_lines([], [word("gone", (500, 10, 600, 40)), word("half", (380, 10, 460, 40))], SCREEN)
    assert [(line.text, line.box) for line in lines] == [("half", Rect(380, 10, 400, 40))]


def test_screenshot_is_decoded_or_named() -> None:
    shot = screenshot_of(Sketch(screen=SCREEN))
    assert sketch_of_screenshot(shot, Knows(), FRONT).screen == SCREEN
    for bad in (replace(shot, data=None), replace(shot, data=b"no picture"), replace(shot, data=b"")):
        with pytest.raises(DataError) as raised:
            sketch_of_screenshot(bad, Knows(), FRONT)
        assert raised.value.field == "screenshot"
    with pytest.raises(DataError, match="shape"):
        sketch_of_pixels(np.zeros((5, 5), np.uint8), Knows(), FRONT)  # type: ignore[arg-type]


def test_missing_package_is_a_prerequisite_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    with pytest.raises(PrerequisiteError) as raised:
        RapidOcrReader()
    assert "gui-agent-farm[ocr]" in raised.value.fix


def test_adapter_reads_what_the_engine_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[object] = [
        [[[[10.2, 5], [50, 4.6], [50, 20], [10, 20.4]], "Save", "0.97"]],
        None,
        [["not what was agreed"]],
    ]
    package = ModuleType("rapidocr_onnxruntime")
    package.RapidOCR = lambda: lambda pixels: (answers.pop(0), [0.1])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", package)
    reader, pixels = RapidOcrReader(), np.zeros((30, 60, 3), np.uint8)
    assert reader.read(pixels) == (Word(text="Save", box=Rect(10, 5, 50, 20), confidence=0.97),)
    assert reader.read(pixels) == ()
    with pytest.raises(DataError, match="answers otherwise"):
        reader.read(pixels)


@pytest.mark.skipif(find_spec("rapidocr_onnxruntime") is None, reason="the extra ocr is not installed")
def test_real_engine_reads_printed_words() -> None:
    sketch = sketch_of_pixels(screen(), RapidOcrReader(), FRONT)
    assert {"Save", "Title", "Body", "Notes"} <= {line.text for line in sketch.lines}
