"""The matcher that we stand for: UI-S1's rules (arXiv 2509.11543, its released reward) without their known faults.

An action of the same kind is exact when

- click, long_press: it lies inside the smallest of the step's boxes that holds the expert's point, scaled by 1.2, or
  within 0.04 of the expert's point (distance in shares of the screen);
- swipe: the finger goes in the same dominant direction;
- type, answer, open: the texts agree: equal, or one holds the other, ignoring case and outer blanks; an empty text or a
  single character agrees with its like only;
- key, system_button, terminate: the key, the button, the status is the same;
- wait: always.

A click into one of the boxes of an `open` step is exact too: they show the app's icon.

What the released code does else: an empty or one-character text agrees with everything; `answer` and `key` never
match; `terminate` ignores its status; the boxes of the evaluation file are not found; every swipe passes there; of
nested boxes, which hold whole scrolling areas, any will do. See `legacy`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from device_farm.types.action import (
    Action,
    Answer,
    Click,
    LongPress,
    OpenApp,
    PressKey,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Rect, Size
from gui_agent.datasets.types import ExpertStep
from gui_agent.datasets.ui_s1 import finger_direction
from gui_agent.matching.base import Match

BOX_FACTOR: Final = 1.2
"""How much larger than the element a click may miss it: `BBOX_ENLARGE_FACTOR` of the released code."""
POINT_DISTANCE: Final = 0.04
"""Distance from the expert's point in shares of width and height: `POINT_DISTANCE_THRESHOLD` of the released code."""
_MIN_CONTAINED: Final = 2
"""A shorter text is held by nearly every other one, so it says nothing."""


@dataclass(frozen=True, slots=True)
class StrictMatcher:
    name: str = "strict"

    def match(self, text: str, predicted: Action | None, expert: ExpertStep) -> Match:
        if predicted is None:
            return Match(format=False, type=False, exact=False, reason="the reply did not parse")
        if isinstance(expert.action, OpenApp) and isinstance(predicted, Click) and expert.boxes:
            hit = any(is_inside(predicted.at, enlarged(box, BOX_FACTOR)) for box in expert.boxes)
            return Match(format=True, type=hit, exact=hit, reason="" if hit else "the click misses the icon")
        if type(predicted) is not type(expert.action):
            reason = f"{type(predicted).__name__} instead of {type(expert.action).__name__}"
            return Match(format=True, type=False, exact=False, reason=reason)
        reason = _difference(predicted, expert)
        return Match(format=True, type=True, exact=not reason, reason=reason)


def _difference(predicted: Action, expert: ExpertStep) -> str:
    """What sets two actions of one kind apart; empty for nothing."""
    match predicted, expert.action:
        case (Click(at=at), Click(at=wanted)) | (LongPress(at=at), LongPress(at=wanted)):
            return "" if _same_place(at, wanted, expert) else f"{at} is not where {wanted} is"
        case Swipe() as swipe, Swipe() as wanted_swipe:
            found, way = finger_direction(swipe), finger_direction(wanted_swipe)
            return "" if found == way else f"swiped {found} instead of {way}"
        case (TypeText(text=text), TypeText(text=wanted_text)) | (Answer(text=text), Answer(text=wanted_text)):
            return "" if texts_agree(text, wanted_text) else f"{text!r} instead of {wanted_text!r}"
        case OpenApp(name=name), OpenApp(name=wanted_name):
            return "" if texts_agree(name, wanted_name) else f"{name!r} instead of {wanted_name!r}"
        case PressKey() | SystemButton(), _:
            return "" if predicted == expert.action else f"{predicted} instead of {expert.action}"
        case Terminate(status=status), Terminate(status=wanted_status):
            return "" if status == wanted_status else f"{status} instead of {wanted_status}"
        case Wait(), _:
            return ""
        case _:
            return "" if predicted == expert.action else f"{predicted} instead of {expert.action}"


def texts_agree(one: str, other: str) -> bool:
    """Equal, or one holds the other, ignoring case and outer blanks."""
    one, other = one.strip().casefold(), other.strip().casefold()
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _MIN_CONTAINED and shorter in longer


def _same_place(at: Point, wanted: Point, expert: ExpertStep) -> bool:
    box = _element(wanted, expert.boxes)
    if box is not None and is_inside(at, enlarged(box, BOX_FACTOR)):
        return True
    return _distance(at, wanted, expert.screen.size) <= POINT_DISTANCE


def _element(wanted: Point, boxes: tuple[Rect, ...]) -> Rect | None:
    """What the expert clicked: of boxes in one another the innermost. A box elsewhere is no part of this click."""
    return min((box for box in boxes if box.contains(wanted)), key=lambda box: box.area, default=None)


def enlarged(box: Rect, factor: float) -> tuple[float, float, float, float]:
    """The box scaled about its centre: left, top, right, bottom."""
    center_x, center_y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    half_width, half_height = box.width * factor / 2, box.height * factor / 2
    return center_x - half_width, center_y - half_height, center_x + half_width, center_y + half_height


def is_inside(point: Point, box: tuple[float, float, float, float]) -> bool:
    """Edges included."""
    left, top, right, bottom = box
    return left <= point.x <= right and top <= point.y <= bottom


def _distance(one: Point, other: Point, screen: Size) -> float:
    return math.hypot((one.x - other.x) / screen.width, (one.y - other.y) / screen.height)
