"""A vision-language model behind an OpenAI-compatible server such as vLLM."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from device_farm.device import DeviceInfo
from device_farm.errors import DialectError, PolicyError
from device_farm.types.action import Action, Click, Drag, LongPress, MoveTo, Scroll, Swipe
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn
from gui_agent.models.base import Completion, Model, Sampling
from gui_agent.models.config import OpenAiModelConfig
from gui_agent.models.openai_endpoint import OpenAiEndpoint
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Part, TextPart
from gui_agent.policies.base import Decision
from gui_agent.policies.config import OpenAiConfig
from gui_agent.policies.images import model_image
from gui_agent.policies.prompts import first_message, refused, system_prompt, unreadable


@dataclass(slots=True)
class _Turn:
    """One screen that the model was shown (None: not any more), what it was told with it, and its reply."""

    note: str
    image: ImagePart | None
    reply: str = ""


@dataclass(slots=True)
class _Memory:
    turns: list[_Turn] = field(default_factory=list)
    pointer: Point | None = None
    malformed: int = 0
    note: str = ""


class OpenAiSession:
    """The dialogue of one episode: every reply stays in it, the images of the last `images` screens do."""

    def __init__(
        self,
        config: OpenAiConfig,
        model: Model,
        dialect: Dialect,
        task: Task,
        space: CoordinateSpace,
        image: Size,
    ) -> None:
        self._config = config
        self._model = model
        self._dialect = dialect
        self._task = task
        self._space = space
        self._image = image
        self._sampling = Sampling(
            max_tokens=config.max_tokens,
            temperature=config.temperature,
            top_p=config.top_p,
            logprobs=config.logprobs,
            schema=dialect.schema() if config.structured else None,
        )
        self._memory = _Memory()

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        memory = self._memory
        image = await asyncio.to_thread(model_image, observation, self._image, self._config.image_format)
        turn = _Turn(note=_note(memory.note, refused), image=image)
        memory.turns.append(turn)
        for old in memory.turns[: -self._config.images]:
            old.image = None
        (reply,) = await self._model.generate(self._prompt(), self._sampling)
        turn.reply = reply.text
        space = CoordinateSpace(native=self._space.native, model=self._space.model, pointer=memory.pointer)
        try:
            parsed = self._dialect.parse(reply.text, space)
        except DialectError as error:
            return self._malformed(reply, error)
        memory.malformed, memory.note = 0, ""
        memory.pointer = pointer_after(parsed.action, memory.pointer)
        return Decision(action=parsed.action, turn=_model_turn(reply, parsed.thought))

    def _malformed(self, reply: Completion, error: DialectError) -> Decision:
        self._memory.malformed += 1
        if self._memory.malformed >= self._config.malformed_limit:
            count = self._memory.malformed
            raise PolicyError(f"{count} replies in a row did not parse; the last: {error}", field="policy.dialect")
        self._memory.note = unreadable(str(error))
        return Decision(action=None, turn=_model_turn(reply, ""), error=str(error))

    def _prompt(self) -> ChatPrompt:
        system = system_prompt(self._dialect.name, self._space, structured=self._config.structured)
        messages = [Message.of_text("system", system)]
        for index, turn in enumerate(self._memory.turns):
            texts = [first_message(self._task.goal)] if index == 0 else []
            texts += [turn.note] if turn.note else []
            texts += [] if turn.image or texts else ["(an earlier screen, not shown any more)"]
            parts: list[Part] = [TextPart(text=text) for text in texts]
            parts += [turn.image] if turn.image else []
            messages.append(Message(role="user", parts=tuple(parts)))
            if turn is not self._memory.turns[-1]:
                messages.append(Message.of_text("assistant", turn.reply or "(no text)"))
        return ChatPrompt(messages=tuple(messages))

    async def close(self) -> None:
        self._memory.turns.clear()


def _note(unread: str, refusal: str) -> str:
    return "\n".join(part for part in (unread, refused(refusal) if refusal else "") if part)


def _model_turn(reply: Completion, thought: str) -> ModelTurn:
    return ModelTurn(
        text=reply.text,
        thought=thought,
        latency_ms=reply.latency_ms,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        token_ids=reply.token_ids,
        logprobs=reply.logprobs,
    )


def pointer_after(action: Action, before: Point | None) -> Point | None:
    """Where the mouse stands after an action."""
    match action:
        case Click(at=at) | MoveTo(at=at) | Scroll(at=at) | LongPress(at=at):
            return at
        case Drag(end=end) | Swipe(end=end):
            return end
        case _:
            return before


class OpenAiPolicy:
    """Shared by all sessions. `api_key` "" sends none that means anything."""

    name = "openai"

    def __init__(self, config: OpenAiConfig, dialect: Dialect, *, api_key: str = "") -> None:
        self._config = config
        self._dialect = dialect
        served = OpenAiModelConfig(
            base_urls=(config.base_url,),
            model=config.model,
            concurrency=config.concurrency,
            timeout_s=config.timeout_s,
            retries=config.retries,
            backoff_s=config.backoff_s,
        )
        self._endpoint = OpenAiEndpoint(served, api_key=api_key, field="policy.base_url")

    @property
    def dialect(self) -> str:
        return self._dialect.name

    async def __aenter__(self) -> Self:
        await self._endpoint.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._endpoint.__aexit__(kind, error, trace)

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> OpenAiSession:
        config = self._config
        resized = CoordinateSpace.resized(
            info.screen, factor=config.patch_px, min_pixels=config.min_pixels, max_pixels=config.max_pixels
        )
        space = resized if config.coordinates == "resized" else CoordinateSpace.relative(info.screen)
        return OpenAiSession(config, self._endpoint, self._dialect, task, space=space, image=resized.model)
