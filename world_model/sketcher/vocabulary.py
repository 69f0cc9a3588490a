"""What a sketcher can say beside the lines of the screen before: lines, edits and headers that training showed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from device_farm.errors import DataError
from device_farm.types.geometry import Rect, Size
from world_model.sketch.sketch import LINE_STATES, LineState, SketchLine

States: TypeAlias = frozenset[LineState]
FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of application `app`. A slot's text comes from elsewhere: what was typed, the goal, another line."""

    line: SketchLine
    app: str
    slot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What becomes of a line that stays: `states` in place of its own (None: as they are), `dy_px` further down."""

    states: States | None = None
    dy_px: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`screen` is the size that boxes and shifts are in. Edit 0 leaves a line as it is; header 0 is the screen's own.
    Entries of one application stand together.

    Raises DataError where the first edit is another one, an entry is there twice, or an application's are parted.
    """

    screen: Size
    entries: tuple[Entry, ...] = ()
    edits: tuple[Edit, ...] = (Edit(),)
    headers: tuple[tuple[str, str], ...] = (("", ""),)
    entry_of: Mapping[Entry, int] = field(init=False, repr=False, compare=False)
    edit_of: Mapping[Edit, int] = field(init=False, repr=False, compare=False)
    header_of: Mapping[tuple[str, str], int] = field(init=False, repr=False, compare=False)
    of_app: Mapping[str, range] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.edits or self.edits[0] != Edit() or not self.headers:
            raise DataError("the first edit must change nothing, and there must be a header", field="vocabulary")
        if len(set(self.entries)) != len(self.entries):
            raise DataError("an entry is there twice", field="vocabulary.entries")
        object.__setattr__(self, "of_app", _ranges([entry.app for entry in self.entries]))
        object.__setattr__(self, "entry_of", {entry: at for at, entry in enumerate(self.entries)})
        object.__setattr__(self, "edit_of", {edit: at for at, edit in enumerate(self.edits)})
        object.__setattr__(self, "header_of", {header: at for at, header in enumerate(self.headers) if at})

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "screen": [self.screen.width, self.screen.height],
            "entries": [_entry_json(entry) for entry in self.entries],
            "edits": [[None if one.states is None else sorted(one.states), one.dy_px] for one in self.edits],
            "headers": [list(header) for header in self.headers],
        }

    @staticmethod
    def from_json(values: Any) -> Vocabulary:
        """The inverse of `to_json`. Raises DataError for anything that it cannot have written."""
        try:
            if values["format"] != FORMAT:
                raise DataError(f"format {values['format']!r}", field="vocabulary.format", fix="train again")
            width, height = values["screen"]
            return Vocabulary(
                screen=Size(int(width), int(height)),
                entries=tuple(map(_entry, values["entries"])),
                edits=tuple(
                    Edit(states=None if states is None else _states(states), dy_px=int(dy))
                    for states, dy in values["edits"]
                ),
                headers=tuple((str(app), str(window)) for app, window in values["headers"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"no vocabulary of a sketcher: {error!r}", field="vocabulary") from error

    def dumps(self) -> bytes:
        return json.dumps(self.to_json(), separators=(",", ":")).encode("ascii")


def _ranges(apps: Sequence[str]) -> dict[str, range]:
    found: dict[str, range] = {}
    for at, app in enumerate(apps):
        there = found.get(app, range(at, at))
        if there.stop != at:
            raise DataError(f"the entries of {app!r} do not stand together", field="vocabulary.entries")
        found[app] = range(there.start, at + 1)
    return found


def _entry_json(entry: Entry) -> list[Any]:
    line = entry.line
    box = [line.box.left, line.box.top, line.box.right, line.box.bottom]
    return [entry.app, int(entry.slot), line.label, line.text, box, sorted(line.states)]


def _entry(values: Any) -> Entry:
    app, slot, label, text, box, states = values
    line = SketchLine(label=str(label), text=str(text), box=Rect(*map(int, box)), states=_states(states))
    return Entry(line=line, app=str(app), slot=bool(slot))


def _states(names: Any) -> States:
    known = frozenset(state for state in LINE_STATES if state in names)
    if len(known) != len(names):
        raise ValueError(f"{names!r} are no states")
    return known
