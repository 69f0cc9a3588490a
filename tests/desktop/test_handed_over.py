"""Sockets that a desktop's agent hands over, or says that it does: an agent of our own, over the real wire."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import pytest

from device_farm.desktop.guest import Guest
from device_farm.errors import GuestError, TransportError

_HEADER, _TAG = struct.Struct(">II"), struct.Struct(">Q")
Act = Callable[[dict[str, Any], socket.socket], dict[str, Any]]


class PlayedGuest(Guest):
    """Its agent answers every request with what `act` makes of it and of its end of the second socket."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self._act = act

    @property
    def pid(self) -> int:
        return os.getpid()

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        self._sockets, sockets = socket.socketpair()
        self._sockets.setblocking(False)
        threading.Thread(target=self._answer, args=(theirs, sockets), daemon=True).start()
        await self._talk(ours)

    def _answer(self, control: socket.socket, sockets: socket.socket) -> None:
        with control, sockets:
            while head := control.recv(_HEADER.size, socket.MSG_WAITALL):
                length, _ = _HEADER.unpack(head)
                request = json.loads(control.recv(length, socket.MSG_WAITALL))
                text = json.dumps({**self._act(request, sockets), "id": request["id"]}).encode()
                control.sendall(_HEADER.pack(len(text), 0) + text)

    async def close(self) -> None:
        await self._hang_up()


def _connect(act: Act) -> bytes:
    """What the other end of the socket that was handed over says first."""

    async def scene() -> bytes:
        guest = PlayedGuest(act)
        await guest.start()
        try:
            with await guest.connect("/run/x") as connection:
                return connection.recv(100)
        finally:
            await guest.close()

    return asyncio.run(scene())


def _send(sockets: socket.socket, tag: int, word: bytes) -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(word)
        socket.send_fds(sockets, [_TAG.pack(tag)], [near.fileno()])


def test_socket_of_a_call_that_was_given_up_is_passed_over() -> None:
    def act(request: dict[str, Any], sockets: socket.socket) -> dict[str, Any]:
        _send(sockets, request["tag"] + 1000, b"stale")
        _send(sockets, request["tag"], b"mine")
        return {}

    assert _connect(act) == b"mine"


def test_what_is_no_socket_is_refused_and_closed() -> None:
    """Nobody reads a pipe any more whose reading end has been closed by all who had it."""
    reading, writing = os.pipe()

    def act(request: dict[str, Any], sockets: socket.socket) -> dict[str, Any]:
        socket.send_fds(sockets, [_TAG.pack(request["tag"])], [reading])
        os.close(reading)
        return {}

    try:
        with pytest.raises(TransportError, match="handed over no socket"):
            _connect(act)
        with pytest.raises(BrokenPipeError):
            os.write(writing, b"anyone?")
    finally:
        os.close(writing)


@pytest.mark.parametrize("stale", [0, 200], ids=["nothing", "endless"])
def test_agent_that_hands_nothing_over_holds_nobody_up(stale: int) -> None:
    def act(request: dict[str, Any], sockets: socket.socket) -> dict[str, Any]:
        sockets.setblocking(False)
        for number in range(stale):
            _send(sockets, request["tag"] + 1 + number, b"stale")
        return {}

    with pytest.raises(TransportError, match="handed over no socket"):
        _connect(act)


def test_refused_port_leaves_no_socket_behind() -> None:
    def act(request: dict[str, Any], sockets: socket.socket) -> dict[str, Any]:
        word, handles, _, _ = socket.recv_fds(sockets, _TAG.size, 1)
        assert _TAG.unpack(word) == (request["tag"],)
        os.close(handles[0])
        return {"error": f"nothing answers at port {request['port']}"}

    async def scene() -> int:
        guest = PlayedGuest(act)
        await guest.start()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(3):
            with pytest.raises(GuestError, match="port 80"):
                await guest.dial(80)
        after = len(os.listdir("/proc/self/fd"))
        await guest.close()
        return after - before

    assert asyncio.run(scene()) <= 0


def test_agent_that_takes_no_sockets_is_a_broken_wire() -> None:
    async def scene() -> None:
        guest = PlayedGuest(lambda request, sockets: {})
        await guest.start()
        assert guest._sockets is not None
        try:
            with pytest.raises(TransportError, match="takes no socket"):
                # Nobody takes them out at the other end.
                for _ in range(100_000):
                    (await guest.dial(80)).close()
        finally:
            await guest.close()

    asyncio.run(scene())
