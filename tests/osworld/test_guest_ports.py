"""A port of the guest as one of this machine's, and the stand-in of socat that leads one port to another."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from fake_desktop import FakeDesktop

from device_farm.desktop.osworld.ports import BROWSER_PORT, PLAYER_PORT, GuestPort
from device_farm.errors import ConfigError, FarmError, TransportError

SOCAT = str(files("device_farm.desktop.osworld").joinpath("socat.py"))


@asynccontextmanager
async def _echo() -> AsyncIterator[int]:
    """A program of the desktop that sends back what it is sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _desktop(folder: Path, *, far: int | None = None) -> FakeDesktop:
    """Where `far` listens is its browser's port; no other is open."""
    desktop = FakeDesktop(folder)
    if far is not None:
        desktop.ports[BROWSER_PORT] = far
    return desktop


async def _round_trip(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return await reader.readexactly(len(data))
    finally:
        writer.close()


def test_port_carries_many_connections_at_once(tmp_path: Path) -> None:
    async def scene() -> list[bytes]:
        async with _echo() as far, GuestPort(_desktop(tmp_path, far=far), BROWSER_PORT) as port:
            return await asyncio.gather(*(_round_trip(port.port, bytes([i]) * 300_000) for i in range(20)))

    assert asyncio.run(scene()) == [bytes([i]) * 300_000 for i in range(20)]


def test_refused_connection_comes_out_as_one(tmp_path: Path) -> None:
    async def scene() -> None:
        troubles: list[FarmError] = []
        async with GuestPort(_desktop(tmp_path), BROWSER_PORT, trouble=troubles.append) as port:
            with pytest.raises(ConnectionError):
                await _round_trip(port.port, b"GET / HTTP/1.0\r\n\r\n")
        assert troubles == []

    asyncio.run(scene())


def test_desktop_that_is_gone_is_told(tmp_path: Path) -> None:
    async def scene() -> list[FarmError]:
        troubles: list[FarmError] = []
        desktop = _desktop(tmp_path)
        desktop.gone = True
        async with GuestPort(desktop, BROWSER_PORT, trouble=troubles.append) as port:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await _round_trip(port.port, b"x")
        return troubles

    [trouble] = asyncio.run(scene())
    assert isinstance(trouble, TransportError)


def test_end_of_the_port_ends_its_connections_and_leaves_no_task(tmp_path: Path) -> None:
    async def scene() -> None:
        before = len(asyncio.all_tasks())
        async with _echo() as far:
            async with GuestPort(_desktop(tmp_path, far=far), BROWSER_PORT) as port:
                number = port.port
                reader, writer = await asyncio.open_connection("127.0.0.1", number)
                writer.write(b"x")
                assert await reader.readexactly(1) == b"x"
            with pytest.raises(ConnectionError):
                while await reader.read(1):
                    pass
                raise ConnectionResetError
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", number)
            writer.close()
        await asyncio.sleep(0.05)
        assert len(asyncio.all_tasks()) == before

    asyncio.run(scene())


def test_guest_that_stops_reading_holds_up_its_own_connection_alone(tmp_path: Path) -> None:
    async def scene() -> bytes:
        async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.Event().wait()

        deaf_server = await asyncio.start_server(deaf, "127.0.0.1", 0)
        desktop = _desktop(tmp_path, far=deaf_server.sockets[0].getsockname()[1])
        async with _echo() as far, GuestPort(desktop, BROWSER_PORT) as stuck:
            desktop.ports[PLAYER_PORT] = far
            _, writer = await asyncio.open_connection("127.0.0.1", stuck.port)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    while True:
                        writer.write(bytes(1 << 20))
                        await writer.drain()
            async with GuestPort(desktop, PLAYER_PORT) as free:
                said = await _round_trip(free.port, b"still there")
            writer.transport.abort()
        deaf_server.close()
        return said

    assert asyncio.run(scene()) == b"still there"


def test_taken_port_is_refused_with_its_number(tmp_path: Path) -> None:
    async def scene() -> None:
        async with _echo() as taken:
            with pytest.raises(ConfigError, match=f"127.0.0.1:{taken}"):
                await GuestPort(_desktop(tmp_path), BROWSER_PORT, port=taken).__aenter__()

    asyncio.run(scene())


def test_socat_leads_one_port_to_another() -> None:
    async def scene() -> tuple[bytes, list[bytes]]:
        listening = _free_port()
        async with _echo() as far:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", SOCAT, f"tcp-listen:{listening},fork", f"tcp:localhost:{far}"
            )
            try:
                async with asyncio.timeout(20):
                    while True:
                        with contextlib.suppress(ConnectionRefusedError):
                            first = await _round_trip(listening, b"hello")
                            break
                        await asyncio.sleep(0.05)
                    data = bytes(1 << 20)
                    both = await asyncio.gather(*(_round_trip(listening, data) for _ in range(2)))
            finally:
                process.terminate()
                await process.wait()
        return first, both

    assert asyncio.run(scene()) == (b"hello", [bytes(1 << 20)] * 2)


@pytest.mark.skipif(Path("/usr/bin/socat").exists(), reason="Debian's socat takes what the stand-in does not know")
def test_socat_says_what_it_can_do() -> None:
    async def scene() -> tuple[int | None, bytes]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", SOCAT, "udp-listen:1", "tcp:a:2", stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
        return process.returncode, said

    code, said = asyncio.run(scene())
    assert code == 1 and b"only tcp-listen:PORT,fork tcp:HOST:PORT" in said
