"""Text models for these tests: they say what they are told to, and note what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from device_farm.errors import PolicyError
from world_model.port import TextReply


class RehearsedModel:
    """Replies with `reply(user)`; raises it where it is an error. `delay_s` passes before."""

    def __init__(self, reply: Callable[[str], str | Exception], *, delay_s: float = 0.0) -> None:
        self._reply = reply
        self._delay_s = delay_s
        self.asked: list[tuple[str, str]] = []
        self.at_once = 0
        self.most_at_once = 0

    @property
    def name(self) -> str:
        return "rehearsed"

    async def generate(
        self, system: str, user: str, *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> TextReply:
        self.asked.append((system, user))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self._delay_s)
        finally:
            self.at_once -= 1
        said = self._reply(user)
        if isinstance(said, Exception):
            raise said
        return TextReply(text=said, prompt_tokens=len(user) // 4, completion_tokens=len(said) // 4)


def refusing(message: str) -> PolicyError:
    return PolicyError(message)
