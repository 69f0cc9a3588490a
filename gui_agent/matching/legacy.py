"""The released code's matching, faults and all, for comparison with published figures.

Rewritten from what X-PLUG/MobileAgent's `UI-S1/evaluation/eval_qwenvl.py` (the metric) and
`UI-S1/verl/utils/reward_score/gui_traj.py` (the reward) do, and equal to them to the bit: also where they raise, which
in the metric gives the whole task nothing. Both work on the JSON of reply and file, not on canonical actions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from device_farm.types.action import Action
from device_farm.types.codec.space import smart_resize
from device_farm.types.geometry import Size
from gui_agent.datasets.types import ExpertStep
from gui_agent.matching.base import Match

METRIC_MAX_PIXELS: Final = 12800 * 28 * 28
"""What `find_last_image_ele` of the released evaluation lets an image be resized to."""
_BOX_FACTOR: Final = 1.2
_POINT_DISTANCE: Final = 0.04
_FLIPPED: Final = {"down": "up", "up": "down"}

Json = Mapping[str, Any]


class _Crash(Exception):
    """The released code raises here."""


def model_size(screen: Size) -> Size:
    """The size that predicted coordinates count in."""
    return smart_resize(screen, max_pixels=METRIC_MAX_PIXELS)


@dataclass(frozen=True, slots=True)
class LegacyMatcher:
    """The metric's matcher. `fatal` marks where the released scorer raises."""

    name: str = "legacy"

    def match(self, text: str, predicted: Action | None, expert: ExpertStep) -> Match:
        try:
            reply = _reply(text)["action"]
            kind, exact = _metric_match(reply, _metric_target(expert), _screen(expert))
        except _Crash as crash:
            return Match(format=False, type=False, exact=False, reason=str(crash), fatal=True)
        return Match(format=True, type=kind, exact=exact, reason="" if exact else "differs")


@dataclass(frozen=True, slots=True)
class LegacyRewardMatcher:
    """The reward's matcher, which knows swipes' directions, and terminates. `fatal` marks where comparing raises.

    With `step_reward(…, form="released")` it gives the released reward: 0.1 · [a thought that is not blank] + 0.9 · {1
    exact, 0.5 the kind only, 0.1 parsed, 0 not}. The thought counts only if the reply parses; a comparison that raises
    keeps it and gets nothing else.
    """

    name: str = "legacy_reward"

    def match(self, text: str, predicted: Action | None, expert: ExpertStep) -> Match:
        try:
            reply = _reply(text)
        except _Crash as crash:
            return Match(format=False, type=False, exact=False, reason=str(crash), thought=False)
        thought = bool((reply["think"] or "").strip())
        try:
            kind, exact = _reward_match(reply["action"], _options(expert), _screen(expert))
        except _Crash as crash:
            return Match(format=True, type=False, exact=False, reason=str(crash), fatal=True, thought=thought)
        return Match(format=True, type=kind, exact=exact, reason="" if exact else "differs", thought=thought)


def _reply(text: str) -> dict[str, Any]:
    found = {}
    for tag in ("think", "action"):
        match = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        found[tag] = match.group(1).strip() if match else None
    if found["action"] is None:
        raise _Crash("there is no <action>")
    try:
        values = json.loads(found["action"])
    except (ValueError, RecursionError) as error:
        raise _Crash(f"the action is no JSON: {error}") from error
    return {"think": found["think"], "action": values}


def _options(expert: ExpertStep) -> Json:
    raw = _raw(expert)
    options = raw.get("check_options")
    return options if isinstance(options, Mapping) else raw["action_content"]


def _metric_target(expert: ExpertStep) -> Json:
    """What the evaluation compares with: it looks for boxes on the step, where the data has none."""
    raw = _raw(expert)
    if "candidate_bbox" in raw:
        return _options(expert)
    return {**raw["action_content"], "candidate_bbox": raw.get("bbox", [])}


def _screen(expert: ExpertStep) -> Size:
    return expert.screen.stated or expert.screen.size


def _raw(expert: ExpertStep) -> Json:
    if expert.raw is None:
        raise _Crash("the step was not read from a file of that format")
    return expert.raw


def _get(values: Any, key: Any) -> Any:
    """`values[key]` of whatever came, as the released code would raise."""
    try:
        return values[key]
    except (KeyError, IndexError, TypeError) as error:
        raise _Crash(f"{key!r} is not there") from error


def _scaled(value: Any, by: float) -> float:
    try:
        return float(value / by)
    except (TypeError, OverflowError) as error:
        raise _Crash(f"{value!r} is no number") from error


