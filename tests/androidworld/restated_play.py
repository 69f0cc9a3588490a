"""Plays restated AndroidWorld tasks on simulated phones, for the tests beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from device_farm.backends.config import SimulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.types.action import OpenApp
from device_farm.types.trajectory import Episode, Scored
from gui_agent.benchmarks.base import Suite, TaskTemplate
from gui_agent.policies.base import Policy
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.policies.noop import NoopPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment

SUITE_NAME = "androidworld_restated"


def play(policy: Policy, template: TaskTemplate, seeds: Iterable[int]) -> list[Episode]:
    """One phone; it is reset between the seeds."""

    async def scenario() -> list[Episode]:
        backend = load_backend(SimulatorConfig(devices=1))
        device = await backend.create("device")
        runner = EpisodeRunner(policy, template_of=lambda task: template)
        episodes = []
        try:
            await device.start()
            for seed in seeds:
                await device.reset()
                episodes.append(await runner.run(device, Assignment(task=template.task(SUITE_NAME, seed))))
        finally:
            await device.close()
            await backend.close()
        return episodes

    return asyncio.run(scenario())


def check_expert_wins(template: TaskTemplate, seeds: Iterable[int]) -> None:
    """The expert scores 1.0 on every seed, within the step budget, through the screen alone."""
    for episode in play(ExpertPolicy(template_of=lambda task: template), template, seeds):
        assert isinstance(episode.outcome, Scored), episode.outcome
        assert episode.outcome.reward == 1.0, (episode.task.id, episode.outcome.evidence)
        assert episode.stop == "terminated", episode.stop
        assert not any(isinstance(step.action, OpenApp) for step in episode.steps)


def check_noop_scores(template: TaskTemplate, seeds: Iterable[int], reward: float = 0.0) -> None:
    for episode in play(NoopPolicy(), template, seeds):
        assert isinstance(episode.outcome, Scored), episode.outcome
        assert episode.outcome.reward == reward, (episode.task.id, episode.outcome.evidence)


def named(suite: Suite | tuple[TaskTemplate, ...], name: str) -> TaskTemplate:
    templates = suite.templates if isinstance(suite, Suite) else suite
    return next(template for template in templates if template.name == name)
