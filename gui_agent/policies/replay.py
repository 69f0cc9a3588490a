"""Carries out the actions of a stored episode of the same task, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from device_farm.device import DeviceInfo
from device_farm.errors import PolicyError
from device_farm.types.action import Action, Terminate
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession


class ReplaySession(LocalSession):
    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions = iter(actions)

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        # An episode that ended on its budget has no terminate; the replay must end all the same.
        return Decision(action=next(self._actions, Terminate(status="failure", reason="end of the stored episode")))


class ReplayPolicy(LocalPolicy):
    """`episode_of` gives the stored episode of a task id, None where there is none."""

    name = "replay"

    def __init__(self, episode_of: Callable[[str], Episode | None]) -> None:
        self._episode_of = episode_of

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ReplaySession:
        episode = self._episode_of(task.id)
        if episode is None:
            raise PolicyError(f"no stored episode of task {task.id}", field="policy.run")
        return ReplaySession([step.action for step in episode.steps if step.action is not None])
