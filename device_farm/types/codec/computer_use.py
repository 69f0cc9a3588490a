"""The desktop dialect of Qwen2.5-VL and Qwen3-VL (`computer_use`).

Actions: key(keys), type, mouse_move, left_click, left_click_drag, right_click, middle_click, double_click,
triple_click, scroll(pixels), hscroll(pixels), wait(time), terminate(status), answer. A click or scroll without a
coordinate happens where the pointer is. `left_click_drag` goes from the pointer to `coordinate`; with `coordinate2`
it goes from `coordinate` to `coordinate2`, which is how a drag from elsewhere is written in one action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never, cast

from device_farm.errors import DialectError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    MouseButton,
    MoveTo,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TerminateStatus,
    TypeText,
    Wait,
)
from device_farm.types.codec.arguments import Arguments
from device_farm.types.codec.dialect import ParsedTurn
from device_farm.types.codec.envelope import Envelope, open_envelope, seal
from device_farm.types.codec.keys import combination
from device_farm.types.codec.mobile_use import seconds
from device_farm.types.codec.schema import action_schema
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point
from device_farm.types.task import JsonValue

_TOOL = "computer_use"
PIXELS_PER_NOTCH = 100
"""The dialect counts pixels, a wheel has notches; browsers and toolkits move about 100 pixels a notch."""
_MAX_NOTCHES = 100
_STATUSES = {"success": "success", "failure": "failure", "fail": "failure", "infeasible": "failure"}
_CLICKS: dict[str, tuple[MouseButton, int]] = {
    "left_click": ("left", 1),
    "right_click": ("right", 1),
    "middle_click": ("middle", 1),
    "double_click": ("left", 2),
    "triple_click": ("left", 3),
}
_CLICK_NAMES = {value: name for name, value in _CLICKS.items()}


def parse_action(values: Mapping[str, object], space: CoordinateSpace) -> Action:
    """The action of a flat JSON object. Raises DialectError."""
    name = values.get("action")
    if not isinstance(name, str):
        raise DialectError("names no action", field="action", fix="one of " + ", ".join(_ARGUMENTS))
    arguments = Arguments({key: value for key, value in values.items() if key != "action"}, name)
    action = _parse(name, arguments, space)
    arguments.finish()
    return action


def _parse(name: str, arguments: Arguments, space: CoordinateSpace) -> Action:
    if name in _CLICKS:
        button, count = _CLICKS[name]
        return Click(at=_here(arguments, space), button=button, count=count)
    match name:
        case "key":
            return combination(arguments.texts("keys"))
        case "type":
            return TypeText(text=arguments.text("text"))
        case "mouse_move":
            return MoveTo(at=arguments.point("coordinate", space))
        case "left_click_drag":
            return _drag(arguments, space)
        case "scroll":
            return Scroll(at=_here(arguments, space), dy=-_notches(arguments))
        case "hscroll":
            return Scroll(at=_here(arguments, space), dx=_notches(arguments))
        case "wait":
            return Wait(duration_s=arguments.seconds("time", 1.0))
        case "answer":
            return Answer(text=arguments.text("text"))
        case "terminate":
            return Terminate(status=cast(TerminateStatus, arguments.choice("status", _STATUSES)))
    raise DialectError(f"unknown action {name[:40]!r}", field="action", fix="one of " + ", ".join(_ARGUMENTS))


def _here(arguments: Arguments, space: CoordinateSpace) -> Point:
    if not arguments.has("coordinate") and space.pointer is not None:
        return space.pointer
    return arguments.point("coordinate", space)


def _drag(arguments: Arguments, space: CoordinateSpace) -> Drag:
    first = arguments.point("coordinate", space)
    if arguments.has("coordinate2"):
        return Drag(start=first, end=arguments.point("coordinate2", space))
    if space.pointer is None:
        fix = "move the pointer first, or add coordinate2"
        raise DialectError(
            "left_click_drag starts at the pointer, whose place is not known", field="coordinate", fix=fix
        )
    return Drag(start=space.pointer, end=first)


def _notches(arguments: Arguments) -> int:
    """Wheel notches of `pixels`, away from zero, so that a small scroll is not lost."""
    pixels = arguments.number("pixels")
    if pixels == 0:
        raise DialectError("a scroll of 0 does nothing", field="pixels")
    notches = max(1, round(min(abs(pixels) / PIXELS_PER_NOTCH, _MAX_NOTCHES)))
    return notches if pixels > 0 else -notches


def format_action(action: Action, space: CoordinateSpace) -> dict[str, JsonValue]:
    """The flat JSON object of an action. Raises DialectError for what the dialect cannot say."""
    match action:
        case Click(at=at, button=button, count=count, modifiers=()) if (button, count) in _CLICK_NAMES:
            return {"action": _CLICK_NAMES[button, count], "coordinate": list(space.to_model(at))}
        case MoveTo(at=at):
            return {"action": "mouse_move", "coordinate": list(space.to_model(at))}
        case Drag(start=start, end=end, button="left"):
            far = list(space.to_model(end))
            if start == space.pointer:
                return {"action": "left_click_drag", "coordinate": [*far]}
            return {"action": "left_click_drag", "coordinate": list(space.to_model(start)), "coordinate2": [*far]}
        case Scroll(at=at, dx=0, dy=dy) if dy:
            return {"action": "scroll", "coordinate": list(space.to_model(at)), "pixels": -dy * PIXELS_PER_NOTCH}
        case Scroll(at=at, dx=dx, dy=0) if dx:
            return {"action": "hscroll", "coordinate": list(space.to_model(at)), "pixels": dx * PIXELS_PER_NOTCH}
        case TypeText(text=text):
            return {"action": "type", "text": text}
        case PressKey(key=key, modifiers=modifiers):
            return {"action": "key", "keys": [*modifiers, key]}
        case Wait(duration_s=duration_s):
            return {"action": "wait", "time": seconds(duration_s)}
        case Answer(text=text):
            return {"action": "answer", "text": text}
        case Terminate(status=status):
            return {"action": "terminate", "status": status}
        case Click() | Drag() | Scroll() | LongPress() | Swipe() | SystemButton() | OpenApp():
            raise DialectError(f"computer_use has no word for {action}", field="action")
        case _:
            assert_never(action)


_POINT: dict[str, JsonValue] = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0},
    "minItems": 2,
    "maxItems": 2,
}
_TEXT: dict[str, JsonValue] = {"type": "string"}
_ARGUMENTS: dict[str, dict[str, dict[str, JsonValue]]] = {
    "key": {"keys": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 5}},
    "type": {"text": _TEXT},
    "mouse_move": {"coordinate": _POINT},
    **{name: {"coordinate": _POINT} for name in _CLICKS},
    "left_click_drag": {"coordinate": _POINT, "coordinate2": _POINT},
    "scroll": {"coordinate": _POINT, "pixels": {"type": "integer"}},
    "hscroll": {"coordinate": _POINT, "pixels": {"type": "integer"}},
    "wait": {"time": {"type": "number", "minimum": 0, "maximum": 60}},
    "answer": {"text": _TEXT},
    "terminate": {"status": {"type": "string", "enum": ["success", "failure"]}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerUse:
    """The dialect in one of its two wrappings; `parse` takes both."""

    envelope: Envelope = "tool_call"
    name: str = "computer_use"

    def parse(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        values, thought = open_envelope(text, _TOOL)
        return ParsedTurn(action=parse_action(values, space), thought=thought)

    def format(self, action: Action, thought: str, space: CoordinateSpace) -> str:
        return seal(format_action(action, space), thought, self.envelope, _TOOL)

    def schema(self) -> dict[str, JsonValue]:
        return action_schema(_ARGUMENTS)
