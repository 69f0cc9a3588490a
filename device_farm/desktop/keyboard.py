"""Which key code and shift state makes a key symbol, with spare key codes lent to symbols that the layout lacks.

Programs read the layout when they come to a key press, not when it was made: a code that is given another symbol while
a press of it still waits would type the wrong character. So codes are lent for a whole batch before anything of it is
typed, and are taken back only after the caller has seen the program catch up. Every method runs in the X thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xcffib.xproto

from device_farm.desktop.display import Display
from device_farm.desktop.keysyms import CAPS_LOCK, MODIFIERS, keysym_of_character
from device_farm.errors import ActionError
from device_farm.types.action import Modifier


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key code, and whether Shift is held with it."""

    code: int
    shift: bool


class Keyboard:
    """The layout as it is now, and the codes that are free to lend."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._strokes: dict[int, Stroke] = {}
        self._spare: list[int] = []
        self._lent: dict[int, int] = {}
        self.refresh()

    def _read(self) -> None:
        display = self._display
        setup = display.connection.setup  # type: ignore[has-type]
        first, last = setup.min_keycode, setup.max_keycode
        reply = display.core.GetKeyboardMapping(first, last - first + 1).reply()
        width, symbols = reply.keysyms_per_keycode, list(reply.keysyms[:])
        strokes: dict[int, Stroke] = {}
        spare = []
        lent = {}
        for code in range(first, last + 1):
            row = symbols[(code - first) * width :][:width]
            if not any(row):
                spare.append(code)
            elif self._lent.get(row[0]) == code:
                lent[row[0]] = code
            # Only the first group's plain and shifted symbols: the others need a modifier that may not be there.
            for level, symbol in enumerate(row[:2]):
                if symbol and (level == 0 or symbol != row[0]):
                    strokes.setdefault(symbol, Stroke(code, level == 1))
        self._strokes, self._spare, self._lent = strokes, spare, lent

    def refresh(self) -> None:
        """Reads the layout again where anyone has changed it."""
        self._display.drain()
        if self._display.mapping_changed:
            self._display.mapping_changed = False
            self._read()

    def stroke(self, symbol: int) -> Stroke | None:
        """How to make `symbol` now; None where a code must be lent first."""
        return self._strokes.get(symbol)

    def modifier_codes(self, modifiers: Sequence[Modifier]) -> list[int]:
        """Their key codes, in order, each once.

        Raises:
            ActionError: the layout has no such modifier.
        """
        codes = []
        for modifier in dict.fromkeys(modifiers):
            stroke = self.stroke(MODIFIERS[modifier])
            if stroke is None:
                raise ActionError(f"the keyboard has no {modifier}", field="modifiers")
            codes.append(stroke.code)
        return codes

    def batches(self, text: str) -> list[str]:
        """`text` in pieces, each with no more lent symbols than there are codes to lend."""
        room = len(self._spare) + len(self._lent)
        pieces, needed, piece = [], set[int](), ""
        for character in text:
            symbol = keysym_of_character(character)
            if (symbol not in self._strokes or symbol in self._lent) and symbol not in needed:
                if len(needed) == room:
                    pieces.append(piece)
                    needed, piece = set(), ""
                needed.add(symbol)
            piece += character
        return [*pieces, piece] if piece else pieces

    def lend(self, symbols: Sequence[int]) -> bool:
        """Makes every symbol typable; True where the layout was changed, so that programs must take it in first."""
        wanted = [symbol for symbol in dict.fromkeys(symbols) if symbol not in self._strokes]
        for symbol in wanted:
            code = self._take(frozenset(symbols))
            self._display.core.ChangeKeyboardMapping(1, code, 2, [symbol, symbol])
            self._lent[symbol] = code
            self._strokes[symbol] = Stroke(code, False)
        if wanted:
            self._display.core.GetInputFocus().reply()
        return bool(wanted)

    def _take(self, in_use: frozenset[int]) -> int:
        if self._spare:
            return self._spare.pop()
        for symbol in self._lent:
            if symbol not in in_use:
                del self._strokes[symbol]
                return self._lent.pop(symbol)
        raise ActionError("the keyboard layout has no key code to spare", field="text")

    def caps_locked(self) -> int:
        """The code of Caps Lock where it is on, else 0."""
        state = self._display.core.QueryPointer(self._display.root).reply().mask
        stroke = self.stroke(CAPS_LOCK)
        return stroke.code if stroke and state & xcffib.xproto.ModMask.Lock else 0
