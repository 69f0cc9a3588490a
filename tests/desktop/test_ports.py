"""Ports of a real desktop: a web server in the guest is reached, nothing of the machine around it is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import urllib.request

import pytest
from desktop_rig import Rig

from device_farm.adb.stream import read_all
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.osworld.ports import GuestPort
from device_farm.device import ByteStream
from device_farm.errors import GuestError, TransportError

_PORT = 8123
_DEAF = 'import socket, time; s = socket.create_server(("127.0.0.1", 8124)); c = s.accept(); time.sleep(600)'


def _need_walls(device: DesktopDevice) -> None:
    """Skips where the desktop's loopback and disks are this machine's."""
    if not device.info.image.endswith("(namespaces)"):
        pytest.skip(f"no namespaces here: {device.info.image}")


async def _dialled(device: DesktopDevice, port: int) -> ByteStream:
    """A connection to a server that was just started."""
    for _ in range(200):
        try:
            return await device.dial(port)
        except GuestError:
            await asyncio.sleep(0.05)
    raise AssertionError(f"nothing came to listen at {port}")


async def _served(device: DesktopDevice) -> None:
    """A web server in the guest, with one file."""
    await device.push("site/hello.txt", b"from inside\n" * 100_000)
    await device.shell(
        f"cd site && setsid python3 -m http.server {_PORT} --bind 127.0.0.1 >/dev/null 2>&1 </dev/null &"
    )
    (await _dialled(device, _PORT)).close()


def _fetch(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/hello.txt", timeout=20) as answer:
        return bytes(answer.read())


async def _agent_handles(device: DesktopDevice) -> int:
    """Open files of the agent: the shell's parent."""
    return int((await device.shell("ls /proc/$PPID/fd | wc -l")).stdout)


def test_server_in_the_guest_is_reached_from_here(rig: Rig, desktop: DesktopDevice) -> None:
    async def scene() -> list[bytes]:
        await _served(desktop)
        async with GuestPort(desktop, _PORT) as port:
            return await asyncio.gather(*(asyncio.to_thread(_fetch, port.port) for _ in range(5)))

    assert rig.run(scene()) == [b"from inside\n" * 100_000] * 5


def test_closed_connections_leave_nothing_on_either_side(rig: Rig, desktop: DesktopDevice) -> None:
    async def scene() -> None:
        await _served(desktop)
        ours, theirs = len(os.listdir("/proc/self/fd")), await _agent_handles(desktop)
        for way in range(60):
            stream = await desktop.dial(_PORT)
            if way % 2:
                await stream.write(b"GET /hello.txt HTTP/1.0\r\n\r\n")
                assert (await stream.read()).startswith(b"HTTP/1.0 200")
            stream.close()
        for _ in range(60):
            with pytest.raises(GuestError):
                await desktop.dial(_PORT + 1)
        for _ in range(100):
            now = len(os.listdir("/proc/self/fd")), await _agent_handles(desktop)
            if now[0] <= ours and now[1] <= theirs:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{ours} and {theirs} open files became {now}")

    rig.run(scene())


def test_dialling_that_is_given_up_does_not_confuse_the_next(rig: Rig, desktop: DesktopDevice) -> None:
    async def scene() -> bytes:
        await _served(desktop)
        for delay_s in (0.0, 0.0005, 0.001, 0.002, 0.005) * 4:
            dialling = asyncio.ensure_future(desktop.dial(_PORT))
            await asyncio.sleep(delay_s)
            dialling.cancel()
            done = await asyncio.gather(dialling, return_exceptions=True)
            if not isinstance(done[0], BaseException):
                done[0].close()
        stream = await desktop.dial(_PORT)
        await stream.write(b"GET /hello.txt HTTP/1.0\r\n\r\n")
        try:
            return await read_all(stream, at_most=1 << 24)
        finally:
            stream.close()

    assert rig.run(scene()).endswith(b"from inside\n" * 100_000)


def test_ports_of_this_machine_are_not_the_guests(rig: Rig, shared: DesktopDevice) -> None:
    _need_walls(shared)
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(GuestError, match="nothing answers at port"):
        rig.run(shared.dial(listener.getsockname()[1]))


def test_program_that_does_not_read_holds_up_nobody_else(rig: Rig, desktop: DesktopDevice) -> None:
    async def scene() -> None:
        await desktop.push("deaf.py", _DEAF.encode())
        await desktop.shell("setsid python3 deaf.py >/dev/null 2>&1 </dev/null &")
        stream = await _dialled(desktop, 8124)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                while True:
                    await stream.write(bytes(1 << 20))
        assert (await desktop.shell("echo on")).stdout == b"on\n"
        stream.close()

    rig.run(scene())


def test_reset_ends_open_streams(rig: Rig, desktop: DesktopDevice) -> None:
    async def scene() -> None:
        await _served(desktop)
        stream = await desktop.dial(_PORT)
        await desktop.reset()
        async with asyncio.timeout(5):
            with contextlib.suppress(TransportError):
                assert await stream.read() == b""
        stream.close()
        with pytest.raises(GuestError):
            await desktop.dial(_PORT)

    rig.run(scene())


_NAMES = [
    "two\nlines.txt",
    "$(touch /tmp/run) `id`.txt",
    "-rf",
    "a'b\"c\\d.txt",
    "n" * 255,
    "not\udcffutf8.txt",
]


@pytest.mark.parametrize("name", _NAMES, ids=range(len(_NAMES)))
def test_file_of_a_hostile_name_is_a_file_like_any_other(rig: Rig, shared: DesktopDevice, name: str) -> None:
    path = f"{shared.place()['home']}/Documents/{name}"
    rig.run(shared.push(path, b"content"))
    assert rig.run(shared.pull(path)) == b"content"
    listed = rig.run(shared.shell("ls Documents | wc -l; test -e /tmp/run && echo ran; rm -f -- Documents/*")).stdout
    assert b"ran" not in listed


@pytest.mark.parametrize("name", ["n" * 256, "a\0b", "", "x/" * 3000], ids=["long", "nul", "empty", "deep"])
def test_name_that_no_file_has_is_refused(rig: Rig, shared: DesktopDevice, name: str) -> None:
    with pytest.raises(GuestError):
        rig.run(shared.push(f"{name}" if not name else f"{shared.place()['home']}/{name}", b"x"))
    assert rig.run(shared.shell("echo on")).stdout == b"on\n"


def test_full_disk_is_told_and_the_old_file_stays(rig: Rig, desktop: DesktopDevice) -> None:
    async def scene() -> None:
        await desktop.push("/tmp/kept.txt", b"old")
        await desktop.shell("head -c 9G /dev/zero > /tmp/filler", timeout_s=100.0)
        with pytest.raises(GuestError, match="No space left"):
            await desktop.push("/tmp/kept.txt", bytes(8 << 20))
        assert await desktop.pull("/tmp/kept.txt") == b"old"
        await desktop.shell("rm /tmp/filler")
        await desktop.push("/tmp/kept.txt", b"new")

    _need_walls(desktop)
    rig.run(scene())
