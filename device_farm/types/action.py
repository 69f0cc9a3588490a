"""The one canonical action union for phones and desktops.

Coordinates are integers in device pixels, origin top left. Model dialects are codecs beside it, in
`device_farm.types.codec`; drivers consume it with `match` and `assert_never`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.types.geometry import Point

MouseButton: TypeAlias = Literal["left", "right", "middle"]
Modifier: TypeAlias = Literal["ctrl", "shift", "alt", "super"]
SystemButtonName: TypeAlias = Literal["back", "home", "recents", "enter"]
TerminateStatus: TypeAlias = Literal["success", "failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A click or tap. `count` is 2 for a double and 3 for a triple click; a phone has the left button only."""

    at: Point
    button: MouseButton = "left"
    count: int = 1
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTo:
    """Moves the pointer without pressing; a phone ignores it."""

    at: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class LongPress:
    at: Point
    duration_ms: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drag:
    """Press at `start`, hold long enough to pick up, move to `end`, release."""

    start: Point
    end: Point
    duration_ms: int = 1000
    button: MouseButton = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swipe:
    """A finger moves from `start` to `end`; the content follows the finger."""

    start: Point
    end: Point
    duration_ms: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Scroll:
    """Wheel notches with the pointer at `at`: `dy` > 0 shows what lies below, `dx` > 0 what lies right."""

    at: Point
    dx: int = 0
    dy: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeText:
    """Types `text` into whatever has the focus. A line feed is the Enter key."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PressKey:
    """One key with modifiers. `key` is a lower-case name: `enter`, `tab`, `escape`, `f5`, `a`, `page_down`."""

    key: str
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemButton:
    button: SystemButtonName


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenApp:
    """Opens an installed application by the name under its icon, or by package or desktop-file id."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Lets device time pass."""

    duration_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answers the goal's question; touches no device."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate:
    """Ends the episode with the agent's own claim; touches no device."""

    status: TerminateStatus
    reason: str = ""


Action: TypeAlias = (
    Click
    | MoveTo
    | LongPress
    | Drag
    | Swipe
    | Scroll
    | TypeText
    | PressKey
    | SystemButton
    | OpenApp
    | Wait
    | Answer
    | Terminate
)
