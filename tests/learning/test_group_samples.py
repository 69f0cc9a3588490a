"""Advantages of a group on its tokens, against numbers worked out by hand; the scripted model's log-probabilities."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from device_farm.errors import ConfigError, PolicyError
from gui_agent.matching.base import Match
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ChatPrompt, Message
from gui_agent.models.scripted import END_TOKEN, ScriptedModel, tokens_of
from gui_agent.rl.samples import AdvantageSettings, rollout_rewards, train_samples
from gui_agent.rl.types import Group, PatchKind, Rollout, RolloutEnd, RolloutStep

PROMPT = ChatPrompt(messages=(Message.of_text("user", "hi"),))


def step(index: int, reward: float, exact: bool, *, tokens: int = 2, patched: PatchKind | None = None) -> RolloutStep:
    return RolloutStep(
        index=index,
        prompt=PROMPT,
        completion=Completion(text="", token_ids=tuple(range(tokens)), logprobs=(-0.5,) * tokens),
        action=None,
        match=Match(format=True, type=exact, exact=exact),
        reward=reward,
        patched=patched,
    )


def rollout(*steps: tuple[float, bool], end: RolloutEnd = "finished", patched: bool = False) -> Rollout:
    done = tuple(
        step(index, reward, exact, tokens=index + 1, patched="thought_free" if patched and not exact else None)
        for index, (reward, exact) in enumerate(steps)
    )
    return Rollout(task_id="t", steps=done, end=end, length=2)


def group(*rollouts: Rollout) -> Group:
    return Group(task_id="t", rollouts=rollouts, policy_version=7)


RIGHT, WRONG = rollout((1, True), (1, True)), rollout((0, False), end="mismatch")


def values(samples: tuple[object, ...]) -> list[list[float]]:
    return [sample.advantages_T.tolist() for sample in samples]  # type: ignore[attr-defined]


def test_paper_form_by_hand() -> None:
    # Totals 2 and 0: ±1. Returns at step 0: 1.5 and 0: ±1; step 1 is one rollout's alone: 0.
    result = train_samples(group(RIGHT, WRONG))
    assert values(result.samples) == [[2.0], [1.0, 1.0], [-2.0]]
    # Before division: totals ±1, returns ±0.75: 1.75, 1, −1.75.
    assert result.spread == pytest.approx(np.std([1.75, 1.0, -1.75]))
    assert [(s.trajectory, s.step, s.policy_version) for s in result.samples] == [
        ("t#0", 0, 7),
        ("t#0", 1, 7),
        ("t#1", 0, 7),
    ]
    first = result.samples[1]
    assert (first.response_ids_T.tolist(), first.sampled_logprobs_T.tolist(), first.mask_T.tolist()) == (
        [0, 1],
        [-0.5, -0.5],
        [True, True],
    )
    dtypes = [str(array.dtype) for array in (first.response_ids_T, first.advantages_T, first.mask_T)]
    assert dtypes == ["int64", "float32", "bool"]


def test_released_form_by_hand() -> None:
    # Episode: rewards 1, 1, 0 about their mean of 2/3. Step 0: returns 1.5 and 0 about 0.75; step 1 alone: 0.
    result = train_samples(group(RIGHT, WRONG), AdvantageSettings(form="released"))
    expected = [1 / 3 + 0.75, 1 / 3, 1 / 3, -2 / 3 - 0.75]
    assert [value for row in values(result.samples) for value in row] == pytest.approx(expected)


def test_weights_leave_one_of_the_two_out() -> None:
    only_step = train_samples(group(RIGHT, WRONG), AdvantageSettings(episode=0))
    assert values(only_step.samples) == [[1.0], [0.0, 0.0], [-1.0]]
    only_episode = train_samples(group(RIGHT, WRONG), AdvantageSettings(omega=0))
    assert values(only_episode.samples) == [[1.0], [1.0, 1.0], [-1.0]]


def test_forms_differ_in_the_return_before_a_mismatch() -> None:
    slipped, right = rollout((1, True), (0.5, False)), RIGHT
    paper = train_samples(group(slipped, right), AdvantageSettings(episode=0))
    released = train_samples(group(slipped, right), AdvantageSettings(episode=0, form="released"))
    # Paper: 1.25 and 1.5, divided: ±1. Released: 1 and 1.5, centred: ±0.25.
    assert values(paper.samples)[0] == [-1.0]
    assert values(released.samples)[0] == pytest.approx([-0.25])


def test_wrong_sample_at_a_patched_step_is_trained_on() -> None:
    patched = rollout((0.1, False), (1, True), patched=True)
    result = train_samples(group(patched, RIGHT))
    # Totals 1.1 and 2: ±1. Step 0: 0.1 (its return ends there) and 1.5: ±1. Step 1: 1 and 1.
    assert values(result.samples) == [[-2.0], [-1.0, -1.0], [2.0], [1.0, 1.0]]
    assert [sample.tags["patched"] for sample in result.samples] == ["thought_free", "", "", ""]


@pytest.mark.parametrize("form", ["paper", "released"])
def test_single_usable_rollout_has_no_advantage(form: str) -> None:
    for alone in (group(RIGHT), group(RIGHT, rollout((0, False), end="infra_error"))):
        result = train_samples(alone, AdvantageSettings(form=form))  # type: ignore[arg-type]
        assert (values(result.samples), result.spread) == ([[0.0], [0.0, 0.0]], 0.0)


def test_broken_rollouts_are_masked_and_counted_and_compared_with_nothing() -> None:
    broken = [rollout((9, True), end=end) for end in ("infra_error", "policy_error")]
    empty = Rollout(task_id="t", steps=(), end="step_budget")
    result = train_samples(group(broken[0], RIGHT, empty, WRONG, broken[1]))
    assert result.masked_rollouts == 3
    assert values(result.samples) == [[2.0], [1.0, 1.0], [-2.0]]
    assert [sample.trajectory for sample in result.samples] == ["t#1", "t#1", "t#3"]
    assert train_samples(group(*broken)).samples == ()


def test_equal_rollouts_have_no_advantage_and_no_spread() -> None:
    result = train_samples(group(RIGHT, RIGHT))
    assert (result.spread, {value for row in values(result.samples) for value in row}) == (0.0, {0.0})


def test_steps_without_tokens_are_counted_and_bad_log_probabilities_masked() -> None:
    bare = RolloutStep(
        index=0,
        prompt=PROMPT,
        completion=Completion(text="x"),
        action=None,
        match=Match(format=True, type=True, exact=True),
        reward=1,
    )
    odd = RolloutStep(
        index=0,
        prompt=PROMPT,
        completion=Completion(text="x", token_ids=(1, 2), logprobs=(-math.inf, -1)),
        action=None,
        match=Match(format=True, type=True, exact=True),
        reward=0,
    )
    result = train_samples(group(*(Rollout(task_id="t", steps=(one,), end="finished") for one in (bare, odd))))
    assert (len(result.samples), result.without_tokens, result.bad_tokens) == (1, 1, 1)
    assert result.samples[0].mask_T.tolist() == [False, True]
    assert result.samples[0].sampled_logprobs_T.tolist() == [0, -1]


def test_verifier_reward_counts_with_the_last_step() -> None:
    passed, failed = replace(RIGHT, outcome_reward=2.0), replace(RIGHT, outcome_reward=0.0)
    assert rollout_rewards(passed).tolist() == [1, 3]
    # Totals 4 and 2; returns 1 + 0.5 · 3 and 1.5, then 3 and 1: ±1 throughout.
    assert values(train_samples(group(passed, failed)).samples) == [[2.0], [2.0, 2.0], [-2.0], [-2.0, -2.0]]


def test_gate_leaves_the_outcome_of_a_failed_rollout_alone() -> None:
    slipped = rollout((1, True), (0.5, False), end="mismatch")
    assert rollout_rewards(slipped, gate=1.0).tolist() == [0, 0]
    assert rollout_rewards(RIGHT, gate=1.0).tolist() == [1, 2]
    assert rollout_rewards(replace(slipped, outcome_reward=1.0), gate=1.0).tolist() == [1, 1.5]
    # Half of the expert's way, all of it right, is no success.
    assert rollout_rewards(rollout((1, True)), gate=1.0).tolist() == [0]


def test_variants_of_the_episode_advantage() -> None:
    third = rollout((1, True), (0, False), end="mismatch")
    gaussian = train_samples(group(RIGHT, WRONG, third), AdvantageSettings(omega=0, episode_form="gaussian"))
    # Ranks 3, 1, 2 of 3: the quantile of 5/6 is 0.9674.
    top = NormalDist().inv_cdf(5 / 6)
    assert [row[0] for row in values(gaussian.samples)] == pytest.approx([top, top, -top, 0, 0])
    shared = train_samples(group(RIGHT, WRONG), AdvantageSettings(omega=0, episode_form="shared"))
    assert values(shared.samples) == [[0.5], [0.5, 0.5], [-1.0]]
    # What groups are chosen by does not depend on how the total is scaled: ±1 undivided.
    assert gaussian.spread == train_samples(group(RIGHT, WRONG, third), AdvantageSettings(omega=0)).spread
    with pytest.raises(ConfigError, match=r"advantage\.kind: .shared. does not go"):
        AdvantageSettings(form="released", episode_form="shared")


# The scripted model


def generated(model: ScriptedModel, sampling: Sampling, n: int = 1) -> tuple[Completion, ...]:
    return asyncio.run(model.generate(PROMPT, sampling, n=n))


def test_scripted_log_probabilities_are_those_of_the_replies() -> None:
    model = ScriptedModel(lambda prompt: {"ab": 3, "ac": 1})
    for reply in generated(model, Sampling(temperature=1, logprobs=True), n=20):
        assert reply.token_ids == tokens_of(reply.text)
        # "a" and the end are certain; the letter between is the choice.
        assert reply.logprobs == pytest.approx((0, math.log(0.75 if reply.text == "ab" else 0.25), 0))
        assert asyncio.run(model.score(PROMPT, reply.token_ids)) == reply.logprobs
    assert asyncio.run(model.score(PROMPT, (ord("a"), ord("z"))))[1] == -math.inf


def test_scripted_replies_depend_on_seed_temperature_and_length() -> None:
    def texts(seed: int, sampling: Sampling) -> list[str]:
        return [
            reply.text for reply in generated(ScriptedModel(lambda prompt: {"ab": 3, "ac": 1}, seed=seed), sampling, 30)
        ]

    warm = Sampling(temperature=1)
    assert texts(1, warm) == texts(1, warm)
    assert texts(1, warm) != texts(2, warm)
    assert set(texts(1, warm)) == {"ab", "ac"}
    assert set(texts(1, Sampling())) == {"ab"}
    (cut,) = generated(ScriptedModel(lambda prompt: {"ab": 1}), Sampling(max_tokens=1, logprobs=True))
    assert (cut.text, cut.finish, cut.token_ids) == ("a", "length", (ord("a"),))
    assert END_TOKEN not in cut.token_ids


def test_scripted_model_without_a_reply_says_so() -> None:
    with pytest.raises(PolicyError, match="no reply"):
        generated(ScriptedModel(lambda prompt: {}), Sampling())
