"""The automation server's HTTP and JSON-RPC, without a phone."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.uiautomator.errors import ObjectNotFoundError
from device_farm.simulator.uiautomator.http import serve_http
from device_farm.simulator.uiautomator.rpc import RpcEndpoint


class Wire:
    """Gives out pieces of a request and keeps what is answered."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)
        self.answered = b""

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    async def write(self, data: bytes) -> None:
        self.answered += data


async def add(left: int, right: int) -> int:
    return left + right


async def find(name: str) -> None:
    raise ObjectNotFoundError(name)


def answer(*pieces: bytes) -> bytes:
    wire = Wire(*pieces)
    asyncio.run(serve_http(wire, RpcEndpoint({"add": add, "find": find}).handle))
    return wire.answered


def post(body: bytes, headers: str = "") -> bytes:
    return f"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def call(method: str, params: Any) -> dict[str, Any]:
    sent = answer(post(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()))
    return dict(json.loads(sent.partition(b"\r\n\r\n")[2]))


def test_ping_is_exactly_pong() -> None:
    head, _, body = answer(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK") and body == b"pong"


def test_two_requests_on_one_connection_are_both_answered() -> None:
    request = b"GET /ping HTTP/1.1\r\n\r\n"
    assert answer(request + request).count(b"pong") == 2
    assert answer(b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n", request).count(b"pong") == 1


def test_body_is_taken_after_100_continue() -> None:
    body = json.dumps({"id": 1, "method": "add", "params": [1, 2]}).encode()
    request = post(body, "Expect: 100-continue\r\n")
    sent = answer(request[: -len(body)], body)
    assert sent.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert b'"result": 3' in sent


@pytest.mark.parametrize(("params", "result"), [([1, 2], 3), ({"left": 4, "right": 5}, 9)])
def test_rpc_takes_lists_and_names(params: Any, result: int) -> None:
    assert call("add", params)["result"] == result


def test_rpc_errors_have_codes_and_the_java_exception() -> None:
    assert call("nothing", [])["error"]["code"] == -32601
    assert call("add", [1])["error"]["code"] == -32602
    assert call("add", "x")["error"]["code"] == -32602
    assert "uiautomator.UiObjectNotFoundException" in call("find", ["OK"])["error"]["message"]
    assert b"-32700" in answer(post(b"{"))
    assert b"-32600" in answer(post(b"[]"))


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /nowhere HTTP/1.1\r\n\r\n", 404),
        (b"GET /jsonrpc/0 HTTP/1.1\r\n\r\n", 405),
        (b"nonsense\r\n\r\n", 400),
        (b"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"GET /ping HTTP/1.1\r\nA: " + b"a" * 20000, 413),
    ],
)
def test_bad_request_gets_a_status(request_bytes: bytes, status: int) -> None:
    assert answer(request_bytes).startswith(f"HTTP/1.1 {status} ".encode())


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=80), max_size=4))
def test_any_bytes_are_answered_or_ignored(pieces: list[bytes]) -> None:
    sent = answer(*[piece for piece in pieces if piece])
    assert sent == b"" or sent.startswith(b"HTTP/1.1 ")
