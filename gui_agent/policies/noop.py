"""The policy that does nothing: it claims success at once. What it scores is what a suite gives away for free."""

from __future__ import annotations

from device_farm.device import DeviceInfo
from device_farm.types.action import Terminate
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession


class NoopSession(LocalSession):
    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        return Decision(action=Terminate(status="success"))


class NoopPolicy(LocalPolicy):
    name = "noop"

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> NoopSession:
        return NoopSession()
