"""Sampling from and scoring with a transformers model: one batch in, token ids and log-probabilities out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from device_farm.errors import PolicyError
from gui_agent.models.base import Sampling
from gui_agent.models.encoding import EncodedPrompt
from gui_agent.models.transformers_forward import Sequences, hidden_states, padded, sayable_logits, token_scores
from gui_agent.models.transformers_parts import TransformersParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """The end token is included where one was sampled; `ended` tells."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    ended: bool


class _RowSampler:
    """Samples each row by its own rule and its own generator, so that a reply does not depend on its neighbours.

    The generators draw one number a token on the CPU, which finds its token in the row's cumulated distribution.
    """

    def __init__(self, rows: Sequence[Sampling], device: torch.device) -> None:
        self._rows = rows
        self._generators = [_generator(row.seed) for row in rows]
        self._greedy_N = torch.tensor([row.temperature == 0 for row in rows], device=device)

    def __call__(self, logits_NV: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N,) each: tokens, and their log-probabilities. Raises PolicyError for logits that are no numbers."""
        logprobs_NV = torch.stack(
            [distribution(logits_V, row) for logits_V, row in zip(logits_NV, self._rows, strict=True)]
        )
        if torch.isnan(logprobs_NV).any():
            raise PolicyError("the model's logits are not finite")
        drawn_N1 = torch.cat([torch.rand(1, 1, generator=one, dtype=torch.float64) for one in self._generators])
        cumulated_NV = logprobs_NV.double().exp().cumsum(-1)
        wanted_N1 = drawn_N1.to(logits_NV.device) * cumulated_NV[:, -1:]
        # The first that is greater: a token of probability 0 adds nothing, so it is never the first.
        found_N = torch.searchsorted(cumulated_NV, wanted_N1, right=True)[:, 0].clamp(max=logits_NV.shape[1] - 1)
        tokens_N = torch.where(self._greedy_N, logprobs_NV.argmax(-1), found_N)
        return tokens_N, logprobs_NV.gather(-1, tokens_N[:, None])[:, 0]


def distribution(logits_V: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Log-probabilities of what is sampled from: tempered, then cut to the smallest set that holds `top_p`.

    At temperature 0 they are the model's own: those of a greedy choice would all be 0.
    """
    if sampling.temperature == 0:
        return torch.log_softmax(logits_V, dim=-1)
    logprobs_V = torch.log_softmax(logits_V / sampling.temperature, dim=-1)
    if sampling.top_p >= 1:
        return logprobs_V
    ordered_V, order_V = logprobs_V.sort(descending=True)
    before_V = ordered_V.exp().cumsum(-1) - ordered_V.exp()
    logprobs_V = logprobs_V.index_fill(0, order_V[before_V >= sampling.top_p], -torch.inf)
    return torch.log_softmax(logprobs_V, dim=-1)


def _generator(seed: int | None) -> torch.Generator:
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    return generator


def sample(parts: TransformersParts, prompts: Sequence[EncodedPrompt], samplings: Sequence[Sampling]) -> list[Sampled]:
    """One reply a prompt. Rows with the very same prompt object share its computation: its keys and values are computed
    once, and copied to each row.
    """
    unique = {id(prompt): prompt for prompt in prompts}
    order = {key: index for index, key in enumerate(unique)}
    rows_N = torch.tensor([order[id(prompt)] for prompt in prompts], device=parts.device)
    with torch.inference_mode(), parts.computing():
        sequences, mask_UT = padded(parts, list(unique.values()), "left")
        hidden_UTH, cache = hidden_states(parts, sequences, mask_UT, keep=True)
        if len(unique) < len(prompts):
            cache.batch_select_indices(rows_N)
        drawn = _Drawn(samplings, parts)
        logits_NV = sayable_logits(parts, hidden_UTH[:, -1])[rows_N]
        mask_NT, positions_AN1 = mask_UT[rows_N], sequences.positions_ANT[:, rows_N, -1:]
        while drawn.take(logits_NV):
            positions_AN1 = positions_AN1 + 1
            mask_NT = torch.cat([mask_NT, torch.ones_like(mask_NT[:, :1])], dim=1)
            step = Sequences(
                ids_NT=drawn.last_N[:, None],
                positions_ANT=positions_AN1,
                feature_NT=torch.full_like(drawn.last_N[:, None], -1),
                images=(),
            )
            hidden_N1H, cache = hidden_states(parts, step, mask_NT, cache=cache)
            logits_NV = sayable_logits(parts, hidden_N1H[:, -1])
        return drawn.replies()


class _Drawn:
    """What was drawn so far. Rows that ended go on drawing what nobody reads, until all have."""

    def __init__(self, samplings: Sequence[Sampling], parts: TransformersParts) -> None:
        self._limits = [row.max_tokens for row in samplings]
        self._eos_ids = frozenset(parts.eos_ids)
        self._sampler = _RowSampler(samplings, parts.device)
        self._ids: list[list[int]] = [[] for _ in samplings]
        self._logprobs: list[list[float]] = [[] for _ in samplings]
        self._open = set(range(len(samplings)))
        self.last_N = torch.zeros(0)

    def take(self, logits_NV: torch.Tensor) -> bool:
        """Draws a token a row; whether any row goes on."""
        self.last_N, logprobs_N = self._sampler(logits_NV)
        ids, logprobs = self.last_N.tolist(), logprobs_N.tolist()
        for row in sorted(self._open):
            self._ids[row].append(ids[row])
            self._logprobs[row].append(logprobs[row])
            if ids[row] in self._eos_ids or len(self._ids[row]) == self._limits[row]:
                self._open.discard(row)
        return bool(self._open)

    def replies(self) -> list[Sampled]:
        return [
            Sampled(ids=tuple(ids), logprobs=tuple(logprobs), ended=ids[-1] in self._eos_ids)
            for ids, logprobs in zip(self._ids, self._logprobs, strict=True)
        ]


def score(
    parts: TransformersParts, prompt: EncodedPrompt, token_ids: Sequence[int], temperature: float
) -> tuple[float, ...]:
    """Log-probabilities of a reply, one a token. Raises PolicyError for a token that no reply may hold."""
    if temperature <= 0:
        raise PolicyError(f"log-probabilities at temperature {temperature:g}; it must be above 0")
    if not token_ids:
        return ()
    check_sayable(parts, token_ids)
    with torch.inference_mode(), parts.computing():
        sequences, mask_NT = padded(parts, [prompt.followed_by(token_ids)], "right")
        hidden_NTH, _ = hidden_states(parts, sequences, mask_NT)
        targets_T: Any = torch.tensor(token_ids, device=parts.device)
        logprobs_T, _ = token_scores(parts, hidden_NTH[0, -len(token_ids) - 1 : -1], targets_T, temperature)
        return tuple(logprobs_T.tolist())


def check_sayable(parts: TransformersParts, token_ids: Sequence[int]) -> None:
    """Raises PolicyError for a token that no reply may hold."""
    size = parts.module.get_input_embeddings().weight.shape[0]
    bad = next((token for token in token_ids if token in parts.unsayable or not 0 <= token < size), None)
    if bad is not None:
        raise PolicyError(f"token {bad} cannot be part of a reply of this model")
