"""Carries out actions on a running session."""

from __future__ import annotations

import asyncio
from typing import assert_never

from device_farm.desktop.launching import open_application
from device_farm.desktop.session import Session
from device_farm.desktop.windows import show_desktop
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
    SystemButtonName,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Size

_MAX_NOTCHES = 50
_MAX_CLICKS = 10
_MAX_DURATION_MS = 60_000
_MAX_WAIT_S = 3600.0
# About what one notch of the wheel moves in a GTK list of half the screen's height.
_SWIPE_PX_PER_NOTCH = 60


def check(action: Action, screen: Size) -> None:
    """Raises ActionError, with field and fix, for an action that no desktop of this screen can carry out."""
    match action:
        case Click(at=at, count=count):
            _on_screen("at", at, screen)
            _within("count", count, 1, _MAX_CLICKS)
        case MoveTo(at=at):
            _on_screen("at", at, screen)
        case LongPress(at=at, duration_ms=duration_ms):
            _on_screen("at", at, screen)
            _within("duration_ms", duration_ms, 0, _MAX_DURATION_MS)
        case Drag(start=start, end=end, duration_ms=duration_ms) | Swipe(start=start, end=end, duration_ms=duration_ms):
            _on_screen("start", start, screen)
            _on_screen("end", end, screen)
            _within("duration_ms", duration_ms, 0, _MAX_DURATION_MS)
        case Scroll(at=at, dx=dx, dy=dy):
            _on_screen("at", at, screen)
            _within("dx", dx, -_MAX_NOTCHES, _MAX_NOTCHES)
            _within("dy", dy, -_MAX_NOTCHES, _MAX_NOTCHES)
        case Wait(duration_s=duration_s):
            _within("duration_s", duration_s, 0, _MAX_WAIT_S)
        case TypeText() | PressKey() | SystemButton() | OpenApp() | Answer() | Terminate():
            pass
        case _:
            assert_never(action)


def _on_screen(field: str, point: Point, screen: Size) -> None:
    if not screen.contains(point):
        raise ActionError(
            f"({point.x}, {point.y}) is off the screen, which is {screen.width}x{screen.height}",
            field=field,
            fix=f"use 0 <= x < {screen.width} and 0 <= y < {screen.height}",
        )


def _within(field: str, value: float, low: float, high: float) -> None:
    # Written so that a NaN is refused too.
    if not low <= value <= high:
        raise ActionError(f"{value:g} is out of range", field=field, fix=f"use {low:g} to {high:g}")


async def carry_out(action: Action, session: Session, screen: Size) -> None:
    """Does `action` and returns once the program in front has taken it in.

    A finger's `Swipe` turns the wheel so that the content follows it; the buttons of a phone are the keys that do the
    same on a desktop: back Alt+Left, home "show the desktop", recents Alt+Tab, enter Return.

    Raises:
        ActionError: it cannot be carried out; nothing has been sent then.
    """
    check(action, screen)
    hand = session.input
    match action:
        case Click(at=at, button=button, count=count, modifiers=modifiers):
            await hand.click(at, button, count, modifiers)
        case MoveTo(at=at):
            await hand.move(at)
        case LongPress(at=at, duration_ms=duration_ms):
            await hand.hold(at, duration_ms / 1000)
        case Drag(start=start, end=end, duration_ms=duration_ms, button=button):
            await hand.drag(start, end, duration_ms / 1000, button)
        case Swipe(start=start, end=end):
            await hand.scroll(start, _notches(start.x - end.x), _notches(start.y - end.y))
        case Scroll(at=at, dx=dx, dy=dy):
            await hand.scroll(at, dx, dy)
        case TypeText(text=text):
            await hand.type(text)
        case PressKey(key=key, modifiers=modifiers):
            await hand.key(key, modifiers)
        case SystemButton(button=system_button):
            await _press(system_button, session)
        case OpenApp(name=name):
            await open_application(session, name)
        case Wait(duration_s=duration_s):
            await asyncio.sleep(duration_s)
            return
        case Answer() | Terminate():
            return
        case _:
            assert_never(action)
    await session.settle.caught_up()


def _notches(distance_px: int) -> int:
    """Wheel notches for a finger's way along one axis; any way of a few pixels is at least one."""
    notches = round(abs(distance_px) / _SWIPE_PX_PER_NOTCH)
    if notches == 0 and abs(distance_px) * 4 >= _SWIPE_PX_PER_NOTCH:
        notches = 1
    return min(notches, _MAX_NOTCHES) * (1 if distance_px > 0 else -1)


async def _press(button: SystemButtonName, session: Session) -> None:
    match button:
        case "back":
            await session.input.key("left", ("alt",))
        case "home":
            await session.display.call(show_desktop, session.display)
        case "recents":
            await session.input.key("tab", ("alt",))
        case "enter":
            await session.input.key("enter", ())
        case _:
            assert_never(button)
