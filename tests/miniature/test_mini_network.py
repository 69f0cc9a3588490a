"""The network in torch, in numpy, and as the model and policy that the trainer works with."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from device_farm.errors import DataError, PolicyError
from device_farm.types.action import Action, Click, PressKey, TypeText
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.types import Trajectory
from gui_agent.miniature.features import items_of
from gui_agent.miniature.kinds import FORMS, encode
from gui_agent.miniature.tasks import SUITE_PATHS
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ChatPrompt, ScreenPrompt
from gui_agent.rl.types import TrainSample
from gui_agent.runner.collect import collect
from tests.miniature.screens import SCREEN, prompt

torch = pytest.importorskip("torch")

from gui_agent.miniature.forward import Forward  # noqa: E402
from gui_agent.miniature.learner import make_learner  # noqa: E402
from gui_agent.miniature.network import batch_of  # noqa: E402
from gui_agent.miniature.policy import MiniModel, MiniPolicy  # noqa: E402
from gui_agent.miniature.weight_file import SHIPPED, read_weights, write_weights  # noqa: E402

PAST: tuple[Action, ...] = (Click(at=Point(370, 300)), PressKey(key="backspace"), TypeText(text="42 plums"))
PROMPTS = [prompt(*PAST[:count], goal=goal) for count in range(4) for goal in ("Open basin.md", "Set 6 to 42")]


def actions_of(one: Trajectory) -> tuple[Action, ...]:
    return tuple(step.action for step in one.steps)


def sample(shown: ScreenPrompt, ids: tuple[int, ...]) -> TrainSample:
    count = len(ids)
    return TrainSample(
        prompt=shown,
        response_ids_T=np.array(ids),
        sampled_logprobs_T=np.zeros(0, dtype=np.float32),
        advantages_T=np.ones(count, dtype=np.float32),
        mask_T=np.ones(count, dtype=np.bool_),
    )


async def replies(policy: MiniPolicy, shown: ScreenPrompt, sampling: Sampling, n: int) -> tuple[Completion, ...]:
    async with MiniModel(policy) as model:
        return await model.generate(shown, sampling, n=n)


def forward_of(policy: MiniPolicy, folder: Path) -> Forward:
    policy.save(folder)
    shape, weights = read_weights(folder)
    return Forward(shape=shape, weights=weights)


def test_numpy_computes_what_torch_computes(tmp_path: Path) -> None:
    policy = MiniPolicy(seed=3)
    forward = forward_of(policy, tmp_path)
    batch = batch_of([items_of(shown) for shown in PROMPTS])
    with torch.no_grad():
        h_NLD = policy.module(batch)
        kinds_NK = policy.module.kinds(h_NLD, batch)
    for row, shown in enumerate(PROMPTS):
        items = items_of(shown)
        h_LD = forward.items(items)
        np.testing.assert_allclose(h_LD, h_NLD[row, : items.length].numpy(), atol=1e-4)
        np.testing.assert_allclose(forward.kinds(h_LD, items), kinds_NK[row].numpy(), atol=1e-4)


def test_greedy_replies_of_both_agree_with_their_log_probabilities(tmp_path: Path) -> None:
    for seed in range(4):
        policy = MiniPolicy(seed=seed)
        forward = forward_of(policy, tmp_path)
        for shown in PROMPTS:
            reply = asyncio.run(replies(policy, shown, Sampling(temperature=0.0), 1))[0]
            choices = forward.choose(items_of(shown))
            assert choices.ids == reply.token_ids
            sampled = asyncio.run(replies(policy, shown, Sampling(temperature=0.0), 1))[0]
            np.testing.assert_allclose(choices.logprobs, sampled.logprobs, atol=1e-4)


def test_the_trainer_scores_replies_as_they_were_sampled() -> None:
    policy = MiniPolicy(seed=1)
    drawn = [
        (shown, reply)
        for shown in PROMPTS
        for reply in asyncio.run(replies(policy, shown, Sampling(temperature=1.0, seed=7), 6))
    ]
    assert {FORMS[reply.token_ids[0]] for _, reply in drawn} >= {"touch", "span", "bare"}
    scores = policy.score([sample(shown, reply.token_ids) for shown, reply in drawn])
    for row, (_, reply) in enumerate(drawn):
        count = len(reply.token_ids)
        np.testing.assert_allclose(scores.logprobs_NT[row, :count].detach(), reply.logprobs, atol=1e-4)
        assert torch.all(scores.logprobs_NT[row, count:] == 0)
    assert torch.all(scores.entropies_NT >= 0)


def test_replies_depend_on_the_seed_alone() -> None:
    policy = MiniPolicy(seed=1)
    one, again, other = (
        [reply.token_ids for reply in asyncio.run(replies(policy, PROMPTS[0], Sampling(temperature=1.0, seed=seed), 8))]
        for seed in (5, 5, 6)
    )
    assert one == again and one != other and len(set(one)) > 1


def test_sampling_follows_the_distribution() -> None:
    policy = MiniPolicy(seed=1)
    drawn = asyncio.run(replies(policy, PROMPTS[0], Sampling(temperature=1.0, seed=0), 4000))
    counts = np.bincount([reply.token_ids[0] for reply in drawn], minlength=len(FORMS)) / len(drawn)
    batch = batch_of([items_of(PROMPTS[0])])
    with torch.no_grad():
        expected = policy.module.kinds(policy.module(batch), batch)[0].exp().numpy()
    # Four standard errors of a share of 4,000 draws are at most 0.032.
    np.testing.assert_allclose(counts, expected, atol=0.032)


def test_other_prompts_of_a_batch_change_nothing() -> None:
    policy = MiniPolicy(seed=2)
    ids = encode(Click(at=Point(370, 300)), PROMPTS[0])
    alone = policy.score([sample(PROMPTS[0], ids)]).logprobs_NT[0]
    together = policy.score([sample(shown, ids) for shown in (*PROMPTS[1:], PROMPTS[0])]).logprobs_NT[-1]
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=0)


def test_weights_survive_their_file_and_a_cut_one_is_refused(tmp_path: Path) -> None:
    policy, other = MiniPolicy(seed=1), MiniPolicy(seed=2)
    policy.save(tmp_path)
    other.load(tmp_path)
    for name, value in policy.module.state_dict().items():
        torch.testing.assert_close(value, other.module.state_dict()[name])
    path = tmp_path / "mini.npz"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"mini\.npz"):
        other.load(tmp_path)


def test_half_precision_weights_load_as_float32(tmp_path: Path) -> None:
    policy = MiniPolicy(seed=1)
    names = policy.module.shape.weights()
    arrays = {name: policy.module.of(name).detach().numpy() for name in names}
    shape, weights = read_weights(write_weights(tmp_path / "small.npz", policy.module.shape, arrays, half=True))
    assert shape == policy.module.shape
    assert weights["words"].dtype == np.float32
    np.testing.assert_allclose(weights["words"], arrays["words"], rtol=1e-3, atol=1e-3)


def test_a_hinted_miniature_writes_the_thought_of_the_given_action() -> None:
    shown = ScreenPrompt(goal="x", screen=SCREEN, tree=PROMPTS[0].tree, given=Click(at=Point(370, 300)))
    reply = asyncio.run(replies(MiniPolicy(), shown, Sampling(), 1))[0]
    turn = make_learner().dialect.parse(reply.text, CoordinateSpace.exact(SCREEN))
    assert (turn.action, turn.thought) == (Click(at=Point(370, 300)), "amber_cedar.md")


def test_a_dialogue_and_ids_of_another_form_are_refused() -> None:
    policy = MiniPolicy()
    with pytest.raises(PolicyError, match="ScreenPrompt"):
        asyncio.run(replies(policy, ChatPrompt(messages=()), Sampling(), 1))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="1 decisions instead of 3"):
        policy.score([sample(PROMPTS[0], (0,))])


def test_equal_prompts_are_computed_once_and_get_the_gradients_of_each() -> None:
    ids = encode(Click(at=Point(370, 300)), PROMPTS[0])
    other = encode(Click(at=Point(370, 500)), PROMPTS[0])
    twin = ScreenPrompt(goal=PROMPTS[0].goal, screen=SCREEN, tree=PROMPTS[0].tree)
    shared, apart = MiniPolicy(seed=4), MiniPolicy(seed=4)
    assert shared.items.of(PROMPTS[0]) is shared.items.of(twin)
    shared.score([sample(PROMPTS[0], ids), sample(twin, other)]).logprobs_NT.sum().backward()
    for one in (ids, other):
        apart.score([sample(PROMPTS[0], one)]).logprobs_NT.sum().backward()
    for name, weight in shared.module.named_parameters():
        gradient = dict(apart.module.named_parameters())[name].grad
        assert (weight.grad is None) == (gradient is None)
        if gradient is not None:
            torch.testing.assert_close(weight.grad, gradient, atol=1e-5, rtol=1e-4)


def test_word_noise_changes_what_imitation_sees_and_nothing_else() -> None:
    ids = encode(Click(at=Point(370, 300)), PROMPTS[0])
    noisy, plain = MiniPolicy(seed=4, word_noise=0.5), MiniPolicy(seed=4)
    torch.manual_seed(0)
    shown = sample(PROMPTS[0], ids)
    assert not torch.equal(noisy.score([shown]).logprobs_NT, plain.score([shown]).logprobs_NT)
    noisy.module.eval()
    torch.testing.assert_close(noisy.score([shown]).logprobs_NT, plain.score([shown]).logprobs_NT)
    sampled = replace(shown, sampled_logprobs_T=np.zeros(3, dtype=np.float32))
    noisy.module.train()
    torch.testing.assert_close(noisy.score([sampled]).logprobs_NT, plain.score([sampled]).logprobs_NT)


def test_the_shipped_weights_act_alike_in_torch_and_numpy_on_real_screens(tmp_path: Path) -> None:
    run, policy = tmp_path / "run", MiniPolicy()
    policy.load(SHIPPED)
    forward = Forward(shape=policy.module.shape, weights=read_weights(SHIPPED)[1])
    config = RunConfig(
        suite=SUITE_PATHS["held_out"], tasks=("PhoneAddAlarm", "PhoneMoveNote"), episodes=2, report=False
    )

    async def played() -> None:
        await collect(await make_plan(config), run)

    asyncio.run(played())
    shown = [
        ScreenPrompt(goal=one.goal, screen=step.screen.size, tree=step.tree, actions=actions_of(one)[:at])
        for one in load_episodes(run)
        for at, step in enumerate(one.steps)
        if step.tree is not None
    ]
    assert len(shown) > 20
    for each in shown:
        reply = asyncio.run(replies(policy, each, Sampling(temperature=0.0), 1))[0]
        choices = forward.choose(items_of(each))
        assert choices.ids == reply.token_ids
        scores = policy.score([sample(each, choices.ids)]).logprobs_NT[0].detach()
        np.testing.assert_allclose(scores, choices.logprobs, atol=1e-4)
