"""Dialogues for language models: a dialect's system prompt, the past in one of its forms, the present screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, assert_never

from device_farm.errors import ConfigError
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.history.actions import ActionsHistory
from gui_agent.history.base import Scene
from gui_agent.history.budget import CountImage, CountText, estimated_tokens, qwen_image_tokens
from gui_agent.history.images import ImagesHistory
from gui_agent.history.none import NoHistory
from gui_agent.history.summary import INSTRUCTION, SummaryHistory
from gui_agent.models.prompt import ChatPrompt, Message, Part, TextPart
from gui_agent.policies.prompts import first_message, system_prompt

HistoryMode: TypeAlias = ImagesHistory | ActionsHistory | SummaryHistory | NoHistory
_NOT_SHOWN = "(an earlier screen, not shown any more)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPromptBuilder:
    """A PromptBuilder. `count` and `image_tokens` measure the past against the history's budget.

    Raises ConfigError for a summary in structured replies.

    `coordinates` resized: the model speaks in pixels of the image that it is shown; relative: in thousandths.
    """

    dialect: Dialect
    history: HistoryMode = field(default_factory=ImagesHistory)
    coordinates: Literal["resized", "relative"] = "resized"
    structured: bool = False
    count: CountText = estimated_tokens
    image_tokens: CountImage = qwen_image_tokens

    def __post_init__(self) -> None:
        if self.structured and isinstance(self.history, SummaryHistory):
            message = "a reply that is constrained to the dialect's JSON has no place for a summary"
            raise ConfigError(message, field="structured", fix="use another history, or structured = false")

    def space(self, scene: Scene) -> CoordinateSpace:
        """In which the model's replies to this scene are to be read."""
        native = scene.native or scene.screen.size
        if self.coordinates == "relative":
            return CoordinateSpace.relative(native)
        return CoordinateSpace(native=native, model=scene.screen.size)

    def build(self, scene: Scene) -> ChatPrompt:
        system = system_prompt(self.dialect.name, self.space(scene), structured=self.structured)
        match self.history:
            case ImagesHistory() as history:
                return ChatPrompt(messages=(Message.of_text("system", system), *self._dialogue(scene, history)))
            case ActionsHistory() as history:
                done = history.text(scene, self.dialect, self.space(scene), self.count)
                past = f"Actions so far:\n{done}" if done else ""
                return _single(system, _user(first_message(scene.goal), past, scene.note), scene)
            case SummaryHistory() as history:
                return self._summarised(f"{system}\n\n{INSTRUCTION}", scene, history)
            case NoHistory():
                return _single(system, _user(first_message(scene.goal), scene.note), scene)
            case _:
                assert_never(self.history)

    def _dialogue(self, scene: Scene, history: ImagesHistory) -> list[Message]:
        shown = history.turns(scene, self.count, self.image_tokens)
        hidden = len(scene.past) - len(shown)
        head = [first_message(scene.goal)]
        head += [f"({hidden} earlier turns are not shown)"] if hidden else []
        messages: list[Message] = []
        for turn in shown:
            texts = [*head, *([turn.note] if turn.note else [])]
            texts += [] if turn.screen or texts else [_NOT_SHOWN]
            parts: list[Part] = [TextPart(text=text) for text in texts]
            parts += [turn.screen] if turn.screen else []
            messages.append(Message(role="user", parts=tuple(parts)))
            messages.append(Message.of_text("assistant", turn.reply or "(no text)"))
            head = []
        texts = [*head, *([scene.note] if scene.note else [])]
        present: list[Part] = [TextPart(text=text) for text in texts]
        return [*messages, Message(role="user", parts=(*present, scene.screen))]

    def _summarised(self, system: str, scene: Scene, history: SummaryHistory) -> ChatPrompt:
        written = history.text(scene, self.count)
        past = f"Your summary so far:\n{written}" if written else ""
        parts: list[Part] = [TextPart(text=_user(first_message(scene.goal), past))]
        if history.images > 1 and scene.past:
            last = scene.past[-1]
            line = ActionsHistory().text(
                Scene(goal="", past=(last,), screen=scene.screen, native=scene.native),
                self.dialect,
                self.space(scene),
                self.count,
            )
            parts += [TextPart(text="The screen before:"), last.screen, TextPart(text=f"Your action on it:\n{line}")]
        parts.append(TextPart(text=_user(scene.note, "The screen now:")))
        parts.append(scene.screen)
        return ChatPrompt(messages=(Message.of_text("system", system), Message(role="user", parts=tuple(parts))))


def _user(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _single(system: str, text: str, scene: Scene) -> ChatPrompt:
    user = Message(role="user", parts=(TextPart(text=text), scene.screen))
    return ChatPrompt(messages=(Message.of_text("system", system), user))
