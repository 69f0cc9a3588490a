"""A learner as a policy on devices. What it samples is kept, token for token, for the trainer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from device_farm.device import DeviceInfo
from device_farm.errors import DialectError, PolicyError
from device_farm.types.action import Action, Wait
from device_farm.types.codec.dialect import ParsedTurn
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from gui_agent.datasets.types import ExpertStep, ScreenRef
from gui_agent.history.base import PastTurn, Scene
from gui_agent.matching.base import Match
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ImagePart, Prompt
from gui_agent.policies.base import Decision, LocalPolicy
from gui_agent.policies.chat import model_turn, sampling_of_step
from gui_agent.policies.pointer import pointer_after
from gui_agent.policies.prompts import refused as told_refused
from gui_agent.policies.prompts import unreadable
from gui_agent.rl.types import RolloutStep
from gui_agent.training.learner import Learner
from gui_agent.training.online.gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySettings:
    """`sampling.seed` is the run's: each reply has one of its own, that follows from it, the task and the step.

    `reply_timeout_s` bounds one reply, None does not. `unreadable_reward` is the reward of a step whose reply does not
    parse, or has no thought where `thought_required`; all other steps have 0, so that longer is not better.
    """

    sampling: Sampling
    reply_timeout_s: float | None = None
    unreadable_reward: float = 0.0
    thought_required: bool = False


class PlayerPolicy(LocalPolicy):
    """Use as `async with` around the learner's model. `take` hands over what an attempt sampled, once."""

    def __init__(self, learner: Learner, settings: PlaySettings, gate: Gate) -> None:
        self._learner = learner
        self._settings = settings
        self._gate = gate
        self._sampled: dict[tuple[str, int], list[RolloutStep]] = {}

    @property
    def name(self) -> str:
        return self._learner.model.name

    @property
    def dialect(self) -> str:  # type: ignore[override]
        return self._learner.dialect.name

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> PlayerSession:
        steps: list[RolloutStep] = []
        self._sampled[task.id, attempt] = steps
        return PlayerSession(self._learner, self._settings, self._gate, task, attempt, steps)

    def take(self, task_id: str, attempt: int) -> tuple[RolloutStep, ...]:
        """Empty for an attempt that never got as far as its first step."""
        return tuple(self._sampled.pop((task_id, attempt), ()))


class PlayerSession:
    """One attempt: the dialogue so far, and what was sampled."""

    def __init__(
        self,
        learner: Learner,
        settings: PlaySettings,
        gate: Gate,
        task: Task,
        attempt: int,
        sampled: list[RolloutStep],
    ) -> None:
        self._learner, self._settings, self._gate = learner, settings, gate
        self._task, self._attempt = task, attempt
        self._sampled = sampled
        self._past: list[PastTurn] = []
        self._pointer: Point | None = None
        self._unread = ""

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        step = seen_step(observation)
        note = "\n".join(part for part in (self._unread, told_refused(refused) if refused else "") if part)
        screen = await self._learner.screens.part(step)
        scene = Scene(
            goal=self._task.goal,
            past=tuple(self._past),
            screen=screen,
            note=note,
            tree=step.tree,
            native=step.screen.size,
        )
        prompt = self._learner.builder.build(scene)
        async with self._gate.through() as version:
            reply = await self._reply(prompt)
        parsed, error = self._parsed(reply, replace(self._learner.space(step), pointer=self._pointer))
        self._remember(prompt, reply, parsed, version)
        earlier = self._past[-1].summary if self._past else ""
        summary = self._learner.summary_of(reply.text) or earlier
        self._past.append(_past_turn(screen, reply, parsed, note, summary))
        self._unread = unreadable(error) if error else ""
        if parsed is None:
            return Decision(action=None, turn=model_turn(reply, ""), error=error)
        self._pointer = pointer_after(parsed.action, self._pointer)
        return Decision(action=parsed.action, turn=model_turn(reply, parsed.thought))

    async def _reply(self, prompt: Prompt) -> Completion:
        limit_s, model = self._settings.reply_timeout_s, self._learner.model
        sampling = sampling_of_step(self._settings.sampling, self._task.id, self._attempt, len(self._sampled))
        try:
            async with asyncio.timeout(limit_s):
                replies = await model.generate(prompt, sampling)
        except TimeoutError as error:
            raise PolicyError(f"{model.name} did not answer within {limit_s} s", field="reply_timeout_s") from error
        if len(replies) != 1:
            raise PolicyError(f"{model.name} sent {len(replies)} replies instead of one")
        return replies[0]

    def _parsed(self, reply: Completion, space: CoordinateSpace) -> tuple[ParsedTurn | None, str]:
        try:
            return self._learner.dialect.parse(reply.text, space), ""
        except DialectError as error:
            return None, str(error)

    def _remember(self, prompt: Prompt, reply: Completion, parsed: ParsedTurn | None, version: int) -> None:
        readable = parsed is not None and (bool(parsed.thought) or not self._settings.thought_required)
        step = RolloutStep(
            index=len(self._sampled),
            prompt=prompt,
            completion=reply,
            action=parsed.action if parsed else None,
            match=Match(format=parsed is not None, type=False, exact=False, reason="no expert"),
            reward=0.0 if readable else self._settings.unreadable_reward,
            policy_version=version,
        )
        self._sampled.append(step)

    async def close(self) -> None:
        self._past.clear()


def seen_step(observation: Observation) -> ExpertStep:
    """A live screen in the form that prompts and coordinate spaces are made from; nobody has acted on it yet.

    Raises PolicyError where the device sent no pixels.
    """
    shot = observation.screenshot
    if shot is None or shot.data is None:
        raise PolicyError("the observation has no screenshot to show the model")
    screen = ScreenRef(key=shot.digest, size=observation.screen, source=_Pixels(shot.data))
    unknown: Action = Wait(duration_s=0.0)
    return ExpertStep(screen=screen, action=unknown, tree=observation.ui_tree)


@dataclass(frozen=True, slots=True)
class _Pixels:
    data: bytes

    def read(self, key: str) -> bytes:
        return self.data


def _past_turn(screen: ImagePart, reply: Completion, parsed: ParsedTurn | None, note: str, summary: str) -> PastTurn:
    action, thought = (parsed.action, parsed.thought) if parsed else (None, "")
    return PastTurn(screen=screen, reply=reply.text, action=action, thought=thought, summary=summary, note=note)