def _normalised(values: Any, size: Size, *, nested_boxes: bool) -> dict[str, Any]:
    """Coordinates in shares of the image."""
    if not isinstance(values, Mapping):
        raise _Crash("the action is no object")
    result = dict(values)
    if "candidate_bbox" in result:
        boxes = result["candidate_bbox"]
        if nested_boxes:
            result["candidate_bbox"] = [_box(box, size) for box in _sequence(boxes)]
        elif len(_sequence(boxes)) == 4:
            result["candidate_bbox"] = [_box(boxes, size)]
    for name in ("coordinate", "coordinate2"):
        if name in result:
            point = result[name]
            result[name] = [_scaled(_get(point, 0), size.width), _scaled(_get(point, 1), size.height)]
    return result


def _sequence(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple | str | dict):
        raise _Crash(f"{value!r} is no list of boxes")
    return list(value)


def _box(box: Any, size: Size) -> list[float]:
    sides = (size.width, size.height, size.width, size.height)
    return [_scaled(_get(box, index), side) for index, side in enumerate(sides)]


def _metric_match(predicted: Any, target: Json, screen: Size) -> tuple[bool, bool]:
    predicted = _normalised(predicted, model_size(screen), nested_boxes=True)
    target = _normalised(target, screen, nested_boxes=True)
    kind, wanted = _get(predicted, "action"), target["action"]
    match wanted:
        case "wait":
            return kind == "wait", kind == "wait"
        case "system_button":
            return _same_button(predicted, target)
        case "type":
            return (True, _text_agrees(predicted, target)) if kind == "type" else (False, False)
        case "open" if kind == "open":
            return True, _text_agrees(predicted, target)
        case "open":
            boxes = target.get("candidate_bbox", [])
            if kind != "click" or len(boxes) == 0:
                return False, False
            centre = [(boxes[0][0] + boxes[0][2]) / 2, (boxes[0][1] + boxes[0][3]) / 2]
            return True, _clicks(_get(predicted, "coordinate"), boxes, centre)
        case "swipe":
            return kind == "swipe", kind == "swipe"
        case "click" | "long_press":
            if kind != wanted:
                return False, False
            return True, _clicks(_get(predicted, "coordinate"), _get(target, "candidate_bbox"), target["coordinate"])
        case _:
            raise _Crash(f"the released scorer knows no {wanted}")


def _reward_match(predicted: Any, target: Json, screen: Size) -> tuple[bool, bool]:
    predicted = _normalised(predicted, smart_resize(screen), nested_boxes=False)
    target = _normalised(target, screen, nested_boxes=False)
    kind, wanted = _get(predicted, "action"), target["action"]
    match wanted:
        case "wait" | "terminate":
            return kind == wanted, kind == wanted
        case "system_button":
            return _same_button(predicted, target)
        case "type" | "answer" | "key":
            return (True, _text_agrees(predicted, target)) if kind == "type" else (False, False)
        case "open":
            return (True, _text_agrees(predicted, target)) if kind == "open" else (False, False)
        case "swipe":
            return (True, _same_direction(predicted, target)) if kind == "swipe" else (False, False)
        case "click" | "long_press":
            if kind != wanted:
                return False, False
            boxes = target.get("candidate_bbox", [])
            return True, _clicks(_get(predicted, "coordinate"), boxes, target["coordinate"])
        case _:
            return False, False


def _same_button(predicted: Json, target: Json) -> tuple[bool, bool]:
    if predicted["action"] != "system_button":
        return False, False
    return True, _lowered(_get(target, "button")) == _lowered(_get(predicted, "button"))


def _lowered(value: Any) -> str:
    if not isinstance(value, str):
        raise _Crash(f"{value!r} is no text")
    return value.lower().strip()


def _text_agrees(predicted: Json, target: Json) -> bool:
    one, other = _lowered(_get(predicted, "text")), _lowered(_get(target, "text"))
    return one in other or other in one


def _same_direction(predicted: Json, target: Json) -> bool:
    if "direction" in target:
        wanted = target["direction"]
    else:
        wanted = _direction(_get(target, "coordinate"), _get(target, "coordinate2"))
    found = _direction(_get(predicted, "coordinate"), _get(predicted, "coordinate2"))
    return found == _FLIPPED.get(wanted, wanted)


def _direction(start: Sequence[float], end: Sequence[float]) -> str:
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dx) > abs(dy):
        return "right" if dx > 0 else "left"
    return "down" if dy > 0 else "up"


def _clicks(click: Sequence[float], boxes: Any, wanted: Any) -> bool:
    for box in boxes:
        if not isinstance(box, list) or len(box) < 4:
            raise _Crash(f"{box!r} is no box")
        centre_x, centre_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        half_width, half_height = (box[2] - box[0]) * _BOX_FACTOR / 2, (box[3] - box[1]) * _BOX_FACTOR / 2
        inside_x = centre_x - half_width <= click[0] <= centre_x + half_width
        if inside_x and centre_y - half_height <= click[1] <= centre_y + half_height:
            return True
    # numpy's norm, because its last bit may differ from math.hypot's.
    return bool(np.linalg.norm([wanted[0] - click[0], wanted[1] - click[1]]) <= _POINT_DISTANCE)
