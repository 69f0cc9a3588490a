"""The generator on simulated phones: what it makes is the same every time, true, and can be done again."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from device_farm.backends.config import SimulatorConfig
from device_farm.embedded import embedded_farm
from device_farm.types.action import Terminate
from gui_agent.benchmarks.base import Suite
from gui_agent.benchmarks.basics import SUITE
from gui_agent.labelled.episode import LabelledEpisode
from gui_agent.labelled.make import Making, make_labelled
from gui_agent.runner.farm import FarmSource
from gui_agent.verification.bench import Bench, Heard
from gui_agent.verification.config import ScriptedConfig
from gui_agent.verification.loader import load_verifier

NOTE = replace(SUITE, templates=SUITE.select(names=["PhoneExtendNote"]))


def made_of(suite: Suite, workers: int) -> Making:
    async def work() -> Making:
        async with embedded_farm([SimulatorConfig(devices=workers)]) as client, FarmSource(client) as source:
            return await make_labelled(source, suite, "android", workers=workers)

    return asyncio.run(work())


def done_again(episodes: list[LabelledEpisode]) -> list[Heard]:
    async def work() -> list[Heard]:
        async with embedded_farm([SimulatorConfig(devices=2)]) as client, FarmSource(client) as source:
            verifiers = [load_verifier(ScriptedConfig())]
            bench = Bench(source=source, suite=SUITE, episodes=episodes, verifiers=verifiers)
            return await bench.run({"android": 2})

    return asyncio.run(work())


@pytest.fixture(scope="module")
def note() -> Making:
    return made_of(NOTE, 2)


def test_the_generator_makes_the_same_again_however_many_phones_it_has(note: Making) -> None:
    again = made_of(NOTE, 3)
    assert again.episodes == note.episodes and len(again.episodes) > 15
    assert again.broken == note.broken == []


def test_labels_of_known_kinds_are_what_was_done(note: Making) -> None:
    truths: dict[str, set[bool]] = {}
    for one in note.episodes:
        truths.setdefault(one.kind, set()).add(one.label.success)
    for kind in ("expert", "detour", "leaves_screen"):
        assert truths[kind] == {True}, kind
    for kind in ("wrong_value", "wrong_field", "not_saved", "done_then_undone", "side_effect", "false_claim", "random"):
        assert truths[kind] == {False}, kind


def test_a_side_effect_is_a_failure_that_the_evaluator_does_not_see(note: Making) -> None:
    effects = [one for one in note.episodes if one.kind == "side_effect"]
    assert effects
    for one in effects:
        assert one.label.reward == 1.0 and not one.label.success
        assert one.label.extra and one.label.why.startswith("done, but also changed: ")


def test_a_text_left_unsaved_is_the_experts_work_without_its_last_action(note: Making) -> None:
    (unsaved,) = [one for one in note.episodes if one.kind == "not_saved"]
    assert not unsaved.label.success and unsaved.claimed == "success"
    expert = next(one for one in note.episodes if one.kind == "expert" and one.seed == unsaved.seed)
    own = [action for action in expert.actions if not isinstance(action, Terminate)]
    assert list(unsaved.actions[:-1]) == own[:-1]


def test_labelled_episodes_done_again_leave_the_labelled_state(note: Making) -> None:
    heard = done_again(note.episodes)
    assert [one.problem for one in heard] == [""] * len(note.episodes)
    for one, episode in zip(heard, note.episodes, strict=True):
        (scripted,) = one.verdicts
        assert one.reward == episode.label.reward
        assert (scripted.decision == "success") is (episode.label.reward == 1.0)


def test_an_episode_that_ends_otherwise_than_labelled_is_not_judged(note: Making) -> None:
    effect = next(one for one in note.episodes if one.kind == "side_effect")
    expert = next(one for one in note.episodes if one.kind == "expert" and one.seed == effect.seed)
    undone, without_effect = replace(expert, actions=expert.actions[-1:]), replace(effect, actions=expert.actions)
    heard = done_again([undone, without_effect])
    assert [one.verdicts for one in heard] == [(), ()]
    assert [one.problem for one in heard] == [
        "its evaluator gave 1 then, 0 now",
        "it left another state than the labelled attempt",
    ]
