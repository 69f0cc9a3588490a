"""From samples to padded tensors: order by length, micro-batches by tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import torch

from gui_agent.rl.types import TrainSample

T = TypeVar("T")
_BUCKET_BATCHES = 16
"""Batches that are cut from one stretch sorted by length: long enough for little padding, short enough to shuffle."""


@runtime_checkable
class Measured(Protocol):
    """A policy that knows how many tokens a sample costs it, prompt included."""

    def length(self, sample: TrainSample) -> int: ...


@runtime_checkable
class Packs(Protocol):
    """A policy that scores samples of one trajectory or group together, each shared part once."""

    @property
    def packs(self) -> bool:
        """False: it could, and does not."""
        ...

    def batches(self, samples: Sequence[TrainSample], tokens: int) -> list[list[TrainSample]]:
        """Every sample once, in batches that it scores in `tokens` tokens each, wherever a sample is not longer."""
        ...


def packs(policy: object) -> bool:
    return isinstance(policy, Packs) and policy.packs


def batches_for(policy: object, samples: Sequence[TrainSample], tokens: int) -> list[list[TrainSample]]:
    """Micro-batches as the policy packs them, or padded ones of like length."""
    if isinstance(policy, Packs) and policy.packs:
        return policy.batches(samples, tokens)
    measure = length_of(policy)
    return micro_batches(samples, [measure(sample) for sample in samples], tokens)


def length_of(policy: object) -> Callable[[TrainSample], int]:
    """The policy's own measure, or the length of the response."""
    return policy.length if isinstance(policy, Measured) else lambda sample: len(sample.response_ids_T)


@dataclass(frozen=True, slots=True, kw_only=True)
class Padded:
    """N samples padded at the end to the longest response, T. Padding is False in `mask_NT`, and 0 elsewhere.

    `sampled_NT` are the sampler's log-probabilities; `has_sampled` is False where a sample has none (SFT).
    `reference_NT` are those of a frozen policy where the objective wants it, `before_NT` those of the policy before the
    update, where the update has taken steps since. `samples` are what was padded.
    """

    mask_NT: torch.Tensor
    advantages_NT: torch.Tensor
    sampled_NT: torch.Tensor
    has_sampled: bool
    reference_NT: torch.Tensor | None = None
    before_NT: torch.Tensor | None = None
    samples: Sequence[TrainSample] = ()


def pad(
    samples: Sequence[TrainSample],
    device: torch.device,
    reference_NT: torch.Tensor | None = None,
    before_NT: torch.Tensor | None = None,
) -> Padded:
    """Raises ValueError where the arrays of a sample have different lengths."""
    longest = max((len(sample.response_ids_T) for sample in samples), default=0)
    shape = (len(samples), longest)
    mask_NT, advantages_NT = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.float32)
    sampled_NT = np.zeros(shape, dtype=np.float32)
    for row, sample in enumerate(samples):
        length = len(sample.response_ids_T)
        if not length == len(sample.mask_T) == len(sample.advantages_T):
            raise ValueError(
                f"{length} ids, but {len(sample.mask_T)} in mask and {len(sample.advantages_T)} advantages"
            )
        if len(sample.sampled_logprobs_T) not in (0, length):
            raise ValueError(f"{length} ids, but {len(sample.sampled_logprobs_T)} log-probabilities of the sampler")
        mask_NT[row, :length] = sample.mask_T
        advantages_NT[row, :length] = sample.advantages_T
        sampled_NT[row, : len(sample.sampled_logprobs_T)] = sample.sampled_logprobs_T
    return Padded(
        mask_NT=torch.from_numpy(mask_NT).to(device),
        advantages_NT=torch.from_numpy(advantages_NT).to(device),
        sampled_NT=torch.from_numpy(sampled_NT).to(device),
        has_sampled=all(len(sample.sampled_logprobs_T) for sample in samples),
        reference_NT=reference_NT,
        before_NT=before_NT,
        samples=samples,
    )


def micro_batches(samples: Sequence[T], lengths: Sequence[int], tokens: int) -> list[list[T]]:
    """Longest first, each with count × longest ≤ `tokens`; a sample longer than that stands alone."""
    order = sorted(range(len(samples)), key=lambda index: -lengths[index])
    batches: list[list[T]] = []
    longest = 0
    for index in order:
        if not batches or (len(batches[-1]) + 1) * longest > tokens:
            batches.append([])
            longest = max(1, lengths[index])
        batches[-1].append(samples[index])
    return batches


def epoch_batches(lengths: Sequence[int], size: int, *, seed: int, epoch: int) -> list[list[int]]:
    """Every index once, in batches of `size` whose samples are of like length; the last may be smaller.

    Shuffled, cut into stretches, sorted within each, cut into batches, shuffled again. The same for the same seed and
    epoch, so a position in it is enough to go on from.
    """
    generator = np.random.default_rng([seed, epoch])
    shuffled = generator.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(shuffled), size * _BUCKET_BATCHES):
        stretch = sorted(shuffled[start : start + size * _BUCKET_BATCHES], key=lambda index: lengths[index])
        batches += [stretch[at : at + size] for at in range(0, len(stretch), size)]
    return [batches[index] for index in generator.permutation(len(batches)).tolist()]
