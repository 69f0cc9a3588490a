"""The sketch of a screen, and its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from device_farm.errors import DataError
from device_farm.types.geometry import Rect, Size

LineState: TypeAlias = Literal[
    "checked",
    "unchecked",
    "selected",
    "focused",
    "expanded",
    "disabled",
    "clickable",
    "long_clickable",
    "scrollable",
    "password",
]
"""What a label does not say already: `clickable` stands at a text that can be clicked, not at a button."""

LINE_STATES: Final[tuple[LineState, ...]] = get_args(LineState)
"""In the order in which they are printed."""

MAX_SIDE_PX: Final = 99_999
MAX_TEXT_CHARS: Final = 1_000
MAX_LINES: Final = 2_000
_LABEL: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _.-]{0,38}[A-Za-z0-9])?")


def is_label(text: str) -> bool:
    """Whether `text` can stand as a label: 1 to 40 ASCII letters, digits, blanks and `_.-`, a letter first."""
    return _LABEL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchLine:
    """One element. `text` is what it shows or is called, "" where nothing; `box` its part of the screen in pixels.

    Raises:
        DataError: the label cannot be printed, the text is too long, the box has no area, or a state is unknown.
    """

    label: str
    text: str
    box: Rect
    states: frozenset[LineState] = frozenset()

    def __post_init__(self) -> None:
        if not is_label(self.label):
            raise DataError(
                f"{self.label[:60]!r} is no label", field="label", fix="use letters, digits and single words"
            )
        if len(self.text) > MAX_TEXT_CHARS:
            raise DataError(f"{len(self.text)} characters", field="text", fix=f"cut it to {MAX_TEXT_CHARS}")
        if self.box.area == 0:
            raise DataError(f"{self.box} has no area", field="box", fix="leave the element out")
        if unknown := self.states.difference(LINE_STATES):
            raise DataError(f"{sorted(unknown)} are no states", field="states", fix=f"use {', '.join(LINE_STATES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A set of lines, what matters most first. `app` and `window` are the observation's foreground.

    Raises:
        DataError: two lines are alike, a box leaves the screen, or the screen has no area or no end.
    """

    screen: Size
    lines: tuple[SketchLine, ...] = ()
    app: str = ""
    window: str = ""

    def __post_init__(self) -> None:
        if not (0 < self.screen.width <= MAX_SIDE_PX and 0 < self.screen.height <= MAX_SIDE_PX):
            raise DataError(
                f"{self.screen} is no screen", field="screen", fix=f"use sides of 1 to {MAX_SIDE_PX} pixels"
            )
        if max(len(self.app), len(self.window)) > MAX_TEXT_CHARS:
            raise DataError("too long", field="app", fix=f"cut it to {MAX_TEXT_CHARS} characters")
        if len(self.lines) > MAX_LINES:
            raise DataError(f"{len(self.lines)} lines", field="lines", fix=f"keep at most {MAX_LINES}")
        if len(set(self.lines)) != len(self.lines):
            raise DataError("two lines are alike", field="lines", fix="a sketch is a set: keep one of them")
        frame = Rect(0, 0, self.screen.width, self.screen.height)
        for line in self.lines:
            if line.box.intersect(frame) != line.box:
                raise DataError(f"{line.box} leaves the screen {self.screen}", field="box", fix="clip it")

    @property
    def elements(self) -> frozenset[SketchLine]:
        """The lines without their order: what two sketches of the same screen share."""
        return frozenset(self.lines)
