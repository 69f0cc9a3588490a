"""Questions and entries as numbers: bags of words, and what else there is to know of an item."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from device_farm.types.action import Drag, Scroll, Swipe
from device_farm.types.geometry import Rect, Size
from world_model.hashed_words import word_id, words
from world_model.sketch.sketch import LINE_STATES, SketchLine
from world_model.sketcher.said import GOAL, Scene
from world_model.sketcher.vocabulary import Vocabulary

BAG: Final = 12
"""Words kept of an item, of each of two bags: what it says, and what it is."""
WAVES: Final = 4
KINDS: Final[Mapping[str, int]] = {"action": 0, "appended": 1, "goal": 2, "line": 3, "entry": 4, "slot": 5}
_BOX: Final = 4 + 2 * 2 * WAVES
_FLAGS: Final = 6
_RANK: Final = 2 * WAVES
DENSE: Final = _BOX + _FLAGS + _RANK

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """L items of one question: `says_LW` and `is_LW` word ids (0 none), `kind_L`, `dense_LF` float32."""

    says_LW: Numbers
    is_LW: Numbers
    kind_L: Numbers
    dense_LF: Numbers

    @property
    def length(self) -> int:
        return len(self.kind_L)


def items_of(scene: Scene) -> Items:
    """Action, appended text, the goal's tokens, the screen's lines: the sources of `said`."""
    made = _Items(scene.items)
    question = scene.question
    touched = scene.lines[scene.touched] if scene.touched >= 0 else None
    action = question.action
    where = (*words(question.sketch.app), *words(question.sketch.window))
    did = [word_id(f"={type(action).__name__}"), *(word_id(f"={value}") for value in _names(action))]
    made.put(0, "action", words(scene.typed) or words(touched.text if touched else ""), (*did, *where))
    if touched is not None:
        made.dense[0, :_BOX] = _box(touched.box, question.sketch.screen)
    made.dense[0, _BOX : _BOX + 2] = _finger(action, question.sketch.screen)
    made.put(1, "appended", words(scene.appended), ())
    shown = {word for line in scene.lines for word in words(line.text)}
    for at, token in enumerate(scene.tokens, start=GOAL):
        made.put(at, "goal", (token.word,), ())
        made.dense[at, _BOX] = token.word in shown
        made.dense[at, _BOX + _FLAGS :] = _waves(at / 64)
    wanted = {token.word for token in scene.tokens}
    for rank, line in enumerate(scene.lines):
        at = scene.first_line + rank
        said = words(line.text)
        made.put(at, "line", said, _what(line))
        made.dense[at, :_BOX] = _box(line.box, question.sketch.screen)
        made.dense[at, _BOX : _BOX + _FLAGS] = (
            rank == scene.touched,
            any(word in wanted for word in said),
            bool(scene.typed) and line.text == scene.typed,
            "focused" in line.states,
            touched is not None and line.text == touched.text,
            1.0,
        )
        made.dense[at, _BOX + _FLAGS :] = _waves(rank / 64)
    return made.items()


def entry_items(vocabulary: Vocabulary) -> Items:
    """The entries as items; one of nothing where there are none, so that arrays are never empty."""
    made = _Items(max(1, len(vocabulary.entries)))
    for at, entry in enumerate(vocabulary.entries):
        made.put(at, "slot" if entry.slot else "entry", words(entry.line.text), (*_what(entry.line), *words(entry.app)))
        made.dense[at, :_BOX] = _box(entry.line.box, vocabulary.screen)
    return made.items()


class _Items:
    def __init__(self, length: int) -> None:
        self._says = np.zeros((length, BAG), dtype=np.int64)
        self._is = np.zeros((length, BAG), dtype=np.int64)
        self._kind = np.zeros(length, dtype=np.int64)
        self.dense = np.zeros((length, DENSE), dtype=np.float32)

    def put(self, at: int, kind: str, says: Sequence[int], what: Sequence[int]) -> None:
        says, what = says[:BAG], what[:BAG]
        self._says[at, : len(says)] = says
        self._is[at, : len(what)] = what
        self._kind[at] = KINDS[kind]

    def items(self) -> Items:
        return Items(says_LW=self._says, is_LW=self._is, kind_L=self._kind, dense_LF=self.dense)


def _what(line: SketchLine) -> tuple[int, ...]:
    return (word_id(f"#{line.label}"), *(word_id(f"+{state}") for state in LINE_STATES if state in line.states))


def _names(action: Any) -> list[str]:
    """What of an action is a word out of few: a button, a key, the direction of a finger."""
    found = [str(value) for name in ("button", "key", "count") if (value := getattr(action, name, None)) is not None]
    if isinstance(action, Swipe | Drag):
        dx, dy = action.end.x - action.start.x, action.end.y - action.start.y
        found.append(("down" if dy > 0 else "up") if abs(dy) >= abs(dx) else ("right" if dx > 0 else "left"))
    return found


def _finger(action: Any, size: Size) -> tuple[float, float]:
    """How far a finger or wheel went, in shares of the screen and in notches."""
    match action:
        case Swipe(start=start, end=end) | Drag(start=start, end=end):
            return (end.x - start.x) / size.width, (end.y - start.y) / size.height
        case Scroll(dx=dx, dy=dy):
            return float(dx), float(dy)
        case _:
            return 0.0, 0.0


def _box(box: Rect, size: Size) -> list[float]:
    top, left = box.top / size.height, box.left / size.width
    return [left, top, box.right / size.width, box.bottom / size.height, *_waves(top), *_waves(left)]


def _waves(at: float) -> list[float]:
    """Sines and cosines of rising frequency, so that what is next is a turn of what is."""
    return [wave(math.pi * at * 2.0**power) for power in range(WAVES) for wave in (math.sin, math.cos)]
