"""One X11 connection, all of it in one thread of its own, so that a stopped server never stops the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import xcffib
import xcffib.damage
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto
import xcffib.xtest
from xcffib.ffi import ffi
from xcffib.xproto import Atom, EventMask

from device_farm.errors import DeadlineError, TransportError
from device_farm.types.geometry import Rect

P = ParamSpec("P")
R = TypeVar("R")
CALL_TIMEOUT_S = 5.0
_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
_HOST_NAME = b"desktop"
_BOXES_MAX = 16


class Display:
    """The connection with its extensions. Plain methods run in the X thread only; `call` gets them there."""

    def __init__(self, *, patience: float = 1.0) -> None:
        """`patience` stretches the deadline of a call."""
        self._timeout_s = CALL_TIMEOUT_S * patience
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="x11")
        self._atoms: dict[str, int] = {}
        self._pings: set[int] = set()
        self._last_ping = 0
        self.damages = 0
        self.cursor_changed = True
        self.mapping_changed = True

    # --- event loop side ---------------------------------------------------------------------------------------
    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `function` in the X thread.

        Raises:
            DeadlineError: the X server does not answer.
            TransportError: the connection is gone.
        """
        loop = asyncio.get_running_loop()
        try:
            future = loop.run_in_executor(self._thread, functools.partial(function, *args, **kwargs))
            async with asyncio.timeout(self._timeout_s):
                return await future
        except TimeoutError:
            raise DeadlineError(f"the X server did not answer within {self._timeout_s:g} s") from None
        except (xcffib.XcffibException, RuntimeError) as error:
            # RuntimeError: the thread has been shut down by `close`.
            raise TransportError(f"the X server: {type(error).__name__} {error}", fix="reset the device") from error

    async def open(self, connection: socket.socket, cookie: bytes) -> None:
        """Takes over `connection`, which the X server has accepted but not greeted."""
        await self.call(self._open, connection, cookie)

    async def close(self) -> None:
        """Ends the connection. The server must be gone already, or a call could still be waiting for it."""
        with contextlib.suppress(RuntimeError):
            self._thread.submit(self._disconnect)
        self._thread.shutdown(wait=False)

    # --- X thread side -----------------------------------------------------------------------------------------
    def _open(self, connection: socket.socket, cookie: bytes) -> None:
        connection.setblocking(True)
        # xcb owns and closes the descriptor that it is given.
        self.connection = _AuthorizedConnection(connection.detach(), cookie)
        self.core = self.connection.core  # type: ignore[has-type]
        self.screen = self.connection.setup.roots[self.connection.pref_screen]  # type: ignore[has-type]
        self.root = self.screen.root
        self.xtest = self.connection(xcffib.xtest.key)
        self.xtest.GetVersion(2, 2).reply()
        self.shm = self.connection(xcffib.shm.key)
        self.shm.QueryVersion().reply()
        self.xfixes = self.connection(xcffib.xfixes.key)
        self.xfixes.QueryVersion(5, 0).reply()
        self.xfixes.SelectCursorInput(self.root, xcffib.xfixes.CursorNotifyMask.DisplayCursor)
        self._watch_damage()
        # Answers to pings come to the root window's watchers.
        mask = EventMask.SubstructureNotify
        self.core.ChangeWindowAttributes(self.root, xcffib.xproto.CW.EventMask, [mask])
        self.connection.flush()

    def _watch_damage(self) -> None:
        damage = self.connection(xcffib.damage.key)
        damage.QueryVersion(1, 1).reply()
        self._damage = damage
        self._damage_id = self.connection.generate_id()
        # One event until it is taken back: a busy screen cannot fill the queue between two looks.
        damage.Create(self._damage_id, self.root, xcffib.damage.ReportLevel.NonEmpty)
        self._parts = self._collected = 0

    def collect_damage(self) -> None:
        """From now on `take_damaged` tells where something was drawn."""
        self._parts, self._collected = (self.connection.generate_id() for _ in range(2))
        for region in (self._parts, self._collected):
            self.xfixes.CreateRegion(region, 0, [])

    def take_damaged(self) -> list[Rect]:
        """Where something was drawn since the last call, as `drain` has taken it in; at most a few boxes."""
        reply = self.xfixes.FetchRegion(self._collected).reply()
        self.xfixes.SetRegion(self._collected, 0, [])
        boxes = reply.rectangles if len(reply.rectangles) <= _BOXES_MAX else [reply.extents]
        return [Rect(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]

    def _disconnect(self) -> None:
        connection = getattr(self, "connection", None)
        if connection is not None:
            connection.disconnect()

    def drain(self) -> None:
        """Takes in every event that has arrived."""
        while (event := self.connection.poll_for_event()) is not None:
            match event:
                case xcffib.damage.NotifyEvent():
                    self.damages += 1
                    self._damage.Subtract(self._damage_id, 0, self._parts)
                    if self._parts:
                        self.xfixes.UnionRegion(self._collected, self._parts, self._collected)
                case xcffib.xfixes.CursorNotifyEvent():
                    self.cursor_changed = True
                case xcffib.xproto.MappingNotifyEvent():
                    self.mapping_changed = True
                case xcffib.xproto.ClientMessageEvent() if event.type == self.atom("WM_PROTOCOLS"):
                    # The window manager's own pings are answered here as well: those are not in the set.
                    self._pings.discard(event.data.data32[1])
                case _:
                    pass
        self.connection.flush()

    def count_damage(self) -> int:
        """A number that grows whenever something is drawn."""
        # A round trip first: what was drawn before it has been reported after it.
        self.core.GetInputFocus().reply()
        self.drain()
        return self.damages

    def atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = int(self.core.InternAtom(False, len(name), name).reply().atom)
        return self._atoms[name]

    def property32(self, window: int, name: str) -> list[int]:
        """The 32-bit values of a window's property; none where the window or the property is not there."""
        try:
            reply = self.core.GetProperty(False, window, self.atom(name), Atom.Any, 0, 4096).reply()
        except xcffib.xproto.WindowError:
            return []
        return [int(value) for value in reply.value.to_atoms()] if reply.format == 32 else []

    def property_text(self, window: int, name: str) -> str:
        try:
            reply = self.core.GetProperty(False, window, self.atom(name), Atom.Any, 0, 4096).reply()
        except xcffib.xproto.WindowError:
            return ""
        return bytes(reply.value.buf()).decode("utf-8", "replace") if reply.format == 8 else ""

    def send_ping(self, window: int) -> int:
        """Asks the window's program to answer once it has taken in everything sent before; 0 where it never would."""
        if self.atom("_NET_WM_PING") not in self.property32(window, "WM_PROTOCOLS"):
            return 0
        self._last_ping += 1
        ping = self._last_ping
        self._pings = {ping}
        sent = self.send_message(window, "WM_PROTOCOLS", [self.atom("_NET_WM_PING"), ping, window, 0, 0], to=window)
        return ping if sent else 0

    def answered(self, ping: int) -> bool:
        """Whether the program has answered `send_ping`."""
        self.drain()
        return ping not in self._pings

    def send_message(self, window: int, kind: str, data: list[int], *, to: int | None = None) -> bool:
        """A client message about `window`: to `to`, or to the window manager; False where the receiver is gone."""
        payload = xcffib.xproto.ClientMessageData.synthetic(data, "IIIII")  # type: ignore[no-untyped-call]
        event = xcffib.xproto.ClientMessageEvent.synthetic(  # type: ignore[no-untyped-call]
            32, window, self.atom(kind), payload
        )
        mask = EventMask.NoEvent if to else EventMask.SubstructureRedirect | EventMask.SubstructureNotify
        # Checked: a dialog that closes meanwhile is no broken server, which the error would be taken for later.
        cookie = self.core.SendEvent(False, to or self.root, mask, event.pack(), is_checked=True)
        try:
            cookie.check()
        except xcffib.xproto.WindowError:
            return False
        return True


class _AuthorizedConnection(xcffib.Connection):
    """A connection that shows `cookie`.

    The library's own constructor frees name and cookie before it sends them, so that now and then a server gets
    whatever has come to lie there since. Here both live until it has sent them.
    """

    def __init__(self, descriptor: int, cookie: bytes) -> None:
        name, data = ffi.new("char[]", _COOKIE_NAME), ffi.new("char[]", cookie)
        info = ffi.new("xcb_auth_info_t *")
        info.name, info.namelen = name, len(_COOKIE_NAME)
        info.data, info.datalen = data, len(cookie)
        self._conn = xcffib.lib.xcb_connect_to_fd(descriptor, info)
        self.pref_screen = 0
        self.invalid()  # type: ignore[no-untyped-call]
        self._init_x()  # type: ignore[no-untyped-call]


def new_cookie() -> bytes:
    """16 random bytes."""
    return os.urandom(16)


def authority_file(cookie: bytes) -> bytes:
    """An `.Xauthority` with the one cookie, good for any host name and display; and once more by the name that
    desktops have, because python-xlib, and so pyautogui, knows no other way to look it up.
    """
    name = _COOKIE_NAME
    entry = bytes(2) + len(name).to_bytes(2, "big") + name + len(cookie).to_bytes(2, "big") + cookie
    wild, local = (0xFFFF).to_bytes(2, "big"), (256).to_bytes(2, "big")
    return wild + bytes(2) + entry + local + len(_HOST_NAME).to_bytes(2, "big") + _HOST_NAME + entry


def cookie_of(authority: bytes) -> bytes:
    """The cookie of a file that `authority_file` wrote: its last 16 bytes."""
    return authority[-16:]
