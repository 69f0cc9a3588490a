"""One stage's talk with a model: strict replies, asked for again a bounded number of times, within a budget."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from device_farm.errors import VerifierError
from device_farm.types.task import JsonValue
from verifier.agentic.budget import Budget
from verifier.agentic.reply import Kind, Said, Turn, parse_turn, turn_schema
from verifier.port import Model, Part, Picture, Text
from verifier.probes.text import as_data, one_line
from verifier.verdict import Cost

_MAX_TOLD_CHARS: Final = 300


class BudgetGone(VerifierError):
    """The stage may not ask again. No fault of the model."""


class Talk:
    """Counts what one stage spends. Every ask is one user turn with everything that the model should know."""

    def __init__(
        self,
        model: Model,
        *,
        budget: Budget,
        max_tokens: int,
        temperature: float,
        seed: int | None,
        retries: int,
    ) -> None:
        self._model = model
        self._budget = budget
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._seed = seed
        self._retries = retries
        self.cost = Cost()

    def count(self, cost: Cost) -> None:
        """Something else that the stage spent, such as a tool call."""
        self.cost += cost

    async def ask(self, system: str, parts: Sequence[Part], allowed: Sequence[Kind], tools: Sequence[str] = ()) -> Turn:
        """The model's next turn, of a kind that is allowed; `tools` are the names that a call may have.

        Raises:
            BudgetGone: steps or tokens are used up.
            VerifierError: no reply parsed, after all retries, or each was a verdict that stood in what was shown.
            PolicyError: the model's server failed.
        """
        schema: Mapping[str, JsonValue] = turn_schema(allowed, tools)
        asked = list(parts)
        for attempt in range(self._retries + 1):
            self.check()
            reply = await self._model.generate(
                system,
                asked,
                max_tokens=self._max_tokens,
                temperature=self._temperature,
                # The same seed would bring the same broken reply again.
                seed=None if self._seed is None else self._seed + attempt,
                schema=schema,
            )
            pictures = sum(isinstance(part, Picture) for part in asked)
            self.count(
                Cost(
                    steps=1,
                    images=pictures,
                    prompt_tokens=reply.prompt_tokens,
                    completion_tokens=reply.completion_tokens,
                )
            )
            try:
                turn = parse_turn(reply.text, allowed)
                if isinstance(turn, Said) and _copied(reply.text, parts):
                    raise VerifierError("the verdict stands word by word in what was shown", field="reply")
                return turn
            except VerifierError as error:
                told = one_line(str(error), _MAX_TOLD_CHARS)
                # The error names fields of the reply, and whoever wrote the screen may have dictated those.
                again = f"Your last reply could not be used:\n{as_data(told)}\nReply with one JSON object."
                asked = [*parts, Text(text=again)]
        raise VerifierError(f"{self._model.name} gave no reply that parses, {self._retries + 1} times: {told}")

    def check(self) -> None:
        """Raises BudgetGone where nothing more may be spent, by asking or otherwise."""
        gone = self._budget.left(self.cost).gone
        if gone:
            raise BudgetGone(f"the budget of {gone} is used up")


def _copied(reply: str, parts: Sequence[Part]) -> bool:
    """Whether a text that was shown has the whole reply in it: then whoever wrote that text gave the verdict.

    Signs, blanks and escapes do not make two texts differ.
    """
    said = _letters(reply)
    return any(said in _letters(part.text) for part in parts if isinstance(part, Text))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"\\[nrt]", " ", text)).casefold()
