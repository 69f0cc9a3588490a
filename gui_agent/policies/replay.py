"""Carries out the actions of a stored episode of the same task, step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from device_farm.device import DeviceInfo
from device_farm.errors import PolicyError
from device_farm.types.action import Terminate, Wait
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, ModelTurn, Step
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession

PACING: Final = ModelTurn(text="(waits until the window of the stored step is in front)")
"""Marks the waits that a replay adds, on machines whose windows take their own time to open."""
_END: Final = Terminate(status="failure", reason="end of the stored episode")
_PAUSE_S = 0.5
_PAUSES = 8
"""Waits before one action; then it is carried out whatever is in front, as the stored one may have been."""


class ReplaySession(LocalSession):
    def __init__(self, steps: Sequence[Step]) -> None:
        self._left = deque(step for step in steps if step.action is not None)
        self._pauses = _PAUSES

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if not self._left:
            # An episode that ended on its budget has no terminate; the replay must end all the same.
            return Decision(action=_END)
        if observation.foreground != self._left[0].observation.foreground and self._pauses > 0:
            self._pauses -= 1
            return Decision(action=Wait(duration_s=_PAUSE_S), turn=PACING)
        self._pauses = _PAUSES
        return Decision(action=self._left.popleft().action)


class ReplayPolicy(LocalPolicy):
    """`episode_of` gives the stored episode of a task id, None where there is none."""

    name = "replay"

    def __init__(self, episode_of: Callable[[str], Episode | None]) -> None:
        self._episode_of = episode_of

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ReplaySession:
        episode = self._episode_of(task.id)
        if episode is None:
            raise PolicyError(f"no stored episode of task {task.id}", field="policy.run")
        return ReplaySession(episode.steps)


def replayed_steps(episode: Episode) -> list[Step]:
    """The steps of a replay that stand for stored ones: without added waits and an added end."""
    return [step for step in episode.steps if step.action is not None and step.turn != PACING and step.action != _END]


def pauses_at_most(steps: int) -> int:
    """How many waits a replay of `steps` steps may add."""
    return steps * _PAUSES


def room_for_pauses(task: Task, steps: int) -> Task:
    """`task` with budgets that the waits of a replay of `steps` steps cannot use up."""
    extra = pauses_at_most(steps) + 1
    return replace(task, max_steps=task.max_steps + extra, time_budget_s=task.time_budget_s + extra * 2 * _PAUSE_S)
