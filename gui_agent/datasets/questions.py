"""Questions about screens with their answers, as samples to train on.

All questions about one screen make one dialogue (UItron, arXiv 2508.21767): the prompt of each turn continues that of
the turn before, so that a trainer which packs common beginnings encodes the screen once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, Protocol, TypeAlias

from device_farm.errors import DataError
from gui_agent.datasets.types import ExpertStep
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Part, TextPart

QuestionKind: TypeAlias = Literal[
    "grounding", "referring", "text", "state", "listing", "presence", "backtrack", "backtrack_and_plan"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question and its answer, in words."""

    kind: QuestionKind
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One turn to learn: after `prompt`, say `reply`. The turns of a `dialogue` continue one another in their order."""

    prompt: ChatPrompt
    reply: str
    kind: QuestionKind
    origin: str
    dialogue: str
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Exchanges about `screens`, which the first user message shows after `head`. Holds no pixels."""

    system: str
    screens: tuple[ExpertStep, ...]
    exchanges: tuple[Exchange, ...]
    origin: str
    head: str = ""

    def questions(self, images: Sequence[ImagePart]) -> tuple[Question, ...]:
        """`images` are those of `screens`, in their order."""
        if len(images) != len(self.screens):
            raise ValueError(f"{len(images)} images for {len(self.screens)} screens")
        head: tuple[Part, ...] = (TextPart(text=self.head),) if self.head else ()
        messages = [Message.of_text("system", self.system)]
        made: list[Question] = []
        for turn, exchange in enumerate(self.exchanges):
            shown = (*head, *images) if turn == 0 else ()
            messages.append(Message(role="user", parts=(*shown, TextPart(text=exchange.question))))
            made.append(
                Question(
                    prompt=ChatPrompt(messages=tuple(messages)),
                    reply=exchange.answer,
                    kind=exchange.kind,
                    origin=self.origin,
                    dialogue=self.origin,
                    turn=turn,
                )
            )
            messages.append(Message.of_text("assistant", exchange.answer))
        return tuple(made)


class Screens(Protocol):
    """Where images come from; `gui_agent.rl.screens` has one that decodes each once."""

    async def part(self, step: ExpertStep) -> ImagePart: ...


class QuestionSet:
    """All turns of all dialogues by number; screens are read when a turn is asked for.

    Raises DataError for dialogues without a single turn.
    """

    def __init__(self, dialogues: Sequence[Dialogue], screens: Screens) -> None:
        self._dialogues = [dialogue for dialogue in dialogues if dialogue.exchanges]
        if not self._dialogues:
            raise DataError("no question can be asked about these screens", field="data", fix="use data with UI trees")
        self._ends = list(accumulate(len(dialogue.exchanges) for dialogue in self._dialogues))
        self._screens = screens

    def __len__(self) -> int:
        return self._ends[-1]

    @property
    def lengths(self) -> list[int]:
        """The number of turns up to each one: how long its prompt is, compared with the others'."""
        return [turn + 1 for dialogue in self._dialogues for turn in range(len(dialogue.exchanges))]

    async def question(self, index: int) -> Question:
        """Raises IndexError, and DataError where a screen is missing or corrupt."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        number = bisect_right(self._ends, index)
        dialogue = self._dialogues[number]
        images = [await self._screens.part(step) for step in dialogue.screens]
        return dialogue.questions(images)[index - self._ends[number]]
