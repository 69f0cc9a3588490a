"""A text model that writes the next sketch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.errors import FarmError
from world_model.port import TextModel, TextReply
from world_model.predictors.base import Prediction, Question, Spent, failed
from world_model.predictors.loops import looping
from world_model.predictors.prompt import system_text, user_text
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.sketch import Sketch

_PROMPT_TOKENS: Final = 1000
"""Instructions, goal and action; a longer goal than about 500 words goes beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """`sketch_tokens` is the estimated size of the screen in the prompt, `max_tokens` the longest reply (MobileDreamer:
    4,096, arXiv 2601.04035), `timeout_s` the wait for one reply, `concurrent` how many are asked at once.
    """

    sketch_tokens: int = 3000
    max_tokens: int = 4096
    timeout_s: float = 30.0
    concurrent: int = 8
    temperature: float = 0.0
    seed: int | None = None


class ModelPredictor:
    """Repeatable: temperature 0 by default, and with another one the first answer counts."""

    def __init__(self, model: TextModel, options: ModelOptions | None = None) -> None:
        self._model = model
        self._options = options or ModelOptions()
        self._turns = asyncio.Semaphore(self._options.concurrent)

    @property
    def name(self) -> str:
        return f"model:{self._model.name}"

    @property
    def repeatable(self) -> bool:
        return True

    @property
    def most_tokens(self) -> int:
        return _PROMPT_TOKENS + self._options.sketch_tokens + self._options.max_tokens

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        async with asyncio.TaskGroup() as batch:
            asked = [batch.create_task(self._one(question)) for question in questions]
        return tuple(task.result() for task in asked)

    async def _one(self, question: Question) -> Prediction:
        async with self._turns:
            began_s = time.monotonic()
            try:
                async with asyncio.timeout(self._options.timeout_s):
                    reply = await self._ask(question)
            except TimeoutError:
                waited = Spent(ms=_ms_since(began_s))
                return failed("timeout", f"no reply within {self._options.timeout_s:g} s", spent=waited)
            except FarmError as error:
                return failed("model", f"{type(error).__name__}: {error}", spent=Spent(ms=_ms_since(began_s)))
            except Exception as error:  # noqa: BLE001 - the boundary to whatever serves the model; recorded as a fault
                return failed("model", f"{type(error).__name__}: {error!r}", spent=Spent(ms=_ms_since(began_s)))
        spent = Spent(
            ms=_ms_since(began_s), prompt_tokens=reply.prompt_tokens, completion_tokens=reply.completion_tokens
        )
        return read_reply(reply, question.sketch, spent)

    async def _ask(self, question: Question) -> TextReply:
        options = self._options
        return await self._model.generate(
            system_text(question),
            user_text(question, options.sketch_tokens),
            max_tokens=options.max_tokens,
            temperature=options.temperature,
            seed=options.seed,
        )


def read_reply(reply: TextReply, before: Sketch, spent: Spent) -> Prediction:
    """The sketch of a reply, or the fault that makes it none; what was wrong with single lines is kept either way."""
    text = reply.said
    if not text.strip():
        return failed("empty", "the model said nothing", spent=spent)
    if looping(text.split("\n")):
        return failed("loop", f"the model repeats itself: {text.strip()[-80:]!r}", spent=spent)
    parsed = parse_sketch(text, before)
    if not parsed.sketch.lines and parsed.lost:
        return failed("parse", f"no line could be read: {parsed.faults[-1]}", spent=spent)
    return Prediction(sketch=parsed.sketch, line_faults=parsed.faults, spent=spent)


def _ms_since(began_s: float) -> float:
    return (time.monotonic() - began_s) * 1000
