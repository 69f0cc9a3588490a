from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_suite import SUITE, CountTo, fake_source, run

from device_farm.backends.fake import FakeDevice
from device_farm.device import Device, DeviceInfo
from device_farm.errors import CapacityError, PolicyError, VerifierError
from device_farm.types.action import Action, Answer, Click, Terminate, Wait
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, InfraError, PolicyFailed, Scored, TimedOut
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession, Policy
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.policies.noop import NoopPolicy
from gui_agent.policies.random import RandomPolicy
from gui_agent.runner.episode import EpisodeRunner, Limits
from gui_agent.runner.queue import Assignment, remaining
from gui_agent.runner.run import Runner, RunResult
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter


def template_of(task: Task) -> TaskTemplate:
    return SUITE.template(task.template)


class ScriptedPolicy(LocalPolicy):
    """Decides by a function of the step index."""

    name = "scripted"

    def __init__(self, decide: Callable[[int, Observation], Action]) -> None:
        self._decide = decide

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ScriptedSession:
        return ScriptedSession(self._decide)


class ScriptedSession(LocalSession):
    def __init__(self, decide: Callable[[int, Observation], Action]) -> None:
        self._decide, self._index, self.refusals = decide, 0, []

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        self._index += 1
        self.refusals.append(refused)
        return Decision(action=self._decide(self._index - 1, observation))


async def one(policy: Policy, task: Task, *, limits: Limits | None = None, device: Device | None = None) -> Episode:
    source = await fake_source(1)
    runner = EpisodeRunner(policy, template_of, limits=limits)
    async with source.lease("android") as leased:
        return await runner.run(device or leased, Assignment(task=task))


@pytest.mark.parametrize("template", [template.name for template in SUITE.templates])
@pytest.mark.parametrize("seed", range(4))
def test_expert_scores_one_on_every_fake_task(template: str, seed: int) -> None:
    episode = run(one(ExpertPolicy(template_of), SUITE.template(template).task(SUITE.name, seed)))
    assert isinstance(episode.outcome, Scored), episode.outcome
    assert episode.outcome.reward == 1.0
    assert episode.stop == "terminated" and episode.claimed == "success"


@pytest.mark.parametrize("template", [template.name for template in SUITE.templates])
def test_noop_scores_zero_and_never_touches_the_device(template: str) -> None:
    episode = run(one(NoopPolicy(), SUITE.template(template).task(SUITE.name, 0)))
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 0.0
    assert [step.action for step in episode.steps] == [Terminate(status="success")]
    assert episode.final == episode.steps[0].observation


def test_random_policy_is_a_function_of_its_seed() -> None:
    task = CountTo().task(SUITE.name, 3)
    actions = [[step.action for step in run(one(RandomPolicy(seed), task)).steps] for seed in (1, 1, 2)]
    assert actions[0] == actions[1] != actions[2]


def test_step_budget_ends_the_episode_and_it_is_scored() -> None:
    task = CountTo().task(SUITE.name, 0, {"count": 4})
    episode = run(one(ScriptedPolicy(lambda index, seen: Click(at=Point(30, 50))), task))
    assert episode.stop == "step_budget" and len(episode.steps) == task.max_steps
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 0.0
    assert episode.claimed is None


def test_time_budget_is_a_timeout_without_a_reward() -> None:
    class Slow(TaskTemplate):
        name, goal, time_budget_s = "Slow", "Wait.", 0.05
        evaluate, expert = CountTo.evaluate, CountTo.expert

    class SleepingSession(LocalSession):
        async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
            await asyncio.sleep(30)
            raise AssertionError("not reached")

    class Sleeping(LocalPolicy):
        name = "sleeping"

        async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> SleepingSession:
            return SleepingSession()

    async def scenario() -> Episode:
        source = await fake_source(1)
        runner = EpisodeRunner(Sleeping(), lambda task: Slow())
        async with source.lease("android") as device:
            return await runner.run(device, Assignment(task=Slow().task("s", 0)))

    episode = run(scenario())
    assert episode.outcome == TimedOut(budget_s=0.05) and episode.stop == "time_budget"


def test_policy_error_keeps_the_steps_before_it() -> None:
    def decide(index: int, seen: Observation) -> Action:
        if index == 2:
            raise PolicyError("the model is gone")
        return Wait(duration_s=0.1)

    episode = run(one(ScriptedPolicy(decide), CountTo().task(SUITE.name, 0)))
    assert episode.outcome == PolicyFailed(error="PolicyError", message="the model is gone")
    assert len(episode.steps) == 2 and episode.stop == "error"


def test_a_bug_in_a_policy_is_a_policy_error_with_its_name() -> None:
    episode = run(one(ScriptedPolicy(lambda index, seen: {}[index]), CountTo().task(SUITE.name, 0)))
    assert isinstance(episode.outcome, PolicyFailed) and episode.outcome.error == "KeyError"


