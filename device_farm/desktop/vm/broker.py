"""The way into a desktop's virtual machine: lets the host at the agent, at Unix sockets, at ports of the loopback.

A script of the standard library, started as root by `init.py`; the host never imports it. It listens at one TCP port,
which only the host reaches. A caller sends one line of JSON, `{"word", "time_s", "open", "limit_s"}`; `open` is
`agent`, the path of a socket, or the number of a port. The answer is a line, `{}` or `{"error"}`; after it the
connection is the one asked for.
The agent stays when its caller goes: a machine is saved while nobody is connected, and another host goes on from there.

    python3 -I -S broker.py MACHINE_JSON
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

_UID = 1000
_LINE_LIMIT = 4096
_PIECE = 1 << 18


class Broker:
    def __init__(self, word: str, agent: socket.socket, set_clock: Callable[[float], None]) -> None:
        self.word = word
        self.agent = agent
        self.set_clock = set_clock
        self.at_agent = threading.Lock()
        self.calling = threading.Lock()
        self.caller: socket.socket | None = None
        self.called_s = 0.0

    def answer(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            caller.settimeout(10.0)
            asked = json.loads(read_line(caller))
            caller.settimeout(None)
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not hmac.compare_digest(asked["word"].encode(), self.word.encode()):
                return
            if asked["open"] == "agent":
                self.serve_agent(caller, asked["time_s"])
                return
            if isinstance(asked["open"], int):
                serve_port(caller, asked["open"], asked["limit_s"])
                return
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as target:
                error = connect(target, asked["open"], asked["limit_s"])
                reply(caller, error)
                if not error:
                    relay(caller, target)

    def serve_agent(self, caller: socket.socket, time_s: float) -> None:
        """The newest caller has the agent.

        In a machine that was saved before it had seen the end of a caller, that one never ends by itself; and one that
        has long given up may be heard after those that came later.
        """
        with self.calling:
            if time_s < self.called_s:
                return
            self.called_s = time_s
            if self.caller is not None:
                with contextlib.suppress(OSError):
                    self.caller.shutdown(socket.SHUT_RDWR)
            self.caller = caller
        with self.at_agent:
            self.set_clock(time_s)
            reply(caller)
            relay(caller, self.agent)


_AS_ROOT = threading.Lock()


def set_clock(now_s: float) -> None:
    """A machine that goes on from a snapshot believes that no time has passed."""
    with _AS_ROOT:
        os.seteuid(0)
        try:
            time.clock_settime(time.CLOCK_REALTIME, now_s)
        finally:
            os.seteuid(_UID)


def read_line(caller: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        # Byte by byte: what follows the line is not ours.
        byte = caller.recv(1)
        if not byte or len(line) > _LINE_LIMIT:
            raise ValueError("no line")
        line += byte
    return bytes(line)


def reply(caller: socket.socket, error: str = "") -> None:
    answer: dict[str, Any] = {"error": error} if error else {}
    caller.sendall(json.dumps(answer).encode() + b"\n")


def connect(target: socket.socket, path: str, limit_s: float) -> str:
    """What is wrong where the socket does not answer in time."""
    deadline = time.monotonic() + limit_s
    while True:
        try:
            target.connect(path)
            return ""
        except OSError as error:
            if time.monotonic() > deadline:
                return f"no answer at {path}: {error.strerror}"
            time.sleep(0.005)  # noqa: TID251 - a thread of its own


def serve_port(caller: socket.socket, port: int, limit_s: float) -> None:
    try:
        target = loopback(port, limit_s)
    except OSError as error:
        reply(caller, f"nothing answers at port {port}: {error.strerror or error}")
        return
    with target:
        reply(caller)
        back = threading.Thread(target=pour, args=(target, caller), daemon=True)
        back.start()
        pour(caller, target)
        back.join()


def loopback(port: int, limit_s: float) -> socket.socket:
    """A connection to a port of this system. Raises OSError where nothing answers."""
    try:
        client = socket.create_connection(("127.0.0.1", port), timeout=limit_s)
    except ConnectionRefusedError as refused:
        # Some programs listen on the other loopback only.
        try:
            client = socket.create_connection(("::1", port), timeout=limit_s)
        except OSError:
            raise refused from None
    client.settimeout(None)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def pour(source: socket.socket, sink: socket.socket) -> None:
    """One way, in a thread of its own, until either end closes: what is stuck must not hold the other way."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def relay(one: socket.socket, other: socket.socket) -> None:
    """Until either end closes."""
    while True:
        ready, _, _ = select.select([one, other], [], [])
        for source in ready:
            piece = source.recv(_PIECE)
            if not piece:
                return
            (other if source is one else one).sendall(piece)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        machine = json.load(file)
    here = os.path.dirname(sys.argv[1])
    # Opened as root: the agent's user may not enter this folder.
    script = os.open(os.path.join(here, "agent.py"), os.O_RDONLY)
    os.setgroups([])
    os.setresgid(_UID, _UID, _UID)
    # Root comes back for the clock alone; whatever is started has it no more.
    os.setresuid(_UID, _UID, 0)
    agent, control = socket.socketpair()
    spare, sockets = socket.socketpair()
    handed = (script, control.fileno(), sockets.fileno())
    words = [str(control.fileno()), str(sockets.fileno()), machine["home"], str(machine["limit_bytes"])]
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", f"/proc/self/fd/{script}", *words],
        pass_fds=handed, cwd="/", stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )  # fmt: skip
    os.close(script)
    control.close()
    sockets.close()
    broker = Broker(machine["word"], agent, set_clock)
    listener = socket.create_server(("", machine["port"]), backlog=64)
    threading.Thread(target=lambda: (process.wait(), os._exit(0)), daemon=True).start()
    with spare:
        while True:
            caller, _ = listener.accept()
            threading.Thread(target=broker.answer, args=(caller,), daemon=True).start()


if __name__ == "__main__":
    main()
