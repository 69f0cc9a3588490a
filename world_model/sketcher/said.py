"""How a line of the next screen is said: which line it comes of, what is changed about it, where its text is from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from device_farm.types.action import Click, LongPress, OpenApp, TypeText
from device_farm.types.geometry import Point, Rect, Size
from world_model.hashed_words import Token, find_span, tokens
from world_model.predictors.base import Question
from world_model.sketch.ranking import in_reading_order
from world_model.sketch.sketch import MAX_TEXT_CHARS, SketchLine
from world_model.sketcher.vocabulary import Edit, Entry, Vocabulary

MAX_SCREEN_LINES: Final = 96
"""Lines of the screen before that can be pointed at, from the top; the others are lost."""
MAX_GOAL_TOKENS: Final = 48
TYPED: Final = 0
APPENDED: Final = 1
GOAL: Final = 2
"""Sources of a text: what was typed; that behind what the focused field held; then the goal's tokens, as first of a
span; then the lines of the screen."""
_NEAR_IOU: Final = 0.5
_NEAR_PX: Final = 40
Kind: TypeAlias = Literal["screen", "entry"]


class Said(NamedTuple):
    """One line: `number` of a line of the screen with its `edit`, or of an entry with the `source` of its text (−1:
    its own) and, in the goal, the `last` token of the span.
    """

    kind: Kind
    number: int
    edit: int = 0
    source: int = -1
    last: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A question as a sketcher sees it: `lines` in reading order, `touched` the smallest that holds the touch (−1)."""

    question: Question
    lines: tuple[SketchLine, ...]
    tokens: tuple[Token, ...]
    touched: int
    typed: str
    appended: str

    @property
    def items(self) -> int:
        """Action, appended text, tokens of the goal, lines."""
        return GOAL + len(self.tokens) + len(self.lines)

    @property
    def first_line(self) -> int:
        return GOAL + len(self.tokens)


def scene_of(question: Question) -> Scene:
    lines = in_reading_order(question.sketch).lines[:MAX_SCREEN_LINES]
    at = touch_of(question)
    holding = [index for index, line in enumerate(lines) if at is not None and line.box.contains(at)]
    typed = _typed(question)
    focused = next((line.text for line in lines if "focused" in line.states), "")
    return Scene(
        question=question,
        lines=lines,
        tokens=tokens(question.goal)[:MAX_GOAL_TOKENS],
        touched=min(holding, key=lambda index: lines[index].box.area, default=-1),
        typed=typed,
        appended=focused + typed if typed and focused else "",
    )


def touch_of(question: Question) -> Point | None:
    match question.action:
        case Click(at=at) | LongPress(at=at):
            return at
        case _:
            return None


def _typed(question: Question) -> str:
    match question.action:
        case TypeText(text=text):
            return text
        case OpenApp(name=name):
            return name
        case _:
            return ""


def source_text(scene: Scene, source: int, last: int) -> str:
    """The text that a source stands for, "" where there is none."""
    goal = len(scene.tokens)
    if source == TYPED:
        return scene.typed
    if source == APPENDED:
        return scene.appended
    if source < GOAL + goal:
        first = source - GOAL
        return scene.question.goal[scene.tokens[first].start : scene.tokens[max(first, last)].end]
    return scene.lines[source - GOAL - goal].text


def source_of(scene: Scene, text: str) -> tuple[int, int] | None:
    """The source of `text` and the last token of its span: what was typed before the line that was touched, that before
    the goal, the goal before other lines. None where it stands nowhere.
    """
    if not text:
        return None
    if text == scene.typed:
        return TYPED, -1
    if text == scene.appended:
        return APPENDED, -1
    if scene.touched >= 0 and scene.lines[scene.touched].text == text:
        return scene.first_line + scene.touched, -1
    span = find_span(text, scene.question.goal)
    if span is not None and span[1] < len(scene.tokens):
        return GOAL + span[0], span[1]
    return next(((scene.first_line + at, -1) for at, line in enumerate(scene.lines) if line.text == text), None)


