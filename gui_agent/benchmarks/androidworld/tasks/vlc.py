"""VLC: one playlist, two playlists of videos of a folder. Decided by the media library's database."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import TypeText
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.playlists import PlaylistHolds
from gui_agent.benchmarks.androidworld.screens import bring_row, select_rows, start_app
from gui_agent.benchmarks.androidworld.setting import generator_of, set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, run, text_param
from gui_agent.benchmarks.params import TextParam
from gui_agent.benchmarks.ui import Match, Plain, tap, wait_for, wait_gone
from verifier.rules.base import Probe, judge, judge_parts

PACKAGE: Final = "org.videolan.vlc"
DATABASE: Final = f"/data/data/{PACKAGE}/app_db/vlc_media.db"
FOLDER: Final = "VLCVideos"
ENTRIES: Final = (
    "SELECT Playlist.name, Media.filename, entry.position FROM PlaylistMediaRelation AS entry"
    " JOIN Playlist ON id_playlist = entry.playlist_id JOIN Media ON id_media = entry.media_id"
    " ORDER BY Playlist.name, entry.position"
)
_NAMES: Final = (
    "Sunday Matinee",
    "Garden Films",
    "Family Tapes",
    "Night Shift Reels",
    "Old Holidays",
    "Talks to Watch",
)
_SUBJECTS: Final = ("harbour", "parade", "kitchen", "glacier", "concert", "workshop", "market", "sunrise", "interview")
_MARKS: Final = ("", "HD", "4K", "raw", "cut", "final", "copy", "2023_05_14", "2023_08_02")
_VIDEO_S: Final = 3
_LIST: Final = Match(resource_id="network_list")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideosParam:
    """A list of `low` to `high` names of MP4 files."""

    low: int = 2
    high: int = 5

    @property
    def range_text(self) -> str:
        return f"a list of {self.low} to {self.high} names of MP4 files"

    def sample(self, rng: Random) -> JsonValue:
        return list(_file_names(rng, rng.randint(self.low, self.high)))

    def accepts(self, value: JsonValue) -> bool:
        if not isinstance(value, list) or not self.low <= len(value) <= self.high:
            return False
        return all(isinstance(name, str) and name.endswith(".mp4") and "/" not in name for name in value)


def _file_names(rng: Random, count: int) -> list[str]:
    """Different names that look alike."""
    names: set[str] = set()
    while len(names) < count:
        mark = rng.choice(_MARKS) or "".join(rng.choices(string.ascii_letters + string.digits, k=4))
        names.add(f"{rng.choice(_SUBJECTS)}_{rng.randint(1, 99)}_{mark}.mp4")
    return rng.sample(sorted(names), count)


def names_of(params: Mapping[str, JsonValue], name: str) -> list[str]:
    value = params.get(name)
    return [str(file) for file in value] if isinstance(value, list) else []


@lru_cache(maxsize=8)
def plain_video(shade: int) -> bytes:
    """An MP4 of `_VIDEO_S` seconds in one grey, a frame a second."""
    import cv2  # heavy, and only set-up needs it
    import numpy as np

    with tempfile.TemporaryDirectory(prefix="video-") as folder:
        path = Path(folder, "plain.mp4")
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 1, (64, 48))
        for _ in range(_VIDEO_S):
            writer.write(np.full((48, 64, 3), shade, dtype=np.uint8))
        writer.release()
        return path.read_bytes()


async def _set_up(device: Device, task: Task, files: list[str]) -> None:
    rng = generator_of(task)
    await set_clock(device)
    await run(device, f"am force-stop {PACKAGE}")
    await empty_storage(device)
    await run(device, f"mkdir -p {SDCARD}/{FOLDER}")
    tables = "; ".join(f"DELETE FROM {table}" for table in ("Playlist", "Media", "PlaylistMediaRelation"))
    await run(device, f"sqlite3 {DATABASE} '{tables}'")
    for name in files:
        await device.push(f"{SDCARD}/{FOLDER}/{name}", plain_video(32 * rng.randrange(8)))


def _holds(name: str, files: list[str]) -> Probe:
    return PlaylistHolds(path=DATABASE, sql=ENTRIES, name=name, items=tuple(files), numbered=True)


def _open_folder() -> Plain:
    yield from start_app("VLC")
    yield from tap(text="Browse")
    yield from tap(text="Internal memory")
    yield from wait_for(_LIST)
    yield from _tap_folder()


def _tap_folder() -> Plain:
    row = yield from bring_row(_LIST, "title", FOLDER, str.casefold)
    yield from tap(Match(where=lambda node: node.text == FOLDER, within=row.bounds))
    yield from wait_for(Match(text=FOLDER, where=lambda node: not node.resource_id.endswith("/title")))


def _make(name: str, files: list[str]) -> Plain:
    """From the folder's list and back to it."""
    yield from select_rows(_LIST, "title", files, str.casefold)
    yield from tap(description="Add to playlist")
    yield from tap(resource_id="dialog_playlist_name")
    yield TypeText(text=name)
    yield from tap(text="SAVE")
    yield from wait_gone(Match(text="SAVE"))


