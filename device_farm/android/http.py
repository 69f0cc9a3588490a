"""HTTP/1.1 requests on an adb stream, kept alive from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.adb.stream import AdbStream
from device_farm.errors import TransportError

_MAX_HEAD = 64 * 1024
_MAX_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    status: int
    body: bytes


def encode_request(method: str, path: str, body: bytes = b"") -> bytes:
    """A request; an empty `Accept-Encoding` because the phone's server leaks memory when it compresses."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: \r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class HttpStream:
    """One connection; not for two requests at a time."""

    def __init__(self, stream: AdbStream) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self.reusable = True

    async def request(self, method: str, path: str, body: bytes = b"") -> HttpResponse:
        """Raises TransportError when the connection ends or what comes back is no HTTP."""
        self.reusable = False
        await self._stream.write(encode_request(method, path, body))
        while True:
            status, headers = await self._head()
            if status != 100:
                break
        if headers.get("transfer-encoding", "").lower() == "chunked":
            content = await self._chunks()
        else:
            content = await self._take(_length(headers.get("content-length", "")))
        self.reusable = headers.get("connection", "keep-alive").lower() != "close"
        return HttpResponse(status=status, body=content)

    def close(self) -> None:
        self.reusable = False
        self._stream.close()

    async def _head(self) -> tuple[int, dict[str, str]]:
        text = (await self._until(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.split("\r\n")
        words = first.split(" ", 2)
        if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
            raise TransportError(f"not an HTTP answer: {first[:80]!r}")
        pairs = (line.partition(":") for line in lines)
        return int(words[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}

    async def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            text = (await self._until(b"\r\n")).split(b";")[0]
            size = _length(text.decode("latin-1"), base=16)
            total += size
            if total > _MAX_BODY:
                raise TransportError(f"an HTTP answer of more than {_MAX_BODY} bytes")
            parts.append(await self._take(size))
            await self._until(b"\r\n")
            if size == 0:
                return b"".join(parts)

    async def _until(self, mark: bytes) -> bytes:
        searched = 0
        while (end := self._buffer.find(mark, searched)) < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise TransportError(f"HTTP headers of more than {_MAX_HEAD} bytes")
            searched = max(0, len(self._buffer) - len(mark))
            await self._more()
        head = bytes(self._buffer[:end])
        del self._buffer[: end + len(mark)]
        return head

    async def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._more()
        body = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return body

    async def _more(self) -> None:
        data = await self._stream.read()
        if not data:
            raise TransportError("the HTTP connection ended in the middle of an answer")
        self._buffer += data


def _length(text: str, *, base: int = 10) -> int:
    try:
        size = int(text, base)
    except ValueError:
        raise TransportError(f"an HTTP answer without a length: {text[:40]!r}") from None
    if not 0 <= size <= _MAX_BODY:
        raise TransportError(f"an HTTP answer of {size} bytes")
    return size
