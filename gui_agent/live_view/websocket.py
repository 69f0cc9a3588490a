"""The server's half of a WebSocket (RFC 6455), without extensions and subprotocols."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_CONTROL: Final = frozenset((CLOSE, PING, PONG))
_KNOWN: Final = frozenset((CONTINUATION, TEXT, BINARY)) | _CONTROL

NORMAL, GOING_AWAY, PROTOCOL, POLICY, TOO_BIG, LATER = 1000, 1001, 1002, 1008, 1009, 1013
"""Close codes (RFC 6455, 7.4.1, and the IANA registry for 1013, try again later)."""
_INVALID_TEXT: Final = 1007
_MAX_REASON: Final = 123
_PING_S: Final = 15.0
_SILENCE_S: Final = 50.0


class BrokenSocketError(Exception):
    """The peer does not keep to the protocol; the connection is closed with `code`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `payload` is unmasked."""

    final: bool
    opcode: int
    payload: bytes


def accept_key(key: str) -> str:
    """`Sec-WebSocket-Accept` for a client's `Sec-WebSocket-Key`. Raises ValueError unless the key is 16 bytes."""
    if len(base64.b64decode(key, validate=True)) != 16:
        raise ValueError("Sec-WebSocket-Key is not 16 bytes")
    return base64.b64encode(hashlib.sha1((key + _GUID).encode("ascii"), usedforsecurity=False).digest()).decode("ascii")


def encode_frame(opcode: int, payload: bytes) -> bytes:
    """A whole message as the one unmasked frame in which a server sends it."""
    length = len(payload)
    if length < 126:
        head = struct.pack(">BB", 0x80 | opcode, length)
    elif length < 1 << 16:
        head = struct.pack(">BBH", 0x80 | opcode, 126, length)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 127, length)
    return head + payload


def unmask(payload: bytes, key: bytes) -> bytes:
    """XOR with the four bytes of `key`, repeated. Its own inverse."""
    length = len(payload)
    repeated = (key * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")


async def read_frame(reader: asyncio.StreamReader, *, max_bytes: int) -> Frame:
    """A client's next frame.

    Raises:
        BrokenSocketError: it is not masked, longer than `max_bytes`, or of a kind that there is not.
        asyncio.IncompleteReadError: the connection ended.
    """
    first, second = await reader.readexactly(2)
    opcode, length = first & 0x0F, second & 0x7F
    if first & 0x70 or opcode not in _KNOWN:
        raise BrokenSocketError(PROTOCOL, "a frame of an unknown kind")
    if not second & 0x80:
        raise BrokenSocketError(PROTOCOL, "a client's frame has to be masked")
    if opcode in _CONTROL and (length > 125 or not first & 0x80):
        raise BrokenSocketError(PROTOCOL, "a control frame is one frame of at most 125 bytes")
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await reader.readexactly(8))
    if length > max_bytes:
        raise BrokenSocketError(TOO_BIG, f"a message may have {max_bytes} bytes")
    key = await reader.readexactly(4)
    return Frame(bool(first & 0x80), opcode, unmask(await reader.readexactly(length), key))


class WebSocket:
    """An open connection. One task receives; any may send. A peer that is silent for 50 s, pings included, is gone."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, max_message: int = 1 << 17
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._max_message = max_message
        self._sending = asyncio.Lock()
        self._closed = False

    async def receive(self) -> str | None:
        """The next text message; None once the peer has closed or is gone.

        Raises:
            BrokenSocketError: the peer breaks the protocol, or sends something else than text.
        """
        parts = bytearray()
        begun = False
        while True:
            try:
                frame = await self._next()
            except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                return None
            if frame.opcode == CLOSE:
                await self.close(NORMAL, "")
                return None
            if frame.opcode in _CONTROL:
                await self._answer(frame)
                continue
            if frame.opcode == BINARY or (frame.opcode == CONTINUATION) is not begun:
                raise BrokenSocketError(PROTOCOL, "only text messages are taken here")
            begun = True
            parts += frame.payload
            if len(parts) > self._max_message:
                raise BrokenSocketError(TOO_BIG, f"a message may have {self._max_message} bytes")
            if frame.final:
                return _text(bytes(parts))

    async def _next(self) -> Frame:
        async with asyncio.timeout(_SILENCE_S):
            return await read_frame(self._reader, max_bytes=self._max_message)

    async def _answer(self, frame: Frame) -> None:
        if frame.opcode == PING:
            await self._send(PONG, frame.payload)

    async def send_text(self, text: str) -> None:
        """Raises ConnectionError when the peer is gone."""
        await self._send(TEXT, text.encode("utf-8", "surrogatepass"))

    async def send_json(self, message: Mapping[str, Any]) -> None:
        """Raises ConnectionError when the peer is gone."""
        await self.send_text(json.dumps(message))

    async def send_bytes(self, data: bytes) -> None:
        """Raises ConnectionError when the peer is gone."""
        await self._send(BINARY, data)

    async def keep_alive(self) -> None:
        """Pings until it is cancelled or the peer is gone."""
        try:
            while True:
                await asyncio.sleep(_PING_S)
                await self._send(PING, b"")
        except ConnectionError:
            return

    async def close(self, code: int, reason: str) -> None:
        """Says goodbye once; a peer that is gone is no error."""
        if self._closed:
            return
        words = reason.encode("utf-8", "replace")[:_MAX_REASON].decode("utf-8", "ignore").encode("utf-8")
        try:
            await self._send(CLOSE, struct.pack(">H", code) + words)
        except ConnectionError:
            pass
        finally:
            self._closed = True
            self._writer.close()

    async def _send(self, opcode: int, payload: bytes) -> None:
        async with self._sending:
            if self._closed or self._writer.is_closing():
                raise ConnectionResetError("the page is gone")
            self._writer.write(encode_frame(opcode, payload))
            await self._writer.drain()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenSocketError(_INVALID_TEXT, "a text message has to be UTF-8") from error
