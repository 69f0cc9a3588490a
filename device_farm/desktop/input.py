"""Mouse and keyboard by XTEST. The synchronous methods run in the X thread, the coroutines take the time between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from device_farm.desktop.display import Display
from device_farm.desktop.keyboard import Keyboard, Stroke
from device_farm.desktop.keysyms import keysym_of_character, keysym_of_key
from device_farm.desktop.settle import Settle
from device_farm.types.action import Modifier, MouseButton
from device_farm.types.geometry import Point

# Event codes of the X protocol, which XTEST takes to say what to fake.
_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 3, 4, 5, 6
_BUTTONS: dict[MouseButton, int] = {"left": 1, "middle": 2, "right": 3}
_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7
# The toolkit's default; see gtk-double-click-time in the home template, which sets the same.
DOUBLE_CLICK_S = 0.4
_DOUBLE_CLICK_PX = 8
_MOTION_INTERVAL_S = 0.01
_ORIGIN = Point(0, 0)


class Input:
    """What a hand does. `hold`-like methods release what they pressed even when they are cancelled."""

    def __init__(self, display: Display, keyboard: Keyboard, settle: Settle) -> None:
        self._display = display
        self._keyboard = keyboard
        self._settle = settle
        self._last_click = (-1.0, Point(-1000, -1000))

    def _send(self, kind: int, detail: int, at: Point = _ORIGIN) -> None:
        self._display.xtest.FakeInput(kind, detail, 0, self._display.root, at.x, at.y, 0)

    def _commit(self) -> None:
        # The answer means that the server has carried out all that came before.
        self._display.core.GetInputFocus().reply()

    def _press(self, codes: Sequence[int]) -> None:
        for code in codes:
            self._send(_KEY_PRESS, code)

    def _release(self, codes: Sequence[int]) -> None:
        for code in reversed(codes):
            self._send(_KEY_RELEASE, code)

    # --- mouse -------------------------------------------------------------------------------------------------
    def _move(self, at: Point) -> None:
        self._send(_MOTION, 0, at)
        self._commit()

    def _button(self, button: int, down: bool) -> None:
        self._send(_BUTTON_PRESS if down else _BUTTON_RELEASE, button)
        self._commit()

    def _click(self, at: Point, button: int, count: int, modifiers: Sequence[Modifier]) -> None:
        codes = self._keyboard.modifier_codes(modifiers)
        self._send(_MOTION, 0, at)
        self._press(codes)
        for _ in range(count):
            self._send(_BUTTON_PRESS, button)
            self._send(_BUTTON_RELEASE, button)
        self._release(codes)
        self._commit()

    async def move(self, at: Point) -> None:
        await self._display.call(self._move, at)

    async def click(self, at: Point, button: MouseButton, count: int, modifiers: Sequence[Modifier]) -> None:
        """Moves there and clicks `count` times. Two calls are never taken for one double click."""
        when, where = self._last_click
        if abs(where.x - at.x) <= _DOUBLE_CLICK_PX and abs(where.y - at.y) <= _DOUBLE_CLICK_PX:
            await asyncio.sleep(max(0.0, when + DOUBLE_CLICK_S - time.monotonic()))
        await self._display.call(self._move, at)
        # The program under the pointer sees it come before it sees the button, as with a hand.
        await self._settle.breathe()
        await self._display.call(self._click, at, _BUTTONS[button], count, modifiers)
        self._last_click = (time.monotonic(), at)

    async def drag(self, start: Point, end: Point, duration_s: float, button: MouseButton) -> None:
        """Presses at `start`, moves in small steps over `duration_s`, releases at `end`."""
        number = _BUTTONS[button]
        await self._display.call(self._move, start)
        await self._settle.breathe()
        await self._display.call(self._button, number, True)
        try:
            began = time.monotonic()
            steps = max(2, int(duration_s / _MOTION_INTERVAL_S))
            for step in range(1, steps + 1):
                part = step / steps
                await asyncio.sleep(max(0.0, began + duration_s * part - time.monotonic()))
                x = round(start.x + (end.x - start.x) * part)
                y = round(start.y + (end.y - start.y) * part)
                await self._display.call(self._move, Point(x, y))
            await self._settle.breathe()
        finally:
            await asyncio.shield(self._display.call(self._button, number, False))

    async def hold(self, at: Point, duration_s: float) -> None:
        """Presses the left button and lets it go after `duration_s`."""
        await self._display.call(self._move, at)
        await self._display.call(self._button, 1, True)
        try:
            await asyncio.sleep(duration_s)
        finally:
            await asyncio.shield(self._display.call(self._button, 1, False))

    def _wheel(self, at: Point, dx: int, dy: int) -> None:
        self._send(_MOTION, 0, at)
        horizontal = _WHEEL_RIGHT if dx > 0 else _WHEEL_LEFT
        vertical = _WHEEL_DOWN if dy > 0 else _WHEEL_UP
        for button in [vertical] * abs(dy) + [horizontal] * abs(dx):
            self._send(_BUTTON_PRESS, button)
            self._send(_BUTTON_RELEASE, button)
        self._commit()

    async def scroll(self, at: Point, dx: int, dy: int) -> None:
        """Turns the wheel by so many notches: down and right are positive."""
        await self._display.call(self._wheel, at, dx, dy)

    # --- keys --------------------------------------------------------------------------------------------------
    def _keys(self, strokes: Sequence[Stroke], modifiers: Sequence[Modifier]) -> None:
        held = self._keyboard.modifier_codes(modifiers)
        shift = self._keyboard.modifier_codes(("shift",))
        self._press(held)
        for stroke in strokes:
            around = shift if stroke.shift and "shift" not in modifiers else []
            self._press([*around, stroke.code])
            self._release([*around, stroke.code])
        self._release(held)
        self._commit()

    async def _lend(self, symbols: Sequence[int]) -> list[Stroke]:
        if await self._display.call(self._keyboard.lend, symbols):
            await self._settle.caught_up()
        found = [self._keyboard.stroke(symbol) for symbol in symbols]
        return [stroke for stroke in found if stroke is not None]

    async def key(self, name: str, modifiers: Sequence[Modifier]) -> None:
        """Presses one key while the modifiers are held.

        Raises:
            ActionError: no such key.
        """
        symbol = keysym_of_key(name)
        await self._display.call(self._keyboard.refresh)
        strokes = await self._lend([symbol])
        await self._display.call(self._keys, strokes, modifiers)

    async def type(self, text: str) -> None:
        """Types every character of `text`, whatever the layout and Caps Lock say.

        Raises:
            ActionError: a character that no key types; nothing has been typed then.
        """
        await self._display.call(self._keyboard.refresh)
        batches = await self._display.call(self._keyboard.batches, text)
        locked = await self._display.call(self._keyboard.caps_locked)
        if locked:
            await self._display.call(self._keys, [Stroke(locked, False)], ())
        for number, batch in enumerate(batches):
            if number:
                await self._settle.caught_up()
            strokes = await self._lend([keysym_of_character(character) for character in batch])
            await self._display.call(self._keys, strokes, ())
        if locked:
            await self._display.call(self._keys, [Stroke(locked, False)], ())
