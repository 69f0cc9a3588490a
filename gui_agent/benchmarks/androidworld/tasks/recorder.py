"""Audio Recorder: one recording, with the name it gets or with a given one. Decided by the folder of records."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Wait
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage, varied_name
from gui_agent.benchmarks.androidworld.tasks.system import allow_everything
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import launch, run, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import Match, Plain, present, tap, type_into
from verifier.rules.base import guest_output, judge, shown
from verifier.rules.files import FileExists

RECORDS: Final = "/storage/emulated/0/Android/data/com.dimowner.audiorecorder/files/Music/records"
_RECORDING_S: Final = 3.0
_WORDS: Final = ("rehearsal", "lesson", "verse", "minutes", "dictation", "birdsong", "toast", "recital", "hearing")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRecording:
    """The folder, which was emptied before, holds exactly one file that is not empty."""

    folder: str

    async def check(self, device: Device) -> Evidence:
        listed = await guest_output(device, f"find {shlex.quote(self.folder)} -type f -size +0")
        files = [line for line in listed.splitlines() if line.strip()]
        return Evidence(
            probe="new recordings", observed=shown(files), expected="exactly one file", holds=len(files) == 1
        )


def open_recorder() -> Plain:
    """The main screen; on the first run by way of the welcome and the set-up page."""
    yield from launch("Audio Recorder")
    for label in ("Get started", "Apply"):
        if (yield from present(Match(text=label))):
            yield from tap(text=label)


def record() -> Plain:
    yield from open_recorder()
    yield from tap(resource_id="btn_record")
    yield from allow_everything()
    yield Wait(duration_s=_RECORDING_S)
    yield from tap(resource_id="btn_record_stop")


class _Recorder(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("audio recorder",)

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await empty_storage(device)
        await run(device, f"mkdir -p {RECORDS}")


class AudioRecorderRecordAudio(_Recorder):
    name = "AudioRecorderRecordAudio"
    goal = "Make a sound recording with Audio Recorder and save it."
    max_steps = 12

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, OneRecording(folder=RECORDS))

    def expert(self, task: Task) -> Script:
        yield from record()
        yield from tap(text="Save")


class AudioRecorderRecordAudioWithFileName(_Recorder):
    name = "AudioRecorderRecordAudioWithFileName"
    goal = 'Make a sound recording with Audio Recorder and give it the name "{file_name}".'
    params = {"file_name": TextParam(("x.m4a",)), "text": ChoiceParam(("",))}
    complexity = 2
    max_steps = 20

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        return {"file_name": varied_name(f"{rng.choice(_WORDS)}.m4a", rng), "text": ""}

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        # The recorder puts its ending behind whatever the name is, so that the file ends in .m4a.m4a.
        return await judge(device, FileExists(path=f"{RECORDS}/{text_param(task.params, 'file_name')}.m4a"))

    def expert(self, task: Task) -> Script:
        yield from record()
        yield from type_into(text_param(task.params, "file_name"), Match(role="EditText"))
        yield from tap(text="Save")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (AudioRecorderRecordAudio(), AudioRecorderRecordAudioWithFileName())
