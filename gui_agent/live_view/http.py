"""The HTTP of the live view: one request a connection, files of the page, and the upgrade to a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

MAX_HEAD: Final = 16 * 1024
"""Largest request line and headers taken, in bytes; also the limit of the connection's reader."""
_READ_S: Final = 10.0

# The page loads nothing from elsewhere, is shown in no other page's frame, and tells nobody its address.
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class RefusedError(Exception):
    """The request is answered with `status` and a plain sentence."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request without a body. Header names are in lower case; `query` has the first value of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The request of a fresh connection.

    Raises:
        RefusedError: it is malformed, too long, or does not come within 10 s.
        ConnectionError: the client left.
    """
    try:
        async with asyncio.timeout(_READ_S):
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"headers over {MAX_HEAD} bytes") from error
    except TimeoutError as error:
        raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, "no request came") from error
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("the client left") from error
    return parse_request(head)


def parse_request(head: bytes) -> Request:
    """Request line and headers. Raises RefusedError for what is no HTTP/1.1 request, or names a header twice."""
    lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or not parts[1].startswith("/"):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "malformed request line")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or name.lower() in headers:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "malformed headers")
        headers[name.lower()] = value.strip()
    target = urlsplit(parts[1])
    query = {name: values[0] for name, values in parse_qs(target.query, max_num_fields=20).items()}
    return Request(method=parts[0], path=unquote(target.path), query=query, headers=headers)


def response(
    status: HTTPStatus,
    body: bytes = b"",
    *,
    content_type: str = "text/plain; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A whole answer, after which the connection ends."""
    named = {
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **_SAFE,
        **(headers or {}),
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def upgrade(accept: str) -> bytes:
    """The answer that turns the connection into a WebSocket."""
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n"
    ).encode("ascii")
