"""The server's half of a WebSocket, for text messages of a page. The protocol (RFC 6455) is wsproto's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, generate_accept_token

NORMAL, PROTOCOL, POLICY, TOO_BIG, LATER = 1000, 1002, 1008, 1009, 1013
"""Close codes (RFC 6455, 7.4.1, and the IANA registry for 1013, try again later)."""
_PING_S: Final = 15.0
_SILENCE_S: Final = 50.0
_CHUNK: Final = 1 << 16


class BrokenSocketError(Exception):
    """The peer does not keep to the protocol; the connection is closed with `code`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def accept_key(key: str) -> str:
    """`Sec-WebSocket-Accept` for a client's `Sec-WebSocket-Key`. Raises ValueError unless the key is 16 bytes."""
    if len(base64.b64decode(key, validate=True)) != 16:
        raise ValueError("Sec-WebSocket-Key is not 16 bytes")
    return generate_accept_token(key.encode("ascii")).decode("ascii")


class WebSocket:
    """An open connection. One task receives; any may send. A peer that is silent for 50 s, pings included, is gone."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, max_message: int = 1 << 17
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._max_message = max_message
        self._protocol = Connection(ConnectionType.SERVER)
        self._events: deque[Event] = deque()
        self._sending = asyncio.Lock()

    async def receive(self) -> str | None:
        """The next text message; None once the peer has closed or is gone.

        Raises:
            BrokenSocketError: the peer breaks the protocol, or sends something else than text.
        """
        parts: list[str] = []
        size = 0
        while (event := await self._next()) is not None:
            match event:
                case TextMessage(data=data, message_finished=finished):
                    parts.append(data)
                    size += len(data.encode())
                    if size > self._max_message:
                        raise BrokenSocketError(TOO_BIG, f"a message may have {self._max_message} bytes")
                    if finished:
                        return "".join(parts)
                case BytesMessage():
                    raise BrokenSocketError(PROTOCOL, "only text messages are taken here")
                case Ping():
                    await self._send(event.response())
                case CloseConnection(code=code, reason=reason):
                    if self._protocol.state is ConnectionState.OPEN:
                        # What the protocol's reader cannot make sense of it tells as a close of its own.
                        raise BrokenSocketError(int(code), str(reason))
                    await self.close(NORMAL, "")
                    return None
        return None

    async def _next(self) -> Event | None:
        """None where the connection has ended, or nothing has come for too long."""
        while not self._events:
            try:
                async with asyncio.timeout(_SILENCE_S):
                    data = await self._reader.read(_CHUNK)
            except (ConnectionError, TimeoutError):
                return None
            if not data:
                return None
            self._protocol.receive_data(data)
            self._events.extend(self._protocol.events())
        return self._events.popleft()

    async def send_text(self, text: str) -> None:
        """Raises ConnectionError when the peer is gone."""
        await self._send(TextMessage(data=text))

    async def send_json(self, message: Mapping[str, Any]) -> None:
        """Raises ConnectionError when the peer is gone."""
        await self.send_text(json.dumps(message))

    async def send_bytes(self, data: bytes) -> None:
        """Raises ConnectionError when the peer is gone."""
        await self._send(BytesMessage(data=data))

    async def keep_alive(self) -> None:
        """Pings until it is cancelled or the peer is gone."""
        try:
            while True:
                await asyncio.sleep(_PING_S)
                await self._send(Ping())
        except ConnectionError:
            return

    async def close(self, code: int, reason: str) -> None:
        """Says goodbye once; a peer that is gone is no error."""
        try:
            await self._send(CloseConnection(code=code, reason=reason))
        except ConnectionError:
            pass
        finally:
            self._writer.close()

    async def _send(self, event: Event) -> None:
        async with self._sending:
            if self._writer.is_closing():
                raise ConnectionResetError("the page is gone")
            try:
                self._writer.write(self._protocol.send(event))
            except LocalProtocolError as error:
                raise ConnectionResetError("the page is closing") from error
            await self._writer.drain()
