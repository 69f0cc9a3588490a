"""A sketch of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from device_farm.errors import DataError
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Screenshot
from world_model.sketch.pixels.layout import element_boxes
from world_model.sketch.pixels.ocr import TextReader, Word, size_of
from world_model.sketch.ranking import reading_key
from world_model.sketch.sketch import MAX_LINES, MAX_TEXT_CHARS, Sketch, SketchLine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SURE: Final = 0.5
_INSIDE: Final = 0.8
_BUTTON_HEIGHT: Final = 0.12
"""Of the screen's height: a higher box with text in it is a card or a list, not a button."""


def sketch_of_screenshot(screenshot: Screenshot, reader: TextReader, foreground: Foreground) -> Sketch:
    """The sketch of an encoded screen. What is in front is not told by pixels, so the caller says it. Blocking.

    Raises:
        DataError: the pixels are missing or do not decode.
    """
    import cv2
    import numpy as np

    if screenshot.data is None:
        raise DataError("the screenshot has no pixels", field="screenshot", fix="observe it without known_digest")
    pixels = cv2.imdecode(np.frombuffer(screenshot.data, np.uint8), cv2.IMREAD_COLOR) if screenshot.data else None
    if pixels is None:
        raise DataError(f"{len(screenshot.data)} bytes of {screenshot.format} do not decode", field="screenshot")
    return sketch_of_pixels(pixels.astype(np.uint8), reader, foreground)


def sketch_of_pixels(pixels: NDArray[np.uint8], reader: TextReader, foreground: Foreground) -> Sketch:
    """The sketch of BGR pixels, shape (height, width, 3).

    Labels are guesses: a low box with one line of text in it is a `button` with that text, another box with text in it
    an `item` called by the first, one without an `image`; text in no box is `text`. Pixels tell no states.

    Raises:
        DataError: it is no picture, or cannot be read.
    """
    screen = size_of(pixels)
    frame = Rect(0, 0, screen.width, screen.height)
    words = [word for word in reader.read(pixels) if word.confidence >= _SURE and word.text.strip()]
    lines = merged_lines(element_boxes(pixels), words, screen)
    clipped = [line for line in lines if line.box.intersect(frame) == line.box]
    return Sketch(
        screen=screen,
        lines=tuple(sorted(dict.fromkeys(clipped), key=reading_key))[:MAX_LINES],
        app=foreground.app[:MAX_TEXT_CHARS],
        window=foreground.window[:MAX_TEXT_CHARS],
    )


def merged_lines(boxes: Sequence[Rect], words: Sequence[Word], screen: Size) -> list[SketchLine]:
    """Boxes and words put together: every word is in one line, that of the smallest box that holds it or its own. A box
    within a word is one of its letters, and left out.
    """
    frame = Rect(0, 0, screen.width, screen.height)
    held: dict[Rect, list[Word]] = {box: [] for box in boxes}
    lines: list[SketchLine] = []
    for word in words:
        place = word.box.intersect(frame)
        if place.area == 0:
            continue
        holding = [box for box in boxes if box.intersect(place).area >= _INSIDE * place.area]
        smallest = min(holding, key=lambda box: box.area, default=None)
        if smallest is None or smallest.area < place.area:
            lines.append(SketchLine(label="text", text=word.text.strip()[:MAX_TEXT_CHARS], box=place))
        else:
            held[smallest].append(word)
    for box, inside in held.items():
        if any(word.box.intersect(box).area >= _INSIDE * box.area and word not in inside for word in words):
            continue
        lines += _boxed(box, inside, screen)
    return lines


def _boxed(box: Rect, inside: Sequence[Word], screen: Size) -> list[SketchLine]:
    texts = [word.text.strip()[:MAX_TEXT_CHARS] for word in sorted(inside, key=lambda word: word.box.top)]
    if not texts:
        return [SketchLine(label="image", text="", box=box)]
    if len(texts) == 1 and box.height <= _BUTTON_HEIGHT * screen.height:
        return [SketchLine(label="button", text=texts[0], box=box)]
    frame = Rect(0, 0, screen.width, screen.height)
    own = [
        SketchLine(label="text", text=word.text.strip()[:MAX_TEXT_CHARS], box=word.box.intersect(frame))
        for word in sorted(inside, key=lambda word: word.box.top)[1:]
    ]
    return [SketchLine(label="item", text=texts[0], box=box), *own]
