"""The narrow port through which the world model uses a text model; `gui_agent` puts any of its models behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReply:
    """What a model said; token counts as its server reports them, 0 where it does not. `finish` is why it stopped."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish: Literal["stop", "length", "other"] = "stop"

    @property
    def said(self) -> str:
        """The text without what the model thought aloud before it; a thought that does not end is all of it."""
        return _THOUGHT.sub("", self.text)


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
