"""The phone dialect of Qwen2.5-VL (`mobile_use`) and UI-S1.

Actions: key, click, long_press(time), swipe(coordinate, coordinate2), type, answer, system_button, open, wait(time),
terminate(status). A swipe is the finger's way. `Menu` is the recents button. Times are seconds.
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
    MoveTo,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    SystemButtonName,
    Terminate,
    TerminateStatus,
    TypeText,
    Wait,
)
from device_farm.types.codec.arguments import Arguments
from device_farm.types.codec.dialect import ParsedTurn
from device_farm.types.codec.envelope import Envelope, open_envelope, seal
from device_farm.types.codec.keys import canonical_key
from device_farm.types.codec.schema import action_schema
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import JsonValue

_TOOL = "mobile_use"
_BUTTONS = {"back": "back", "home": "home", "menu": "recents", "recents": "recents", "recent": "recents"}
_BUTTONS["enter"] = "enter"
_BUTTON_NAMES: dict[SystemButtonName, str] = {"back": "Back", "home": "Home", "recents": "Menu", "enter": "Enter"}
_STATUSES = {"success": "success", "failure": "failure", "fail": "failure", "infeasible": "failure"}
_LABELS = ("bbox",)
"""Keys that data sets put beside an action's arguments."""


def parse_action(values: Mapping[str, object], space: CoordinateSpace) -> Action:
    """The action of a flat JSON object, such as a data set's `action_content`. Raises DialectError."""
    name = values.get("action")
    if not isinstance(name, str):
        raise DialectError("names no action", field="action", fix="one of " + ", ".join(_ARGUMENTS))
    arguments = Arguments({key: value for key, value in values.items() if key != "action"}, name)
    action = _parse(name, arguments, space)
    arguments.finish(*_LABELS)
    return action


def _parse(name: str, arguments: Arguments, space: CoordinateSpace) -> Action:
    match name:
        case "click":
            return Click(at=arguments.point("coordinate", space))
        case "long_press":
            duration_ms = round(arguments.seconds("time", 1.0) * 1000)
            return LongPress(at=arguments.point("coordinate", space), duration_ms=duration_ms)
        case "swipe":
            return Swipe(start=arguments.point("coordinate", space), end=arguments.point("coordinate2", space))
        case "type":
            return TypeText(text=arguments.text("text"))
        case "key":
            return PressKey(key=canonical_key(arguments.text("text")))
        case "system_button":
            return SystemButton(button=cast(SystemButtonName, arguments.choice("button", _BUTTONS)))
        case "open":
            return OpenApp(name=_not_empty(arguments.text("text"), "text"))
        case "wait":
            return Wait(duration_s=arguments.seconds("time", 1.0))
        case "answer":
            return Answer(text=arguments.text("text"))
        case "terminate":
            return Terminate(status=cast(TerminateStatus, arguments.choice("status", _STATUSES)))
    raise DialectError(f"unknown action {name[:40]!r}", field="action", fix="one of " + ", ".join(_ARGUMENTS))


def _not_empty(text: str, field: str) -> str:
    if not text.strip():
        raise DialectError("must not be empty", field=field)
    return text


def format_action(action: Action, space: CoordinateSpace) -> dict[str, JsonValue]:
    """The flat JSON object of an action. Raises DialectError for what the dialect cannot say."""
    match action:
        case Click(at=at, button="left", count=1, modifiers=()):
            return {"action": "click", "coordinate": list(space.to_model(at))}
        case LongPress(at=at, duration_ms=duration_ms):
            return {"action": "long_press", "coordinate": list(space.to_model(at)), "time": seconds(duration_ms / 1000)}
        case Swipe(start=start, end=end):
            return {
                "action": "swipe",
                "coordinate": list(space.to_model(start)),
                "coordinate2": list(space.to_model(end)),
            }
        case TypeText(text=text):
            return {"action": "type", "text": text}
        case PressKey(key=key, modifiers=()):
            return {"action": "key", "text": key}
        case SystemButton(button=button):
            return {"action": "system_button", "button": _BUTTON_NAMES[button]}
        case OpenApp(name=name):
            return {"action": "open", "text": name}
        case Wait(duration_s=duration_s):
            return {"action": "wait", "time": seconds(duration_s)}
        case Answer(text=text):
            return {"action": "answer", "text": text}
        case Terminate(status=status):
            return {"action": "terminate", "status": status}
        case Click() | PressKey() | MoveTo() | Drag() | Scroll():
            raise DialectError(f"mobile_use has no word for {action}", field="action")
        case _:
            assert_never(action)


def seconds(value: float) -> int | float:
    """Whole seconds as an integer, the way the data sets write them."""
    return int(value) if value == int(value) else value


_POINT: dict[str, JsonValue] = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0},
    "minItems": 2,
    "maxItems": 2,
}
_TEXT: dict[str, JsonValue] = {"type": "string"}
_TIME: dict[str, JsonValue] = {"type": "number", "minimum": 0, "maximum": 60}
_ARGUMENTS: dict[str, dict[str, dict[str, JsonValue]]] = {
    "key": {"text": _TEXT},
    "click": {"coordinate": _POINT},
    "long_press": {"coordinate": _POINT, "time": _TIME},
    "swipe": {"coordinate": _POINT, "coordinate2": _POINT},
    "type": {"text": _TEXT},
    "answer": {"text": _TEXT},
    "system_button": {"button": {"type": "string", "enum": list(_BUTTON_NAMES.values())}},
    "open": {"text": {"type": "string", "minLength": 1}},
    "wait": {"time": _TIME},
    "terminate": {"status": {"type": "string", "enum": ["success", "failure"]}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileUse:
    """The dialect in one of its two wrappings; `parse` takes both."""

    envelope: Envelope = "action_tag"

    @property
    def name(self) -> str:
        return "mobile_use" if self.envelope == "tool_call" else "ui_s1"

    def parse(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        values, thought = open_envelope(text, _TOOL)
        return ParsedTurn(action=parse_action(values, space), thought=thought)

    def format(self, action: Action, thought: str, space: CoordinateSpace) -> str:
        return seal(format_action(action, space), thought, self.envelope, _TOOL)

    def schema(self) -> dict[str, JsonValue]:
        return action_schema(_ARGUMENTS)
