"""A vision-language model behind an OpenAI-compatible server such as vLLM."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Self

import openai

from device_farm.device import DeviceInfo
from device_farm.errors import DialectError, PolicyError
from device_farm.types.action import Action, Click, Drag, LongPress, MoveTo, Scroll, Swipe
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn
from gui_agent.policies.base import Decision
from gui_agent.policies.config import OpenAiConfig
from gui_agent.policies.images import EncodedImage, model_image
from gui_agent.policies.prompts import first_message, refused, system_prompt, unreadable

_MAX_PAUSE_S = 60.0
_RETRIED_STATUS = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the server."""

    text: str
    latency_ms: float
    prompt_tokens: int | None
    completion_tokens: int | None


class ModelClient:
    """Calls with a limit on how many are in flight, a deadline each, and retries of what may pass."""

    def __init__(self, config: OpenAiConfig, api_key: str, schema: dict[str, Any] | None) -> None:
        self._config = config
        self._schema = schema
        self._client = openai.AsyncOpenAI(
            base_url=config.base_url, api_key=api_key or "none", max_retries=0, timeout=config.timeout_s
        )
        self._slots = asyncio.Semaphore(config.concurrency)
        # Only spreads the retries of many sessions apart; nothing that is stored depends on it.
        self._jitter = Random()

    async def close(self) -> None:
        await self._client.close()

    async def complete(self, messages: list[dict[str, Any]]) -> Reply:
        """Raises PolicyError when the server refuses, or still fails after the last retry."""
        for attempt in range(self._config.retries + 1):
            try:
                async with self._slots:
                    return await self._once(messages)
            except openai.APIConnectionError as error:  # a timeout is one as well
                failure, pause_s = f"{type(error).__name__}: {error.__cause__ or error}", 0.0
            except openai.APIStatusError as error:
                failure, pause_s = f"HTTP {error.status_code}: {_body(error)}", _retry_after_s(error)
                if error.status_code not in _RETRIED_STATUS and error.status_code < 500:
                    break
            except openai.APIError as error:
                failure, pause_s = f"{type(error).__name__}: {error}", 0.0
            if attempt < self._config.retries:
                await asyncio.sleep(max(pause_s, self._backoff_s(attempt)))
        raise PolicyError(f"the model at {self._config.base_url} failed: {failure}", field="policy.base_url")

    def _backoff_s(self, attempt: int) -> float:
        longest_s = min(_MAX_PAUSE_S, self._config.backoff_s * 2.0**attempt)
        return longest_s * self._jitter.uniform(0.5, 1.0)

    async def _once(self, messages: list[dict[str, Any]]) -> Reply:
        config = self._config
        extra: dict[str, Any] = {}
        if self._schema is not None:
            named = {"name": "action", "schema": self._schema, "strict": True}
            extra["response_format"] = {"type": "json_schema", "json_schema": named}
        begun_s = time.perf_counter()
        conversation: Any = messages  # the package's own message types are a closed union of typed dicts
        completion: Any = await self._client.chat.completions.create(
            model=config.model,
            messages=conversation,
            temperature=config.temperature,
            top_p=config.top_p,
            max_tokens=config.max_tokens,
            **extra,
        )
        choices = getattr(completion, "choices", None)
        if not choices:
            raise PolicyError(f"the model at {config.base_url} sent a reply without choices", field="policy.base_url")
        usage = getattr(completion, "usage", None)
        return Reply(
            text=choices[0].message.content or "",
            latency_ms=(time.perf_counter() - begun_s) * 1000,
            prompt_tokens=getattr(usage, "prompt_tokens", None),
            completion_tokens=getattr(usage, "completion_tokens", None),
        )


def _body(error: openai.APIStatusError) -> str:
    text = str(error.body or error.message)
    return text if len(text) <= 300 else text[:297] + "..."


