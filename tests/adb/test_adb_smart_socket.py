"""The adb server's protocol against a scripted server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from device_farm.adb.client import AdbClient
from device_farm.adb.shell_protocol import encode_frame
from device_farm.adb.smart_socket import (
    AdbServer,
    ListedDevice,
    RefusedError,
    ServerConnection,
    encode_request,
    parse_devices,
)
from device_farm.errors import DeadlineError, GuestError, TransportError
from tests.adb.peers import block, smart_server


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", ()),
        (b"emulator-5554\tdevice\n", (("emulator-5554", "device"),)),
        (b"a\toffline\n10.0.0.2:5555\tunauthorized\n", (("a", "offline"), ("10.0.0.2:5555", "unauthorized"))),
        (b"no tab\n\n", ()),
    ],
)
def test_parse_devices_reads_the_list(data: bytes, wanted: tuple[tuple[str, str], ...]) -> None:
    assert parse_devices(data) == tuple(ListedDevice(serial=serial, state=state) for serial, state in wanted)


def test_encode_request_refuses_what_four_digits_cannot_say() -> None:
    assert encode_request("host:version") == b"000chost:version"
    with pytest.raises(TransportError, match="at most 65535"):
        encode_request("x" * 65536)


def test_server_answers_version_devices_and_connect() -> None:
    async def answer(requests: list[str]) -> list[bytes]:
        said = {
            "host:version": b"0029",
            "host:devices": b"S1\tdevice\n",
            "host:connect:h:1": b"connected to h:1",
            "host:connect:h:2": b"failed to connect to h:2",
        }
        return [b"OKAY", block(said[requests[-1]]), b""]

    async def scenario() -> None:
        async with smart_server(answer) as port:
            server = AdbServer("127.0.0.1", port)
            assert await server.version() == 0x29
            assert await server.devices() == (ListedDevice(serial="S1", state="device"),)
            assert await server.connect("h:1") == "connected to h:1"
            with pytest.raises(TransportError, match="failed to connect to h:2"):
                await server.connect("h:2")

    run(scenario())


def test_wait_for_follows_the_list_until_the_device_is_there() -> None:
    async def answer(requests: list[str]) -> list[bytes]:
        return [b"OKAY", block(b""), block(b"S\toffline\n"), block(b"S\tdevice\n")]

    async def never(requests: list[str]) -> list[bytes]:
        return [b"OKAY", block(b"")]

    async def scenario() -> None:
        async with smart_server(answer) as port:
            await AdbServer("127.0.0.1", port).wait_for("S", timeout_s=5)
        async with smart_server(never) as port:
            with pytest.raises(DeadlineError, match="waiting for S"):
                await AdbServer("127.0.0.1", port).wait_for("S", timeout_s=0.1)

    run(scenario())


def test_connection_opens_a_service_in_two_requests() -> None:
    async def answer(requests: list[str]) -> list[bytes]:
        match requests:
            case ["host-serial:S:features"]:
                return [b"OKAY", block(b"shell_v2,cmd"), b""]
            case ["host:transport:S"]:
                return [b"OKAY"]
            case ["host:transport:S", service]:
                return [b"OKAY", encode_frame(1, service.encode()) + encode_frame(3, b"\0"), b""]
            case _:
                raise AssertionError(requests)

    async def scenario() -> None:
        async with smart_server(answer) as port:
            client = AdbClient(ServerConnection(AdbServer("127.0.0.1", port), "S"))
            assert (await client.shell("ls")).stdout == b"shell,v2,raw:ls"

    run(scenario())


@pytest.mark.parametrize(
    ("refusal", "at", "kind"),
    [
        (b"device 'S' not found", 1, RefusedError),
        (b"device offline", 1, RefusedError),
        (b"device unauthorized.\nThis adb server's key is not set", 1, RefusedError),
        (b"closed", 2, GuestError),
    ],
)
def test_refusals_are_told_apart(refusal: bytes, at: int, kind: type[Exception]) -> None:
    async def answer(requests: list[str]) -> list[bytes]:
        return [b"FAIL" + block(refusal)] if len(requests) == at else [b"OKAY"]

    async def scenario() -> None:
        async with smart_server(answer) as port:
            with pytest.raises(kind) as caught:
                await ServerConnection(AdbServer("127.0.0.1", port), "S").open("tcp:1")
            assert type(caught.value) is kind

    run(scenario())


def test_something_else_on_the_port_is_a_transport_error() -> None:
    async def answer(requests: list[str]) -> list[bytes]:
        return [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""]

    async def scenario() -> None:
        async with smart_server(answer) as port:
            with pytest.raises(TransportError, match="not an adb server"):
                await AdbServer("127.0.0.1", port).version()

    run(scenario())


def test_no_server_names_the_command_that_starts_one() -> None:
    async def scenario() -> None:
        async def answer(requests: list[str]) -> list[bytes]:
            return []

        async with smart_server(answer) as port:
            pass
        with pytest.raises(TransportError, match="adb start-server"):
            await AdbServer("127.0.0.1", port).devices()

    run(scenario())
