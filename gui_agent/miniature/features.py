"""A prompt as numbers: items (goal words, elements, own past actions), and how each stands to each other.

The relations are the pointing bias: the model need not learn that equal words are equal, only what to make of it.
Arrays of L items: item 0 stands for the whole, then the goal's words, the elements, the past, oldest first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from device_farm.errors import DataError
from device_farm.types.action import Action, Answer, Click, LongPress, OpenApp, TypeText
from device_farm.types.geometry import Rect, Size
from gui_agent.miniature.elements import Element, elements_of
from gui_agent.miniature.kinds import KIND, KINDS, kind_of
from gui_agent.models.prompt import ScreenPrompt
from world_model.hashed_words import identifier_words, tokens, word_id, words

WORDS_KEPT: Final = 8
MORE_KEPT: Final = 4
MAX_GOAL, MAX_PAST = 64, 24
STATES: Final = (
    "checkable",
    "checked",
    "clickable",
    "editable",
    "enabled",
    "expanded",
    "focused",
    "long_clickable",
    "password",
    "scrollable",
    "selected",
)
ROLES: Final = 64
SLOTS: Final = MAX_PAST + 1 + MAX_GOAL + ROLES + len(KINDS)
"""What an item is, beside its words: how many actions are past, which word of the goal, which role, which kind."""
_GOAL_AT, _ROLE_AT, _KIND_AT = MAX_PAST + 1, MAX_PAST + 1 + MAX_GOAL, MAX_PAST + 1 + MAX_GOAL + ROLES
DENSE: Final = 4 + len(STATES) + 6
RELATIONS: Final = ("same", "overlap", "row", "contains", "inside", "next", "before", "touched")
_ROW_HEIGHT_PX = 300
_SCALE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """One prompt.

    `words_LW` int32 of the label (0: none), `more_LM` of descriptions and resource ids; `slots_L` int32; `dense_LF`
    float32; `relations_RLL` uint8, 255 for a relation that holds fully. Items 1 to `goal` are the goal's words, the
    next `elements` the screen's.
    """

    words_LW: NDArray[np.int32]
    more_LM: NDArray[np.int32]
    slots_L: NDArray[np.int32]
    dense_LF: NDArray[np.float32]
    relations_RLL: NDArray[np.uint8]
    goal: int
    elements: int

    @property
    def length(self) -> int:
        return len(self.slots_L)


@dataclass(frozen=True, slots=True)
class _Past:
    kind: int
    words: tuple[int, ...]
    at: tuple[float, float] | None


def items_of(prompt: ScreenPrompt) -> Items:
    """Raises DataError for a goal without a word."""
    goal = tokens(prompt.goal)[:MAX_GOAL]
    if not goal:
        raise DataError("the goal has no word", field="goal")
    elements = elements_of(prompt.tree)
    past = [_past(action, thought) for action, thought in _turns(prompt)]
    count, first, then = 1 + len(goal) + len(elements) + len(past), 1 + len(goal), 1 + len(goal) + len(elements)
    words_LW = np.zeros((count, WORDS_KEPT), dtype=np.int32)
    more_LM = np.zeros((count, MORE_KEPT), dtype=np.int32)
    slots_L = np.zeros(count, dtype=np.int32)
    dense_LF = np.zeros((count, DENSE), dtype=np.float32)
    slots_L[0] = len(past)
    for index, token in enumerate(goal):
        words_LW[1 + index, 0] = token.word
        slots_L[1 + index] = _GOAL_AT + index
    for index, element in enumerate(elements, first):
        _fill_element(element, prompt.screen, words_LW[index], more_LM[index], dense_LF[index])
        slots_L[index] = _ROLE_AT + word_id(element.node.role.rpartition(".")[2]) % ROLES
    for index, turn in enumerate(past, then):
        _put(words_LW[index], turn.words)
        slots_L[index] = _KIND_AT + turn.kind
        if turn.at is not None:
            dense_LF[index, :2] = turn.at[0] / prompt.screen.width, turn.at[1] / prompt.screen.height
        dense_LF[index, -1] = 1.0 / (count - index)
    relations_RLL = _relations(words_LW, elements, past, len(goal))
    _fill_matches(dense_LF, words_LW, relations_RLL, first, then)
    return Items(
        words_LW=words_LW,
        more_LM=more_LM,
        slots_L=slots_L,
        dense_LF=dense_LF,
        relations_RLL=relations_RLL,
        goal=len(goal),
        elements=len(elements),
    )


def _turns(prompt: ScreenPrompt) -> list[tuple[Action, str]]:
    thoughts = prompt.thoughts or ("",) * len(prompt.actions)
    if len(thoughts) != len(prompt.actions):
        raise DataError(f"{len(thoughts)} thoughts for {len(prompt.actions)} actions", field="thoughts")
    return list(zip(prompt.actions, thoughts, strict=True))[-MAX_PAST:]


def _past(action: Action, thought: str) -> _Past:
    text = thought
    match action:
        case TypeText(text=typed) | Answer(text=typed) | OpenApp(name=typed):
            text = typed
    at = (float(action.at.x), float(action.at.y)) if isinstance(action, Click | LongPress) else None
    try:
        kind = KIND[kind_of(action)]
    except DataError:
        kind = KIND["failure"]
    return _Past(kind, words(text), at)


def _put(row: NDArray[np.int32], values: tuple[int, ...]) -> None:
    kept = values[: len(row)]
    row[: len(kept)] = kept


def _fill_element(
    element: Element, screen: Size, label: NDArray[np.int32], more: NDArray[np.int32], dense: NDArray[np.float32]
) -> None:
    node, box = element.node, element.bounds
    _put(label, words(node.label))
    described = words(node.description) if node.text else ()
    _put(more, (*identifier_words(node.resource_id)[:3], *described))
    dense[:4] = (
        box.center.x / screen.width,
        box.center.y / screen.height,
        box.width / screen.width,
        box.height / screen.height,
    )
    dense[4 : 4 + len(STATES)] = [state in node.states for state in STATES]
    dense[4 + len(STATES)] = min(element.depth, 4) / 4
    dense[5 + len(STATES)] = bool(node.hint) and node.label == node.hint


def _relations(
    words_LW: NDArray[np.int32], elements: tuple[Element, ...], past: list[_Past], goal: int
) -> NDArray[np.uint8]:
    count, first, then = len(words_LW), 1 + goal, 1 + goal + len(elements)
    relations = np.zeros((len(RELATIONS), count, count), dtype=np.uint8)
    relations[0], relations[1] = _words_in_common(words_LW)
    boxes = np.array([_edges(element.bounds) for element in elements], dtype=np.float32).reshape(-1, 4)
    part = slice(first, then)
    relations[2, part, part], relations[3, part, part] = _rows(boxes) * _SCALE, _contains(boxes) * _SCALE
    relations[4, part, part] = relations[3, part, part].T
    for begin, end in ((1, first), (then, count)):
        steps = np.arange(begin, end - 1)
        relations[5, steps, steps + 1] = relations[6, steps + 1, steps] = _SCALE
    for index, turn in enumerate(past, then):
        if turn.at is not None and len(boxes):
            x, y = turn.at
            inside = (boxes[:, 0] <= x) & (x < boxes[:, 2]) & (boxes[:, 1] <= y) & (y < boxes[:, 3])
            relations[7, index, part] = relations[7, part, index] = inside * _SCALE
    return relations


def _edges(box: Rect) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


def _words_in_common(words_LW: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Whether two items have the same words, and which share of the shorter one's is in the other."""
    known, places = np.unique(words_LW, return_inverse=True)
    has_LV = np.zeros((len(words_LW), len(known)), dtype=np.float32)
    np.put_along_axis(has_LV, places.reshape(words_LW.shape), 1.0, axis=1)
    has_LV[:, known == 0] = 0.0
    sizes_L = has_LV.sum(axis=1)
    common_LL = has_LV @ has_LV.T
    least = np.minimum(sizes_L[:, None], sizes_L[None, :])
    same = (common_LL > 0) & (common_LL == sizes_L[:, None]) & (common_LL == sizes_L[None, :])
    return same * _SCALE, common_LL / np.maximum(least, 1.0) * _SCALE


