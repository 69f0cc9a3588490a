"""From an action to what a phone is told: pure, so that every mapping can be tested in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from device_farm.android.keys import key_command, system_button_command
from device_farm.android.typing_plan import input_text_command, split_text
from device_farm.errors import ActionError
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
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Size

_NOTCH = 8
"""A wheel notch moves the content by this part (1/8) of the screen's side, about three list rows."""

_SCROLL_SPAN = (0.15, 0.85)
"""Swipes that scroll stay within this part of the screen: nearer the edges they open shades or go back."""

_SCROLL_MS_PER_SWIPE = 400
"""Slow enough that the content follows the finger and little fling is left."""

_MAX_NOTCHES = 50
_MAX_CLICKS = 10
_MAX_DURATION_MS = 60_000
_MAX_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCommand:
    """A shell line; `extra_s` is how long it keeps the device busy on purpose."""

    line: str
    extra_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PasteText:
    """Text that `input text` cannot type."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchApp:
    name: str


Order: TypeAlias = RunCommand | PasteText | LaunchApp


def plan(action: Action, screen: Size) -> tuple[Order, ...]:
    """What to tell the device, in order; empty where an action touches no device.

    Raises:
        ActionError: the action cannot be carried out on a phone of this screen; names the field and the value.
    """
    match action:
        case Click():
            return (_click(action, screen),)
        case MoveTo(at=at):
            _check("at", at, screen)
            return ()
        case LongPress(at=at, duration_ms=duration_ms):
            return (_stroke("swipe", at, at, duration_ms, screen),)
        case Drag(start=start, end=end, duration_ms=duration_ms, button=button):
            _left_only(button)
            return (_stroke("draganddrop", start, end, duration_ms, screen),)
        case Swipe(start=start, end=end, duration_ms=duration_ms):
            return (_stroke("swipe", start, end, duration_ms, screen),)
        case Scroll():
            return _scroll(action, screen)
        case TypeText(text=text):
            return _type(text)
        case PressKey(key=key, modifiers=modifiers):
            return (RunCommand(line=key_command(key, modifiers)),)
        case SystemButton(button=system_button):
            return (RunCommand(line=system_button_command(system_button)),)
        case OpenApp(name=name):
            return (LaunchApp(name=name),)
        case Wait(duration_s=duration_s):
            return _wait(duration_s)
        case Answer() | Terminate():
            return ()
        case _:
            assert_never(action)


def _check(field: str, point: Point, screen: Size) -> None:
    if not screen.contains(point):
        raise ActionError(
            f"({point.x}, {point.y}) is off the screen, which is {screen.width}x{screen.height}",
            field=field,
            fix=f"use 0 <= x < {screen.width} and 0 <= y < {screen.height}",
        )


def _left_only(button: str) -> None:
    if button != "left":
        raise ActionError(f"a phone has no {button} button", field="button", fix="use left, or a long press")


def _click(action: Click, screen: Size) -> RunCommand:
    _check("at", action.at, screen)
    _left_only(action.button)
    if action.modifiers:
        raise ActionError("a finger has no modifier keys", field="modifiers", fix="leave them out")
    if not 1 <= action.count <= _MAX_CLICKS:
        raise ActionError(f"{action.count} taps", field="count", fix=f"use 1 to {_MAX_CLICKS}")
    return RunCommand(line="; ".join([f"input tap {action.at.x} {action.at.y}"] * action.count))


def _stroke(verb: str, start: Point, end: Point, duration_ms: int, screen: Size) -> RunCommand:
    _check("at" if start == end else "start", start, screen)
    _check("end", end, screen)
    if not 0 <= duration_ms <= _MAX_DURATION_MS:
        raise ActionError(f"{duration_ms} ms", field="duration_ms", fix=f"use 0 to {_MAX_DURATION_MS}")
    line = f"input {verb} {start.x} {start.y} {end.x} {end.y} {duration_ms}"
    return RunCommand(line=line, extra_s=duration_ms / 1000)


def _scroll(action: Scroll, screen: Size) -> tuple[Order, ...]:
    _check("at", action.at, screen)
    for name, notches in (("dx", action.dx), ("dy", action.dy)):
        if abs(notches) > _MAX_NOTCHES:
            raise ActionError(f"{notches} notches", field=name, fix=f"use -{_MAX_NOTCHES} to {_MAX_NOTCHES}")
    strokes = _axis_strokes(action.dy, action.at.y, screen.height)
    lines = [f"input swipe {action.at.x} {a} {action.at.x} {b} {_SCROLL_MS_PER_SWIPE}" for a, b in strokes]
    strokes = _axis_strokes(action.dx, action.at.x, screen.width)
    lines += [f"input swipe {a} {action.at.y} {b} {action.at.y} {_SCROLL_MS_PER_SWIPE}" for a, b in strokes]
    if not lines:
        return ()
    return (RunCommand(line="; ".join(lines), extra_s=len(lines) * _SCROLL_MS_PER_SWIPE / 1000),)


def _axis_strokes(notches: int, at: int, side: int) -> list[tuple[int, int]]:
    """Finger strokes along one axis that move the content by `notches` in all: to see below, the finger goes up."""
    low, high = (int(side * part) for part in _SCROLL_SPAN)
    left = abs(notches) * side // _NOTCH
    towards = -1 if notches > 0 else 1
    strokes = []
    while left > 0:
        length = min(left, high - low)
        # The pointer's own position where the stroke fits there, else as near to it as the span allows.
        start = min(max(at, low + length), high) if towards < 0 else max(min(at, high - length), low)
        strokes.append((start, start + towards * length))
        left -= length
    return strokes


def _type(text: str) -> tuple[Order, ...]:
    orders: list[Order] = []
    lines: list[str] = []
    for kind, piece in split_text(text):
        match kind:
            case "ascii":
                lines.append(input_text_command(piece))
            case "enter":
                lines.append("input keyevent KEYCODE_ENTER")
            case "tab":
                lines.append("input keyevent KEYCODE_TAB")
            case "other":
                orders += _joined(lines)
                orders.append(PasteText(text=piece))
                lines = []
            case _:
                assert_never(kind)
    return (*orders, *_joined(lines))


def _joined(lines: list[str]) -> list[Order]:
    # Some thirty commands a line: real phones take 20 to 100 ms for each.
    size = 30
    return [RunCommand(line=" && ".join(lines[i : i + size]), extra_s=3.0) for i in range(0, len(lines), size)]


def _wait(duration_s: float) -> tuple[Order, ...]:
    if not 0 <= duration_s <= _MAX_WAIT_S:
        raise ActionError(f"a wait of {duration_s} s", field="duration_s", fix=f"use 0 to {_MAX_WAIT_S:g}")
    # In the guest, so that a device with a clock of its own lets its own time pass.
    return (RunCommand(line=f"sleep {duration_s:.3f}", extra_s=duration_s),) if duration_s > 0 else ()
