"""`reverse:` requests: sockets on the phone whose connections are carried to the host.

The simulated phone has no kernel sockets; a listener is an entry that `tcp:PORT` and the shell's clients look up.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

_FIRST_FREE_PORT = 32768
"""First port given out for `tcp:0`; the start of Linux's ephemeral range."""

_KINDS = ("tcp:", "localabstract:", "localreserved:", "localfilesystem:")


class ReverseError(Exception):
    """The request cannot be met; the text goes to the host."""


class ReverseTable:
    """The listeners of one connection: device address → host address."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}

    def __contains__(self, address: str) -> bool:
        return address in self._targets

    def target(self, address: str) -> str:
        return self._targets[address]

    def request(self, text: str) -> bytes:
        """The answer to what follows `reverse:`, as the host reads it."""
        try:
            return self._answer(text)
        except ReverseError as error:
            return b"FAIL" + _counted(str(error))

    def _answer(self, text: str) -> bytes:
        verb, _, rest = text.partition(":")
        match verb:
            case "forward":
                return self._forward(rest)
            case "list-forward":
                return _counted("".join(f"(reverse) {local} {remote}\n" for local, remote in self._targets.items()))
            case "killforward":
                if self._targets.pop(rest, None) is None:
                    raise ReverseError(f"listener '{rest}' not found")
                return b"OKAY"
            case "killforward-all":
                self._targets.clear()
                return b"OKAY"
            case _:
                raise ReverseError(f"unknown reverse request '{verb}'")

    def _forward(self, text: str) -> bytes:
        keep = text.startswith("norebind:")
        local, semicolon, remote = text.removeprefix("norebind:").partition(";")
        if not semicolon or not _valid(local, lowest_port=0) or not _valid(remote, lowest_port=1):
            raise ReverseError(f"bad forward: {text}")
        if local == "tcp:0":
            local = f"tcp:{next(self._free_ports())}"
            self._targets[local] = remote
            return b"OKAY" + _counted(local.removeprefix("tcp:"))
        if keep and local in self._targets:
            raise ReverseError("cannot rebind existing socket")
        self._targets[local] = remote
        return b"OKAY"

    def _free_ports(self) -> Iterator[int]:
        return (port for port in itertools.count(_FIRST_FREE_PORT) if f"tcp:{port}" not in self._targets)


def _valid(address: str, *, lowest_port: int) -> bool:
    kind = next((kind for kind in _KINDS if address.startswith(kind)), None)
    if kind is None:
        return False
    name = address.removeprefix(kind)
    if kind != "tcp:":
        return bool(name)
    return name.isascii() and name.isdigit() and lowest_port <= int(name) <= 65535


def _counted(text: str) -> bytes:
    data = text.encode()
    return b"%04x" % len(data) + data
