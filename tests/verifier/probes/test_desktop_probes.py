"""The guard and the tools on a real desktop."""

from __future__ import annotations

import asyncio
import os

import pytest
from phones import empty_case
from test_documents import letter, packed, slides, workbook

from device_farm.backends.config import XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.errors import PrerequisiteError
from gui_agent.benchmarks.basics import SUITE
from gui_agent.verification.scene import ReplayedScene
from verifier.probes.changes import difference, state_of
from verifier.probes.read_only import ReadOnlyDevice
from verifier.probes.tool import ToolCall
from verifier.probes.toolbox import toolbox_for
from verifier.probes.tools import Limits

DOCUMENTS = {
    "note.txt": b"Dear Ann\n",
    "a.xlsx": workbook(),
    "a.docx": letter(),
    "a.pptx": slides(),
    "locked.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "macros.docx": packed(**{"word/vbaProject_bin": "x"}),
}


def test_desktop_is_probed_and_stays_as_it_was() -> None:
    backend = load_backend(XvfbConfig())
    try:
        backend.preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            raise
        pytest.skip(str(error))

    async def scenario() -> None:
        device = await backend.create("desktop")
        try:
            await device.start()
            template = SUITE.template("DesktopSumColumn")
            task = template.task(SUITE.name, 3)
            task = await template.set_up(device, task) or task
            home = (await device.shell('printf %s "$HOME"')).stdout.decode()
            for name, data in DOCUMENTS.items():
                await device.push(f"{home}/Documents/{name}", data)
            await device.shell("ln -s /dev/zero ~/Documents/endless; mkfifo ~/Documents/pipe")
            looked = ReadOnlyDevice(device)
            before = await state_of(looked)
            assert await template.evaluate(looked, task, "x") == await template.evaluate(device, task, "x")
            tools = toolbox_for(
                empty_case("desktop"),
                ReplayedScene(device, lease=None, set_up=template.set_up, steps=(), final=None),
                limits=Limits(seconds=120.0),
            )
            assert {"document", "process_list"} <= {spec.name for spec in tools.specs}
            assert not {"setting", "content_query"} & {spec.name for spec in tools.specs}
            for call, said in (
                (ToolCall(name="shell", arguments={"command": 'ls -R "$HOME"/Documents'}), ".ods"),
                (ToolCall(name="process_list", arguments={}), "Xvfb"),
                (ToolCall(name="ui_tree", arguments={}), "in front: xfdesktop"),
                (ToolCall(name="read_file", arguments={"path": f"{home}/Documents/note.txt"}), "9 bytes\nDear Ann"),
                (ToolCall(name="document", arguments={"path": f"{home}/Documents/a.xlsx"}), "A1=tea | B1=4.5"),
                (ToolCall(name="document", arguments={"path": f"{home}/Documents/a.docx"}), "[Heading 1] Greetings"),
                (ToolCall(name="document", arguments={"path": f"{home}/Documents/a.pptx"}), "Title 1: Plan"),
            ):
                result = await tools.call(call)
                assert result.fault == "" and said in result.text
            for tool, name, fault in (
                ("document", "locked.xlsx", "has a password"),
                ("document", "macros.docx", "carries macros"),
                ("document", "note.txt", ".txt is no kind of document"),
                ("read_file", "endless", "is no regular file"),
                ("read_file", "pipe", "is no regular file"),
            ):
                result = await tools.call(ToolCall(name=tool, arguments={"path": f"{home}/Documents/{name}"}))
                assert fault in result.fault, result
            (path,) = [place.removeprefix("file ") for place in before.facts if place.endswith(".ods")]
            shown = await tools.call(ToolCall(name="document", arguments={"path": path}))
            assert "sheet '" in shown.text
            fork = await tools.call(ToolCall(name="gui", arguments={"actions": [{"type": "wait"}]}))
            assert fork.fault.startswith("VerifierError: there is no second device")
            assert difference(before, await state_of(looked)) == ()
            await device.push(f"{path.rpartition('/')[0]}/new.txt", b"x")
            (change,) = difference(before, await state_of(looked))
            assert change.place.endswith("/Documents/new.txt") and change.before is None
        finally:
            await device.close()
            await backend.close()

    asyncio.run(scenario())
