"""A sketch from text: the exact inverse of `printing`, and as much as can be read of anything else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from device_farm.types.geometry import Size
from world_model.sketch.escapes import unquoted
from world_model.sketch.faults import LineFault, LineFaultKind
from world_model.sketch.line_parsing import parse_line
from world_model.sketch.sketch import MAX_LINES, MAX_TEXT_CHARS, Sketch, SketchLine

MAX_LINE_CHARS: Final = 20_000
"""More than the longest text takes when every character of it is escaped."""
_EXCERPT_CHARS: Final = 80
_MAX_FAULTS: Final = 500
_QUOTED: Final = r"'((?:[^'\\]|\\.)*)'"
_HEADER: Final = re.compile(rf"screen=\[(\d{{1,5}}), (\d{{1,5}})\] \| app={_QUOTED} \| window={_QUOTED}", re.ASCII)
_WRAPPING: Final = re.compile(r"```\w{0,20}|</?sketch>", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What could be read, and what was wrong. A text that `print_sketch` made has no faults."""

    sketch: Sketch
    faults: tuple[LineFault, ...] = ()

    @property
    def lost(self) -> int:
        """How many lines are not in the sketch."""
        return sum(fault.lost for fault in self.faults)


def parse_sketch(text: str, like: Sketch) -> Parsed:
    """Never raises. `like` is the sketch whose header stands in where `text` has none.

    Blank lines and the marks of a code block are skipped. Faults are counted up to 500.
    """
    head = replace(like, lines=())
    lines: dict[SketchLine, None] = {}
    faults: list[LineFault] = []
    headed = False
    for number, raw in enumerate(text.split("\n"), start=1):
        raw = raw.removesuffix("\r")
        if not raw.strip() or _WRAPPING.fullmatch(raw.strip()):
            continue
        if not headed and not lines and (found := _header(raw.strip())) is not None:
            head, headed = found, True
            continue
        if len(lines) >= MAX_LINES or len(faults) >= _MAX_FAULTS:
            faults.append(_fault(number, "too_many", raw))
            break
        faults += [_fault(number, kind, raw) for kind in _take(raw, head.screen, lines)]
    if not headed:
        faults.insert(0, _fault(1, "header", text))
    return Parsed(sketch=replace(head, lines=tuple(lines)), faults=tuple(faults))


def _take(raw: str, screen: Size, lines: dict[SketchLine, None]) -> tuple[LineFaultKind, ...]:
    """Adds the element of `raw` to `lines`; what was wrong with it."""
    if len(raw) > MAX_LINE_CHARS:
        return ("too_long",)
    read = parse_line(raw, screen)
    if read.line is None:
        return read.faults
    if read.line in lines:
        return (*read.faults, "duplicate")
    lines[read.line] = None
    return read.faults


def _header(raw: str) -> Sketch | None:
    found = _HEADER.fullmatch(raw) if len(raw) <= MAX_LINE_CHARS else None
    if found is None:
        return None
    screen = Size(int(found[1]), int(found[2]))
    app, window = unquoted(found[3])[0], unquoted(found[4])[0]
    if min(screen.width, screen.height) == 0 or max(len(app), len(window)) > MAX_TEXT_CHARS:
        return None
    return Sketch(screen=screen, app=app, window=window)


def _fault(number: int, kind: LineFaultKind, raw: str) -> LineFault:
    return LineFault(number=number, kind=kind, excerpt=raw[:_EXCERPT_CHARS])
