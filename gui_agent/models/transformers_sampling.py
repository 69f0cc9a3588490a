"""Sampling from and scoring with a transformers model: one batch in, token ids and log-probabilities out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, StoppingCriteria, StoppingCriteriaList

from device_farm.errors import PolicyError
from gui_agent.models.base import Sampling
from gui_agent.models.encoding import EncodedPrompt
from gui_agent.models.transformers_parts import TransformersParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """The end token is included where one was sampled; `ended` tells."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    ended: bool


class _RowSampler(LogitsProcessor):  # type: ignore[misc]
    """Samples each row by its own rule and its own generator, so that a reply does not depend on its neighbours.

    `generate` itself is greedy: it gets logits that leave only the sampled token.
    """

    def __init__(self, rows: Sequence[Sampling], unsayable: Sequence[int], device: torch.device) -> None:
        self._rows = rows
        self._unsayable = list(unsayable)
        self._generators = [_generator(row.seed, device) for row in rows]
        self.logprobs: list[list[float]] = [[] for _ in rows]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        logits_NV = scores.float()
        logits_NV[:, self._unsayable] = -torch.inf
        chosen = torch.full_like(scores, -torch.inf)
        for index, (row, generator) in enumerate(zip(self._rows, self._generators, strict=True)):
            logprobs_V = distribution(logits_NV[index], row)
            if row.temperature == 0:
                token = int(logprobs_V.argmax())
            else:
                token = int(torch.multinomial(logprobs_V.exp(), 1, generator=generator))
            chosen[index, token] = 0.0
            logprob = float(logprobs_V[token])
            if not math.isfinite(logprob):
                raise PolicyError("the model's logits are not finite")
            self.logprobs[index].append(logprob)
        return chosen


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


class _RowLimit(StoppingCriteria):  # type: ignore[misc]
    def __init__(self, start: int, limits_N: torch.Tensor) -> None:
        self._start = start
        self._limits_N = limits_N

    def __call__(self, input_ids: torch.Tensor, scores: Any, **unused: Any) -> torch.Tensor:
        return input_ids.shape[1] - self._start >= self._limits_N


def _generator(seed: int | None, device: torch.device) -> torch.Generator:
    generator = torch.Generator(device=device)
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    return generator


def inputs_of(parts: TransformersParts, prompts: Sequence[EncodedPrompt]) -> dict[str, torch.Tensor]:
    """N prompts, padded at the front to the longest."""
    longest = max(len(prompt.ids_T) for prompt in prompts)
    ids_NT = np.full((len(prompts), longest), parts.pad_id, np.int64)
    mask_NT = np.zeros_like(ids_NT)
    for row, prompt in enumerate(prompts):
        ids_NT[row, longest - len(prompt.ids_T) :] = prompt.ids_T
        mask_NT[row, longest - len(prompt.ids_T) :] = 1
    arrays: dict[str, Any] = {"input_ids": ids_NT, "attention_mask": mask_NT}
    form = parts.encoder.form
    if form is not None and any(len(prompt.grids_I3) for prompt in prompts):
        arrays["pixel_values"] = np.concatenate([prompt.patches_PF for prompt in prompts])
        arrays["image_grid_thw"] = np.concatenate([prompt.grids_I3 for prompt in prompts])
        arrays["mm_token_type_ids"] = (ids_NT == form.token_id).astype(np.int64)
    return {name: torch.from_numpy(array).to(parts.device) for name, array in arrays.items()}


def sample(parts: TransformersParts, prompts: Sequence[EncodedPrompt], samplings: Sequence[Sampling]) -> list[Sampled]:
    """One reply a prompt."""
    inputs = inputs_of(parts, prompts)
    start = inputs["input_ids"].shape[1]
    sampler = _RowSampler(samplings, parts.unsayable, parts.device)
    limits_N = torch.tensor([row.max_tokens for row in samplings], device=parts.device)
    plan = GenerationConfig(
        do_sample=False, max_new_tokens=int(limits_N.max()), eos_token_id=list(parts.eos_ids), pad_token_id=parts.pad_id
    )
    with torch.inference_mode():
        output = parts.module.generate(
            **inputs,
            generation_config=plan,
            logits_processor=LogitsProcessorList([sampler]),
            stopping_criteria=StoppingCriteriaList([_RowLimit(start, limits_N)]),
        )
    rows = zip(output[:, start:].tolist(), sampler.logprobs, samplings, strict=True)
    return [_cut(ids, logprobs, row.max_tokens, parts.eos_ids) for ids, logprobs, row in rows]


def _cut(ids: list[int], logprobs: list[float], limit: int, eos_ids: Sequence[int]) -> Sampled:
    """Without what `generate` pads rows with that ended before others."""
    length = min(limit, len(ids))
    end = next((index for index, token in enumerate(ids[:length]) if token in eos_ids), None)
    kept = length if end is None else end + 1
    return Sampled(ids=tuple(ids[:kept]), logprobs=tuple(logprobs[:kept]), ended=end is not None)


def score(
    parts: TransformersParts, prompt: EncodedPrompt, token_ids: Sequence[int], temperature: float
) -> tuple[float, ...]:
    """Log-probabilities of a reply, one a token. Raises PolicyError for a token that no reply may hold."""
    if temperature <= 0:
        raise PolicyError(f"log-probabilities at temperature {temperature:g}; it must be above 0")
    if not token_ids:
        return ()
    size = parts.module.get_input_embeddings().weight.shape[0]
    bad = next((token for token in token_ids if token in parts.unsayable or not 0 <= token < size), None)
    if bad is not None:
        raise PolicyError(f"token {bad} cannot be part of a reply of this model")
    reply = np.asarray(token_ids, np.int64)
    whole = EncodedPrompt(
        ids_T=np.concatenate([prompt.ids_T, reply]), patches_PF=prompt.patches_PF, grids_I3=prompt.grids_I3
    )
    with torch.inference_mode():
        output = parts.module(**inputs_of(parts, [whole]), logits_to_keep=len(reply) + 1, use_cache=False)
        logits_TV = output.logits[0, :-1].float()
        logits_TV[:, list(parts.unsayable)] = -torch.inf
        logprobs_TV = torch.log_softmax(logits_TV / temperature, dim=-1)
        chosen = torch.from_numpy(reply).to(logprobs_TV.device)[:, None]
        return tuple(logprobs_TV.gather(1, chosen)[:, 0].tolist())
