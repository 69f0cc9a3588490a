"""The expert that each task template brings along: it solves the task through the UI only."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.device import DeviceInfo
from device_farm.errors import PolicyError
from device_farm.types.action import Action, Terminate
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from gui_agent.benchmarks.base import Look, Script, TaskTemplate
from gui_agent.policies.base import Decision, LocalPolicy


class ExpertSession:
    """Drives an expert's generator: every `LOOK` is answered with the current screen, every action is a step."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._begun = False

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if refused:
            raise PolicyError(f"the device refused the expert's action: {refused}")
        return Decision(action=self._next(observation))

    def _next(self, observation: Observation) -> Action:
        try:
            wanted = self._script.send(observation) if self._begun else next(self._script)
            self._begun = True
            while isinstance(wanted, Look):
                wanted = self._script.send(observation)
        except StopIteration:
            return Terminate(status="success")
        return wanted

    async def close(self) -> None:
        self._script.close()


class ExpertPolicy(LocalPolicy):
    """`template_of` finds the code behind a task."""

    name = "expert"

    def __init__(self, template_of: Callable[[Task], TaskTemplate]) -> None:
        self._template_of = template_of

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ExpertSession:
        return ExpertSession(self._template_of(task).expert(task))
