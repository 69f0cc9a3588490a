"""A language model as a policy, whatever serves it: screens and the past as a dialogue, replies in a dialect."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from device_farm.device import DeviceInfo
from device_farm.errors import DialectError, PolicyError
from device_farm.types.action import Action
from device_farm.types.action_text import action_text
from device_farm.types.codec.dialect import ParsedTurn
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn
from gui_agent.history.base import PastTurn, Scene
from gui_agent.history.summary import summary_of
from gui_agent.models.base import Completion, Model, Sampling
from gui_agent.models.prompt import ImagePart
from gui_agent.policies.base import Decision
from gui_agent.policies.chat_proposing import ChatProposer
from gui_agent.policies.chat_settings import ChatSettings
from gui_agent.policies.images import model_image
from gui_agent.policies.pointer import pointer_after
from gui_agent.policies.prompts import overruled as told_overruled
from gui_agent.policies.prompts import refused as told_refused
from gui_agent.policies.prompts import unreadable
from world_model.imagination.types import Proposal, View


@dataclass(slots=True)
class _Memory:
    """`spoken` is the space in which the last reply was read, with the pointer as it stood before it; `proposer` knows
    what it was asked.
    """

    past: list[PastTurn] = field(default_factory=list)
    pointer: Point | None = None
    malformed: int = 0
    unread: str = ""
    spoken: CoordinateSpace = field(default_factory=lambda: CoordinateSpace.exact(Size(1, 1)))
    proposer: ChatProposer | None = None


class ChatSession:
    """One episode: the past as the model lived it."""

    def __init__(self, model: Model, settings: ChatSettings, task: Task, attempt: int) -> None:
        self._model = model
        self._settings = settings
        self._task = task
        self._attempt = attempt
        self._memory = _Memory()

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        settings, memory = self._settings, self._memory
        scene = Scene(
            goal=self._task.goal,
            past=tuple(memory.past),
            screen=await self._screen(observation),
            note="\n".join(part for part in (memory.unread, told_refused(refused) if refused else "") if part),
            tree=observation.ui_tree,
            native=observation.screen,
        )
        sampling = sampling_of_step(settings.sampling, self._task.id, self._attempt, len(memory.past))
        (reply,) = await self._model.generate(settings.prompts.build(scene), sampling)
        space = replace(settings.builder.space(scene), pointer=memory.pointer)
        memory.spoken = space
        memory.proposer = ChatProposer(self._model, settings, scene, memory.pointer, sampling)
        try:
            parsed = settings.dialect.parse(reply.text, space)
        except DialectError as error:
            return self._malformed(scene, reply, error)
        self._remember(scene, reply, parsed)
        memory.malformed, memory.unread = 0, ""
        memory.pointer = pointer_after(parsed.action, memory.pointer)
        return Decision(action=parsed.action, turn=model_turn(reply, parsed.thought))

    async def propose(self, view: View, count: int) -> Proposal:
        """What it would do on the screen that it decided on last, or on imagined ones behind it.

        Raises PolicyError where nothing was decided yet, or the model failed.
        """
        if self._memory.proposer is None:
            raise PolicyError("there is no screen to propose on", fix="decide first")
        return await self._memory.proposer.propose(view, count)

    def corrected(self, action: Action, why: str) -> None:
        """Puts `action`, which was carried out, in the place of the one decided last.

        The past then tells it in the model's own words. Where these have none for it, or the past is a summary that the
        model wrote of what it meant to do, the model is told with the next screen.
        """
        memory, dialect = self._memory, self._settings.builder.dialect
        last, spoken, told = memory.past[-1], memory.spoken, self._settings.writes_summaries
        memory.pointer = pointer_after(action, spoken.pointer)
        try:
            reply = done = dialect.format(action, why, spoken)
        except DialectError:
            reply, done, told = last.reply, action_text(action, None), True
        if told:
            memory.unread = told_overruled(done, why)
        memory.past[-1] = replace(last, reply=reply, action=action, thought=why)

    async def _screen(self, observation: Observation) -> ImagePart:
        settings = self._settings
        if settings.sees_elements:
            return ImagePart(data=b"", media_type="image/png", size=observation.screen, digest="")
        size = settings.image_size(observation.screen)
        return await asyncio.to_thread(model_image, observation, size, settings.image_format)

    def _malformed(self, scene: Scene, reply: Completion, error: DialectError) -> Decision:
        memory = self._memory
        memory.malformed += 1
        if memory.malformed >= self._settings.malformed_limit:
            message = f"{memory.malformed} replies in a row did not parse; the last: {error}"
            raise PolicyError(message, field="policy.dialect")
        self._remember(scene, reply, None)
        memory.unread = unreadable(str(error))
        return Decision(action=None, turn=model_turn(reply, ""), error=str(error))

    def _remember(self, scene: Scene, reply: Completion, parsed: ParsedTurn | None) -> None:
        past, shown = self._memory.past, self._settings.screens_shown
        past.append(
            PastTurn(
                screen=scene.screen,
                reply=reply.text,
                action=parsed.action if parsed else None,
                thought=parsed.thought if parsed else "",
                summary=summary_of(reply.text) if self._settings.writes_summaries else "",
                note=scene.note,
            )
        )
        # Pixels that no prompt can show any more are let go: long episodes on many devices have many.
        if len(past) > shown:
            forgotten = past[-1 - shown]
            past[-1 - shown] = replace(forgotten, screen=replace(forgotten.screen, data=b""))

    async def close(self) -> None:
        self._memory = _Memory()


def sampling_of_step(sampling: Sampling, task_id: str, attempt: int, step: int) -> Sampling:
    """With a seed in it, one for this reply that follows from the seed of the run; below 2^31, as servers want."""
    if sampling.seed is None:
        return sampling
    name = f"{sampling.seed}/{task_id}/{attempt}/{step}"
    return replace(sampling, seed=zlib.crc32(name.encode()) % 2**31)


def model_turn(reply: Completion, thought: str) -> ModelTurn:
    """What of a reply is stored with its step."""
    return ModelTurn(
        text=reply.text,
        thought=thought,
        latency_ms=reply.latency_ms,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
        token_ids=reply.token_ids,
        logprobs=reply.logprobs,
    )


class ChatPolicy:
    """`name` is the config's type, which provenance tells. Entering it enters the model."""

    def __init__(self, name: str, model: Model, settings: ChatSettings) -> None:
        self.name = name
        self._model = model
        self._settings = settings

    @property
    def dialect(self) -> str:
        return self._settings.builder.dialect.name

    async def __aenter__(self) -> Self:
        await self._model.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._model.__aexit__(kind, error, trace)

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ChatSession:
        return ChatSession(self._model, self._settings, task, attempt)
