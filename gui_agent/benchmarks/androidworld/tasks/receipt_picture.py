"""Receipts as pictures: a shop's name, the transactions, thanks. Drawn with OpenCV, which is slow to import."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_ITEMS: Final = (
    ("Desk Lamp", 15, 60),
    ("Notebook Set", 5, 25),
    ("Laser Pointer", 8, 30),
    ("Travel Mug", 10, 35),
    ("Wall Clock", 20, 90),
    ("Phone Stand", 6, 28),
)
_SHOPS: Final = ("Northside Supplies", "Paper and Light Co.", "The Corner Depot", "Riverside Goods")
_WIDTH_PX: Final = 500
_FIRST_DAY: Final = date(2023, 1, 1)
_DAYS: Final = 287
HEADER: Final = "Date, Item, Amount"


def receipt_text(rng: Random, count: int) -> str:
    """The header and `count` transactions, one a line."""
    lines = [HEADER]
    for _ in range(count):
        item, low, high = rng.choice(_ITEMS)
        day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
        lines.append(f"{day}, {item}, ${rng.uniform(low, high):.2f}")
    return "\n".join(lines)


def receipt_picture(rng: Random, text: str, ending: str) -> bytes:
    """The receipt that says `text` (without its header), as a file of the kind that `ending` names."""
    lines = text.split("\n")[1:]
    canvas = np.full((max(500, 100 * (len(lines) + 4)), _WIDTH_PX, 3), 255, np.uint8)
    _line(canvas, rng.choice(_SHOPS), 100, 0.8)
    for place, line in enumerate(lines):
        _line(canvas, line, 180 + 32 * place, 0.55)
    _line(canvas, "Thank you, come again!", canvas.shape[0] - 40, 0.45)
    _, data = cv2.imencode(ending, canvas)
    return data.tobytes()


def _line(canvas: NDArray[np.uint8], text: str, y: int, scale: float) -> None:
    cv2.putText(canvas, text, (10, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1, cv2.LINE_AA)
