"""Runner, policy and verifier pointed at a device that is nothing but imagination."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from fake_suite import run

from device_farm.device import Device, DeviceInfo
from device_farm.errors import VerifierError
from device_farm.simulator.digest import state_digest
from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.geometry import Size
from device_farm.types.trajectory import Episode, InfraError, Undecided
from gui_agent.benchmarks.free_goal import FreeGoal, free_task
from gui_agent.benchmarks.registry import load_suite
from gui_agent.policies.mini import MiniPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.verification.config import AgenticConfig
from gui_agent.verification.loader import load_verifier
from verifier.case import case_of
from world_model.imagined.device import ImaginedDevice
from world_model.predictors.base import Predictor
from world_model.predictors.copying import CopyPredictor
from world_model.predictors.oracle import OraclePredictor
from world_model.predictors.phone_forks import PhoneForks

INFO = DeviceInfo(id="phone", backend="simulator", platform="android", screen=Size(1080, 2400), image="test-image")
GOAL = "Turn Bluetooth off."


async def imagined(phone: SimulatedPhone, predictor: Predictor, goal: str) -> ImaginedDevice:
    (now,) = await PhoneForks(phone).outcomes([()])
    return ImaginedDevice(predictor, now.observation, INFO, goal=goal)


class Behind:
    """The scene of an attempt in imagination: there is no copy of what is none."""

    def __init__(self, device: Device) -> None:
        self.device = device

    @contextlib.asynccontextmanager
    async def fork(self) -> AsyncIterator[Device]:
        raise VerifierError("an imagined device cannot be copied")
        yield self.device

    start = fork


async def lived(phone: SimulatedPhone, predictor: Predictor) -> tuple[Episode, ImaginedDevice]:
    device = await imagined(phone, predictor, GOAL)
    async with MiniPolicy() as policy:
        task = free_task(GOAL, "android", 0, 8)
        return await EpisodeRunner(policy, lambda _: FreeGoal()).run(device, Assignment(task=task)), device


def test_a_policy_lives_a_whole_episode_in_imagination_and_nothing_happens() -> None:
    phone = SimulatedPhone.boot(seed=0)
    before = state_digest(phone.snapshot())
    episode, device = run(lived(phone, OraclePredictor(PhoneForks(phone))))
    assert episode.claimed == "success" and isinstance(episode.outcome, Undecided)
    windows = [step.observation.foreground.app for step in episode.steps]
    assert len(set(windows)) > 1, windows
    assert episode.provenance.backend == "imagined" and len(device.path) >= 2
    assert state_digest(phone.snapshot()) == before


def test_where_nothing_ever_changes_the_episode_ends_undecided() -> None:
    phone = SimulatedPhone.boot(seed=0)
    episode, _ = run(lived(phone, CopyPredictor()))
    assert isinstance(episode.outcome, Undecided)
    assert len({step.observation.screenshot.digest for step in episode.steps if step.observation.screenshot}) == 1


def test_a_verifier_that_probes_it_is_undecided_and_no_reward_is_0() -> None:
    async def judged() -> tuple[str, str]:
        phone = SimulatedPhone.boot(seed=0)
        episode, device = await lived(phone, OraclePredictor(PhoneForks(phone)))
        async with load_verifier(AgenticConfig()).opened() as loaded:
            assert loaded.verifier is not None
            verdict = await loaded.verifier.verify(case_of(episode), Behind(device))
        return verdict.decision, str(verdict)

    decision, told = run(judged())
    assert decision == "undecided" and "imagined device" in told


def test_a_task_whose_set_up_needs_a_machine_is_the_infrastructures_failure() -> None:
    async def tried() -> Episode:
        phone = SimulatedPhone.boot(seed=0)
        suite = load_suite("basics")
        template = suite.template("PhoneWifi")
        task = template.task(suite.name, 0, {})
        device = await imagined(phone, CopyPredictor(), task.goal)
        async with MiniPolicy() as policy:
            return await EpisodeRunner(policy, lambda _: template).run(device, Assignment(task=task))

    assert isinstance(run(tried()).outcome, InfraError)
