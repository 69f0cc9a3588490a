"""PNG heads, HTTP answers, the emulator console and its table of snapshots, a baseline's repair commands."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.android.baseline import parse_packages, parse_settings, settings_commands
from device_farm.android.capture import as_screenshot, png_size
from device_farm.android.console import EmulatorConsole
from device_farm.android.http import HttpStream
from device_farm.android.snapshots import parse_snapshot_list
from device_farm.device import check_snapshot_name
from device_farm.errors import DeadlineError, FarmError, GuestError, TransportError
from device_farm.types.geometry import Size
from tests.adb.peers import Bytes


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1080, 2400) + b"..." + b"IEND\xaeB`\x82"


def test_png_size_reads_the_header() -> None:
    assert png_size(PNG) == Size(1080, 2400)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "no PNG"),
        (b"screencap: not found\n", "screencap: not found"),
        (PNG[:30], "cut off"),
        (b"\xff\xd8", "no PNG"),
    ],
)
def test_png_size_shows_what_came_instead(data: bytes, text: str) -> None:
    with pytest.raises(GuestError, match=text):
        png_size(data)


def test_a_known_digest_drops_the_bytes() -> None:
    first = as_screenshot(PNG, "")
    assert first.data == PNG
    again = as_screenshot(PNG, first.digest)
    assert (again.digest, again.data) == (first.digest, None)


@pytest.mark.parametrize(
    ("wire", "status", "body", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong", 200, b"pong", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200, b"", True),
        (b"HTTP/1.1 500 X\r\nConnection: close\r\nContent-Length: 1\r\n\r\ne", 500, b"e", False),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n",
            200,
            b"abcde",
            True,
        ),
    ],
)
@pytest.mark.parametrize("piece", [1, 1000])
def test_http_answers_are_read_in_any_pieces(wire: bytes, status: int, body: bytes, kept: bool, piece: int) -> None:
    stream = Bytes(wire, piece=piece)
    http = HttpStream(stream)
    response = run(http.request("POST", "/jsonrpc/0", b"{}"))
    assert (response.status, response.body, http.reusable) == (status, body, kept)
    assert stream.written.startswith(b"POST /jsonrpc/0 HTTP/1.1\r\n")
    assert stream.written.endswith(b"Content-Length: 2\r\n\r\n{}")


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"SSH-2.0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"x" * 100_000,
    ],
)
def test_a_broken_http_answer_is_a_transport_error(wire: bytes) -> None:
    http = HttpStream(Bytes(wire, piece=5000))
    with pytest.raises(TransportError):
        run(http.request("GET", "/ping"))
    assert not http.reusable


@settings(max_examples=100)
@given(st.binary(max_size=150))
def test_http_noise_raises_nothing_but_farm_errors(noise: bytes) -> None:
    for head in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        with contextlib.suppress(FarmError):
            run(HttpStream(Bytes(head + noise)).request("GET", "/ping"))


def console_port(answers: dict[str, str], banner: str) -> Any:
    """A console that knows `answers`; yields its port and the lines it was sent."""

    @contextlib.asynccontextmanager
    async def serving() -> Any:
        lines: list[str] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(banner.encode())
            while data := await reader.readline():
                lines.append(data.decode().strip())
                writer.write(answers.get(lines[-1], "KO: unknown command, try 'help'\r\n").encode())
                if lines[-1] == "drop":
                    break
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1], lines
        finally:
            server.close()

    return serving()


def test_console_sends_its_token_and_reads_answers(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret\n")

    async def scenario() -> None:
        banner = "Android Console: Authentication required\r\nAndroid Console: type 'auth <auth_token>'\r\nOK\r\n"
        answers = {"auth s3cret": "OK\r\n", "avd name": "Pixel\r\nOK\r\n", "drop": "", "hang": "still\r\n"}
        async with console_port(answers, banner) as (port, lines):
            console = EmulatorConsole("127.0.0.1", port, token_file=token, timeout_s=0.3)
            assert await console.command("avd name") == "Pixel"
            with pytest.raises(GuestError, match="unknown command"):
                await console.command("nonsense")
            assert lines == ["auth s3cret", "avd name", "nonsense"]
            with pytest.raises(TransportError):
                await console.command("drop")
            with pytest.raises(DeadlineError):
                await console.command("hang")
            assert await console.command("avd name") == "Pixel"
            with pytest.raises(GuestError, match="one line"):
                await console.command("avd name\r\nkill")
            await console.close()

    run(scenario())


def test_console_names_a_missing_token(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with console_port({}, "Android Console: Authentication required\r\nOK\r\n") as (port, _):
            console = EmulatorConsole("127.0.0.1", port, token_file=tmp_path / "none")
            with pytest.raises(TransportError, match="none"):
                await console.command("avd name")
            await console.close()

    run(scenario())


TABLE = """List of snapshots present on all disks:
ID        TAG                 VM SIZE                DATE       VM CLOCK
--        default_boot            60M 2026-01-02 03:04:05   00:01:02.003
1         small-one                0 B 2026-01-02 03:04:06   00:00:00.000
--        big.one               1.5G 2026-01-02 03:04:07   00:00:00.000"""


def test_snapshot_table_is_read() -> None:
    found = parse_snapshot_list(TABLE)
    assert [(info.name, info.size_bytes) for info in found] == [
        ("default_boot", 60 << 20),
        ("small-one", 0),
        ("big.one", 3 << 29),
    ]
    assert found[1].created_s - found[0].created_s == 1
    assert parse_snapshot_list("There is no snapshot available.") == ()


@pytest.mark.parametrize("name", ["", "a b", ".", "..", "../x", "a\nkill", "x" * 65, "é"])
def test_bad_snapshot_names_are_refused(name: str) -> None:
    with pytest.raises(GuestError, match="no snapshot name"):
        check_snapshot_name(name)


def test_baseline_reads_packages_and_settings() -> None:
    assert parse_packages("package:com.a\npackage:com.b\n\n") == {"com.a", "com.b"}
    assert parse_settings("a=1\nb=x=y\nc=\nnonsense\n") == {"a": "1", "b": "x=y", "c": ""}


def test_baseline_repairs_what_changed_and_nothing_else() -> None:
    before = {"same": "1", "changed": "it's 1", "removed": "2", "boot_count": "7"}
    now = {"same": "1", "changed": "9", "added": "3", "boot_count": "8"}
    assert settings_commands("system", before, now) == [
        "settings delete system 'added'",
        "settings put system 'changed' 'it'\\''s 1'",
        "settings put system 'removed' '2'",
    ]
