"""Who listens on a TCP port, by Linux's /proc: whether what answers there is the emulator that was started."""

from __future__ import annotations

import os
import re
from pathlib import Path

_LISTEN = "0A"
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def listens(group: int, port: int, *, proc: Path = Path("/proc")) -> bool | None:
    """Whether a process of the process group `group` listens on `port`; None where that cannot be told."""
    inodes = _listening(port, proc)
    if not inodes:
        return None
    hidden = False
    for entry in proc.iterdir():
        try:
            if entry.name.isdigit() and _group_of(entry) == group and inodes & _sockets(entry):
                return True
        except PermissionError:
            hidden = True
        except OSError:
            continue
    return None if hidden else False


def _listening(port: int, proc: Path) -> set[str]:
    """Inodes of the sockets that listen on `port`, under IPv4 and IPv6."""
    found = set()
    for name in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / name).read_text("ascii", errors="replace").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if len(words) > 9 and words[3] == _LISTEN and int(words[1].rpartition(":")[2], 16) == port:
                found.add(words[9])
    return found


def _sockets(process: Path) -> set[str]:
    found = set()
    for descriptor in (process / "fd").iterdir():
        try:
            target = os.readlink(descriptor)
        except FileNotFoundError:
            continue
        if match := _SOCKET.match(target):
            found.add(match[1])
    return found


def _group_of(process: Path) -> int:
    # After the name, which may hold spaces and brackets: state, parent, group.
    return int((process / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[2])
