"""Who may open the page, and what becomes of those who do not keep to its protocols."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from http import HTTPStatus

import pytest
from headless_browser import chromium
from hypothesis import given
from hypothesis import strategies as st
from live_rig import View, opened, viewed

from device_farm.backends.config import FakeConfig
from device_farm.errors import ConfigError, DataError
from gui_agent.live_view.http import RefusedError, parse_request
from gui_agent.live_view.messages import Act, parse_action, parse_message
from gui_agent.live_view.site import Site
from gui_agent.live_view.websocket import accept_key

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FAR = b'{"type":"act","action":{"type":"click","at":[99999999999,0],"button":"left","count":1,"modifiers":[]}}'


def _masked(opcode: int, payload: bytes, *, final: bool = True, key: bytes = b"\x01\x02\x03\x04") -> bytes:
    """A client's frame."""
    head = bytes([(0x80 if final else 0) | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 1 << 16:
        head += bytes([0x80 | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", len(payload))
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


def test_accept_key_is_that_of_the_standards_example() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    "head",
    [
        b"GET /\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET http://evil/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nnothing\r\n\r\n",
    ],
)
def test_request_that_is_malformed_is_refused(head: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_request(head)
    assert caught.value.status == HTTPStatus.BAD_REQUEST


async def _ask(view: View, path: str, headers: dict[str, str], *, method: str = "GET") -> tuple[int, str, bytes]:
    """Status, headers and body of a plain request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", view.site.port)
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split(b" ")[1]), head.decode("latin-1"), body


def _socket_headers(host: str, origin: str) -> dict[str, str]:
    return {
        "Host": host,
        "Origin": origin,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }


def test_page_is_served_to_this_machine_under_its_token_only() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view:
            here, token = f"127.0.0.1:{view.site.port}", view.site.token
            status, head, body = await _ask(view, f"/{token}/", {"Host": here})
            assert status == 200 and b"<title>farm watch</title>" in body
            assert "default-src 'none'" in head and "Referrer-Policy: no-referrer" in head
            for name in ("device.js", "report.css", "live.css", "device"):
                assert (await _ask(view, f"/{token}/{name}", {"Host": here}))[0] == 200
            # Another port in front, as an ssh tunnel has it.
            assert (await _ask(view, f"/{token}/", {"Host": "localhost:9999"}))[0] == 200
            status, head, _ = await _ask(view, f"/{token}", {"Host": here})
            assert status == 308 and f"Location: /{token}/" in head
            link = {"Host": here, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
            assert (await _ask(view, f"/{token}/", link))[0] == 200
            refused = {
                "rebound name": (f"/{token}/", {"Host": f"evil.example:{view.site.port}"}, 403),
                "no host": (f"/{token}/", {}, 403),
                "foreign origin": (f"/{token}/", {"Host": here, "Origin": "http://evil.example"}, 403),
                "origin of another port": (f"/{token}/", {"Host": here, "Origin": "http://127.0.0.1:1"}, 403),
                "across sites": (f"/{token}/", {"Host": here, "Sec-Fetch-Site": "cross-site"}, 403),
                "no token": ("/", {"Host": here}, 403),
                "another token": (f"/{token[:-1]}{'x' if token[-1] == 'y' else 'y'}/", {"Host": here}, 403),
                "another file": (f"/{token}/../site.py", {"Host": here}, 404),
                "no such file": (f"/{token}/secrets.txt", {"Host": here}, 404),
                "socket without upgrade": (f"/{token}/socket", {"Host": here}, 400),
            }
            for what, (path, headers, expected) in refused.items():
                assert (what, (await _ask(view, path, headers))[0]) == (what, expected)
            assert (await _ask(view, f"/{token}/", {"Host": here}, method="POST"))[0] == 405

    asyncio.run(play())


def test_socket_of_a_foreign_page_is_refused() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view:
            here, path = f"127.0.0.1:{view.site.port}", f"/{view.site.token}/socket?device=fake-0&page=a"
            assert (await _ask(view, path, _socket_headers(here, "http://evil.example")))[0] == 403
            assert (await _ask(view, path, _socket_headers(f"evil.example:{view.site.port}", f"http://{here}")))[
                0
            ] == 403
            headless = {name: value for name, value in _socket_headers(here, "").items() if name != "Origin"}
            assert (await _ask(view, path, headless))[0] == 400

    asyncio.run(play())


@pytest.mark.usefixtures("browser_here")
def test_socket_of_a_foreign_page_is_refused_in_a_browser() -> None:
    """Chromium itself names the foreign page, which is told nothing but that it failed."""

    async def play() -> None:
        async with (
            viewed([FakeConfig(devices=1)]) as view,
            viewed([FakeConfig(devices=1)]) as other,
            chromium() as browser,
        ):
            await opened(browser, other, "fake-0")
            foreign = await browser.open("data:text/html,foreign")
            address = f"{view.site.url.replace('http', 'ws')}socket?device=fake-0&page=x"
            opening = (
                f"new Promise((done) => {{ const s = new WebSocket({json.dumps(address)});"
                " s.onopen = () => done('open'); s.onclose = (e) => done('closed ' + e.code); })"
            )
            assert await foreign.run(opening) == "closed 1006"
            (room,) = other.hall._rooms.values()
            assert len(room.pages) == 1 and view.hall._rooms == {}

    asyncio.run(play())


async def _shaken(view: View, query: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    here = f"127.0.0.1:{view.site.port}"
    reader, writer = await asyncio.open_connection("127.0.0.1", view.site.port)
    headers = _socket_headers(here, f"http://{here}")
    lines = [
        f"GET /{view.site.token}/socket?{query} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def _server_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, length = await reader.readexactly(2)
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await reader.readexactly(8))
    return first & 0x0F, await reader.readexactly(length)


async def _closed_with(reader: asyncio.StreamReader) -> tuple[int, str]:
    async with asyncio.timeout(10):
        while True:
            opcode, payload = await _server_frame(reader)
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0], payload[2:].decode()


@pytest.mark.parametrize(
    ("sent", "code", "reason"),
    [
        (_masked(TEXT, b"{"), 1008, "Invalid JSON"),
        (_masked(TEXT, b"[]"), 1008, "not understood"),
        (_masked(TEXT, b'{"type":"fly"}'), 1008, "not understood"),
        (_masked(TEXT, b'{"type":"take","more":1}'), 1008, "take.more"),
        (_masked(TEXT, b'{"type":"act","action":{"type":"click","at":[1]}}'), 1008, "at"),
        (
            _masked(TEXT, b'{"type":"act","action":{"type":"terminate","status":"success","reason":""}}'),
            1008,
            "by hand",
        ),
        (_masked(TEXT, _FAR), 1008, "action.at"),
        (_masked(TEXT, b'{"type":"act","action":{"type":"type_text","text":"\\ud800"}}'), 1008, "not understood"),
        (_masked(TEXT, b"\xff\xfe"), 1007, "utf-8"),
        (_masked(BINARY, b"bytes"), 1002, "text"),
        (_masked(TEXT, bytes(1 << 18)), 1009, "may have"),
        (b"\x81\x02{}", 1002, "masked"),
        (_masked(0x3, b"unknown kind"), 1002, "opcode"),
        (_masked(PING, bytes(10), final=False), 1002, "fragment"),
        (_masked(PING, bytes(126)), 1002, "125"),
        # As long as it can be said: what comes of it is enough to refuse it.
        (bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 62) + bytes(1 << 18), 1009, "may have"),
    ],
)
def test_page_that_says_nonsense_is_closed_with_the_reason(sent: bytes, code: int, reason: str) -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view:
            reader, writer = await _shaken(view, "device=fake-0&page=a")
            writer.write(sent)
            closed, words = await _closed_with(reader)
            assert closed == code and reason in words
            writer.close()
            # Others are served as before.
            reader, writer = await _shaken(view, "device=fake-0&page=b")
            writer.write(_masked(PING, b"still there?"))
            async with asyncio.timeout(10):
                while (await _server_frame(reader)) != (PONG, b"still there?"):
                    continue
            writer.close()

    asyncio.run(play())


def test_message_in_pieces_is_one_message() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view:
            reader, writer = await _shaken(view, "device=fake-0&page=a")
            writer.write(
                _masked(TEXT, b'{"type":', final=False) + _masked(PING, b"x") + _masked(CONTINUATION, b'"give_back"}')
            )
            async with asyncio.timeout(10):
                while True:
                    opcode, payload = await _server_frame(reader)
                    if opcode == TEXT and b'"refused"' in payload:
                        break
            assert "take over first" in payload.decode()
            writer.close()

    asyncio.run(play())


def test_page_of_an_unknown_device_is_told_so() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view:
            reader, writer = await _shaken(view, "device=fake-77&page=a")
            assert await _closed_with(reader) == (1008, "this farm has no device 'fake-77'")
            writer.close()
            reader, writer = await _shaken(view, "device=fake-0")
            assert await _closed_with(reader) == (1008, "a page has a name of its own")
            writer.close()

    asyncio.run(play())


def test_port_that_is_taken_is_an_error_of_the_option() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view:
            with pytest.raises(ConfigError, match="--port"):
                async with Site(view.hall.on_socket, port=view.site.port):
                    raise AssertionError("two servers on one port")

    asyncio.run(play())


@given(text=st.text(max_size=60))
def test_message_that_no_page_says_is_a_data_error(text: str) -> None:
    with pytest.raises(DataError):
        parse_message(text)


def test_action_of_a_page_is_the_domains() -> None:
    said = {"type": "act", "action": {"type": "scroll", "at": [3, 4], "dx": 0, "dy": 2}}
    message = parse_message(json.dumps(said))
    assert isinstance(message, Act) and str(parse_action(message)) == "Scroll(at=Point(x=3, y=4), dx=0, dy=2)"
