"""Questions to one program over AT-SPI, some asked before their answers are wanted so that none waits for another."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Self

from dbus_fast import Message

from device_farm.desktop.accessibility_names import state_numbers
from device_farm.desktop.bus import GuestBus, answer_of
from device_farm.errors import GuestError
from device_farm.types.geometry import Rect

ROOT_PATH: Final = "/org/a11y/atspi/accessible/root"
ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
COMPONENT: Final = "org.a11y.atspi.Component"
TEXT: Final = "org.a11y.atspi.Text"
TABLE: Final = "org.a11y.atspi.Table"
VALUE: Final = "org.a11y.atspi.Value"
CACHE: Final = "org.a11y.atspi.Cache"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_SCREEN_COORDINATES: Final = 0
_WHOLE: Final = [0, -1]
"""From the first character to the last: sheets refuse an end behind the text's own."""


class Questions:
    """Asks the program that the bus calls `program`. Use as `with`, which gives up what nobody has fetched.

    `ahead` asks at once and keeps the answer for whoever asks the same of the same object next.
    """

    def __init__(self, bus: GuestBus, program: str) -> None:
        self._bus = bus
        self._program = program
        self._under_way: dict[tuple[str, str, str], asyncio.Future[Message]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for begun in self._under_way.values():
            begun.cancel()
        self._under_way.clear()

    def ahead(self, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None) -> None:
        """Asks without waiting, once. An answer that nobody fetches counts for nothing, an error too."""
        if (path, interface, member) in self._under_way:
            return
        begun = self._bus.begin(self._program, path, interface, member, signature, body)
        self._under_way[path, interface, member] = begun

    def states_ahead(self, path: str) -> None:
        self.ahead(path, ACCESSIBLE, "GetState")

    def text_ahead(self, path: str) -> None:
        self.ahead(path, TEXT, "GetText", "ii", _WHOLE)

    def bounds_ahead(self, path: str) -> None:
        self.ahead(path, COMPONENT, "GetExtents", "u", [_SCREEN_COORDINATES])

    async def ask(
        self, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None
    ) -> list[Any]:
        """The body of the answer. Raises GuestError where the program refused, TransportError where the bus is gone."""
        begun = self._under_way.pop((path, interface, member), None)
        if begun is not None:
            return await answer_of(begun, member)
        return await self._bus.ask(self._program, path, interface, member, signature, body)

    async def states(self, path: str) -> frozenset[int]:
        """The numbers of an object's states. Raises GuestError, TransportError."""
        [words] = await self.ask(path, ACCESSIBLE, "GetState")
        return state_numbers(words)

    async def bounds(self, path: str) -> Rect:
        """An object's box as the program says it, empty where it says none. Raises TransportError."""
        try:
            [(x, y, width, height)] = await self.ask(path, COMPONENT, "GetExtents", "u", [_SCREEN_COORDINATES])
        except GuestError:
            return Rect(0, 0, 0, 0)
        return Rect(x, y, x + max(0, width), y + max(0, height))

    async def text(self, path: str, *, limit: int) -> str | None:
        """An object's text, cut to `limit` characters; None where it tells none. Raises TransportError."""
        try:
            [text] = await self.ask(path, TEXT, "GetText", "ii", _WHOLE)
        except GuestError:
            return None
        return str(text)[:limit]
