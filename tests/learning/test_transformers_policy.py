"""The built-in trainable policy on tiny models: packed against each step alone, and what it serves and saves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
# ruff: noqa: E402 - the imports below need torch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_transformers import screen, tiny_model

from device_farm.types.geometry import Size
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Part, TextPart
from gui_agent.rl.types import TrainSample
from gui_agent.training.language.config import TransformersPolicyConfig
from gui_agent.training.language.learner import LanguageSettings, language_learner
from gui_agent.training.language.policy import TransformersPolicy
from gui_agent.training.language.scorer import packed_inputs
from gui_agent.training.learner import Learner

KINDS = ("text", "qwen2_5_vl", "qwen3_vl")
SEEING = KINDS[1:]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: tiny_model(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}


def learner_of(folder: Path, settings_: LanguageSettings | None = None, **changes: Any) -> Learner:
    values = {"kind": "transformers", "model": str(folder), "device": "cpu", "attention": "flex", **changes}
    return language_learner(TransformersPolicyConfig.model_validate(values), settings_)


def policy_of(folder: Path, *, packing: bool = True, **changes: Any) -> TransformersPolicy:
    policy = learner_of(folder, LanguageSettings(packing=packing), **changes).policy
    assert isinstance(policy, TransformersPolicy)
    return policy


def text(role: Any, *parts: str | ImagePart) -> Message:
    made: list[Part] = [TextPart(text=part) if isinstance(part, str) else part for part in parts]
    return Message(role=role, parts=tuple(made))


def sample(prompt: ChatPrompt, ids: list[int], step: int = 0, trajectory: str = "t") -> TrainSample:
    return TrainSample(
        prompt=prompt,
        response_ids_T=np.array(ids, dtype=np.int64),
        sampled_logprobs_T=np.zeros(0, dtype=np.float32),
        advantages_T=np.ones(len(ids), dtype=np.float32),
        mask_T=np.ones(len(ids), dtype=np.bool_),
        trajectory=trajectory,
        step=step,
    )


def trajectory(kind: str, *, images: int, steps: int = 4, seed: int = 0) -> list[TrainSample]:
    """A dialogue of which every step is trained on; its prompts show the last `images` screens."""
    rng = np.random.default_rng(seed)
    screens = [screen(index, Size(56 + 28 * (index % 2), 84)) for index in range(steps)]
    replies = [rng.integers(10, 250, 5).tolist() for _ in range(steps)]
    result = []
    for index in range(steps):
        messages = [text("system", "You click.")]
        for turn in range(index + 1):
            shown = kind != "text" and turn > index - images
            messages.append(text("user", screens[turn] if shown else "a screen"))
            if turn < index:
                messages.append(text("assistant", f"reply {turn}"))
        result.append(sample(ChatPrompt(messages=tuple(messages)), [*replies[index], 2], step=index))
    return result


def scored(policy: TransformersPolicy, samples: list[TrainSample], batches: list[list[TrainSample]]) -> Any:
    """Log-probabilities and entropies a sample, and the gradients of a loss that weighs every token differently."""
    policy.module.zero_grad()
    found: dict[int, Any] = {}
    for batch in batches:
        scores = policy.score(batch)
        weights = torch.stack([torch.linspace(1, 2 + one.step, scores.logprobs_NT.shape[1]) for one in batch])
        (scores.logprobs_NT * weights + 0.1 * scores.entropies_NT).sum().backward()
        for row, one in enumerate(batch):
            length = len(one.response_ids_T)
            found[id(one)] = (scores.logprobs_NT[row, :length].detach(), scores.entropies_NT[row, :length].detach())
    gradients = {name: weight.grad for name, weight in policy.module.named_parameters() if weight.grad is not None}
    values = [found[id(one)] for one in samples]
    return [one for one, _ in values], [one for _, one in values], {name: g.clone() for name, g in gradients.items()}


def assert_equal(one: Any, other: Any) -> None:
    """The stated tolerance: 1e-5 nats, and gradients to 1e-4 of the largest one of their tensor."""
    for ours, theirs in zip(one[:2], other[:2], strict=True):
        for mine, yours in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine, yours, rtol=0, atol=1e-5)
    assert one[2].keys() == other[2].keys()
    for name, gradient in one[2].items():
        scale = max(float(other[2][name].abs().max()), 1e-3)
        assert float((gradient - other[2][name]).abs().max()) < 1e-4 * scale, name


@pytest.mark.parametrize(("images", "saving"), [(9, 2.0), (2, 1.2), (1, 1.2)])
@pytest.mark.parametrize("kind", KINDS)
def test_packed_trajectory_equals_its_steps_alone(
    kind: str, images: int, saving: float, folders: dict[str, Path]
) -> None:
    samples = trajectory(kind, images=images)
    alone, packed = policy_of(folders[kind], packing=False), policy_of(folders[kind])
    expected = scored(alone, samples, [[one] for one in samples])
    assert_equal(scored(packed, samples, [samples]), expected)
    assert_equal(scored(alone, samples, [samples[:2], samples[2:]]), expected)
    steps = [packed.encode(one) for one in samples]
    inputs = packed_inputs(packed.parts, steps)
    assert sum(len(one.whole.ids_T) for one in steps) > saving * inputs.sequences.ids_NT.shape[1]
    assert len(inputs.sequences.images) == (0 if kind == "text" else len(samples))


@pytest.mark.parametrize("kind", SEEING)
def test_group_of_rollouts_packs_exactly_and_sees_every_screen_once(kind: str, folders: dict[str, Path]) -> None:
    samples = [one for seed in range(3) for one in trajectory(kind, images=2, steps=3, seed=seed)]
    alone, packed = policy_of(folders[kind], packing=False), policy_of(folders[kind])
    (batch,) = packed.batches(samples, 100_000)
    assert_equal(scored(packed, samples, [batch]), scored(alone, samples, [[one] for one in samples]))
    assert len(packed_inputs(packed.parts, [packed.encode(one) for one in samples]).sequences.images) == 3


@pytest.fixture(scope="module")
def pair(folders: dict[str, Path]) -> tuple[TransformersPolicy, TransformersPolicy]:
    """One that scores each sample alone, one that packs."""
    return policy_of(folders["qwen2_5_vl"], packing=False), policy_of(folders["qwen2_5_vl"])


@settings(max_examples=15, deadline=None)
@given(
    drawn=st.lists(st.tuples(st.lists(st.integers(0, 2), max_size=3), st.integers(1, 4)), min_size=1, max_size=4),
    tokens=st.integers(20, 400),
)
def test_packed_batches_hold_every_sample_and_score_as_alone(
    drawn: list[tuple[list[int], int]], tokens: int, pair: tuple[TransformersPolicy, TransformersPolicy]
) -> None:
    """Random dialogues of screens: any of them, in any order, shared or not."""
    alone, packed = pair
    samples = [
        sample(ChatPrompt(messages=(text("user", "click", *(screen(key) for key in keys)),)), [20 + index] * length)
        for index, (keys, length) in enumerate(drawn)
    ]
    batches = packed.batches(samples, tokens)
    assert sorted(id(one) for batch in batches for one in batch) == sorted(id(one) for one in samples)
    for batch in batches:
        size = packed_inputs(packed.parts, [packed.encode(one) for one in batch]).sequences.ids_NT.shape[1]
        assert size <= tokens or len(batch) == 1
    with torch.no_grad():
        found = {id(one): row for batch in batches for one, row in zip(batch, rows(packed, batch), strict=True)}
        for one, expected in zip(samples, rows(alone, samples), strict=True):
            torch.testing.assert_close(found[id(one)], expected, rtol=0, atol=1e-5)


def rows(policy: TransformersPolicy, batch: list[TrainSample]) -> list[Any]:
    scores = policy.score(batch).logprobs_NT
    return [scores[row, : len(one.response_ids_T)] for row, one in enumerate(batch)]


def test_window_attention_equals_one_call_a_window() -> None:
    from gui_agent.models.transformers_attention import window_attention

    generator = torch.Generator().manual_seed(0)
    query, key, value = (torch.randn(1, 2, 9, 4, generator=generator) for _ in range(3))
    bounds = torch.tensor([0, 3, 5, 8, 9], dtype=torch.int32)
    found, _ = window_attention(None, query, key, value, None, scaling=0.5, cu_seq_lens_q=bounds)
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        cut = [each[:, :, begin:end] for each in (query, key, value)]
        weights = (cut[0] @ cut[1].transpose(-1, -2) * 0.5).softmax(-1)
        torch.testing.assert_close(found[:, begin:end].transpose(1, 2), weights @ cut[2])


def test_attention_of_transformers_packs_alike(folders: dict[str, Path]) -> None:
    samples = trajectory("qwen2_5_vl", images=2)
    ours, theirs = (policy_of(folders["qwen2_5_vl"], attention=attention) for attention in ("flex", "sdpa"))
    assert theirs.parts.module.get_decoder().config._attn_implementation == "sdpa"
    assert_equal(scored(theirs, samples, [samples]), scored(ours, samples, [samples]))


def test_checkpointing_changes_no_gradient(folders: dict[str, Path]) -> None:
    samples = trajectory("qwen3_vl", images=2)
    policy = policy_of(folders["qwen3_vl"], checkpointing=True)
    policy.module.train()
    assert_equal(scored(policy, samples, [samples]), scored(policy_of(folders["qwen3_vl"]), samples, [samples]))
