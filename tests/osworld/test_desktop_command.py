"""`farm desktop --port`: what it prints, and the ports that it opens."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import urllib.request
from typing import Any

import pytest

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.cli.command import Exit
from device_farm.cli.main import main
from device_farm.errors import PrerequisiteError


def _platform(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/platform", timeout=20) as answer:
        return bytes(answer.read())


async def _refusal(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        assert await reader.read() == b"", "it came from somewhere else"
    finally:
        writer.close()


async def _scene(chosen: int) -> tuple[dict[str, Any], bytes]:
    words = ("desktop", "--width", "1024", "--height", "700", "--port", "0", "--vlc-port", str(chosen), "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "device_farm.cli.main", *words), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            said = json.loads(await process.stdout.readline())
            platform = await asyncio.to_thread(_platform, said["port"])
            for name in ("chromium_port", "vlc_port"):
                with pytest.raises(ConnectionResetError):
                    await _refusal(said[name])
        return said, platform
    finally:
        process.terminate()
        await process.wait()


def test_desktop_tells_the_address_that_a_desktop_env_takes() -> None:
    try:
        XvfbBackend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        chosen = listener.getsockname()[1]
    said, platform = asyncio.run(_scene(chosen))
    assert platform == b"Linux" and said["vlc_port"] == chosen
    assert said["address"] == f"127.0.0.1:{said['port']}:{said['chromium_port']}:0:{chosen}"


def test_port_of_the_browser_needs_the_guest_api(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["desktop", "--chromium-port", "9222"]) == Exit.USAGE
    assert "give --port, too" in capsys.readouterr().err
