"""Labelled episodes on devices again: the same actions, and the case that a verifier is given afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from device_farm.device import DeviceInfo
from device_farm.errors import PolicyError
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Step, StopReason
from gui_agent.benchmarks.base import Suite
from gui_agent.labelled.episode import LabelledEpisode, steps_of, task_of
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession, PolicySession
from gui_agent.policies.replay import PACING, ReplaySession, room_for_pauses
from gui_agent.runner.changed import measured
from verifier.case import Case


class _ExactSession(LocalSession):
    """The actions one after the other, whatever is in front: a simulated phone shows the same every time."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._left = deque(actions)

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        return Decision(action=self._left.popleft())


class LabelledReplay(LocalPolicy):
    """Plays labelled episodes by the id of their task."""

    name = "labelled"

    def __init__(self, episodes: Iterable[LabelledEpisode]) -> None:
        self._episodes = {episode.id: episode for episode in episodes}

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> PolicySession:
        episode = self._episodes.get(task.id)
        if episode is None:
            raise PolicyError(f"no labelled episode {task.id}", field="task")
        if episode.platform == "desktop":
            return ReplaySession(steps_of(episode))
        return _ExactSession(episode.actions)


def replay_task(episode: LabelledEpisode, suite: Suite) -> Task:
    """The task with room for what the replay needs. Raises ConfigError where the suite has no such template."""
    task = task_of(episode, suite)
    return room_for_pauses(task, len(episode.actions)) if episode.platform == "desktop" else task


def case_of_replay(episode: LabelledEpisode, task: Task, steps: Sequence[Step], final: Observation | None) -> Case:
    """What the attempt looked like: without the waits that a replay adds, with the claim that was made then."""
    own = [step for step in steps if step.turn != PACING][: len(episode.actions)]
    stop: StopReason = "terminated" if episode.claimed is not None else "step_budget"
    return Case(
        goal=task.goal,
        platform=episode.platform,
        steps=measured([replace(step, index=index) for index, step in enumerate(own)], final),
        final=final,
        answer=episode.answer,
        claimed=episode.claimed,
        stop=stop,
    )
