"""Editing the focused field: typing, deleting, moving, selecting, clipboard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.state import ViewRef
from device_farm.simulator.toolkit.node import FieldContent
from device_farm.simulator.toolkit.view import FieldState

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

# What android.text.method.DigitsKeyListener and DialerKeyListener let through.
_ALLOWED = {"number": frozenset("0123456789.-"), "phone": frozenset("0123456789*#+-(),;N. /")}
TOOLBAR = "text_toolbar"


class Editor:
    """Changes go to the view state of whatever window owns the focus; the field's `on_change` hears of them."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone

    def focused(self) -> tuple[ViewRef, FieldContent, FieldState] | None:
        """(owner, field, its text) of the field that has the focus."""
        found = self._phone.screen.focused_field()
        if found is None:
            return None
        ref, field = found
        state = self._phone.view(ref).fields.get(field.key, FieldState())
        return (ref, field, state)

    def type(self, text: str) -> bool:
        """Inserts at the cursor; characters that the field's kind forbids are dropped. False: no field."""
        found = self.focused()
        if found is None:
            return False
        ref, field, state = found
        text = _encodable(text)
        allowed = _ALLOWED.get(field.kind)
        if allowed is not None:
            text = "".join(character for character in text if character in allowed)
        if not field.multiline:
            text = text.replace("\n", " ")
        if text:
            self._set(ref, field, state.insert(text))
        return True

    def replace(self, text: str) -> None:
        found = self.focused()
        if found is not None:
            text = _encodable(text)
            self._set(found[0], found[1], FieldState.at_end(text if found[1].multiline else text.replace("\n", " ")))

    def delete(self, *, forward: bool = False) -> None:
        found = self.focused()
        if found is not None:
            self._set(found[0], found[1], found[2].delete(forward=forward))

    def move_by(self, step: int, *, extend: bool = False) -> None:
        """Left or right by characters; without `extend` a selection collapses to that side."""
        found = self.focused()
        if found is None:
            return
        ref, field, state = found
        start, end = state.selection
        collapses = start != end and not extend
        place = (start if step < 0 else end) if collapses else state.cursor + step
        self._set(ref, field, state.move(place, extend=extend))

    def move_line(self, step: int, *, extend: bool = False) -> None:
        """Up or down by lines of the text as it is broken on the screen."""
        found = self.focused()
        if found is None:
            return
        ref, field, state = found
        lines = field.text.lines
        row = max((index for index, line in enumerate(lines) if state.cursor >= line.start), default=0)
        target = row + step
        if target < 0:
            place = 0
        elif target >= len(lines):
            place = len(state.text)
        else:
            column = state.cursor - lines[row].start
            place = min(lines[target].start + column, lines[target].end)
        self._set(ref, field, state.move(place, extend=extend))

    def move_edge(self, *, end: bool, extend: bool = False) -> None:
        """Home and End: to the edge of the line."""
        found = self.focused()
        if found is None:
            return
        ref, field, state = found
        before = state.text.rfind("\n", 0, state.cursor) + 1
        after = state.text.find("\n", state.cursor)
        place = (after if after >= 0 else len(state.text)) if end else before
        self._set(ref, field, state.move(place, extend=extend))

    def select_all(self) -> None:
        found = self.focused()
        if found is not None:
            self._set(found[0], found[1], found[2].select_all())

    def select_word(self) -> None:
        """Selects the word around the cursor."""
        found = self.focused()
        if found is None:
            return
        ref, field, state = found
        start = end = state.cursor
        while start > 0 and not state.text[start - 1].isspace():
            start -= 1
        while end < len(state.text) and not state.text[end].isspace():
            end += 1
        self._set(ref, field, FieldState(state.text, end, start))

    def show_toolbar(self) -> None:
        """Opens the floating menu with Cut, Copy, Paste, Select all."""
        found = self.focused()
        if found is not None:
            self._phone.set_view(found[0], replace(self._phone.view(found[0]), popup=TOOLBAR))

    def copy(self, *, cut: bool = False) -> None:
        """The selection to the clipboard; a password's never leaves its field."""
        found = self.focused()
        if found is None:
            return
        ref, field, state = found
        start, end = state.selection
        if start == end or field.masked:
            return
        self._phone.clipboard = state.text[start:end]
        if cut:
            self._set(ref, field, state.delete())

    def paste(self) -> None:
        if self._phone.clipboard:
            self.type(self._phone.clipboard)

    def focus_next(self, *, backwards: bool = False) -> bool:
        """Focus to the next field of the same window. False where there is none."""
        found = self.focused()
        if found is None:
            return False
        ref, field, _ = found
        keys = self._phone.screen.field_keys(ref)
        index = keys.index(field.key) + (-1 if backwards else 1) if field.key in keys else -1
        if not 0 <= index < len(keys):
            return False
        view = self._phone.view(ref)
        state = view.fields.get(keys[index], FieldState())
        self._phone.set_view(ref, view.focused(keys[index], state.move(len(state.text))))
        return True

    def _set(self, ref: ViewRef, field: FieldContent, state: FieldState) -> None:
        view = self._phone.view(ref)
        before = view.fields.get(field.key, FieldState())
        self._phone.set_view(ref, replace(view.with_field(field.key, state), reveal=True, popup=""))
        if field.on_change is not None and before.text != state.text:
            listener = field.on_change
            self._phone.screen.run(ref, lambda: listener(state.text))


def _encodable(text: str) -> str:
    """Without lone surrogates, which no file or database could take."""
    return text.encode("utf-8", "replace").decode("utf-8")
