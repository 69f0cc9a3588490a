"""A model in memory whose replies follow from its prompt: for tests, dry runs and the checks of whoever uses a model.

A script says for each prompt how likely which reply is. Tokens are the reply's UTF-8 bytes and an end token, with their
exact conditional log-probabilities, so what reads tokens and log-probabilities finds real ones.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from random import Random
from types import TracebackType
from typing import Self, TypeAlias

from device_farm.errors import PolicyError
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import ChatPrompt, Prompt, TextPart

Script: TypeAlias = Callable[[Prompt], Mapping[str, float]]
"""Replies with their weights, which need not add up to 1. May raise PolicyError, as a server may."""
END_TOKEN = 256


class ScriptedModel:
    """Same seed, same calls, same replies. `delay_s` is how long a call takes; `prompts` are those it was sent."""

    def __init__(self, script: Script, *, seed: int = 0, name: str = "scripted", delay_s: float = 0.0) -> None:
        self._script = script
        self._seed = seed
        self._name = name
        self._delay_s = delay_s
        self._in_flight = 0
        self.in_flight_max = 0
        self.prompts: list[Prompt] = []

    @property
    def name(self) -> str:
        return self._name

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """`n` replies. `temperature` 0 takes the likeliest, others sharpen or flatten the weights of whole replies."""
        call = len(self.prompts)
        self.prompts.append(prompt)
        self._in_flight += 1
        self.in_flight_max = max(self.in_flight_max, self._in_flight)
        try:
            await asyncio.sleep(self._delay_s)
            replies = self._distribution(prompt, sampling.temperature)
        finally:
            self._in_flight -= 1
        # Without a seed each call draws anew, as at a server; with one, equal calls give equal replies.
        drawn = Random(f"{self._seed}/{call if sampling.seed is None else f'seed {sampling.seed}'}")
        texts = drawn.choices(list(replies), weights=list(replies.values()), k=n)
        return tuple(self._completion(text, replies, sampling) for text in texts)

    async def score(self, prompt: Prompt, token_ids: tuple[int, ...], *, temperature: float = 1.0) -> tuple[float, ...]:
        """−∞ from the first token on that no reply of the script has."""
        await asyncio.sleep(0)
        return token_logprobs(token_ids, self._distribution(prompt, temperature))

    def _distribution(self, prompt: Prompt, temperature: float) -> dict[str, float]:
        weights = {text: weight for text, weight in self._script(prompt).items() if weight > 0}
        if not weights:
            raise PolicyError(f"the script of {self._name} has no reply to this prompt")
        if temperature == 0:
            return {max(weights, key=lambda text: weights[text]): 1.0}
        heated = {text: weight ** (1 / temperature) for text, weight in weights.items()}
        total = math.fsum(heated.values())
        return {text: weight / total for text, weight in heated.items()}

    def _completion(self, text: str, replies: Mapping[str, float], sampling: Sampling) -> Completion:
        ids = tokens_of(text)
        logprobs = token_logprobs(ids, replies)
        cut = ids[: sampling.max_tokens]
        if len(cut) < len(ids):
            text = bytes(cut).decode("utf-8", "ignore")
        return Completion(
            text=text,
            token_ids=cut if sampling.logprobs else (),
            logprobs=logprobs[: len(cut)] if sampling.logprobs else (),
            finish="stop" if len(cut) == len(ids) else "length",
            completion_tokens=len(cut),
        )


def tokens_of(text: str) -> tuple[int, ...]:
    return (*text.encode(), END_TOKEN)


def token_logprobs(token_ids: tuple[int, ...], replies: Mapping[str, float]) -> tuple[float, ...]:
    """log P(token | tokens before), where whole replies have the given probabilities."""
    alive = {tokens_of(text): weight for text, weight in replies.items()}
    mass, result = math.fsum(alive.values()), list[float]()
    for position, token in enumerate(token_ids):
        alive = {ids: weight for ids, weight in alive.items() if position < len(ids) and ids[position] == token}
        left = math.fsum(alive.values())
        result.append(math.log(left / mass) if left > 0 and mass > 0 else -math.inf)
        mass = left
    return tuple(result)


def text_of(prompt: ChatPrompt) -> str:
    """All text of a dialogue, a line a part, for scripts that react to it."""
    return "\n".join(part.text for message in prompt.messages for part in message.parts if isinstance(part, TextPart))
