"""The guest API on a real desktop: what OSWorld's controllers send arrives in a real application."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Any

import pytest

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.osworld.api import GuestApi
from device_farm.errors import PrerequisiteError
from device_farm.simulator.uiautomator.http import Request

TEXT = "if a < b > c: <br/> \"'\\ {}[]|~^`@#$%& äßœ€ Ж漢 «»\n"
WITHIN_S = 60.0


async def _post(api: GuestApi, path: str, **values: Any) -> bytes:
    body = json.dumps(values).encode()
    answer = await api.handle(
        Request(method="POST", path=path, headers={"content-type": "application/json"}, body=body)
    )
    assert answer.status == 200, answer.body
    return answer.body


async def _pyautogui(api: GuestApi, source: str) -> None:
    command = ["python", "-c", f"import pyautogui; import time; pyautogui.FAILSAFE = False; {source}"]
    said = json.loads(await _post(api, "/execute", command=command, shell=False))
    assert (said["returncode"], said["error"]) == (0, "")


async def _typed() -> bytes:
    device = await XvfbBackend(XvfbConfig(width=1024, height=700)).create("osworld")
    try:
        await device.start()
        api = GuestApi(device)
        await _post(api, "/setup/launch", command=["mousepad", "~/Documents/n.txt"])
        deadline = time.monotonic() + WITHIN_S
        tree = Request(method="GET", path="/accessibility", headers={}, body=b"")
        while b"n.txt - Mousepad" not in (await api.handle(tree)).body:
            assert time.monotonic() < deadline, "the editor showed no window"
            await asyncio.sleep(0.3)
        await _pyautogui(api, f"pyautogui.write({TEXT!r})")
        await _pyautogui(api, "pyautogui.hotkey('ctrl', 's')")
        while True:
            found = await api.handle(
                Request(method="POST", path="/file", headers={}, body=b'{"file_path": "~/Documents/n.txt"}')
            )
            if found.status == 200 and found.body:
                return found.body
            assert time.monotonic() < deadline, "the editor saved nothing"
            await asyncio.sleep(0.3)
    finally:
        await device.close()


def test_every_character_of_pyautogui_source_arrives_as_itself() -> None:
    try:
        XvfbBackend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert asyncio.run(_typed()).decode() == TEXT
