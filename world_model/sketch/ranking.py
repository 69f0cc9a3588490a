"""Which lines of a sketch come first, and which fit a budget."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from world_model.sketch.printing import print_header, print_line
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketch.tokens import estimated_tokens

_WORDS: Final = re.compile(r"[^\W_]+")
_COMMON: Final = frozenset(
    _WORDS.findall(
        "a an and app as at by for from if in into is it its of off on or that the then this to with you your"
    )
)
_NOT_TOUCHED: Final = frozenset({"text", "heading", "image", "list", "document", "progress"})


def in_reading_order(sketch: Sketch) -> Sketch:
    """The lines from top to bottom, then from left to right, then by text; the same for every order of them."""
    return replace(sketch, lines=tuple(sorted(sketch.lines, key=reading_key)))


def task_related_first(sketch: Sketch, goal: str) -> Sketch:
    """The lines that share words with `goal` first, the more of them the earlier; then what is focused, then what can
    be acted on, then the rest; each group in reading order. Case does not count, nor do the commonest English words.
    """
    wanted = words_of(goal)
    return replace(
        sketch, lines=tuple(sorted(sketch.lines, key=lambda line: (*_rank(line, wanted), reading_key(line))))
    )


def within_budget(sketch: Sketch, tokens: int) -> Sketch:
    """As many lines from the first on as fit into `tokens` with the header, by `estimated_tokens`.

    A line that does not fit ends it: what comes later matters less. The header stays, whatever it takes.
    """
    room = tokens - estimated_tokens(print_header(sketch))
    kept = 0
    for line in sketch.lines:
        room -= estimated_tokens(print_line(line)) + 1
        if room < 0:
            break
        kept += 1
    return sketch if kept == len(sketch.lines) else replace(sketch, lines=sketch.lines[:kept])


def reading_key(line: SketchLine) -> tuple[int, int, int, int, str, str, tuple[str, ...]]:
    """Orders lines from top to bottom, then from left to right; no two different lines have the same key."""
    box = line.box
    return box.top, box.left, box.bottom, box.right, line.text, line.label, tuple(sorted(line.states))


def words_of(text: str) -> frozenset[str]:
    """The words of a text in lower case, without the commonest."""
    return frozenset(_WORDS.findall(text.casefold())) - _COMMON


def _rank(line: SketchLine, wanted: frozenset[str]) -> tuple[int, bool, bool]:
    shared = len(words_of(line.text) & wanted) if wanted else 0
    return -shared, "focused" not in line.states, line.label in _NOT_TOUCHED and "clickable" not in line.states
