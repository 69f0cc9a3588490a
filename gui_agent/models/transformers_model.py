"""A transformers model in this process, behind the model port."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from device_farm.errors import PolicyError
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.batching import Batcher
from gui_agent.models.encoding import EncodedPrompt
from gui_agent.models.prompt import Prompt
from gui_agent.models.transformers_parts import TransformersParts
from gui_agent.models.transformers_sampling import Sampled, sample, score


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    prompt: Prompt
    sampling: Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    prompt: Prompt
    token_ids: tuple[int, ...]
    temperature: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    prompt: EncodedPrompt
    sampled: Sampled


class TransformersModel:
    """Also a `Scoring` model. `load` is called once, in a thread, on entering.

    Calls that wait at the same time are sampled as one batch, each by its own rule: with a seed, a reply is the same
    alone and in company, up to the rounding of the batch's arithmetic. `Sampling.schema` is not enforced here.
    """

    def __init__(
        self,
        load: Callable[[], TransformersParts],
        *,
        name: str,
        batch: int = 8,
        window_s: float = 0.005,
        max_context: int = 16_384,
    ) -> None:
        self._load = load
        self._name = name
        self._max_context = max_context
        self._parts: TransformersParts | None = None
        self._batcher: Batcher[_Draw | _Question, _Drawn | tuple[float, ...] | PolicyError] = Batcher(
            self._work, limit=batch, window_s=window_s
        )

    @property
    def name(self) -> str:
        return self._name

    async def __aenter__(self) -> Self:
        self._parts = await asyncio.to_thread(self._load)
        self._batcher.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._batcher.close()
        self._parts = None

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """Raises PolicyError: the prompt is not one for this model, too long, or the computation failed."""
        begun_s = time.perf_counter()
        draws = [_Draw(prompt=prompt, sampling=_seeded(sampling, index)) for index in range(n)]
        found = await asyncio.gather(*(self._batcher.submit(draw) for draw in draws))
        latency_ms = (time.perf_counter() - begun_s) * 1000
        return tuple(self._completion(each, latency_ms) for each in found)

    async def score(self, prompt: Prompt, token_ids: tuple[int, ...], *, temperature: float = 1.0) -> tuple[float, ...]:
        question = _Question(prompt=prompt, token_ids=token_ids, temperature=temperature)
        found = await self._batcher.submit(question)
        if isinstance(found, PolicyError):
            raise found
        assert isinstance(found, tuple)
        return found

    def _completion(self, found: _Drawn | tuple[float, ...] | PolicyError, latency_ms: float) -> Completion:
        if isinstance(found, PolicyError):
            raise found
        assert isinstance(found, _Drawn) and self._parts is not None
        sampled = found.sampled
        return Completion(
            text=self._parts.tokenizer.decode(sampled.ids, skip_special_tokens=True),
            token_ids=sampled.ids,
            logprobs=sampled.logprobs,
            prompt_token_ids=tuple(found.prompt.ids_T.tolist()),
            finish="stop" if sampled.ended else "length",
            latency_ms=latency_ms,
            prompt_tokens=len(found.prompt.ids_T),
            completion_tokens=len(sampled.ids),
        )

    def _work(self, items: Sequence[_Draw | _Question]) -> list[_Drawn | tuple[float, ...] | PolicyError]:
        """A prompt that cannot be encoded fails alone; a failure of the computation fails its batch."""
        parts = self._parts
        assert parts is not None
        results: list[_Drawn | tuple[float, ...] | PolicyError | None] = [None] * len(items)
        drawn: list[tuple[int, EncodedPrompt, Sampling]] = []
        # The n replies to one prompt come with the very same object: encoded once, computed once.
        known: dict[int, EncodedPrompt] = {}
        for index, item in enumerate(items):
            try:
                encoded = known.get(id(item.prompt)) or parts.encoder.encode(item.prompt)
                known[id(item.prompt)] = encoded
                self._check_length(encoded, item)
                if isinstance(item, _Draw):
                    drawn.append((index, encoded, item.sampling))
                else:
                    results[index] = score(parts, encoded, item.token_ids, item.temperature)
            except PolicyError as error:
                results[index] = error
        if drawn:
            sampled = _sampled(parts, [prompt for _, prompt, _ in drawn], [rule for _, _, rule in drawn])
            for (index, prompt, _), reply in zip(drawn, sampled, strict=True):
                results[index] = _Drawn(prompt=prompt, sampled=reply)
        return [each for each in results if each is not None]

    def _check_length(self, encoded: EncodedPrompt, item: _Draw | _Question) -> None:
        reply = item.sampling.max_tokens if isinstance(item, _Draw) else len(item.token_ids)
        if len(encoded.ids_T) + reply > self._max_context:
            message = f"a prompt of {len(encoded.ids_T)} tokens with {reply} of reply is over {self._max_context}"
            raise PolicyError(message, field="model.max_context")


def _seeded(sampling: Sampling, index: int) -> Sampling:
    return sampling if sampling.seed is None else replace(sampling, seed=sampling.seed + index)


def _sampled(parts: TransformersParts, prompts: Sequence[EncodedPrompt], rules: Sequence[Sampling]) -> list[Sampled]:
    try:
        return sample(parts, prompts, rules)
    except RuntimeError as error:  # torch raises these for anything: out of memory, NaN in a distribution
        raise PolicyError(f"the model failed on {len(prompts)} prompts: {error}") from error
