"""The two places that AndroidWorld downloads from, on this machine: an HTTPS proxy that answers with stand-in APKs.

No line of AndroidWorld is changed: it is led here by the environment variables that its HTTP libraries obey.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sample_apk import apk

HOST = "storage.googleapis.com"
_NAMED: Mapping[str, str] = {
    "accessibility_forwarder.apk": "com.google.androidenv.accessibilityforwarder",
    "androidworld.apk": "com.example.androidworld",
    "clipper.apk": "ca.zgrs.clipper",
    "miniwobapp.apk": "com.google.androidenv.miniwob",
}
_NEWEST = 2_000_000_000
_PADDING_BYTES = 100_000


def stand_in(path: str) -> bytes:
    """What the URL's path is answered with: an APK of the package that its name tells, else a few bytes."""
    name = path.rpartition("/")[2]
    if not name.endswith(".apk"):
        return b"stand-in for " + name.encode()
    known = next((package for ending, package in _NAMED.items() if name.endswith(ending)), None)
    # android_env installs a file that it has not flushed: only one larger than a buffer is there, as real ones are.
    return apk(known or re.split(r"[_-]", name)[0], version=_NEWEST, padding=_PADDING_BYTES)


@contextmanager
def mirror(folder: Path) -> Iterator[dict[str, str]]:
    """Serves; yields the environment variables that lead there."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    certificate, key = folder / "mirror.pem", folder / "mirror.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, context), daemon=True).start()
    proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
    yield {
        "https_proxy": proxy,
        "HTTPS_PROXY": proxy,
        "no_proxy": "localhost,127.0.0.1",
        "NO_PROXY": "localhost,127.0.0.1",
        "SSL_CERT_FILE": str(certificate),
        "REQUESTS_CA_BUNDLE": str(certificate),
    }
    listener.close()


def _accept(listener: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, context), daemon=True).start()


def _serve(connection: socket.socket, context: ssl.SSLContext) -> None:
    """One CONNECT, then one request inside of it."""
    with contextlib.suppress(OSError), connection:
        asked = _head(connection)
        if not asked.startswith(f"CONNECT {HOST}:443 "):
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as inside:
            body = stand_in(_head(inside).split(" ")[1])
            inside.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def _head(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data and (part := connection.recv(4096)):
        data += part
    return data.decode("latin-1")
