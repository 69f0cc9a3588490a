"""The browser's DevTools through the port that OSWorld's own code is given: launched as its tasks do."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import urllib.request
from typing import Any

import pytest

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.osworld.api import GuestApi
from device_farm.desktop.osworld.ports import BROWSER_PORT, GuestPort
from device_farm.desktop.packages import SYSTEM_PATH
from device_farm.errors import PrerequisiteError
from device_farm.simulator.uiautomator.http import Request

_WITHIN_S = 60.0
_PAGE = "data:text/html,<title>Inside</title>"


def _ask(port: int, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


async def _launch(api: GuestApi, *command: str) -> None:
    body = json.dumps({"command": command}).encode()
    headers = {"content-type": "application/json"}
    answer = await api.handle(Request(method="POST", path="/setup/launch", headers=headers, body=body))
    assert answer.status == 200, answer.body


async def _version(port: int) -> dict[str, Any]:
    """What the browser says of itself, as soon as it says something."""
    ends = asyncio.get_running_loop().time() + _WITHIN_S
    while True:
        try:
            version: dict[str, Any] = await asyncio.to_thread(_ask, port, "/json/version")
            return version
        except OSError as error:
            assert asyncio.get_running_loop().time() < ends, f"no DevTools: {error}"
        await asyncio.sleep(0.3)


async def _handshake(port: int, url: str) -> bytes:
    """The first line of the answer to a WebSocket's opening."""
    key = base64.b64encode(bytes(16)).decode()
    path = "/" + url.split("/", 3)[3]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    writer.write(f"{head}Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    try:
        return await reader.readline()
    finally:
        writer.close()


async def _scene() -> tuple[str, bytes, list[str]]:
    device = await XvfbBackend(XvfbConfig(width=1024, height=700)).create("devtools")
    try:
        await device.start()
        api = GuestApi(device)
        async with GuestPort(device, BROWSER_PORT) as port:
            await _launch(api, "google-chrome", "--remote-debugging-port=1337")
            await _launch(api, "socat", "tcp-listen:9222,fork", "tcp:localhost:1337")
            version = await _version(port.port)
            opened = await _handshake(port.port, version["webSocketDebuggerUrl"])
            await asyncio.to_thread(_ask, port.port, f"/json/new?{_PAGE}", "PUT")
            pages = await asyncio.to_thread(_ask, port.port, "/json")
            return version["webSocketDebuggerUrl"], opened, [page["url"] for page in pages]
    finally:
        await device.close()


def test_browser_answers_by_its_debugging_port() -> None:
    required = os.environ.get("FARM_REQUIRE", "")
    try:
        XvfbBackend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in required:
            pytest.fail(str(error))
        pytest.skip(str(error))
    if shutil.which("chromium", path=SYSTEM_PATH) is None:
        if "chromium" in required:
            pytest.fail("FARM_REQUIRE names chromium, and it is not installed")
        pytest.skip("no chromium: apt-get install chromium")
    url, opened, pages = asyncio.run(_scene())
    assert url.startswith("ws://127.0.0.1:"), "the address that DevTools gives leads back through the port"
    assert b" 101 " in opened
    assert _PAGE.replace("<", "%3C").replace(">", "%3E") in pages or _PAGE in pages, pages