def _rows(boxes: NDArray[np.float32]) -> NDArray[Any]:
    """Elements whose centres are in each other's height, none of them higher than a row of a list."""
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    low = boxes[:, 3] - boxes[:, 1] < _ROW_HEIGHT_PX
    within = (boxes[None, :, 1] <= middle[:, None]) & (middle[:, None] < boxes[None, :, 3])
    return (within | within.T) & low[:, None] & low[None, :] & ~np.eye(len(boxes), dtype=bool)


def _contains(boxes: NDArray[np.float32]) -> NDArray[Any]:
    outer, inner = boxes[:, None, :], boxes[None, :, :]
    holds = (outer[..., :2] <= inner[..., :2]).all(-1) & (outer[..., 2:] >= inner[..., 2:]).all(-1)
    return holds & ~np.eye(len(boxes), dtype=bool)


def _fill_matches(
    dense_LF: NDArray[np.float32], words_LW: NDArray[np.int32], relations_RLL: NDArray[np.uint8], first: int, then: int
) -> None:
    """Of every element: which share of its words is in the goal, whether one of the past had its words, and whether the
    last one touched it.
    """
    part, at = slice(first, then), 6 + len(STATES)
    if then == first:
        return
    known_EW = words_LW[part] > 0
    in_goal_EW = np.isin(words_LW[part], words_LW[1:first, 0]) & known_EW
    dense_LF[part, at] = in_goal_EW.sum(axis=1) / np.maximum(known_EW.sum(axis=1), 1)
    if len(dense_LF) > then:
        dense_LF[part, at + 1] = relations_RLL[0, part, then:].max(axis=1) / _SCALE
        dense_LF[part, at + 2] = relations_RLL[7, part, -1] / _SCALE


class ItemsCache:
    """The items of the prompts used last: equal prompts on one tree object have the same items object.

    Rollouts of a group see the same screens, and often have done the same before.
    """

    def __init__(self, kept: int = 6000) -> None:
        self._kept = kept
        self._known: OrderedDict[Hashable, tuple[ScreenPrompt, Items]] = OrderedDict()

    def of(self, prompt: ScreenPrompt) -> Items:
        """Raises DataError as `items_of`."""
        key = (id(prompt.tree), prompt.goal, prompt.screen, prompt.actions, prompt.thoughts)
        known = self._known.get(key)
        if known is not None:
            return known[1]
        made = items_of(prompt)
        # The prompt is kept with them: while its tree lives, the id is no other's.
        self._known[key] = (prompt, made)
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return made
