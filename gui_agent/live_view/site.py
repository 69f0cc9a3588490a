"""The page's address on this machine: who may open it, its files, its WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from device_farm.loopback import LoopbackListener
from gui_agent.live_view.http import MAX_HEAD, RefusedError, Request, read_request, response, upgrade
from gui_agent.live_view.websocket import BrokenSocketError, WebSocket, accept_key

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


class Site(LoopbackListener):
    """Serves the page on the loopback under a random token. `on_socket` has each WebSocket, with its query."""

    def __init__(self, on_socket: OnSocket, *, port: int = 0, token: str = "") -> None:
        super().__init__(port=port, field="--port", limit=MAX_HEAD)
        self.token = token or secrets.token_urlsafe(18)
        self._on_socket = on_socket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.token}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await self._answer(reader, writer)

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
