"""The chat-completions wire format, both ways, with the fields that vLLM adds to it."""

from __future__ import annotations

import base64
import json
import math
from typing import Any, Final, assert_never

from device_farm.errors import PolicyError
from device_farm.types.task import JsonValue
from gui_agent.models.base import Completion, FinishReason, Sampling
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Part, TextPart

_UNCHANGED: Final = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}
"""vLLM otherwise takes these from the model's generation_config.json; Qwen2.5-VL's has a top-k and a penalty."""


def data_url(image: ImagePart) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode('ascii')}"


def request_of(prompt: ChatPrompt, sampling: Sampling, *, n: int, token_ids: bool) -> dict[str, Any]:
    """The body of a call, `model` left out. Fields with the servers' own default are left out, too.

    `token_ids` asks for vLLM's `return_token_ids`, where log-probabilities are wanted at all, and switches off what a
    checkpoint's own defaults would change of the distribution without a trace in the log-probabilities.
    """
    body: dict[str, Any] = {
        "messages": [_message(message) for message in prompt.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if n != 1:
        body["n"] = n
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.schema is not None:
        body["response_format"] = _response_format(sampling.schema)
    if sampling.logprobs:
        body["logprobs"] = True
        if token_ids:
            body["extra_body"] = {"return_token_ids": True, **_UNCHANGED}
    return body


def _response_format(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {"type": "json_schema", "json_schema": {"name": "action", "schema": schema, "strict": True}}


def _message(message: Message) -> dict[str, Any]:
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    if message.role != "user" and len(texts) == len(message.parts):
        # Some servers' chat templates take lists of parts from users only.
        return {"role": message.role, "content": "".join(texts)}
    return {"role": message.role, "content": [_part(part) for part in message.parts]}


def _part(part: Part) -> dict[str, Any]:
    match part:
        case TextPart(text=text):
            return {"type": "text", "text": text}
        case ImagePart():
            return {"type": "image_url", "image_url": {"url": data_url(part)}}
        case _:
            assert_never(part)


def completions_of(data: bytes, latency_ms: float) -> tuple[Completion, ...]:
    """The replies in the body of an answer. Raises PolicyError, saying what is wrong with it."""
    try:
        body = json.loads(data)
    except ValueError as error:
        raise PolicyError(f"the reply is not JSON: {error}") from error
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list) or not choices:
        raise PolicyError("a reply without choices")
    usage = body.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    # The server counts all choices together; a count that is not of one reply would be wrong for each.
    generated = _whole(usage.get("completion_tokens")) if len(choices) == 1 else None
    asked = _whole(usage.get("prompt_tokens"))
    shared = _ids(body.get("prompt_token_ids"), "prompt_token_ids")
    return tuple(_completion(choice, shared, asked, generated, latency_ms) for choice in choices)


def _completion(
    choice: Any, prompt_ids: tuple[int, ...], asked: int | None, generated: int | None, latency_ms: float
) -> Completion:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise PolicyError("a choice without a message")
    text = message.get("content") or ""
    if not isinstance(text, str):
        raise PolicyError(f"a message whose content is {type(text).__name__}, not text")
    ids = _ids(choice.get("token_ids"), "token_ids")
    logprobs = _logprobs(choice.get("logprobs"))
    if ids and logprobs and len(ids) != len(logprobs):
        raise PolicyError(f"{len(ids)} token ids with {len(logprobs)} log-probabilities")
    return Completion(
        text=text,
        token_ids=ids,
        logprobs=logprobs,
        prompt_token_ids=prompt_ids,
        finish=_finish(choice.get("finish_reason")),
        latency_ms=latency_ms,
        prompt_tokens=asked,
        completion_tokens=len(ids) if generated is None and ids else generated,
    )


def _finish(reason: object) -> FinishReason:
    match reason:
        case "stop" | "length":
            return reason
        case _:
            return "other"


def _whole(value: object) -> int | None:
    return value if type(value) is int else None


def _ids(value: object, field: str) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or any(type(each) is not int for each in value):
        raise PolicyError(f"{field} is no list of whole numbers")
    return tuple(value)


def _logprobs(value: Any) -> tuple[float, ...]:
    """Of `{"content": [{"logprob": x}, …]}`. A value over 0, or not finite, is a fault of the server."""
    content = value.get("content") if isinstance(value, dict) else None
    if content is None:
        return ()
    found: list[float] = []
    for entry in content if isinstance(content, list) else [content]:
        logprob = entry.get("logprob") if isinstance(entry, dict) else None
        if isinstance(logprob, bool) or not isinstance(logprob, int | float) or not math.isfinite(logprob):
            raise PolicyError(f"{logprob!r} for a log-probability")
        found.append(float(logprob))
    return tuple(found)
