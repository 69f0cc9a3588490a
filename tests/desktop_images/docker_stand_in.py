"""A server that speaks as much of Docker's HTTP API over a Unix socket as a desktop's container needs.

It runs no container: `create` and `start` are answered as told. What was asked is kept.
"""

from __future__ import annotations

import json
import socketserver
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

IMAGE = {"Id": "sha256:" + "ab" * 32, "RepoTags": ["desktop:latest"], "Config": {"Labels": {}}}


@dataclass(kw_only=True)
class Daemon:
    """`image` is whether it has the image; `start_error` is what `start` answers with status 500."""

    image: bool = True
    start_error: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    created: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.requests.append((method, path))
        name = path.partition("?")[0].removeprefix("/v1.44").removeprefix("/v1.41")
        match method, name.strip("/").split("/"):
            case "GET", ["version"]:
                return 200, {"ApiVersion": "1.41", "Version": "20.10.24"}
            case "GET", ["_ping"]:
                return 200, "OK"
            case "GET", ["images", *_]:
                return (200, IMAGE) if self.image else (404, {"message": "No such image"})
            case "POST", ["containers", "create"]:
                self.created.append(json.loads(body))
                return 201, {"Id": "c" * 64, "Warnings": []}
            case "POST", ["containers", _, "start"] if self.start_error:
                return 500, {"message": self.start_error}
            case "POST", ["containers", _, "start"]:
                return 204, None
            case "GET", ["containers", identifier, "json"] if identifier == "c" * 64 and self.created:
                return 200, {"Id": identifier, "Name": "/desk", "State": {"Pid": 4242}, "Image": IMAGE["Id"]}
            case _:
                return 404, {"message": f"No such thing: {method} {name}"}


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def serve(daemon: Daemon, path: Path) -> socketserver.BaseServer:
    """Serves until `shutdown`; its address is `unix://PATH`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = daemon.answer(self.command, self.path, body)
            text = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = do

        def address_string(self) -> str:
            return "unix"

        def log_message(self, format: str, *args: object) -> None:
            return

    server = _Server(str(path), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
