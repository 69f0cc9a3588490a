"""The narrow port through which the world model uses a text model; `gui_agent` puts any of its models behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReply:
    """What a model said; token counts as its server reports them, 0 where it does not. `finish` is why it stopped."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish: Literal["stop", "length", "other"] = "stop"


class TextModel(Protocol):
    """Safe to call concurrently."""

    @property
    def name(self) -> str: ...

    async def generate(
        self, system: str, user: str, *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> TextReply:
        """One reply to one user turn.

        Raises:
            PolicyError: the server refuses, or still fails after its retries.
        """
        ...
