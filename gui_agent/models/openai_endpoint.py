"""A model behind OpenAI-compatible servers such as vLLM: several addresses, retries, a limit on calls in flight."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from types import TracebackType
from typing import Self

import openai

from device_farm.errors import PolicyError
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.config import OpenAiModelConfig
from gui_agent.models.prompt import ChatPrompt, Prompt
from gui_agent.models.wire import completions_of, request_of

_MAX_PAUSE_S = 60.0
_RETRIED_STATUS = frozenset({408, 409, 425, 429})


@dataclass(slots=True, eq=False)
class _Address:
    """One server: its client, the calls that it may still take, and until when it rests after a failure."""

    url: str
    client: openai.AsyncOpenAI
    slots: asyncio.Semaphore
    in_flight: int = 0
    rests_until_s: float = -math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    text: str
    pause_s: float = 0.0
    passing: bool = True


class OpenAiEndpoint:
    """Shared by all sessions. `api_key` "" sends none that means anything. `field` is the key that errors name.

    The server decides under which distribution log-probabilities are told: vLLM tells those before temperature and
    top-p unless it was started with `--logprobs-mode processed_logprobs`. At temperature 1 and top-p 1 both agree.
    """

    def __init__(
        self,
        config: OpenAiModelConfig,
        *,
        api_key: str = "",
        field: str = "model.base_urls",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._api_key = api_key
        self._field = field
        self._clock = clock
        # Only spreads the retries of many sessions apart; nothing that is stored depends on it.
        self._jitter = Random()
        self._addresses: tuple[_Address, ...] = ()

    @property
    def name(self) -> str:
        return self._config.model

    async def __aenter__(self) -> Self:
        self._addresses = tuple(self._address(url) for url in self._config.base_urls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        addresses, self._addresses = self._addresses, ()
        for address in addresses:
            await address.client.close()

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """`n` replies; a server that gives fewer at a time is asked again for the rest.

        Raises:
            PolicyError: every address refuses or fails, the last retry included; or the prompt is no dialogue.
        """
        if not isinstance(prompt, ChatPrompt):
            raise PolicyError(f"{type(prompt).__name__} for a server that takes dialogues")
        if not self._addresses:
            raise PolicyError("the model was not entered; use it as `async with`")
        replies: tuple[Completion, ...] = ()
        while len(replies) < n:
            asked = n - len(replies)
            # The same seed again would give the same replies again.
            shifted = _shifted(sampling, len(replies))
            replies += (await self._retried(prompt, shifted, n=asked))[:asked]
        return replies

    def _address(self, url: str) -> _Address:
        client = openai.AsyncOpenAI(
            base_url=url, api_key=self._api_key or "none", max_retries=0, timeout=self._config.timeout_s
        )
        return _Address(url, client, asyncio.Semaphore(self._config.concurrency))

    async def _retried(self, prompt: ChatPrompt, sampling: Sampling, *, n: int) -> tuple[Completion, ...]:
        config = self._config
        address, failure = self._choose(), _Failure(text="never called")
        for attempt in range(config.retries + 1):
            address = self._choose()
            address.in_flight += 1  # waiting ones count: they are load, too
            try:
                async with address.slots:
                    found = await self._once(address, prompt, sampling, n=n)
            finally:
                address.in_flight -= 1
            if isinstance(found, tuple):
                address.rests_until_s = -math.inf
                return found
            failure = found
            if not found.passing:
                break
            address.rests_until_s = self._clock() + config.rest_s
            if attempt < config.retries:
                await asyncio.sleep(max(found.pause_s, self._backoff_s(attempt)))
        raise PolicyError(f"the model at {address.url} failed: {failure.text}", field=self._field)

    def _choose(self) -> _Address:
        """The least busy of those that do not rest; where all rest, the one that wakes first."""
        now_s = self._clock()
        return min(self._addresses, key=lambda each: (max(now_s, each.rests_until_s), each.in_flight))

    def _backoff_s(self, attempt: int) -> float:
        longest_s = min(_MAX_PAUSE_S, self._config.backoff_s * 2.0**attempt)
        return longest_s * self._jitter.uniform(0.5, 1.0)

    async def _once(
        self, address: _Address, prompt: ChatPrompt, sampling: Sampling, *, n: int
    ) -> tuple[Completion, ...] | _Failure:
        request = request_of(prompt, sampling, n=n, token_ids=self._config.token_ids)
        begun_s = time.perf_counter()
        try:
            # The client's own time-out starts anew with every byte: a server that trickles would never reach it.
            async with asyncio.timeout(self._config.timeout_s):
                raw = await address.client.chat.completions.with_raw_response.create(model=self.name, **request)
        except TimeoutError:
            return _Failure(text=f"TimeoutError: no whole reply within {self._config.timeout_s:g} s")
        except openai.APIConnectionError as error:  # a timeout is one as well
            return _Failure(text=f"{type(error).__name__}: {error.__cause__ or error}")
        except openai.APIStatusError as error:
            passing = error.status_code in _RETRIED_STATUS or error.status_code >= 500
            text = f"HTTP {error.status_code}: {_body(error)}"
            return _Failure(text=text, pause_s=_retry_after_s(error), passing=passing)
        except openai.APIError as error:
            return _Failure(text=f"{type(error).__name__}: {error}")
        latency_ms = (time.perf_counter() - begun_s) * 1000
        try:
            return completions_of(raw.http_response.content, latency_ms)
        except PolicyError as error:
            return _Failure(text=error.message)


def _shifted(sampling: Sampling, by: int) -> Sampling:
    if sampling.seed is None or by == 0:
        return sampling
    return replace(sampling, seed=sampling.seed + by)


def _body(error: openai.APIStatusError) -> str:
    text = str(error.body or error.message)
    return text if len(text) <= 300 else text[:297] + "..."


def _retry_after_s(error: openai.APIStatusError) -> float:
    try:
        wanted_s = float(error.response.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0
    return min(_MAX_PAUSE_S, wanted_s) if math.isfinite(wanted_s) and wanted_s > 0 else 0.0
