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
    """One server: its client, the calls that it may still take, and until when it rests after a failure. `adapted` is
    False while it lacks the adapter that calls ask for.
    """

    url: str
    client: openai.AsyncOpenAI
    slots: asyncio.Semaphore
    in_flight: int = 0
    rests_until_s: float = -math.inf
    adapted: bool = True


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
        self._served = config.model
        self._addresses: tuple[_Address, ...] = ()

    @property
    def name(self) -> str:
        """What calls ask for: the config's model, or the adapter that was put in its place."""
        return self._served

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

    async def serve_adapter(self, name: str, folder: str) -> int:
        """Loads the LoRA adapter of a folder into every server, and asks for it from now on; how many have it not.

        `folder` is as the servers see it. They are vLLM's, with `--enable-lora`, and with
        VLLM_ALLOW_RUNTIME_LORA_UPDATING=True in their environment. One that fails is passed over until a later adapter
        reaches it: one that was started again has none of the earlier ones. Call it between the calls of `generate`.

        Raises:
            PolicyError: no server takes it.
        """
        body = {"lora_name": name, "lora_path": folder}
        failures = await asyncio.gather(*(self._load(address, body) for address in self._addresses))
        for address, failure in zip(self._addresses, failures, strict=True):
            address.adapted = not failure
        failed = [failure for failure in failures if failure]
        if len(failed) == len(self._addresses):
            fix = "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, on a disk shared with it"
            raise PolicyError(f"no server takes the adapter {folder}: {failed[0]}", field=self._field, fix=fix)
        self._served = name
        return len(failed)

    async def drop_adapter(self, name: str) -> None:
        """Frees its place. A server that fails to do so only keeps what nobody asks for any more."""
        await asyncio.gather(
            *(self._post(address, "/unload_lora_adapter", {"lora_name": name}) for address in self._addresses)
        )

    async def _load(self, address: _Address, body: dict[str, str]) -> str:
        """What the last try failed of; an empty text once it is loaded."""
        failure = _Failure(text="never called")
        for attempt in range(self._config.retries + 1):
            found = await self._post(address, "/load_lora_adapter", body)
            if found is None:
                return ""
            failure = found
            if not found.passing or attempt == self._config.retries:
                break
            await asyncio.sleep(max(found.pause_s, self._backoff_s(attempt)))
        return f"{address.url}: {failure.text}"

    async def _post(self, address: _Address, path: str, body: dict[str, str]) -> _Failure | None:
        try:
            async with asyncio.timeout(self._config.timeout_s):
                await address.client.post(path, body=body, cast_to=str)
        except TimeoutError:
            return _Failure(text=f"TimeoutError: no answer within {self._config.timeout_s:g} s")
        except openai.APIError as error:
            return _failure_of(error)
        return None

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
        there = [address for address in self._addresses if address.adapted]
        return min(there, key=lambda each: (max(now_s, each.rests_until_s), each.in_flight))

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
        except openai.APIError as error:
            return _failure_of(error)
        latency_ms = (time.perf_counter() - begun_s) * 1000
        try:
            return completions_of(raw.http_response.content, latency_ms)
        except PolicyError as error:
            return _Failure(text=error.message)


def _failure_of(error: openai.APIError) -> _Failure:
    match error:
        case openai.APIStatusError():
            passing = error.status_code in _RETRIED_STATUS or error.status_code >= 500
            text = f"HTTP {error.status_code}: {_body(error)}"
            return _Failure(text=text, pause_s=_retry_after_s(error), passing=passing)
        case openai.APIConnectionError():  # a timeout is one as well
            return _Failure(text=f"{type(error).__name__}: {error.__cause__ or error}")
        case _:
            return _Failure(text=f"{type(error).__name__}: {error}")


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
