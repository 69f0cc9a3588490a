"""Files: delete one file among others like it, move one to another folder. Decided by the storage itself."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Click, LongPress
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage, put_noise, put_text, random_name
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, launch, run, text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import Match, Plain, scroll_and_tap, scroll_to, tap
from verifier.rules.base import judge
from verifier.rules.files import FileAbsent, FileExists

FOLDERS: Final = {
    "Alarms": ("sunrise_bell.mp3", "gentle_wake.mp3", "train_day.mp3", "nap_over.mp3"),
    "Audiobooks": ("sea_voyage.mp3", "night_garden.mp3", "grammar_hour.mp3", "old_kings.mp3"),
    "DCIM": ("lake_trip.jpg", "cake_table.jpg", "snow_walk.jpg", "team_photo.jpg"),
    "Documents": ("lease.pdf", "tax_form.pdf", "floor_plan.pdf", "warranty.pdf"),
    "Download": ("installer.apk", "fonts.zip", "poster.png", "manual_v2.pdf"),
    "Movies": ("puppet_show.mp4", "river_film.mp4", "city_lapse.mp4", "school_play.mp4"),
    "Music": ("slow_waltz.mp3", "brass_band.mp3", "harp_solo.mp3", "drum_loop.mp3"),
    "Notifications": ("ping.mp3", "knock.mp3", "droplet.mp3", "chirp.mp3"),
    "Pictures": ("pier.jpg", "market.jpg", "two_cats.jpg", "roof_garden.jpg"),
    "Podcasts": ("law_weekly.mp3", "bike_talk.mp3", "bread_show.mp3", "space_news.mp3"),
    "Recordings": ("choir_practice.mp3", "board_call.mp3", "field_notes.mp3", "oral_exam.mp3"),
    "Ringtones": ("marimba.mp3", "old_phone.mp3", "soft_bell.mp3", "whistle.mp3"),
}
"""Folders of the shared storage, and what kind of file lies in each."""

_FOLDER: Final = ChoiceParam(tuple(FOLDERS))
STORAGE: Final = Match(where=lambda node: node.text.startswith("sdk_gphone"))
"""The storage's entry in the drawer goes by the phone's model."""


@dataclass(frozen=True, slots=True)
class NamesParam:
    """One to nine file names."""

    @property
    def range_text(self) -> str:
        return "a list of 1 to 9 file names"

    def sample(self, rng: Random) -> JsonValue:
        return list(rng.choice(tuple(FOLDERS.values())))

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, list) and 1 <= len(value) <= 9 and all(isinstance(name, str) for name in value)


def _names(value: JsonValue) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def open_storage() -> Plain:
    """The file browser at the top folder of the phone's storage."""
    yield from launch("Files")
    yield from tap(description="Show roots")
    yield from tap(STORAGE)


def _select(folder: str, name: str) -> Plain:
    yield from open_storage()
    yield from scroll_and_tap(folder)
    node = yield from scroll_to(name)
    yield LongPress(at=node.bounds.center)


class _Files(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("files",)

    async def fill(self, device: Device, task: Task, folder: str) -> None:
        """The task's file in `folder` among others; nothing else in the storage."""
        name = text_param(task.params, "file_name")
        await set_clock(device)
        await empty_storage(device)
        noise = _names(task.params["noise_candidates"])
        await put_noise(device, f"{SDCARD}/{folder}", noise, Random(f"noise/{task.seed}"), like=name)
        await put_text(device, f"{SDCARD}/{folder}", name, "This is the file in question")


class FilesDeleteFile(_Files):
    name = "FilesDeleteFile"
    goal = "In the folder {subfolder} of the phone's storage (sdk_gphone_x86_64), delete the file {file_name}."
    params = {"file_name": TextParam(("x.mp3",)), "subfolder": _FOLDER, "noise_candidates": NamesParam()}
    complexity = 2
    max_steps = 22

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        folder = rng.choice(tuple(FOLDERS))
        ending = FOLDERS[folder][0].rpartition(".")[2]
        return {
            "file_name": f"{random_name(rng)}.{ending}",
            "subfolder": folder,
            "noise_candidates": list(FOLDERS[folder]),
        }

    async def set_up(self, device: Device, task: Task) -> None:
        await self.fill(device, task, text_param(task.params, "subfolder"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{SDCARD}/{task.params['subfolder']}/{task.params['file_name']}"
        return await judge(device, FileAbsent(path=path))

    def expert(self, task: Task) -> Script:
        yield from _select(text_param(task.params, "subfolder"), text_param(task.params, "file_name"))
        yield from tap(description="Delete")
        yield from tap(text="OK")


class FilesMoveFile(_Files):
    name = "FilesMoveFile"
    goal = (
        "Move the file {file_name} from the folder {source_folder} into the folder {destination_folder}; both are in "
        "the phone's storage (sdk_gphone_x86_64)."
    )
    params = {
        "file_name": TextParam(("x.mp3",)),
        "source_folder": _FOLDER,
        "destination_folder": _FOLDER,
        "noise_candidates": NamesParam(),
    }
    complexity = 2
    max_steps = 20

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        source, destination = rng.sample(tuple(FOLDERS), 2)
        return {
            "file_name": rng.choice(FOLDERS[destination]),
            "source_folder": source,
            "destination_folder": destination,
            "noise_candidates": list(FOLDERS[source]),
        }

    async def set_up(self, device: Device, task: Task) -> None:
        await self.fill(device, task, text_param(task.params, "source_folder"))
        await run(device, f"mkdir -p {SDCARD}/{task.params['destination_folder']}")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        name = task.params["file_name"]
        return await judge(
            device,
            FileAbsent(path=f"{SDCARD}/{task.params['source_folder']}/{name}"),
            FileExists(path=f"{SDCARD}/{task.params['destination_folder']}/{name}"),
        )

    def expert(self, task: Task) -> Script:
        yield from _select(text_param(task.params, "source_folder"), text_param(task.params, "file_name"))
        yield from tap(description="More options")
        yield from tap(text="Move to…")
        # The picker begins in the source folder; the path above the list leads out of it.
        yield from tap(STORAGE)
        node = yield from scroll_to(text_param(task.params, "destination_folder"))
        yield Click(at=node.bounds.center)
        yield from tap(text="Move")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (FilesDeleteFile(), FilesMoveFile())
