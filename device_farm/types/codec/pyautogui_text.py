"""Canonical actions as pyautogui source, as OSWorld's trajectories hold them."""

from __future__ import annotations

from typing import assert_never

from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    Modifier,
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
from device_farm.types.geometry import Point

_NAMES = {
    "page_up": "pageup", "page_down": "pagedown", "caps_lock": "capslock", "num_lock": "numlock",
    "scroll_lock": "scrolllock", "print_screen": "printscreen", "menu": "apps", "super": "win",
}  # fmt: skip
_SYSTEM_KEYS = {"back": ("alt", "left"), "home": ("win", "d"), "recents": ("alt", "tab"), "enter": ("enter",)}


def format_source(action: Action) -> str:
    """One line of pyautogui source, or OSWorld's special actions WAIT, DONE and FAIL.

    `parse_source` and `Hand` make the same action of it again, except for what pyautogui has no word for: a finger's
    swipe becomes a drag, an answer a comment, an application's start the text that a launcher would be given.
    """
    match action:
        case Click(at=at, button=button, count=count, modifiers=modifiers):
            return _around(modifiers, f"pyautogui.click({_xy(at)}, clicks={count}, button={button!r})")
        case MoveTo(at=at):
            return f"pyautogui.moveTo({_xy(at)})"
        case LongPress(at=at, duration_ms=duration_ms):
            return f"pyautogui.mouseDown({_xy(at)}); time.sleep({duration_ms / 1000:g}); pyautogui.mouseUp()"
        case Drag(start=start, end=end, duration_ms=duration_ms, button=button):
            return _drag(start, end, duration_ms, button)
        case Swipe(start=start, end=end, duration_ms=duration_ms):
            return _drag(start, end, duration_ms, "left")
        case Scroll(at=at, dx=dx, dy=dy):
            parts = [f"pyautogui.scroll({-dy}, {_xy(at)})"] if dy or not dx else []
            return "; ".join([*parts, *([f"pyautogui.hscroll({dx}, {_xy(at)})"] if dx else [])])
        case TypeText(text=text):
            return f"pyautogui.write({text!r})"
        case PressKey(key=key, modifiers=modifiers):
            return _keys(*(_NAMES.get(name, name) for name in (*modifiers, key)))
        case SystemButton(button=button):
            return _keys(*_SYSTEM_KEYS[button])
        case OpenApp(name=name):
            return f"# open application {name!r}"
        case Wait():
            return "WAIT"
        case Answer(text=text):
            return f"# answer {text!r}"
        case Terminate(status=status):
            return "DONE" if status == "success" else "FAIL"
        case _:
            assert_never(action)


def _xy(at: Point) -> str:
    return f"x={at.x}, y={at.y}"


def _drag(start: Point, end: Point, duration_ms: int, button: str) -> str:
    go = f"pyautogui.dragTo({_xy(end)}, duration={duration_ms / 1000:g}, button={button!r})"
    return f"pyautogui.moveTo({_xy(start)}); {go}"


def _keys(*names: str) -> str:
    if len(names) == 1:
        return f"pyautogui.press({names[0]!r})"
    return f"pyautogui.hotkey({', '.join(repr(name) for name in names)})"


def _around(modifiers: tuple[Modifier, ...], source: str) -> str:
    down = [f"pyautogui.keyDown({_NAMES.get(name, name)!r})" for name in modifiers]
    up = [f"pyautogui.keyUp({_NAMES.get(name, name)!r})" for name in reversed(modifiers)]
    return "; ".join([*down, source, *up])
