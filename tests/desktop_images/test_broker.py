"""The way into a virtual machine, with its broker run on this machine."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_farm.desktop.vm.broker import Broker


class Inside:
    """A broker and the agent's end of its conversation; `clock` is what it was set to."""

    def __init__(self) -> None:
        ours, self.agent = socket.socketpair()
        self.agent.settimeout(10)
        self.clock: list[float] = []
        self.broker = Broker("secret", ours, self.clock.append)
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.broker.answer, args=(caller,), daemon=True).start()

    def call(self, **fields: object) -> socket.socket:
        caller = socket.create_connection(self.listener.getsockname(), timeout=10)
        asked = {"word": "secret", "time_s": 12.5, "open": "agent", "limit_s": 0.0, **fields}
        caller.sendall(json.dumps(asked).encode() + b"\n")
        return caller


@pytest.fixture
def inside() -> Iterator[Inside]:
    made = Inside()
    yield made
    made.listener.close()


def line(caller: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\n"):
        piece = caller.recv(1)
        if not piece:
            return read
        read += piece
    return read


def test_agent_outlives_its_caller_and_clock_is_set(inside: Inside) -> None:
    for number in (1, 2):
        with inside.call(time_s=float(number)) as caller:
            assert line(caller) == b"{}\n"
            caller.sendall(b"to the agent")
            assert inside.agent.recv(12) == b"to the agent"
            inside.agent.sendall(b"and back")
            assert caller.recv(8) == b"and back"
    assert inside.clock == [1.0, 2.0]


def test_next_caller_takes_the_agent_over_and_one_from_before_does_not(inside: Inside) -> None:
    with inside.call(time_s=1.0) as first:
        assert line(first) == b"{}\n"
        with inside.call(time_s=3.0) as third:
            assert line(third) == b"{}\n"
            assert first.recv(1) == b""
            with inside.call(time_s=2.0) as second:
                assert line(second) == b""
            third.sendall(b"hello")
            assert inside.agent.recv(5) == b"hello"
    assert inside.clock == [1.0, 3.0]


@pytest.mark.parametrize("asked", [{"word": "wrong"}, {"word": "sécret"}, {"word": ""}])
def test_wrong_word_is_hung_up_on(asked: dict[str, str], inside: Inside) -> None:
    with inside.call(**asked) as caller:
        assert line(caller) == b""
    assert inside.clock == []


@pytest.mark.parametrize("sent", [b"\n", b"{}\n", b"not json\n", b"[1]\n", b"x" * 5000])
def test_nonsense_is_hung_up_on_and_the_next_caller_is_heard(sent: bytes, inside: Inside) -> None:
    with socket.create_connection(inside.listener.getsockname(), timeout=10) as caller:
        caller.sendall(sent)
        # A reset says that it hung up without having read all of it.
        with contextlib.suppress(ConnectionResetError):
            assert line(caller) == b""
    with inside.call() as caller:
        assert line(caller) == b"{}\n"


def test_socket_of_the_guest_is_opened_and_ends_with_its_other_end(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "X0"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        with inside.call(open=str(path), limit_s=5.0) as caller:
            assert line(caller) == b"{}\n"
            server, _ = listener.accept()
            caller.sendall(bytes(range(256)) * 4096)
            got = bytearray()
            while len(got) < 1 << 20:
                got += server.recv(1 << 16)
            assert bytes(got) == bytes(range(256)) * 4096
            server.sendall(b"pixels")
            assert caller.recv(6) == b"pixels"
            server.close()
            assert caller.recv(1) == b""
    assert inside.clock == [], "only the agent's caller sets the clock"


def test_socket_that_is_not_there_is_named(inside: Inside, tmp_path: Path) -> None:
    with inside.call(open=str(tmp_path / "none")) as caller:
        error = json.loads(line(caller))["error"]
    assert str(tmp_path / "none") in error and "No such file" in error


def _echo() -> socket.socket:
    """A listener whose one caller gets back what it sends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener.accept()[0] as caller:
            while piece := caller.recv(1 << 16):
                caller.sendall(piece)

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_port_of_the_loopback_is_reached_both_ways_at_once(inside: Inside) -> None:
    # More than all buffers on the way hold: whoever carried one way at a time would stand still.
    data = bytes(range(256)) * (1 << 16)
    with _echo() as listener, inside.call(open=listener.getsockname()[1], limit_s=5.0) as caller:
        assert line(caller) == b"{}\n"
        sending = threading.Thread(target=caller.sendall, args=(data,), daemon=True)
        sending.start()
        back = bytearray()
        while len(back) < len(data):
            back += caller.recv(1 << 18)
        sending.join()
    assert back == data


def test_port_where_nothing_listens_is_said(inside: Inside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with inside.call(open=port, limit_s=5.0) as caller:
        assert json.loads(line(caller)) == {"error": f"nothing answers at port {port}: Connection refused"}
        assert line(caller) == b""
