"""Plays QEMU's control socket and its forwarded port: `played_qemu.py ANSWER_HEX QEMU_ARGUMENT...`.

The guest behind the port answers every caller with the bytes of ANSWER_HEX and hangs up. `info asked` of the monitor
tells what was asked so far.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading

FORWARD = "VLAN -1 (host):\r\n  TCP[HOST_FORWARD]  12       127.0.0.1 {port}       10.0.2.15  5000     0     0\r\n"


def serve_guest(guest: socket.socket, answer: bytes) -> None:
    while True:
        caller, _ = guest.accept()
        with caller:
            caller.recv(4096)
            caller.sendall(answer)


def answer_to(said: str, port: int, asked: list[str]) -> object:
    match said:
        case "info usernet":
            return FORWARD.format(port=port)
        case "info asked":
            return json.dumps(asked)
        case "loadvm torn":
            return "Error: Snapshot 'torn' does not exist in one or more devices\r\n"
        case "qmp_capabilities" | "quit" | "cont":
            return {}
        case _:
            return ""


def main() -> None:
    guest = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve_guest, args=(guest, bytes.fromhex(sys.argv[1])), daemon=True).start()
    place = re.search("unix:([^,]+),", " ".join(sys.argv))
    assert place is not None
    control = socket.socket(socket.AF_UNIX)
    control.bind(place[1])
    control.listen()
    stream = control.accept()[0].makefile("rw")
    print(json.dumps({"QMP": {}}), file=stream, flush=True)
    asked: list[str] = []
    for line in stream:
        message = json.loads(line)
        said = message.get("arguments", {}).get("command-line", message["execute"])
        asked.append(said)
        answer = answer_to(said, guest.getsockname()[1], asked)
        print(json.dumps({"return": answer, "id": message["id"]}), file=stream, flush=True)
        if said == "quit":
            return


if __name__ == "__main__":
    main()
