"""View state: what a person has done to a screen without the app knowing. Immutable; every change is a new value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class FieldState:
    """Text of a field; the selection lies between `anchor` and `cursor` (equal: only a cursor), in characters."""

    text: str = ""
    cursor: int = 0
    anchor: int = 0

    @classmethod
    def at_end(cls, text: str) -> FieldState:
        return cls(text, len(text), len(text))

    @property
    def selection(self) -> tuple[int, int]:
        return (min(self.cursor, self.anchor), max(self.cursor, self.anchor))

    def insert(self, text: str) -> FieldState:
        """With the selection replaced by `text` and the cursor behind it."""
        start, end = self.selection
        place = start + len(text)
        return FieldState(self.text[:start] + text + self.text[end:], place, place)

    def delete(self, *, forward: bool = False) -> FieldState:
        """Without the selection, or without the character before (or after) the cursor."""
        start, end = self.selection
        if start == end:
            start, end = (start, min(end + 1, len(self.text))) if forward else (max(start - 1, 0), end)
        return FieldState(self.text[:start] + self.text[end:], start, start)

    def move(self, place: int, *, extend: bool = False) -> FieldState:
        """With the cursor at `place`, clamped; `extend` keeps the anchor and so selects."""
        place = min(max(place, 0), len(self.text))
        return FieldState(self.text, place, self.anchor if extend else place)

    def select_all(self) -> FieldState:
        return FieldState(self.text, len(self.text), 0)


@dataclass(frozen=True, slots=True)
class OverlayState:
    """An open dialog: its name and argument, from which the activity describes it at each build."""

    name: str
    argument: object = None


@dataclass(frozen=True, slots=True)
class SnackbarState:
    text: str
    until_s: float
    action: str = ""
    event: str = ""
    argument: object = None


@dataclass(frozen=True, slots=True)
class ViewState:
    """View state of one activity or system screen, keyed by widget key.

    `scroll` is in pixels. `drafts` holds what widgets of the toolkit remember (picker values, tab of a picker).
    `popup` is the key of the widget whose menu is open. Keys of dialog number n are prefixed by `n:`.
    `reveal` asks the next layout to scroll the cursor into sight.
    """

    fields: Mapping[str, FieldState] = field(default_factory=dict)
    scroll: Mapping[str, int] = field(default_factory=dict)
    drafts: Mapping[str, object] = field(default_factory=dict)
    focus: str = ""
    popup: str = ""
    overlays: tuple[OverlayState, ...] = ()
    snackbar: SnackbarState | None = None
    reveal: bool = False

    def with_field(self, key: str, value: FieldState) -> ViewState:
        return replace(self, fields={**self.fields, key: value})

    def focused(self, key: str, value: FieldState | None = None) -> ViewState:
        """With the focus on field `key` (and its text as `value`)."""
        fields = self.fields if value is None else {**self.fields, key: value}
        return replace(self, focus=key, fields=fields, popup="", reveal=True)

    def with_scroll(self, key: str, offset_px: int) -> ViewState:
        return self if self.scroll.get(key) == offset_px else replace(self, scroll={**self.scroll, key: offset_px})

    def with_draft(self, key: str, value: object) -> ViewState:
        return replace(self, drafts={**self.drafts, key: value})

    def opened(self, overlay: OverlayState) -> ViewState:
        """With `overlay` on top; the field below loses the focus."""
        return replace(self, overlays=(*self.overlays, overlay), focus="", popup="")

    def closed(self, level: int) -> ViewState:
        """Without the overlays from number `level` up, and without anything they remembered."""
        prefixes = tuple(f"{number}:" for number in range(level, len(self.overlays)))
        return replace(
            self,
            overlays=self.overlays[:level],
            fields=_without(self.fields, prefixes),
            scroll=_without(self.scroll, prefixes),
            drafts=_without(self.drafts, prefixes),
            focus="" if self.focus.startswith(prefixes) else self.focus,
            popup="",
        )

    def without_overlay(self, level: int) -> ViewState:
        """Without overlay `level` alone; one that was opened above it stays, with what it remembers."""
        if level == len(self.overlays) - 1:
            return self.closed(level)
        lower = replace(self.closed(level), overlays=(*self.overlays[:level], *self.overlays[level + 1 :]))
        return lower


def _without(values: Mapping[str, V], prefixes: tuple[str, ...]) -> Mapping[str, V]:
    return {key: value for key, value in values.items() if not key.startswith(prefixes)}
