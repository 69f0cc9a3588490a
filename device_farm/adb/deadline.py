"""A deadline that speaks the error tree."""

from __future__ import annotations

import asyncio
from types import TracebackType

from device_farm.errors import DeadlineError


class Deadline:
    """`async with Deadline(5.0, "shell id")`: raises DeadlineError naming `what` when the block takes longer.

    A class and not a generator: it stands around every call of the wire client, where microseconds add up.
    """

    __slots__ = ("_seconds", "_timeout", "_what")

    def __init__(self, seconds: float, what: str) -> None:
        self._seconds = seconds
        self._what = what
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError as expired:
            raise DeadlineError(f"{self._what} took longer than {self._seconds:g} s") from expired
