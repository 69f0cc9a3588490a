"""Attempts on a simulated phone, judged where they ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from device_farm.backends.config import SimulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.device import Device, DeviceInfo, ManagedDevice
from device_farm.errors import PolicyError
from device_farm.types.action import Action, Terminate
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession, Policy, PolicySession
from gui_agent.policies.expert import ExpertSession
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.verification.scene import SnapshotScene, keep_start
from verifier.agentic.verifier import AgenticVerifier
from verifier.case import case_of
from verifier.planner.planner import PlannerThinker
from verifier.verdict import Verdict

SUITE = "basics"


class _Until(LocalSession):
    """A script of a template, up to `last` actions; one that gets stuck ends there."""

    def __init__(self, script: Script, last: int | None) -> None:
        self._expert = ExpertSession(script)
        self._left = last

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if self._left == 0:
            return Decision(action=Terminate(status="success"))
        self._left = None if self._left is None else self._left - 1
        try:
            return await self._expert.decide(observation, refused=refused)
        except PolicyError:
            return Decision(action=Terminate(status="success"))


class Scripted(LocalPolicy):
    """The expert for `about`, whatever the task is; its first `last` actions, None for all of them."""

    name = "scripted"

    def __init__(self, template: TaskTemplate, about: Task, last: int | None = None) -> None:
        self._template, self._about, self._last = template, about, last

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> PolicySession:
        return _Until(self._template.expert(self._about), self._last)


@asynccontextmanager
async def phone() -> AsyncIterator[ManagedDevice]:
    backend = load_backend(SimulatorConfig(devices=1))
    device = await backend.create("device")
    try:
        await device.start()
        yield device
    finally:
        await device.close()
        await backend.close()


def _keeping(template: TaskTemplate) -> TaskTemplate:
    """The template, whose set-up also keeps the state in which the task begins."""

    class Keeping(type(template)):  # type: ignore[misc]
        async def set_up(self, device: Device, task: Task) -> Task | None:
            begun: Task | None = await super().set_up(device, task)
            assert await keep_start(device) is (device.info.platform == "android")
            return begun

    kept = Keeping()
    assert isinstance(kept, TaskTemplate)
    return kept


async def attempted(device: ManagedDevice, template: TaskTemplate, task: Task, policy: Policy, *more: str) -> Episode:
    """One attempt on the reset phone; `more` are shell lines run after it, as a hand that does something else."""
    await device.reset()
    kept = _keeping(template)
    episode = await EpisodeRunner(policy, template_of=lambda _: kept).run(device, Assignment(task=task))
    for line in more:
        result = await device.shell(line)
        assert result.exit_code == 0, result
    return episode


async def judged(device: Device, episode: Episode) -> Verdict:
    """By the agentic verifier with the planner, on the phone as the attempt left it."""
    return await AgenticVerifier(thinker=PlannerThinker()).verify(case_of(episode), SnapshotScene(device))


def done(episode: Episode) -> Sequence[Action]:
    """The actions, the last word aside."""
    actions = [step.action for step in episode.steps]
    return [action for action in actions if action is not None and not isinstance(action, Terminate)]


def task_of(template: TaskTemplate, seed: int, about: int | None = None) -> Task:
    """The task of a seed; with `about` it is another seed's under the same id."""
    task = template.task(SUITE, seed)
    return task if about is None else replace(template.task(SUITE, about), id=task.id)


def wanted(episode: Episode) -> str:
    """The decision that the evaluator's outcome stands for."""
    assert isinstance(episode.outcome, Scored), episode.outcome
    return "success" if episode.outcome.reward == 1.0 else "failure"


def told(verdict: Verdict, task: Task) -> str:
    """What an assertion that fails shows."""
    return f"{task.goal}: {verdict}"
