"""A verifier has the last word on an attempt, and what goes wrong with it is never a reward."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from seen_phones import farm_with_phones

from device_farm.errors import TransportError
from device_farm.farm.model import LeaseRequest
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Evidence, Scored, Undecided
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.registry import load_suite
from gui_agent.policies.base import Policy
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.policies.noop import NoopPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.verification.hook import Hook
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.record import VerdictRecord, evaluator_of, noted
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Decision, Verdict

T = TypeVar("T")
SUITE = load_suite("basics")
ROTATION = "settings get system accelerometer_rotation"


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def template_of(task: Task) -> TaskTemplate:
    return SUITE.template(task.template)


@dataclass(frozen=True, kw_only=True)
class RotationChanged:
    """A success is a setting that differs from the start; it meddles with every copy that it takes."""

    name: str = "changed"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        assert scene is not None
        now = (await scene.device.shell(ROTATION)).stdout.decode().strip()
        async with scene.start() as start:
            before = (await start.shell(ROTATION)).stdout.decode().strip()
            await start.shell("settings put system accelerometer_rotation 7")
        async with scene.fork() as fork:
            await fork.shell("settings put system accelerometer_rotation 7")
        piece = Evidence(probe="rotation", observed=now, expected=f"not {before}", holds=now != before)
        decision: Decision = "success" if now != before else "failure"
        return Verdict(
            verifier=self.name,
            decision=decision,
            confidence=0.9,
            reason=f"{len(case.steps)} steps, {case.claimed}",
            evidence=(piece,),
        )


@dataclass(frozen=True, kw_only=True)
class Breaks:
    error: Exception
    name: str = "breaks"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        raise self.error


@dataclass(frozen=True, kw_only=True)
class Hangs:
    """In a copy, so that the copy has to be taken back."""

    name: str = "hangs"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        assert scene is not None
        async with scene.fork() as fork:
            await fork.shell("settings put system accelerometer_rotation 7")
            await asyncio.sleep(60)
        raise AssertionError("not reached")


async def attempt(policy: Policy, loaded: LoadedVerifier | None) -> tuple[Episode, str, list[str]]:
    """An attempt at one task, the setting that it is about, and the snapshots, all as the attempt left them."""
    async with farm_with_phones() as (client, _), client.lease(LeaseRequest(platform="android")) as held:
        hook = None if loaded is None else Hook(loaded, template_of)
        task = SUITE.template("PhoneAutoRotate").task("basics", 3)
        episode = await EpisodeRunner(policy, template_of, verifier=hook).run(held.device, Assignment(task=task))
        now = (await held.device.shell(ROTATION)).stdout.decode().strip()
        return episode, now, [info.name for info in await held.device.snapshot_list()]


def test_verifier_has_the_last_word_and_both_opinions_are_kept() -> None:
    loaded = LoadedVerifier(name="changed", verifier=RotationChanged())
    episode, now, _ = run(attempt(ExpertPolicy(template_of), loaded))
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0
    assert [piece.probe for piece in episode.outcome.evidence] == ["verdict of changed", "rotation"]
    record = noted(episode)
    assert isinstance(record, VerdictRecord) and not record.disagrees
    assert record.verdict.reason == f"{len(episode.steps)} steps, success"
    assert isinstance(record.evaluator, Scored) and record.evaluator.reward == 1.0
    assert evaluator_of(episode) == record.evaluator != episode.outcome
    assert now == record.verdict.evidence[0].observed


def test_verifier_sees_the_start_of_an_attempt_that_did_nothing() -> None:
    loaded = LoadedVerifier(name="changed", verifier=RotationChanged())
    episode, now, _ = run(attempt(NoopPolicy(), loaded))
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 0.0
    assert now in "01", "what was done to the copies is gone"


@pytest.mark.parametrize("error", [TransportError("gone"), ValueError("nonsense")])
def test_broken_verifier_leaves_the_episode_undecided(error: Exception) -> None:
    loaded = LoadedVerifier(name="breaks", verifier=Breaks(error=error))
    episode, _, _ = run(attempt(ExpertPolicy(template_of), loaded))
    assert isinstance(episode.outcome, Undecided)
    assert episode.outcome.reason == f"the verifier broke; {type(error).__name__}: {error}"
    record = noted(episode)
    assert record is not None and isinstance(record.evaluator, Scored) and record.evaluator.reward == 1.0
    assert not record.disagrees


def test_slow_verifier_is_undecided_and_its_copy_is_taken_back() -> None:
    loaded = LoadedVerifier(name="hangs", verifier=Hangs(), deadline_s=1.0)
    episode, now, _ = run(attempt(ExpertPolicy(template_of), loaded))
    assert isinstance(episode.outcome, Undecided)
    assert episode.outcome.reason == "the verifier broke; VerifierError: no verdict within 1 s"
    record = noted(episode)
    assert record is not None and isinstance(record.evaluator, Scored)
    assert now == record.evaluator.evidence[0].observed


def test_evaluator_as_a_verifier_says_what_it_said_and_takes_no_snapshot() -> None:
    loaded = LoadedVerifier(name="scripted", verifier=None)
    episode, _, snapshots = run(attempt(NoopPolicy(), loaded))
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 0.0 and snapshots == []
    record = noted(episode)
    assert record is not None and record.verdict.decision == "failure" and record.verdict.confidence == 1.0
    assert isinstance(record.evaluator, Scored) and record.verdict.evidence == record.evaluator.evidence
    assert record.verdict.reason.startswith(record.evaluator.evidence[0].probe)


def test_attempt_without_a_verifier_carries_no_verdict_and_no_snapshot() -> None:
    episode, _, snapshots = run(attempt(ExpertPolicy(template_of), None))
    assert noted(episode) is None and evaluator_of(episode) == episode.outcome and snapshots == []
