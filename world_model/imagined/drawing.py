"""A sketch as a picture, so that what reads pixels can read what was imagined, and a person can see it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from device_farm.types.observation import Screenshot, image_digest
from world_model.sketch.sketch import Sketch, SketchLine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAPER: Final = (250, 250, 250)
_INK: Final = (32, 32, 32)
_FAINT: Final = (140, 140, 140)
_FILL: Final = {
    "button": (240, 224, 200),
    "field": (255, 255, 255),
    "switch": (215, 235, 215),
    "checkbox": (215, 235, 215),
    "radio": (215, 235, 215),
    "image": (225, 225, 235),
    "item": (243, 243, 243),
}
_PAD_PX: Final = 6
_TEXT_PX: Final = 28
"""The height of a capital at scale 1 is about 22 pixels; boxes are at least a line of text high, mostly."""


def draw_sketch(sketch: Sketch) -> NDArray[np.uint8]:
    """BGR pixels, shape (height, width, 3): boxes, the larger ones below, each with its text and state.

    Letters beyond Latin 1 are drawn as "?": OpenCV's strokes have no others. The tree and the sketch hold them.
    """
    import cv2
    import numpy as np

    picture = np.full((sketch.screen.height, sketch.screen.width, 3), _PAPER, np.uint8)
    for line in sorted(sketch.lines, key=lambda line: -line.box.area):
        box = line.box
        corner, end = (box.left, box.top), (box.right - 1, box.bottom - 1)
        if (fill := _FILL.get(line.label)) is not None:
            cv2.rectangle(picture, corner, end, fill, -1)
        if line.label != "text":
            cv2.rectangle(picture, corner, end, _FAINT, 1)
        _write(picture, line)
    if not sketch.lines:
        # Told from a screen of one colour: an imagined one without elements is empty, not broken.
        cv2.line(picture, (0, 0), (sketch.screen.width - 1, sketch.screen.height - 1), _FAINT, 1)
    return picture


def _write(picture: NDArray[np.uint8], line: SketchLine) -> None:
    import cv2

    told = " ".join((line.text or f"({line.label})").split())
    marks = [state for state in ("checked", "selected", "focused", "disabled") if state in line.states]
    shown = f"{told}{f' [{chr(32).join(marks)}]' if marks else ''}"
    plain = shown.encode("latin-1", "replace").decode("latin-1").encode("ascii", "replace").decode()
    scale = min(1.0, max(0.3, (line.box.height - 2 * _PAD_PX) / _TEXT_PX))
    room = max(1, int((line.box.width - _PAD_PX) / (17 * scale)))
    at = (line.box.left + _PAD_PX, line.box.center.y + int(8 * scale))
    colour = _FAINT if "disabled" in line.states else _INK
    cv2.putText(picture, plain[:room], at, cv2.FONT_HERSHEY_SIMPLEX, scale * 0.85, colour, 1, cv2.LINE_AA)


@lru_cache(maxsize=32)
def screenshot_of(sketch: Sketch) -> Screenshot:
    """The picture as PNG; equal sketches give equal bytes."""
    import cv2

    done, encoded = cv2.imencode(".png", draw_sketch(sketch), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    data = encoded.tobytes()
    return Screenshot(digest=image_digest(data), size=sketch.screen, data=data)