def line_of(said: Said, scene: Scene, vocabulary: Vocabulary) -> SketchLine | None:
    """The line that is meant, on the screen of the scene; None where its box would leave it, or its text is empty."""
    size = scene.question.sketch.screen
    if said.kind == "screen":
        line, edit = scene.lines[said.number], vocabulary.edits[said.edit]
        box = line.box if not edit.dy_px else _scaled_down(line.box, edit.dy_px, vocabulary.screen, size)
        states = line.states if edit.states is None else edit.states
        return None if box is None else replace(line, box=box, states=states)
    entry = vocabulary.entries[said.number]
    text = source_text(scene, said.source, said.last)[:MAX_TEXT_CHARS] if entry.slot else entry.line.text
    box = _fitted(entry.line.box, vocabulary.screen, size)
    return None if box is None or (entry.slot and not text) else replace(entry.line, text=text, box=box)


def _scaled_down(box: Rect, dy_px: int, of: Size, size: Size) -> Rect | None:
    down = round(dy_px * size.height / of.height)
    return _inside(Rect(box.left, box.top + down, box.right, box.bottom + down), size)


def _fitted(box: Rect, of: Size, size: Size) -> Rect | None:
    if of == size:
        return box
    across, down = size.width / of.width, size.height / of.height
    scaled = (box.left * across, box.top * down, box.right * across, box.bottom * down)
    return _inside(Rect(*map(round, scaled)), size)


def _inside(box: Rect, size: Size) -> Rect | None:
    left, top, right, bottom = (
        max(0, box.left),
        max(0, box.top),
        min(size.width, box.right),
        min(size.height, box.bottom),
    )
    return Rect(left, top, right, bottom) if right > left and bottom > top else None


class Sayings:
    """How lines are said with a vocabulary, found by what they show."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._alike: dict[tuple[str, str, str, frozenset[str]], list[int]] = {}
        for at, entry in enumerate(vocabulary.entries):
            if not entry.slot:
                self._alike.setdefault(_shown(entry.line, entry.app), []).append(at)

    def said(self, line: SketchLine, scene: Scene, app: str) -> Said | None:
        """The line as it is on the screen; as an entry of `app`; as a line that moved or has other states; as a slot
        of `app` with a text from elsewhere. None: it cannot be said.
        """
        if line in scene.lines:
            return Said("screen", scene.lines.index(line))
        entry = self._entry(line, app)
        if entry is not None:
            return Said("entry", entry)
        return self._edited(line, scene) or self._slotted(line, scene, app)

    def _entry(self, line: SketchLine, app: str) -> int | None:
        exact = self.vocabulary.entry_of.get(Entry(line=line, app=app))
        if exact is not None:
            return exact
        found = [at for at in self._alike.get(_shown(line, app), ()) if self._iou(at, line) >= _NEAR_IOU]
        return max(found, key=lambda at: self._iou(at, line), default=None)

    def _iou(self, at: int, line: SketchLine) -> float:
        box, other = self.vocabulary.entries[at].line.box, line.box
        common = box.intersect(other).area
        return common / (box.area + other.area - common)

    def _edited(self, line: SketchLine, scene: Scene) -> Said | None:
        best: tuple[int, Said] | None = None
        for index, there in enumerate(scene.lines):
            if (there.label, there.text) != (line.label, line.text) or abs(there.box.left - line.box.left) > _NEAR_PX:
                continue
            states = None if there.states == line.states else line.states
            for number, edit in enumerate(self.vocabulary.edits):
                off = abs(there.box.top + edit.dy_px - line.box.top)
                if edit.states == states and off <= _NEAR_PX and (best is None or off < best[0]):
                    best = off, Said("screen", index, edit=number)
        return None if best is None else best[1]

    def _slotted(self, line: SketchLine, scene: Scene, app: str) -> Said | None:
        at = self.vocabulary.entry_of.get(slot_of(line, app))
        source = source_of(scene, line.text) if at is not None else None
        return None if at is None or source is None else Said("entry", at, source=source[0], last=source[1])


def slot_of(line: SketchLine, app: str) -> Entry:
    """The place of a line whose text is another every time."""
    return Entry(line=replace(line, text=""), app=app, slot=True)


def edit_between(before: SketchLine, after: SketchLine, step_px: int) -> Edit:
    """What turns the one into the other, the shift rounded to `step_px`."""
    dy = round((after.box.top - before.box.top) / step_px) * step_px
    return Edit(states=None if before.states == after.states else after.states, dy_px=dy)


def _shown(line: SketchLine, app: str) -> tuple[str, str, str, frozenset[str]]:
    return app, line.label, line.text, frozenset(line.states)