class VlcCreatePlaylist(TaskTemplate):
    name = "VlcCreatePlaylist"
    goal = (
        "In VLC, make a playlist “{playlist_name}” of these files, which are in VLCVideos of the internal memory, in "
        "this order: {listed}"
    )
    params = {
        "playlist_name": TextParam(_NAMES),
        "files": VideosParam(),
        "noise_files": VideosParam(),
    }
    tags: ClassVar[tuple[str, ...]] = ("vlc",)
    max_steps = 28

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        count = rng.randint(2, 5)
        names = _file_names(rng, 2 * count)
        return {
            "playlist_name": rng.choice(_NAMES),
            "files": list(names[:count]),
            "noise_files": list(names[count:]),
        }

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal.format(**params, listed=", ".join(names_of(params, "files")))

    async def set_up(self, device: Device, task: Task) -> None:
        await _set_up(device, task, names_of(task.params, "files") + names_of(task.params, "noise_files"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, _holds(text_param(task.params, "playlist_name"), names_of(task.params, "files")))

    def expert(self, task: Task) -> Script:
        yield from _open_folder()
        yield from _make(text_param(task.params, "playlist_name"), names_of(task.params, "files"))


class VlcCreateTwoPlaylists(TaskTemplate):
    name = "VlcCreateTwoPlaylists"
    evaluator = "parts"
    goal = (
        "In VLC, make two playlists of files in VLCVideos of the internal memory. First “{playlist_name1}” with, in "
        "this order: {listed1}. Then “{playlist_name2}” with, in this order: {listed2}."
    )
    params = {
        "playlist_name1": TextParam(_NAMES),
        "files1": VideosParam(),
        "noise_files1": VideosParam(),
        "playlist_name2": TextParam(_NAMES),
        "files2": VideosParam(),
        "noise_files2": VideosParam(),
    }
    tags: ClassVar[tuple[str, ...]] = ("vlc",)
    max_steps = 48

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        counts = (rng.randint(2, 5), rng.randint(2, 5))
        names = _file_names(rng, 2 * sum(counts))
        titles = rng.sample(_NAMES, 2)
        params: dict[str, JsonValue] = {}
        for number, (title, count) in enumerate(zip(titles, counts, strict=True), 1):
            mine, names = names[: 2 * count], names[2 * count :]
            params[f"playlist_name{number}"] = title
            params[f"files{number}"] = list(mine[:count])
            params[f"noise_files{number}"] = list(mine[count:])
        return params

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        listed = {f"listed{number}": ", ".join(names_of(params, f"files{number}")) for number in (1, 2)}
        return self.goal.format(**params, **listed)

    async def set_up(self, device: Device, task: Task) -> None:
        kinds = ("files1", "noise_files1", "files2", "noise_files2")
        await _set_up(device, task, [name for kind in kinds for name in names_of(task.params, kind)])

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge_parts(device, *(_holds(*_wanted(task, number)) for number in (1, 2)))

    def expert(self, task: Task) -> Script:
        yield from _open_folder()
        for number in (1, 2):
            yield from _make(*_wanted(task, number))


def _wanted(task: Task, number: int) -> tuple[str, list[str]]:
    """Name and files of the first or second playlist."""
    return text_param(task.params, f"playlist_name{number}"), names_of(task.params, f"files{number}")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (VlcCreatePlaylist(), VlcCreateTwoPlaylists())