def test_refused_action_is_a_step_and_the_policy_is_told() -> None:
    sessions: list[ScriptedSession] = []

    class Remembering(ScriptedPolicy):
        async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ScriptedSession:
            sessions.append(await super().start(task, info))
            return sessions[-1]

    actions = [Click(at=Point(999, 999)), Terminate(status="failure")]
    episode = run(one(Remembering(lambda index, seen: actions[index]), CountTo().task(SUITE.name, 0)))
    assert "off the screen" in episode.steps[0].error
    assert sessions[0].refusals[0] == "" and "off the screen" in sessions[0].refusals[1]
    assert isinstance(episode.outcome, Scored)


def test_answer_reaches_the_evaluator_and_no_device() -> None:
    actions = [Answer(text="0"), Terminate(status="success")]
    task = SUITE.template("AskCount").task(SUITE.name, 0)
    episode = run(one(ScriptedPolicy(lambda index, seen: actions[index]), task))
    assert episode.answer == "0" and isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0
    assert episode.steps[0].observation == episode.steps[1].observation


def test_broken_evaluator_is_an_infrastructure_error_and_no_reward() -> None:
    class Broken(CountTo):
        async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
            raise VerifierError("no such table")

    async def scenario() -> Episode:
        source = await fake_source(1)
        async with source.lease("android") as device:
            runner = EpisodeRunner(NoopPolicy(), lambda task: Broken())
            return await runner.run(device, Assignment(task=Broken().task("s", 0)))

    assert run(scenario()).outcome == InfraError(error="VerifierError", message="no such table", phase="evaluate")


async def collect(
    folder: Path, count: int, devices: int, policy: Policy, *, drop: dict[int, int] | None = None, retries: int = 2
) -> tuple[RunResult, list[Episode]]:
    source = await fake_source(devices)
    for index, calls in (drop or {}).items():
        device = source.devices[index]
        assert isinstance(device, FakeDevice)
        device.faults.drop_after_calls = calls
    with RunWriter(folder, {"suite": SUITE.name}) as writer:
        runner = Runner(
            source, EpisodeRunner(policy, template_of), writer, workers={"android": devices}, retries=retries
        )
        assignments = [Assignment(task=task) for task in SUITE.tasks(count)]
        result = await runner.run(assignments)
    reader = RunReader(folder)
    return result, [reader.complete(stored) for stored in reader.episodes()]


def test_run_stores_every_episode_once(tmp_path: Path) -> None:
    result, episodes = run(collect(tmp_path / "run", 12, 3, ExpertPolicy(template_of)))
    assert len(episodes) == 12 == len({episode.task.id for episode in episodes})
    assert all(isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0 for episode in episodes)
    assert result.steps == sum(len(episode.steps) for episode in episodes)
    assert 0 < result.device_utilisation <= 1


def test_dead_device_is_retried_on_another_and_never_scored(tmp_path: Path) -> None:
    _, episodes = run(collect(tmp_path / "run", 8, 2, ExpertPolicy(template_of), drop={0: 3}, retries=3))
    broken = [episode for episode in episodes if isinstance(episode.outcome, InfraError)]
    assert broken
    assert all(episode.provenance.extra["device_id"] in ("fake-0", "") for episode in broken)
    done = {episode.task.id for episode in episodes if isinstance(episode.outcome, Scored)}
    retried = {episode.task.id for episode in broken}
    assert all(episode.outcome.reward == 1.0 for episode in episodes if isinstance(episode.outcome, Scored))
    assert retried & done or len(retried) == 8


def test_last_retry_leaves_the_infrastructure_error(tmp_path: Path) -> None:
    _, episodes = run(collect(tmp_path / "run", 1, 1, NoopPolicy(), drop={0: 0}, retries=2))
    assert [episode.attempt for episode in episodes] == [1, 2, 3]
    assert all(isinstance(episode.outcome, InfraError) for episode in episodes)


def test_run_ends_when_the_farm_can_never_give_a_device(tmp_path: Path) -> None:
    class NoDevices:
        def lease(self, platform: Platform) -> Device:
            raise CapacityError("no android device in this farm", field="platform")

    runner = Runner(NoDevices(), EpisodeRunner(NoopPolicy(), template_of), None, workers={"android": 2})  # type: ignore
    with pytest.raises(CapacityError, match="no android device"):
        run(runner.run([Assignment(task=task) for task in SUITE.tasks(4)]))


def test_remaining_skips_what_has_a_verdict_and_continues_attempts(tmp_path: Path) -> None:
    _, episodes = run(collect(tmp_path / "run", 2, 1, NoopPolicy(), drop={0: 5}, retries=0))
    tasks = SUITE.tasks(3)
    left = remaining(tasks, episodes, retries=1)
    broken = {episode.task.id for episode in episodes if isinstance(episode.outcome, InfraError)}
    assert {assignment.task.id for assignment in left} == broken | {tasks[2].id}
    assert all(assignment.attempt == (2 if assignment.task.id in broken else 1) for assignment in left)
    assert not remaining(tasks[:2], episodes, retries=0)
