"""Camera: exactly one photo, exactly one video. Decided by the folders that the camera writes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Wait
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.tasks.system import allow_everything
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import launch, run
from gui_agent.benchmarks.ui import Match, Plain, present, swipe, tap, wait_for
from verifier.rules.base import guest_output, judge, shown

PHOTOS: Final = "/sdcard/Pictures"
VIDEOS: Final = "/sdcard/Movies"
_RECORDING_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEntry:
    """The folder, which was emptied before, lists exactly one name."""

    folder: str

    async def check(self, device: Device) -> Evidence:
        listed = await guest_output(device, f"ls {self.folder}")
        names = [line for line in listed.splitlines() if line]
        return Evidence(
            probe=f"new in {self.folder}", observed=shown(names), expected="exactly one", holds=len(names) == 1
        )


def open_camera() -> Plain:
    """The viewfinder; the questions of a first start are answered on the way."""
    yield from launch("Camera")
    yield from allow_everything()
    if (yield from present(Match(text="NEXT"))):
        yield from tap(text="NEXT")


class _Camera(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("camera",)
    max_steps = 10

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        for folder in (PHOTOS, VIDEOS):
            await run(device, f"mkdir -p {folder} && rm -rf {folder}/*")


class CameraTakePhoto(_Camera):
    name = "CameraTakePhoto"
    goal = "Take a single photo with the camera."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, OneEntry(folder=PHOTOS))

    def expert(self, task: Task) -> Script:
        yield from open_camera()
        yield from tap(description="Shutter")


class CameraTakeVideo(_Camera):
    name = "CameraTakeVideo"
    goal = "Record a single video with the camera."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, OneEntry(folder=VIDEOS))

    def expert(self, task: Task) -> Script:
        yield from open_camera()
        # The list of modes is drawn in from the left.
        node = yield from wait_for(Match(resource_id="preview_content"))
        yield from swipe("left", within=node.bounds, fraction=0.7)
        yield from tap(text="Video")
        yield from tap(description="Shutter")
        yield Wait(duration_s=_RECORDING_S)
        yield from tap(description="Shutter")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (CameraTakePhoto(), CameraTakeVideo())
