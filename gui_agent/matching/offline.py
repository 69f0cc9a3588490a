"""A policy on the screens of an expert, with its own history: what semi-online performance is measured on.

As in UI-S1's released evaluation: the policy sees the expert's first screen; as long as its action matches the
expert's, it sees the next one, with all it said so far as it said it; the first mismatch ends the task. Nothing is
patched. Two differences: a task goes on as long as any of the given matchers takes the reply, so that one pass serves
all of them; and a policy that breaks leaves the task unfinished, where the released code gives it 0.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.device import DeviceInfo
from device_farm.errors import DataError, DialectError, FarmError, PolicyError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.observation import Foreground, Observation, Screenshot
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn
from gui_agent.datasets.images import whole_image_size
from gui_agent.datasets.types import ExpertStep, Trajectory
from gui_agent.matching.base import Matcher
from gui_agent.matching.legacy import METRIC_MAX_PIXELS
from gui_agent.matching.sop import SpaceOf, parsed
from gui_agent.policies.base import Decision, Policy, PolicySession

WRITTEN: Final = dialect_by_name("ui_s1")
SPACE: Final = SpaceOf("resized", max_pixels=METRIC_MAX_PIXELS)
"""Outputs are in UI-S1's words and in pixels of its evaluation's images, which both scorers read by default."""
_BUDGET_S: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One task. `outputs` is what is scored, `turns` what the model said, as it said it. `error` is empty for a task
    that came to its end; else the outputs are those before the policy or the data broke, and say nothing of what would
    have come.
    """

    outputs: tuple[str, ...]
    turns: tuple[ModelTurn, ...] = ()
    error: str = ""


async def play(
    policy: Policy, trajectory: Trajectory, matchers: Sequence[Matcher], *, reply_timeout_s: float = 900.0
) -> Played:
    """Never raises for what the policy or a screen does: `Played.error` says it."""
    outputs: list[str] = []
    turns: list[ModelTurn] = []
    try:
        session = await policy.start(_task(trajectory), _info(trajectory))
        try:
            for index, step in enumerate(trajectory.steps):
                decision = await _decided(session, await _observed(step, index), reply_timeout_s)
                outputs.append(output_of(decision, step))
                turns += [decision.turn] if decision.turn is not None else []
                action = parsed(outputs[-1], step, WRITTEN, SPACE)
                if not any(matcher.match(outputs[-1], action, step).exact for matcher in matchers):
                    break
        finally:
            await session.close()
    except Exception as error:  # noqa: BLE001 - the boundary: recorded, and the task is counted as broken
        text = str(error) if isinstance(error, FarmError) else repr(error)
        return Played(outputs=tuple(outputs), turns=tuple(turns), error=f"{type(error).__name__}: {text}")
    return Played(outputs=tuple(outputs), turns=tuple(turns))


async def _decided(session: PolicySession, observation: Observation, timeout_s: float) -> Decision:
    try:
        async with asyncio.timeout(timeout_s) as limit:
            return await session.decide(observation)
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise PolicyError(f"no reply within {timeout_s:g} s", field="--reply-timeout") from error


def output_of(decision: Decision, step: ExpertStep) -> str:
    """The reply as scorers read it: as it was said where they read the same action in it, else that action in their
    words. A reply that the policy itself could not read stays as it is, unless they could.
    """
    said = decision.turn.text if decision.turn is not None else ""
    if decision.action is None:
        return "" if parsed(said, step, WRITTEN, SPACE) is not None else said
    if said and parsed(said, step, WRITTEN, SPACE) == decision.action:
        return said
    thought = decision.turn.thought if decision.turn is not None else ""
    try:
        return WRITTEN.format(decision.action, thought, SPACE(step))
    except DialectError:
        return ""


async def _observed(step: ExpertStep, index: int) -> Observation:
    """Raises DataError where the screen is missing or corrupt."""
    data = await asyncio.to_thread(step.screen.read)
    try:
        size = whole_image_size(data)
    except DataError as error:
        raise DataError(f"screen {step.screen.key} {error.message}", field="screenshot") from error
    shot = Screenshot(
        digest=step.screen.key, size=size, format="jpeg" if data.startswith(b"\xff\xd8") else "png", data=data
    )
    return Observation(
        sequence=index,
        screen=step.screen.size,
        orientation="portrait" if size.height >= size.width else "landscape",
        device_time_s=0.0,
        foreground=Foreground(app=""),
        screenshot=shot,
        ui_tree=step.tree,
    )


def _task(trajectory: Trajectory) -> Task:
    return Task(
        id=trajectory.id,
        suite="offline",
        template="offline",
        platform=trajectory.platform,
        goal=trajectory.goal,
        seed=0,
        max_steps=len(trajectory.steps),
        time_budget_s=_BUDGET_S,
    )


def _info(trajectory: Trajectory) -> DeviceInfo:
    screen = trajectory.steps[0].screen.size
    return DeviceInfo(id="offline", backend="offline", platform=trajectory.platform, screen=screen, image="")
