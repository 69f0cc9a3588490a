"""The narrow port through which verifiers use a model; `gui_agent` puts any of its models behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from device_farm.types.observation import Screenshot
from device_farm.types.task import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A screen with its pixels; `screenshot.data` is never None here."""

    screenshot: Screenshot


Part: TypeAlias = Text | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model said; token counts as its server reports them, 0 where it does not."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Model(Protocol):
    """Safe to call concurrently."""

    @property
    def name(self) -> str: ...

    async def generate(
        self,
        system: str,
        parts: Sequence[Part],
        *,
        max_tokens: int = 512,
        temperature: float = 0.0,
        seed: int | None = None,
        schema: Mapping[str, JsonValue] | None = None,
    ) -> Reply:
        """One reply to `parts`, which are one user turn. `schema` constrains it to JSON where the server can.

        Raises:
            PolicyError: the server refuses, or still fails after its retries.
        """
        ...
