"""Tasks on simulated phones in which the present screen does not tell what to do next; for `bench_history.py`.

- tour: four applications in an order, and home at last. From the home screen the policy opens one of the four or ends;
  the screen is the same all five times.
- photos: three presses of the shutter; from the first photo on the viewfinder looks the same.
- volume: three presses of a key, from a volume that differs from task to task.

The first screen tells the three goals apart, so that a small model need not learn to read them. An episode counts only
where the policy itself ended it: to know that one is done takes memory, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import PressKey, SystemButton
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored, Undecided
from gui_agent.benchmarks.base import Ending, Script, Suite, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import run
from gui_agent.benchmarks.params import IntParam
from gui_agent.benchmarks.ui import Match, tap, wait_for
from verifier.rules.base import guest_output, judge
from verifier.rules.settings import SettingEquals

APPS: Final = {
    "Clock": "com.google.android.deskclock",
    "Contacts": "com.google.android.contacts",
    "Settings": "com.android.settings",
    "Phone": "com.google.android.dialer",
}
"""Label of an icon on the home screen, and package."""
TOUR: Final = ("Clock", "Contacts", "Phone", "Settings")
COUNT: Final = 3
PHOTOS: Final = "/sdcard/Pictures"
_CAMERA: Final = "com.android.camera2/com.android.camera.CameraLauncher"
_RECENT: Final = re.compile(r"\* Recent #\d+: Task\{\w+ #\d+ type=standard A=(\S+)")
_FRONT: Final = re.compile(r"topResumedActivity=ActivityRecord\{\w+ \w+ ([^/]+)/")
_LAUNCHER: Final = "com.google.android.apps.nexuslauncher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """Applications in the order in which they were last in front, the newest first, and the home screen now."""

    packages: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        recents = _RECENT.findall(await guest_output(device, "dumpsys activity recents"))
        front = _FRONT.findall(await guest_output(device, "dumpsys activity activities"))
        observed = (*front[:1], *recents)
        expected = (_LAUNCHER, *self.packages)
        return Evidence(
            probe="in front, and before that",
            observed=" ".join(observed),
            expected=" ".join(expected),
            holds=observed == expected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The folder holds so many files."""

    folder: str
    count: int

    async def check(self, device: Device) -> Evidence:
        found = len((await guest_output(device, f"ls {self.folder}")).split())
        return Evidence(probe=f"files in {self.folder}", observed=str(found), expected=str(COUNT), holds=found == COUNT)


class _Remembered(TaskTemplate):
    max_steps = 11
    tags: ClassVar[tuple[str, ...]] = ("memory",)

    async def judge(self, device: Device, task: Task, ending: Ending) -> Scored | Undecided:
        verdict = await self.evaluate(device, task, ending.answer)
        ended = Evidence(probe="ended by", observed=ending.stop, expected="terminated", holds=ending.done)
        assert isinstance(verdict, Scored)
        return Scored(reward=verdict.reward * ending.done, evidence=(*verdict.evidence, ended))


class Tour(_Remembered):
    name = "Tour"
    goal = f"Look into {', '.join(TOUR)}, in this order, then go home."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, Visited(packages=tuple(APPS[app] for app in reversed(TOUR))))

    def expert(self, task: Task) -> Script:
        for label in TOUR:
            yield from tap(Match(text=label, state="clickable"))
            yield SystemButton(button="home")


class Photos(_Remembered):
    name = "Photos"
    goal = f"Take {COUNT} photos."

    async def set_up(self, device: Device, task: Task) -> None:
        for permission in ("ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION"):
            await run(device, f"pm grant com.android.camera2 android.permission.{permission}")
        await run(device, f"mkdir -p {PHOTOS} && rm -rf {PHOTOS}/* && am start -W -n {_CAMERA}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, Files(folder=PHOTOS, count=COUNT))

    def expert(self, task: Task) -> Script:
        yield from wait_for(Match(description="Shutter"))
        for _ in range(COUNT):
            yield from tap(description="Shutter")


class Volume(_Remembered):
    name = "Volume"
    goal = f"Press the louder key {COUNT} times."
    params = {"start": IntParam(1, 9)}  # noqa: RUF012

    async def set_up(self, device: Device, task: Task) -> None:
        await run(device, f"cmd media_session volume --stream 3 --set {task.params['start']}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        expected = str(int(str(task.params["start"])) + COUNT)
        return await judge(device, SettingEquals(namespace="system", key="volume_music_speaker", expected=expected))

    def expert(self, task: Task) -> Script:
        for _ in range(COUNT):
            yield PressKey(key="volume_up")


SUITE: Final = Suite(name="history_tasks:SUITE", templates=(Tour(), Photos(), Volume()))