def _retry_after_s(error: openai.APIStatusError) -> float:
    try:
        wanted_s = float(error.response.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0
    return min(_MAX_PAUSE_S, wanted_s) if math.isfinite(wanted_s) and wanted_s > 0 else 0.0


@dataclass(slots=True)
class _Turn:
    """One screen that the model was shown, what it was told with it, and its reply."""

    note: str
    image: EncodedImage
    reply: str = ""


@dataclass(slots=True)
class _Memory:
    turns: list[_Turn] = field(default_factory=list)
    pointer: Point | None = None
    malformed: int = 0
    note: str = ""


class OpenAiSession:
    """The dialogue of one episode: every reply stays in it, the images of the last `images` screens do."""

    def __init__(
        self,
        config: OpenAiConfig,
        client: ModelClient,
        dialect: Dialect,
        task: Task,
        space: CoordinateSpace,
        image: Size,
    ) -> None:
        self._config = config
        self._client = client
        self._dialect = dialect
        self._task = task
        self._space = space
        self._image = image
        self._memory = _Memory()

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        memory = self._memory
        image = await asyncio.to_thread(model_image, observation, self._image, self._config.image_format)
        turn = _Turn(note=_note(memory.note, refused), image=image)
        memory.turns.append(turn)
        for old in memory.turns[: -self._config.images]:
            old.image = _FORGOTTEN
        reply = await self._client.complete(self._messages())
        turn.reply = reply.text
        space = CoordinateSpace(native=self._space.native, model=self._space.model, pointer=memory.pointer)
        try:
            parsed = self._dialect.parse(reply.text, space)
        except DialectError as error:
            return self._malformed(reply, error)
        memory.malformed, memory.note = 0, ""
        memory.pointer = pointer_after(parsed.action, memory.pointer)
        return Decision(action=parsed.action, turn=_model_turn(reply, parsed.thought))

    def _malformed(self, reply: Reply, error: DialectError) -> Decision:
        self._memory.malformed += 1
        if self._memory.malformed >= self._config.malformed_limit:
            count = self._memory.malformed
            raise PolicyError(f"{count} replies in a row did not parse; the last: {error}", field="policy.dialect")
        self._memory.note = unreadable(str(error))
        return Decision(action=None, turn=_model_turn(reply, ""), error=str(error))

    def _messages(self) -> list[dict[str, Any]]:
        system = system_prompt(self._dialect.name, self._space, structured=self._config.structured)
        messages: list[dict[str, Any]] = [{"role": "system", "content": system}]
        for index, turn in enumerate(self._memory.turns):
            texts = [first_message(self._task.goal)] if index == 0 else []
            texts += [turn.note] if turn.note else []
            shown = turn.image is not _FORGOTTEN
            texts += [] if shown or texts else ["(an earlier screen, not shown any more)"]
            content: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
            if shown:
                content.append({"type": "image_url", "image_url": {"url": turn.image.data_url}})
            messages.append({"role": "user", "content": content})
            if turn is not self._memory.turns[-1]:
                messages.append({"role": "assistant", "content": turn.reply or "(no text)"})
        return messages

    async def close(self) -> None:
        self._memory.turns.clear()


_FORGOTTEN = EncodedImage(data=b"", media_type="", size=Size(0, 0))


def _note(unread: str, refusal: str) -> str:
    return "\n".join(part for part in (unread, refused(refusal) if refusal else "") if part)


def _model_turn(reply: Reply, thought: str) -> ModelTurn:
    return ModelTurn(
        text=reply.text,
        thought=thought,
        latency_ms=reply.latency_ms,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
    )


def pointer_after(action: Action, before: Point | None) -> Point | None:
    """Where the mouse stands after an action."""
    match action:
        case Click(at=at) | MoveTo(at=at) | Scroll(at=at) | LongPress(at=at):
            return at
        case Drag(end=end) | Swipe(end=end):
            return end
        case _:
            return before


class OpenAiPolicy:
    """Shared by all sessions. `api_key` "" sends none that means anything."""

    name = "openai"

    def __init__(self, config: OpenAiConfig, dialect: Dialect, *, api_key: str = "") -> None:
        self._config = config
        self._dialect = dialect
        self._make: Callable[[], ModelClient] = lambda: ModelClient(
            config, api_key, dialect.schema() if config.structured else None
        )
        self._client: ModelClient | None = None

    @property
    def dialect(self) -> str:
        return self._dialect.name

    async def __aenter__(self) -> Self:
        self._client = self._make()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> OpenAiSession:
        if self._client is None:
            raise PolicyError("the policy was not entered; use it as `async with`")
        config = self._config
        resized = CoordinateSpace.resized(
            info.screen, factor=config.patch_px, min_pixels=config.min_pixels, max_pixels=config.max_pixels
        )
        space = resized if config.coordinates == "resized" else CoordinateSpace.relative(info.screen)
        return OpenAiSession(config, self._client, self._dialect, task, space=space, image=resized.model)
