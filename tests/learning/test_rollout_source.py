"""Groups of rollouts as the samples of an update: what is tried again, and what ends a run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

import tiny_clicker

from device_farm.errors import ConfigError, PolicyError
from device_farm.types.geometry import Size
from gui_agent.datasets.ui_s1 import load_ui_s1
from gui_agent.matching.base import Match
from gui_agent.matching.strict import StrictMatcher
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ChatPrompt
from gui_agent.rl.samples import AdvantageSettings, train_samples
from gui_agent.rl.types import Group, Rollout, RolloutEnd, RolloutStep
from gui_agent.training.offline import OfflineSettings, offline_source
from gui_agent.training.rollout_source import BatchSettings, RolloutSource, check_usable
from gui_agent.training.semi_online import version_seed
from gui_agent.training.sft import demonstrations


def rollout(reward: float, end: RolloutEnd = "finished", tokens: int = 1) -> Rollout:
    step = RolloutStep(
        index=0,
        prompt=ChatPrompt(messages=()),
        completion=Completion(text="", token_ids=(1,) * tokens, logprobs=(-0.5,) * tokens),
        action=None,
        match=Match(format=True, type=False, exact=False),
        reward=reward,
    )
    return Rollout(task_id="t", steps=(step,), end=end, length=1, error=f"{end}!")


def group(*rollouts: Rollout) -> Group:
    return Group(task_id="t", rollouts=rollouts)


def test_task_that_comes_again_in_an_update_is_told_so() -> None:
    tried: list[tuple[str, int, int]] = []

    async def roll_out(task: str, version: int, again: int) -> Group:
        tried.append((task, version, again))
        return group(rollout(0.0), rollout(1.0))

    source = RolloutSource(("a", "b"), roll_out, AdvantageSettings(), BatchSettings(tasks=5, seed=0, eta=0.0))
    asyncio.run(source.next(3))
    assert sorted(tried) in (
        [("a", 3, 0), ("a", 3, 1), ("a", 3, 2), ("b", 3, 0), ("b", 3, 1)],
        [("a", 3, 0), ("a", 3, 1), ("b", 3, 0), ("b", 3, 1), ("b", 3, 2)],
    )
    tried.clear()
    asyncio.run(source.next(4))
    assert {(version, again) for _, version, again in tried} >= {(4, 0), (4, 1)}


def test_seed_of_a_first_try_is_the_versions_and_of_later_ones_another() -> None:
    assert version_seed(2, 5) == version_seed(2, 5, 0) == 2 * 1_000_003 + 5
    assert len({version_seed(2, 5, again) for again in range(20)}) == 20


def test_step_that_is_drawn_twice_gives_other_replies(tmp_path: Path) -> None:
    data = tmp_path / "d.jsonl"
    data.write_text(json.dumps({"goal": "g", "steps": [tiny_clicker.step_line(0, 1)]}))
    learner = tiny_clicker.make()
    shown = demonstrations(list(load_ui_s1(data, screen=Size(100, 100))), learner)
    settings = OfflineSettings(n=6, sampling=Sampling(temperature=1.0, logprobs=True), matcher=StrictMatcher())
    source = offline_source(shown, learner, settings, BatchSettings(tasks=2, seed=0, eta=0.0, refills=0))
    samples = asyncio.run(source.next(0)).samples
    first, second = ([one.response_ids_T.tolist() for one in part] for part in (samples[:6], samples[6:]))
    assert len(first) == len(second) == 6 and first != second


@pytest.mark.parametrize("end", ["undecided", "timeout"])
def test_update_of_episodes_without_a_verdict_is_skipped(end: RolloutEnd) -> None:
    one = group(rollout(0.0, end), rollout(0.0, "infra_error"))
    check_usable([one], [train_samples(one)])
    assert train_samples(one).samples == ()


@pytest.mark.parametrize("end", ["infra_error", "policy_error"])
def test_update_in_which_everything_broke_ends_the_run_with_the_reason(end: RolloutEnd) -> None:
    one = group(rollout(0.0, end), rollout(0.0, end))
    with pytest.raises(PolicyError, match=f"all 2 rollouts of the update broke off, the last: {end}!"):
        check_usable([one], [train_samples(one)])


def test_replies_without_tokens_are_refused() -> None:
    one = group(rollout(0.0, tokens=0), rollout(1.0, tokens=0))
    with pytest.raises(ConfigError, match="without their tokens"):
        check_usable([one], [train_samples(one)])
