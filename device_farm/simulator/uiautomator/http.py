"""The little HTTP/1.1 that the automation server needs: keep-alive, Content-Length, `Expect: 100-continue`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeAlias

MAX_HEAD = 16 * 1024
"""Largest request line and headers taken, in bytes."""

MAX_BODY = 16 * 1024 * 1024
"""Largest request body taken, in bytes, unless the server says otherwise."""


class Channel(Protocol):
    """A connection's two directions."""

    async def read(self) -> bytes:
        """What has arrived; empty at the end."""
        ...

    async def write(self, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class BadRequestError(Exception):
    """The request cannot be read; `status` is the answer, after which the connection ends."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def serve_http(channel: Channel, handler: Handler, *, max_body: int = MAX_BODY) -> None:
    """Answers requests on `channel` until the client closes it or asks for the end."""
    reader = _Reader(channel, max_body)
    try:
        while (request := await reader.next_request()) is not None:
            ends = request.headers.get("connection", "").lower() == "close"
            await channel.write(_encode(await handler(request), ends=ends))
            if ends:
                return
    except BadRequestError as error:
        await channel.write(_encode(Response(status=error.status, body=str(error).encode()), ends=True))


def _encode(response: Response, *, ends: bool) -> bytes:
    head = (
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
        f"Content-Type: {response.content_type}\r\n"
        f"Connection: {'close' if ends else 'keep-alive'}\r\n"
        f"Content-Length: {len(response.body)}\r\n\r\n"
    )
    return head.encode() + response.body


class _Reader:
    """Cuts a channel's bytes into requests."""

    def __init__(self, channel: Channel, max_body: int) -> None:
        self._channel = channel
        self._max_body = max_body
        self._buffer = bytearray()

    async def next_request(self) -> Request | None:
        """The next request; None when the client is done. Raises BadRequestError."""
        head = await self._read_head()
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        try:
            method, path, version = lines[0].split(" ")
            headers = dict(_header(line) for line in lines[1:])
        except ValueError as error:
            raise BadRequestError(400, "malformed request") from error
        if not version.startswith("HTTP/1."):
            raise BadRequestError(400, f"unsupported version {version}")
        body = await self._read_body(headers)
        if body is None:
            return None
        return Request(method=method, path=path, headers=headers, body=body)

    async def _read_head(self) -> bytes | None:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise BadRequestError(413, f"headers over {MAX_HEAD} bytes")
            if not await self._more():
                return None
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head

    async def _read_body(self, headers: Mapping[str, str]) -> bytes | None:
        text = headers.get("content-length", "0")
        if not (text.isascii() and text.isdigit()):
            raise BadRequestError(400, f"bad Content-Length {text!r}")
        if "transfer-encoding" in headers:
            raise BadRequestError(400, "Transfer-Encoding is not supported, send a Content-Length")
        length = int(text)
        if length > self._max_body:
            raise BadRequestError(413, f"body over {self._max_body} bytes")
        if len(self._buffer) < length:
            # Also where the client did not ask: Python's http.client sends head and body apart, and without a sign
            # of life in between the body waits 40 ms for a delayed ACK. Clients skip interim answers (RFC 9110, 15.2).
            await self._channel.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self._buffer) < length:
            if not await self._more():
                return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    async def _more(self) -> bool:
        data = await self._channel.read()
        self._buffer += data
        return bool(data)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise ValueError(line)
    return name.lower(), value.strip()
