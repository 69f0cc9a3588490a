"""The first process of a desktop's container: calls the host, starts the agent, buries the dead.

A script of the standard library, started by the container's own `/usr/bin/python3`; the host never imports it.
The host listens at two Unix sockets of the folder that this file lies in. As the first process it is the parent of
every orphan; it ends with the agent, and with it everything.

    python3 -I -S start.py HOME LIMIT_BYTES
"""

from __future__ import annotations

import os
import socket
import sys


def call(path: str) -> int:
    """An inheritable connection to the Unix socket `path`."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    connection.set_inheritable(True)
    return connection.detach()


def main() -> None:
    folder = os.path.dirname(os.path.abspath(__file__))
    control, sockets = (call(os.path.join(folder, name)) for name in ("control", "sockets"))
    agent = os.fork()
    if agent == 0:
        script = os.path.join(folder, "agent.py")
        os.execv(sys.executable, [sys.executable, "-I", "-S", script, str(control), str(sockets), *sys.argv[1:]])
    # The agent's alone: the host must see the end of it.
    os.close(control)
    os.close(sockets)
    while os.wait()[0] != agent:
        pass


if __name__ == "__main__":
    main()
