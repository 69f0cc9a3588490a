"""The image editor and the player on a real desktop: they start, outlive a look, and say what is in their windows."""

from __future__ import annotations

import asyncio
import json
import os
import time

import pytest

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.osworld.api import GuestApi
from device_farm.errors import PrerequisiteError
from device_farm.simulator.uiautomator.http import Request
from device_farm.types.observation import ObserveRequest
from gui_agent.benchmarks.osworld.programs import missing_programs

WITHIN_S = 60.0
TREE = ObserveRequest(screenshot=False)


async def _looks_that_show(program: str, wanted: set[tuple[str, str]]) -> int:
    """Starts the program as OSWorld does; how many looks, two at the most, show all of `wanted` (role and text)."""
    device = await XvfbBackend(XvfbConfig(width=1280, height=900)).create("media")
    try:
        await device.start()
        body = json.dumps({"command": [program], "shell": False}).encode()
        headers = {"content-type": "application/json"}
        api = GuestApi(device)
        launched = await api.handle(Request(method="POST", path="/setup/launch", headers=headers, body=body))
        assert launched.status == 200, launched.body
        deadline, showed = time.monotonic() + WITHIN_S, 0
        while time.monotonic() < deadline and showed < 2:
            tree = (await device.observe(TREE)).ui_tree
            showed += tree is not None and wanted <= {(node.role, node.text) for node in tree.walk()}
            await asyncio.sleep(0.5)
        return showed
    finally:
        await device.close()


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ("vlc", {("frame", "VLC media player"), ("menu item", "Media"), ("menu item", "Tools")}),
        ("gimp", {("frame", "GNU Image Manipulation Program"), ("menu", "File"), ("menu", "Image")}),
    ],
)
def test_program_describes_itself_and_stays(program: str, wanted: set[tuple[str, str]]) -> None:
    for missing in missing_programs():
        if missing.name == program or (missing.name == "libatk-adaptor" and program == "gimp"):
            pytest.skip(f"apt-get install {missing.package}")
    try:
        XvfbBackend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail(str(error))
        pytest.skip(str(error))
    # A program that a look has ended shows nothing at the next one.
    assert asyncio.run(_looks_that_show(program, wanted)) == 2
