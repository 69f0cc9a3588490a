"""What pyautogui's calls do, as canonical actions: a hand that remembers the pointer and what it holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from device_farm.errors import DialectError
from device_farm.types.action import (
    Action,
    Click,
    Drag,
    LongPress,
    Modifier,
    MouseButton,
    MoveTo,
    PressKey,
    Scroll,
    TypeText,
    Wait,
)
from device_farm.types.codec.pyautogui_source import Call, Constant
from device_farm.types.geometry import Point, Size

NOTCHES_MAX: Final = 50
"""Of one action; a call for more is several actions."""
SCROLLS_MAX: Final = 20
PRESSES_MAX: Final = 1000
WAIT_MAX_S: Final = 60.0
"""Of one `time.sleep`."""
_CLICKS_MAX: Final = 10
_DRAG_S: Final = 0.5
_DRAG_MAX_S: Final = 10.0
_HOLD_S: Final = 0.4
"""A button that goes down and up in one place with at least this long in between is a long press."""
_MODIFIERS: Final[Mapping[str, Modifier]] = {
    "ctrl": "ctrl", "ctrlleft": "ctrl", "ctrlright": "ctrl", "shift": "shift", "shiftleft": "shift",
    "shiftright": "shift", "alt": "alt", "altleft": "alt", "altright": "alt", "option": "alt", "optionleft": "alt",
    "optionright": "alt", "win": "super", "winleft": "super", "winright": "super", "command": "super",
}  # fmt: skip
_KEYS: Final[Mapping[str, str]] = {
    "return": "enter", "enter": "enter", "\n": "enter", "\r": "enter", "\t": "tab", "tab": "tab", "esc": "escape",
    "escape": "escape", "backspace": "backspace", "del": "delete", "delete": "delete", "insert": "insert",
    "space": "space", " ": "space", "home": "home", "end": "end", "pageup": "page_up", "pgup": "page_up",
    "pagedown": "page_down", "pgdn": "page_down", "left": "left", "right": "right", "up": "up", "down": "down",
    "capslock": "caps_lock", "numlock": "num_lock", "scrolllock": "scroll_lock", "print": "print_screen",
    "printscreen": "print_screen", "prntscrn": "print_screen", "prtsc": "print_screen", "prtscr": "print_screen",
    "pause": "pause", "apps": "menu", "add": "plus", "subtract": "minus", "multiply": "*", "divide": "slash",
    "decimal": "period", "separator": "comma", **{f"num{digit}": str(digit) for digit in range(10)},
    **{f"f{number}": f"f{number}" for number in range(1, 25)},
}  # fmt: skip
_MODIFIER_NAMES: Final[tuple[Modifier, ...]] = ("ctrl", "shift", "alt", "super")
_BUTTONS: Final[Mapping[object, MouseButton]] = {
    "left": "left", "primary": "left", 1: "left", "right": "right", "secondary": "right", 3: "right",
    "middle": "middle", 2: "middle",
}  # fmt: skip


@dataclass(slots=True)
class Hand:
    """Use `actions` for one call after the other; what is held stays held from source to source.

    `ignored` collects key names that pyautogui does not know either, and passes over.
    """

    screen: Size
    pointer: Point
    held: list[Modifier] = field(default_factory=list)
    pressed: tuple[MouseButton, Point] | None = None
    clipboard: str | None = None
    ignored: list[str] = field(default_factory=list)
    _pressed_s: float = 0.0

    @classmethod
    def at_rest(cls, screen: Size) -> Hand:
        """The pointer in the middle, as an X server begins, and nothing held."""
        return cls(screen=screen, pointer=Point(screen.width // 2, screen.height // 2))

    def all_actions(self, calls: Sequence[Call]) -> list[Action]:
        """The actions of `calls`, in order.

        Raises:
            DialectError: an argument cannot be what it is; names the line. The hand is then as it was.
        """
        before = (self.pointer, list(self.held), self.pressed, self.clipboard, self._pressed_s)
        try:
            return [action for call in calls for action in self.actions(call)]
        except DialectError:
            self.pointer, self.held, self.pressed, self.clipboard, self._pressed_s = before
            raise

    def actions(self, call: Call) -> list[Action]:
        """The actions of one call; none where it only changes what is held."""
        given = _Given(call)
        match call.function:
            case "click" | "leftClick" | "rightClick" | "middleClick" | "doubleClick" | "tripleClick":
                return self._click(given)
            case "moveTo" | "moveRel" | "move":
                return self._go(given.target(self.pointer, self.screen), given.seconds("duration"))
            case "dragTo" | "dragRel" | "drag":
                return self._drag(given)
            case "mouseDown":
                return self._down(given)
            case "mouseUp":
                return self._up(given)
            case "scroll" | "vscroll" | "hscroll":
                return self._scroll(given)
            case "write" | "typewrite":
                return self._write(given)
            case "press":
                presses = given.whole("presses", 1, low=0, high=PRESSES_MAX)
                return [action for key in given.keys("keys") * presses for action in self._key(key)]
            case "hotkey":
                return self._hotkey(given.keys("keys"))
            case "keyDown":
                return self._key_down(given.keys("key"))
            case "keyUp":
                gone = {_MODIFIERS.get(key.lower()) for key in given.keys("key")}
                self.held = [modifier for modifier in self.held if modifier not in gone]
                return []
            case "sleep":
                return self._wait(given.seconds("seconds"))
            case "copy":
                self.clipboard = given.text("text")
                return []
        raise given.bad("function", "is not understood")

    # --- mouse -------------------------------------------------------------------------------------------------
    def _click(self, given: _Given) -> list[Action]:
        function = given.call.function
        counts = {"doubleClick": 2, "tripleClick": 3}
        sides: Mapping[str, MouseButton] = {"rightClick": "right", "middleClick": "middle", "leftClick": "left"}
        count = counts.get(function) or given.whole("clicks", 1, low=0, high=_CLICKS_MAX)
        button = sides.get(function) or given.button()
        self.pointer = given.target(self.pointer, self.screen)
        if count == 0:
            return [MoveTo(at=self.pointer)]
        self.pressed = None
        return [Click(at=self.pointer, button=button, count=count, modifiers=tuple(self.held))]

    def _go(self, target: Point, duration_s: float) -> list[Action]:
        self.pointer = target
        if self.pressed is not None:
            self._pressed_s += duration_s
            return []
        return [MoveTo(at=target)]

    def _drag(self, given: _Given) -> list[Action]:
        self._free_of_modifiers(given)
        start, self.pointer = self.pointer, given.target(self.pointer, self.screen)
        if given.values.get("mouseDownUp") is False:
            return self._go(self.pointer, given.seconds("duration"))
        self.pressed = None
        return [_dragged(start, self.pointer, given.button(), given.seconds("duration"))]

    def _down(self, given: _Given) -> list[Action]:
        moves = given.has_target()
        self.pointer = given.target(self.pointer, self.screen)
        self.pressed, self._pressed_s = (given.button(), self.pointer), 0.0
        return [MoveTo(at=self.pointer)] if moves else []

    def _up(self, given: _Given) -> list[Action]:
        self.pointer = given.target(self.pointer, self.screen)
        if self.pressed is None:
            return []
        (button, start), self.pressed = self.pressed, None
        if start != self.pointer:
            self._free_of_modifiers(given)
            return [_dragged(start, self.pointer, button, self._pressed_s)]
        if self._pressed_s >= _HOLD_S and button == "left":
            return [LongPress(at=start, duration_ms=round(self._pressed_s * 1000))]
        return [Click(at=start, button=button, modifiers=tuple(self.held))]

    def _scroll(self, given: _Given) -> list[Action]:
        """pyautogui counts up as positive, a canonical scroll down; to the right both are positive."""
        self._free_of_modifiers(given)
        notches = given.whole("clicks", 0, low=-(10**9), high=10**9)
        self.pointer = given.target(self.pointer, self.screen)
        sideways = given.call.function == "hscroll"
        left, sign = min(abs(notches), NOTCHES_MAX * SCROLLS_MAX), 1 if (notches > 0) is sideways else -1
        made: list[Action] = []
        while left > 0:
            part = min(left, NOTCHES_MAX)
            left -= part
            amount = part * sign
            made.append(Scroll(at=self.pointer, dx=amount if sideways else 0, dy=0 if sideways else amount))
        return made

    def _free_of_modifiers(self, given: _Given) -> None:
        if self.held:
            raise given.bad("it", f"cannot be done while {' and '.join(self.held)} is held; only clicks and keys can")

    def _wait(self, duration_s: float) -> list[Action]:
        if self.pressed is not None:
            # The button is held for so long; the action that lets go of it takes the time.
            self._pressed_s += duration_s
            return []
        return [Wait(duration_s=min(duration_s, WAIT_MAX_S))] if duration_s > 0 else []

    # --- keyboard ----------------------------------------------------------------------------------------------
    def _write(self, given: _Given) -> list[Action]:
        message = given.values.get("message")
        if isinstance(message, tuple):
            # A list holds names of keys, as for `press`.
            return [action for key in given.keys("message") for action in self._key(key)]
        text = given.text("message")
        if not text:
            return []
        if not self.held:
            return [TypeText(text=text)]
        return [action for character in text for action in self._key(character)]

    def _key(self, name: str, more: Sequence[Modifier] = ()) -> list[Action]:
        """One key, with what is held and `more`."""
        modifiers = tuple(dict.fromkeys((*self.held, *more)))
        lowered = name.lower() if len(name) > 1 else name
        if lowered in _MODIFIERS:
            alone = _MODIFIERS[lowered]
            return [PressKey(key=alone, modifiers=tuple(part for part in modifiers if part != alone))]
        if (key := _KEYS.get(lowered)) is not None:
            return [PressKey(key=key, modifiers=modifiers)]
        if len(name) != 1:
            self.ignored.append(name)
            return []
        if not modifiers:
            # As text, so that it is this character on every layout.
            return [TypeText(text=name)]
        if name.isupper() and name.lower() != name:
            return [PressKey(key=name.lower(), modifiers=tuple(dict.fromkeys((*modifiers, "shift"))))]
        return [PressKey(key=name, modifiers=modifiers)]

    def _key_down(self, keys: Sequence[str]) -> list[Action]:
        made: list[Action] = []
        for key in keys:
            modifier = _MODIFIERS.get(key.lower())
            if modifier is None:
                made += self._key(key)
            elif modifier not in self.held:
                self.held.append(modifier)
        return made

    def _hotkey(self, keys: Sequence[str]) -> list[Action]:
        """Keys go down one after the other: each that is no modifier is pressed with the modifiers before it."""
        pasted = [key.lower() for key in keys]
        if self.clipboard is not None and pasted in (["ctrl", "v"], ["ctrl", "shift", "v"]):
            return [TypeText(text=self.clipboard)] if self.clipboard else []
        if self.clipboard is not None and pasted[:1] == ["ctrl"] and pasted[-1] in ("c", "x"):
            self.clipboard = None
        modifiers: list[Modifier] = []
        made: list[Action] = []
        for place, key in enumerate(keys):
            modifier = _MODIFIERS.get(key.lower())
            if modifier is None or (place == len(keys) - 1 and not made):
                made += self._key(key, modifiers)
            else:
                modifiers.append(modifier)
        return made


def _dragged(start: Point, end: Point, button: MouseButton, duration_s: float) -> Action:
    return Drag(
        start=start, end=end, button=button, duration_ms=round(min(max(duration_s, _DRAG_S), _DRAG_MAX_S) * 1000)
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """The arguments of a call, read by what they must be."""

    call: Call

    @property
    def values(self) -> Mapping[str, Constant]:
        return self.call.arguments

    def bad(self, name: str, what: str) -> DialectError:
        return DialectError(f"line {self.call.line}: {self.call.function}: {name} {what}", field="source")

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.bad(name, f"is {value!r:.60}, not a number")
        return float(value)

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.number(name)
        if value is None:
            return default
        if not low <= value <= high:
            raise self.bad(name, f"is {value:g}, not between {low} and {high}")
        return int(value)

    def seconds(self, name: str) -> float:
        value = self.number(name)
        if value is not None and value < 0:
            raise self.bad(name, f"is {value:g}, less than 0")
        return value or 0.0

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise self.bad(name, "is no text")
        return str(value)

    def keys(self, name: str) -> list[str]:
        value = self.values.get(name)
        keys = list(value) if isinstance(value, tuple) else [value]
        if not keys or not all(isinstance(key, str) and key for key in keys):
            raise self.bad(name, "is no key name or list of them")
        return [str(key) for key in keys]

    def button(self) -> MouseButton:
        value = self.values.get("button")
        if value is None:
            return "left"
        if isinstance(value, tuple) or value not in _BUTTONS:
            raise self.bad("button", f"is {value!r:.40}; use left, middle or right")
        return _BUTTONS[value]

    def has_target(self) -> bool:
        return any(self.values.get(name) is not None for name in ("x", "y"))

    def target(self, pointer: Point, screen: Size) -> Point:
        """Where the call goes, held to the screen as an X server does; a coordinate left out is the pointer's."""
        relative = "xOffset" in self.values or "yOffset" in self.values
        first, second = ("xOffset", "yOffset") if relative else ("x", "y")
        pair = self.values.get(first)
        if isinstance(pair, tuple):
            if len(pair) != 2:
                raise self.bad(first, f"has {len(pair)} parts, not 2")
            moved = Call(function=self.call.function, arguments={first: pair[0], second: pair[1]}, line=self.call.line)
            return _Given(moved).target(pointer, screen)
        x, y = self.number(first), self.number(second)
        if relative:
            return screen.clamp(Point(pointer.x + round(x or 0), pointer.y + round(y or 0)))
        return screen.clamp(Point(pointer.x if x is None else int(x), pointer.y if y is None else int(y)))
