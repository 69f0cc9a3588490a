"""One line of a sketch: by the exact form, else whatever of it can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from device_farm.types.geometry import Rect, Size
from world_model.sketch.escapes import unquoted
from world_model.sketch.faults import LineFaultKind
from world_model.sketch.sketch import LINE_STATES, MAX_TEXT_CHARS, LineState, SketchLine, is_label

_QUOTED: Final = r"'((?:[^'\\]|\\.)*)'"
_NUMBERS: Final = r"\[(\d{1,5}), (\d{1,5}), (\d{1,5}), (\d{1,5})\]"
_EXACT: Final = re.compile(
    rf"label = ([A-Za-z0-9 _.-]{{1,40}}) \| text={_QUOTED} \| bbox={_NUMBERS}(?: \| state=\[([a-z_, ]+)\])?", re.ASCII
)
_NUMBER: Final = r"\s*(-?\d{1,6})(?:\.\d{0,9})?\s*"
_LABEL: Final = re.compile(r"\blabel[ \t\"']{0,4}[=:]\s*[\"'`]?([^|,\"'`]{0,200})", re.I)
_BOX: Final = re.compile(
    rf"[\"']?\b(?:bbox|box|bounds)[ \t\"']{{0,4}}[=:]\s*[\[(]{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}[\])]", re.I
)
_TEXT: Final = re.compile(r"\btext[ \t\"']{0,4}[=:]\s*", re.I)
_STATE: Final = re.compile(r"\bstates?[ \t\"']{0,4}[=:]\s*\[?([^\]|]{0,300})", re.I)
_PAIRS: Final = {"'": "'", '"': '"', "“": "”", "‘": "’", "`": "`"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """`line` is None where too little can be read; `faults` then say why."""

    line: SketchLine | None
    faults: tuple[LineFaultKind, ...] = ()


def parse_line(text: str, screen: Size) -> ReadLine:
    """The element of one line without its line feed. Takes time in proportion to the length of `text`."""
    exact = _EXACT.fullmatch(text)
    if exact is None:
        return _loosely(text, screen)
    return _line(exact[1], exact[2], [int(exact[at]) for at in range(3, 7)], exact[7] or "", screen, ())


def _loosely(text: str, screen: Size) -> ReadLine:
    """By the names of its parts, in any order, with other quotes, brackets and colons."""
    label = _LABEL.search(text)
    # The last: a text may hold what looks like a box.
    box = max(_BOX.finditer(text), key=lambda found: found.start(), default=None)
    if label is None and box is None:
        return ReadLine(line=None, faults=("unreadable",))
    if box is None:
        return ReadLine(line=None, faults=("box",))
    numbers = [int(box[at]) for at in range(1, 5)]
    after = _STATE.search(text, box.end())
    shown = _text_of(text, box.start())
    named = (label[1] if label is not None and label.start() < box.start() else "element").strip(" \t*")
    return _line(named, shown, numbers, after[1] if after else "", screen, ("form",))


def _text_of(text: str, end: int) -> str:
    """What stands as the text: from its quote to the last such quote before the box; without a quote, to the bar."""
    begin = _TEXT.search(text, 0, end)
    if begin is None:
        return ""
    inner = text[begin.end() : end]
    close = inner.rfind(_PAIRS.get(inner[:1], "\0"))
    return inner[1:close] if close > 0 else inner.rpartition("|")[0].strip() or inner.strip(" \t|,")


def _line(
    label: str, inner: str, numbers: list[int], states: str, screen: Size, faults: tuple[LineFaultKind, ...]
) -> ReadLine:
    found = list(faults)
    if not is_label(label):
        found.append("label")
        label = re.sub(r"[^A-Za-z0-9 _.-]+|^[^A-Za-z]+", "", label)[:40].rstrip(" _.-") or "element"
        label = label if is_label(label) else "element"
    shown, good = unquoted(inner)
    if not good:
        found.append("escape")
    if len(shown) > MAX_TEXT_CHARS:
        shown = shown[:MAX_TEXT_CHARS]
        found.append("form")
    box, whole = _on_screen(numbers, screen)
    if box.area == 0:
        return ReadLine(line=None, faults=(*found, "box"))
    if not whole:
        found.append("clipped")
    known, all_known = _states(states)
    if not all_known:
        found.append("state")
    return ReadLine(line=SketchLine(label=label, text=shown, box=box, states=known), faults=tuple(found))


def _on_screen(numbers: list[int], screen: Size) -> tuple[Rect, bool]:
    """The box, its corners in order and clipped; and whether it was so already."""
    x1, y1, x2, y2 = numbers
    turned = Rect(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    box = turned.intersect(Rect(0, 0, screen.width, screen.height))
    return box, box == Rect(x1, y1, x2, y2)


def _states(text: str) -> tuple[frozenset[LineState], bool]:
    words = [word.strip(" \t\"'") for word in text.split(",") if word.strip()]
    known = frozenset(state for state in LINE_STATES if state in words)
    return known, all(word in LINE_STATES for word in words)
