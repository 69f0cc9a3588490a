"""Places in a picture that look like elements, by OpenCV's contours. No words, no learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from device_farm.types.geometry import Rect
from world_model.sketch.pixels.ocr import size_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SMALLEST: Final = 0.02
"""Of the screen's shorter side: smaller marks are letters, mostly."""
_LARGEST: Final = 0.6
"""Of the screen's area: larger ones are its background."""
_FULL: Final = 0.55
"""Of its box that a contour fills, to be a box itself and not a stroke."""
_SAME_IOU: Final = 0.8
_MOST: Final = 300


def element_boxes(pixels: NDArray[np.uint8]) -> tuple[Rect, ...]:
    """Boxes of filled or outlined shapes in BGR pixels of shape (height, width, 3), in reading order, at most 300.

    Edges (Canny on the grey picture, closed by a 3×3 kernel) are traced; a contour counts whose box is neither tiny
    nor the background and that fills most of it. Of two that nearly agree one is kept. Large letters give some, too,
    which `merged_lines` drops where a word is; photographs may give many.

    Raises:
        DataError: it is no such picture.
    """
    import cv2
    import numpy as np

    size = size_of(pixels)
    least = max(4, round(_SMALLEST * min(size.width, size.height)))
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    edges = cv2.morphologyEx(cv2.Canny(grey, 20, 60), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found: list[Rect] = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True):
        left, top, width, height = cv2.boundingRect(contour)
        if min(width, height) < least or width * height > _LARGEST * size.width * size.height:
            continue
        box = Rect(left, top, left + width, top + height)
        filled = cv2.contourArea(contour) >= _FULL * box.area
        if filled and all(box.iou(other) < _SAME_IOU for other in found):
            found.append(box)
        if len(found) == _MOST:
            break
    return tuple(sorted(found, key=lambda box: (box.top, box.left)))
