"""The model port: what every way of serving a model looks like to policies, rollouts and verifiers."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self, TypeAlias

from device_farm.types.task import JsonValue
from gui_agent.models.prompt import Prompt

FinishReason: TypeAlias = Literal["stop", "length", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How to sample. `temperature` 0 is greedy; `schema` constrains the text to JSON of that schema where supported.

    `logprobs` asks for token ids and their log-probabilities under the distribution that was sampled from.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    logprobs: bool = False
    schema: dict[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One sampled reply.

    `token_ids` and `logprobs` (natural logarithm, one a token, the end token included where one was sampled) are empty
    where the server does not give them. `prompt_token_ids` are what the server made of the prompt, images as their
    placeholder tokens. `latency_ms` is wall clock.
    """

    text: str
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    prompt_token_ids: tuple[int, ...] = ()
    finish: FinishReason = "stop"
    latency_ms: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Model(Protocol):
    """Shared by all sessions; use as `async with`. Safe to call concurrently."""

    @property
    def name(self) -> str: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """`n` replies, in no order of merit.

        Raises:
            PolicyError: the server refuses, or still fails after its retries; or the prompt is not of a kind it takes.
        """
        ...


class Scoring(Protocol):
    """A model that also tells the log-probabilities of a given reply; what the parity gate compares."""

    async def score(self, prompt: Prompt, token_ids: tuple[int, ...], *, temperature: float = 1.0) -> tuple[float, ...]:
        """Natural logarithms, one a token. Raises PolicyError."""
        ...
