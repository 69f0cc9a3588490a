"""The suite `basics` on real devices of the farm: every expert wins, doing nothing never does, experts only touch."""

from __future__ import annotations

import asyncio
import os

import pytest

from device_farm.backends.config import BackendConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.errors import ConfigError, PrerequisiteError
from device_farm.types.action import Answer, OpenApp, Terminate
from device_farm.types.trajectory import Episode, Scored
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics import SUITE
from gui_agent.policies.base import Policy
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.policies.noop import NoopPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment

PHONE = SUITE.select(platform="android")
DESKTOP = SUITE.select(platform="desktop")


def template_named(name: str) -> TaskTemplate:
    return SUITE.template(name)


def play(config: BackendConfig, policy: Policy, template: TaskTemplate, seeds: range) -> list[Episode]:
    """One fresh device; it is reset between the seeds."""

    async def scenario() -> list[Episode]:
        backend = load_backend(config)
        device = await backend.create("device")
        runner = EpisodeRunner(policy, template_of=lambda task: template_named(task.template))
        episodes = []
        try:
            await device.start()
            for seed in seeds:
                await device.reset()
                episodes.append(await runner.run(device, Assignment(task=template.task(SUITE.name, seed))))
        finally:
            await device.close()
            await backend.close()
        return episodes

    return asyncio.run(scenario())


def expert() -> Policy:
    return ExpertPolicy(template_of=lambda task: template_named(task.template))


def need_desktop() -> None:
    try:
        load_backend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            raise
        pytest.skip(str(error))


def assert_won_by_touch(episodes: list[Episode]) -> None:
    for episode in episodes:
        assert isinstance(episode.outcome, Scored), episode.outcome
        assert episode.outcome.reward == 1.0, episode.outcome.evidence
        assert episode.stop == "terminated"
        actions = [step.action for step in episode.steps]
        assert not any(isinstance(action, OpenApp) for action in actions)
        assert sum(not isinstance(action, Answer | Terminate) for action in actions) >= 2


def assert_nothing_given_away(episodes: list[Episode]) -> None:
    for episode in episodes:
        assert isinstance(episode.outcome, Scored), episode.outcome
        assert episode.outcome.reward == 0.0, "satisfied at the start"


def test_suite_has_enough_templates_with_names_of_their_own() -> None:
    assert len(PHONE) >= 24 and len(DESKTOP) >= 8
    names = [template.name for template in SUITE.templates]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("template", PHONE, ids=lambda template: template.name)
def test_phone_expert_wins_by_touch(template: TaskTemplate) -> None:
    assert_won_by_touch(play(SimulatorConfig(devices=1), expert(), template, range(2)))


@pytest.mark.parametrize("template", PHONE, ids=lambda template: template.name)
def test_doing_nothing_on_the_phone_wins_nothing(template: TaskTemplate) -> None:
    assert_nothing_given_away(play(SimulatorConfig(devices=1), NoopPolicy(), template, range(5)))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("template", PHONE, ids=lambda template: template.name)
def test_phone_expert_wins_on_twenty_seeds(template: TaskTemplate) -> None:
    assert_won_by_touch(play(SimulatorConfig(devices=1), expert(), template, range(20)))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("template", DESKTOP, ids=lambda template: template.name)
def test_desktop_expert_wins_by_mouse_and_keyboard(template: TaskTemplate) -> None:
    need_desktop()
    assert_won_by_touch(play(XvfbConfig(), expert(), template, range(1)))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("template", DESKTOP, ids=lambda template: template.name)
def test_desktop_expert_wins_on_twenty_seeds_and_nothing_does_not(template: TaskTemplate) -> None:
    need_desktop()
    assert_won_by_touch(play(XvfbConfig(), expert(), template, range(20)))
    assert_nothing_given_away(play(XvfbConfig(), NoopPolicy(), template, range(3)))


def test_same_seed_is_the_same_task_and_seeds_differ() -> None:
    for template in SUITE.templates:
        tasks = [template.task("basics", seed) for seed in range(20)]
        assert tasks == [template.task("basics", seed) for seed in range(20)]
        assert len({str(task.params) for task in tasks}) > 1, template.name


def test_parameter_out_of_range_names_it_with_its_range() -> None:
    with pytest.raises(ConfigError) as caught:
        SUITE.template("PhoneTimer").task("basics", 0, {"minutes": 600})
    assert caught.value.field == "basics/PhoneTimer.minutes" and "6 to 59" in caught.value.fix
