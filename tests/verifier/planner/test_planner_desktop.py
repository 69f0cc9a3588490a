"""The planner on real desktops; a second one is set up as the task began, for what a desktop cannot show of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from attempts import Scripted, attempted, task_of

from device_farm.backends.config import XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.device import Device, ManagedDevice
from device_farm.errors import PrerequisiteError
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Scored
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics import SUITE
from gui_agent.policies.noop import NoopPolicy
from gui_agent.verification.scene import ReplayedScene
from verifier.agentic.verifier import AgenticVerifier
from verifier.case import case_of
from verifier.planner.planner import PlannerThinker
from verifier.planner.probing import SIDE_EFFECTS
from verifier.verdict import Verdict


def _need_xvfb() -> None:
    try:
        load_backend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            raise
        pytest.skip(str(error))


@asynccontextmanager
async def _desktops() -> AsyncIterator[tuple[ManagedDevice, ManagedDevice]]:
    backend = load_backend(XvfbConfig(devices=2))
    first, second = await backend.create("first"), await backend.create("second")
    try:
        await first.start()
        await second.start()
        yield first, second
    finally:
        await first.close()
        await second.close()
        await backend.close()


async def _judged(
    device: Device, second: ManagedDevice, template: TaskTemplate, task: Task, episode: Episode
) -> Verdict:
    @asynccontextmanager
    async def lease() -> AsyncIterator[Device]:
        await second.reset()
        yield second

    case = case_of(episode)
    scene = ReplayedScene(
        device, lease=lease, set_up=lambda other: template.set_up(other, task), steps=case.steps, final=case.final
    )
    return await AgenticVerifier(thinker=PlannerThinker()).verify(case, scene)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["DesktopNewFolder", "DesktopExtendFile", "DesktopSortFile", "DesktopSumColumn"])
def test_planner_tells_what_was_done_on_a_desktop(name: str) -> None:
    _need_xvfb()
    template = SUITE.template(name)
    task = task_of(template, 0)

    async def scenario() -> None:
        async with _desktops() as (device, second):
            expert = await attempted(device, template, task, Scripted(template, task))
            assert isinstance(expert.outcome, Scored), expert.outcome
            verdict = await _judged(device, second, template, task, expert)
            if expert.outcome.reward < 1:
                # Where the machine is busy an expert may look too early for a window: that is a failure, and told so.
                assert verdict.decision == "failure", verdict
                return
            assert (verdict.decision, verdict.confidence) == ("success", 0.95), verdict

            assert (await device.shell('echo stray > "$HOME"/stray.txt')).exit_code == 0
            verdict = await _judged(device, second, template, task, expert)
            (besides,) = [piece.probe for piece in verdict.evidence if piece.probe.startswith(SIDE_EFFECTS)]
            assert verdict.decision == "failure" and besides.endswith("/stray.txt")

            idle = await attempted(device, template, task, NoopPolicy())
            assert (await _judged(device, second, template, task, idle)).decision == "failure"

    asyncio.run(scenario())


@pytest.mark.timeout(200)
def test_goal_about_a_change_is_undecided_where_the_start_cannot_be_seen() -> None:
    _need_xvfb()
    template = SUITE.template("DesktopExtendFile")
    task = task_of(template, 0)

    async def scenario() -> None:
        backend = load_backend(XvfbConfig())
        device = await backend.create("desktop")
        try:
            await device.start()
            idle = await attempted(device, template, task, NoopPolicy())
            case = case_of(idle)
            scene = ReplayedScene(
                device, lease=None, set_up=lambda _: template.set_up(device, task), steps=(), final=None
            )
            verdict = await AgenticVerifier(thinker=PlannerThinker()).verify(case, scene)
            assert verdict.decision == "undecided"
            assert any("there is no second device" in fault for fault in verdict.faults)
        finally:
            await device.close()
            await backend.close()

    asyncio.run(scenario())
