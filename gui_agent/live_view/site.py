"""The page's address on this machine: who may open it, its files, its WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from importlib.resources import files
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from device_farm.errors import ConfigError
from gui_agent.live_view.http import MAX_HEAD, RefusedError, Request, read_request, response, upgrade
from gui_agent.live_view.websocket import BrokenSocketError, WebSocket, accept_key

_LOOPBACK: Final = "127.0.0.1"
_NAMES: Final = frozenset(("127.0.0.1", "localhost", "::1"))
_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}
_PAGES: Final[Mapping[str, str]] = {"": "hall.html", "device": "device.html"}

_LOOK: Final = "report.css"
"""Colours, letters and cards are those of a run's report."""

OnSocket = Callable[[WebSocket, Mapping[str, str]], Awaitable[None]]


class Site:
    """Serves the page on the loopback under a random token. `on_socket` has each WebSocket, with its query.

    Raises from `async with`:
        ConfigError: the port is taken.
    """

    def __init__(self, on_socket: OnSocket, *, port: int = 0, token: str = "") -> None:
        self.token = token or secrets.token_urlsafe(18)
        self._on_socket = on_socket
        self._asked = port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(self._connected, _LOOPBACK, self._asked, limit=MAX_HEAD)
        except OSError as error:
            message = f"{_LOOPBACK}:{self._asked} cannot be listened on: {error.strerror}"
            raise ConfigError(message, field="--port", fix="choose another port, or leave it out") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for line in tuple(self._lines):
            line.cancel()
        if self._lines:
            await asyncio.wait(self._lines)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}/{self.token}/"

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio complains of one of its own when it is cancelled (Python 3.11).
        task = asyncio.create_task(self._serve(reader, writer))
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await read_request(reader)
            place = self.check(request)
            if request.path == f"/{self.token}":
                writer.write(response(HTTPStatus.PERMANENT_REDIRECT, headers={"Location": f"/{self.token}/"}))
                return
            if place == "socket":
                accept = _accept(request)
                writer.write(upgrade(accept))
                await self._talk(WebSocket(reader, writer), request.query)
                return
            name = _PAGES.get(place, place)
            writer.write(response(HTTPStatus.OK, _file(name), content_type=_TYPES[name.rpartition(".")[2]]))
        except RefusedError as error:
            writer.write(response(error.status, f"{error}\n".encode()))
        await writer.drain()

    def check(self, request: Request) -> str:
        """The place below the token that the request is for.

        A page elsewhere may send a browser here, under another name for this machine (DNS rebinding) or across sites;
        it knows neither the token nor can it hide its own name in `Host` and `Origin`.

        Raises:
            RefusedError: it is not a GET, comes from elsewhere, or does not know the token.
        """
        host = request.headers.get("host", "")
        if _hostname(host) not in _NAMES:
            raise RefusedError(HTTPStatus.FORBIDDEN, "this address is for this machine only: open it as 127.0.0.1")
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise RefusedError(HTTPStatus.FORBIDDEN, "another site may not use this page")
        # A link to the page, from a chat or a terminal in a browser, may be followed: it has to hold the token.
        followed = request.headers.get("sec-fetch-dest") == "document"
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not followed:
            raise RefusedError(HTTPStatus.FORBIDDEN, "another site may not use this page")
        if request.method != "GET":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is served")
        _, token, *rest = f"{request.path}/".split("/", 2)
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
            raise RefusedError(HTTPStatus.FORBIDDEN, "open the address that `farm watch` printed: it ends in its token")
        return rest[0].strip("/") if rest else ""

    async def _talk(self, socket: WebSocket, query: Mapping[str, str]) -> None:
        alive = asyncio.create_task(socket.keep_alive())
        try:
            await self._on_socket(socket, query)
        except BrokenSocketError as error:
            await socket.close(error.code, str(error))
        finally:
            alive.cancel()


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"http://{host}").hostname
    except ValueError:
        return None


def _accept(request: Request) -> str:
    headers = request.headers
    asks = headers.get("upgrade", "").lower() == "websocket" and headers.get("sec-websocket-version") == "13"
    # A browser always names itself; without a name the caller is a program, and those use the farm's own client.
    if not asks or "origin" not in headers:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "this is the page's WebSocket")
    try:
        return accept_key(headers.get("sec-websocket-key", ""))
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error


def _file(name: str) -> bytes:
    """Raises RefusedError for what is no file of the page."""
    known = {entry.name: entry for entry in files("gui_agent.live_view").joinpath("web").iterdir()}
    known[_LOOK] = files("gui_agent.report").joinpath("templates", _LOOK)
    if name not in known or name.rpartition(".")[2] not in _TYPES:
        raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such page")
    return known[name].read_bytes()
