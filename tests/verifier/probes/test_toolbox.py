from __future__ import annotations

import asyncio
from typing import Any

import pytest
from phones import empty_case, phone_tools

from device_farm.types.action import SystemButton
from verifier.probes.refusal import ProbeRefused
from verifier.probes.tool import ToolCall, ToolResult
from verifier.probes.toolbox import Toolbox, toolbox_for
from verifier.probes.tools import Limits


def call(tools: Toolbox, name: str, /, **arguments: Any) -> ToolResult:
    return asyncio.run(tools.call(ToolCall(name=name, arguments=arguments)))


def test_toolbox_without_a_scene_looks_back_only() -> None:
    tools = toolbox_for(empty_case(), None)
    assert [spec.name for spec in tools.specs] == ["look_back"]
    assert tools.device is None
    with pytest.raises(ProbeRefused, match="no device any more"):
        tools.fork()
    assert "no screen was recorded" in call(tools, "look_back", step=0).text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("shell", {"command": "id"}, "no tool 'shell'"),
        ("", {}, "no tool ''"),
        ("look_back", {}, "step: Field required"),
        ("look_back", {"step": "1"}, "step: Input should be a valid integer"),
        ("look_back", {"step": True}, "step: Input should be a valid integer"),
        ("look_back", {"step": -1}, "step: Input should be greater than or equal to 0"),
        ("look_back", {"step": 0, "shell": "rm"}, "shell: Extra inputs are not permitted"),
        ("look_back", {"step": "x" * 30_000}, "bad arguments"),
    ],
)
def test_toolbox_makes_a_fault_of_a_bad_call(name: str, arguments: dict[str, Any], said: str) -> None:
    result = call(toolbox_for(empty_case(), None), name, **arguments)
    assert result.fault.startswith("ProbeRefused: ")
    assert said in result.fault and result.fault in result.text
    assert not result.evidence.holds


def test_toolbox_answers_from_the_device_and_leaves_it_as_it_was() -> None:
    async def scenario() -> None:
        async with phone_tools() as (tools, _, digest):
            before = digest()
            said = await tools.call(ToolCall(name="shell", arguments={"command": "settings get system font_scale"}))
            assert (said.fault, said.evidence.holds, said.evidence.observed) == ("", True, "1.0")
            assert said.text.splitlines()[0].startswith("[data from the device")
            shot = await tools.call(ToolCall(name="screenshot", arguments={}))
            assert shot.screenshot is not None and shot.screenshot.data
            refused = await tools.call(ToolCall(name="shell", arguments={"command": "rm -r /sdcard"}))
            assert refused.fault.startswith("ProbeRefused: command: program 'rm' is not for probes (use one of:")
            assert digest() == before

    asyncio.run(scenario())


def test_toolbox_start_is_read_only_and_fork_is_undone() -> None:
    async def scenario() -> None:
        async with phone_tools() as (tools, device, digest):
            await device.shell("settings put system font_scale 1.3")
            before = digest()
            command = "settings get system font_scale"
            async with tools.start() as start:
                assert (await start.shell(command)).stdout == b"1.0\n"
                with pytest.raises(ProbeRefused, match="acting would change the device"):
                    await start.act(SystemButton(button="home"))
            async with tools.fork() as fork:
                await fork.shell("settings put system font_scale 2.0")
            assert tools.device is not None
            assert (await tools.device.shell(command)).stdout == b"1.3\n"
            assert digest() == before

    asyncio.run(scenario())


def test_toolbox_without_shell_has_screens_and_no_lines() -> None:
    async def scenario() -> None:
        async with phone_tools(shell=False, gui=False) as (tools, _, _):
            assert {spec.name for spec in tools.specs} == {"look_back", "ui_tree", "screenshot"}
            assert tools.device is not None
            with pytest.raises(ProbeRefused, match="has no shell"):
                await tools.device.shell("id")
            with pytest.raises(ProbeRefused, match="has no shell"):
                await tools.device.pull("/sdcard/x")
            async with tools.start() as start:
                with pytest.raises(ProbeRefused, match="has no shell"):
                    await start.shell("id")
            with pytest.raises(ProbeRefused, match="may not act"):
                tools.fork()

    asyncio.run(scenario())


def test_toolbox_shows_no_more_pictures_than_allowed() -> None:
    async def scenario() -> None:
        async with phone_tools(limits=Limits(images=1)) as (tools, _, _):
            first = await tools.call(ToolCall(name="screenshot", arguments={}))
            second = await tools.call(ToolCall(name="screenshot", arguments={}))
            assert first.screenshot is not None
            assert second.screenshot is None and "no picture: all 1" in second.text

    asyncio.run(scenario())
