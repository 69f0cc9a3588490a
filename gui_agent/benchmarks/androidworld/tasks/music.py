"""Retro Music: playlists, the playing queue, a playlist as a file. Decided by the app's databases and files."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Click, TypeText
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.playlists import PlaylistHolds
from gui_agent.benchmarks.androidworld.screens import bring_row, read_list, select_rows, start_app, under
from gui_agent.benchmarks.androidworld.setting import generator_of, set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage
from gui_agent.benchmarks.androidworld.tasks.music_files import silent_mp3
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, run, text_param
from gui_agent.benchmarks.params import TextParam
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, tap, visible_nodes, wait_for
from verifier.rules.base import Probe, judge, judge_parts, shown
from verifier.rules.database import RowsEqual, query
from verifier.rules.files import FileExists

PACKAGE: Final = "code.name.monkey.retromusic"
PLAYLISTS: Final = f"/data/data/{PACKAGE}/databases/playlist.db"
QUEUE: Final = f"/data/data/{PACKAGE}/databases/music_playback_state.db"
ENTRIES: Final = (
    "SELECT playlist_name, title, duration FROM PlaylistEntity JOIN SongEntity ON playlist_id = playlist_creator_id"
    " ORDER BY playlist_name, song_key"
)
_MUSIC: Final = f"{SDCARD}/Music"
_MINUTE_MS: Final = 60_000
SHORTEST_MS, LONGEST_MS = 45 * _MINUTE_MS, 50 * _MINUTE_MS
"""The playlist's length that RetroPlaylistDuration asks for."""
# The app cuts what is left of a second, and a second of room on both sides costs nothing.
_AIM_S: Final = range(45 * 60 + 10, 50 * 60 - 40)

TITLES: Final = (
    *("Amber Light", "Broken Compass", "Cold Harbour", "Dancing Alone", "Empty Stations", "Fields of Rust"),
    *("Glass River", "Half the Sky", "Iron Garden", "July in Winter", "Kites", "Long Way Down", "Mirror Lake"),
    *("Nobody's Island", "Old Machines", "Paper Lanterns", "Quiet Thunder", "Red Umbrella", "Seven Bridges"),
    *("The Last Tram", "Under Water", "Velvet Road", "Walls of Salt", "Yesterday's News", "Zero Gravity"),
)
_ARTISTS: Final = ("Ines", "Tomasz", "Amara", "Jonas", "Mei", "Rafael", "Nadia", "Oskar")
_THEMES: Final = ("Evening Mix", "Road Songs", "Deep Focus", "Kitchen Radio", "Rainy Sunday", "Night Shift")
_LIST: Final = Match(where=lambda node: node.resource_id.endswith(("/recycler_view", "/recyclerView")))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesParam:
    """A list of `low` to `high` different MP3 file names."""

    low: int
    high: int

    @property
    def range_text(self) -> str:
        return f"a list of {self.low} to {self.high} different names of MP3 files"

    def sample(self, rng: Random) -> JsonValue:
        return [f"{title}.mp3" for title in rng.sample(TITLES, rng.randint(self.low, self.high))]

    def accepts(self, value: JsonValue) -> bool:
        if not isinstance(value, list) or not self.low <= len(value) <= self.high:
            return False
        names = [name for name in value if isinstance(name, str) and name.endswith(".mp3") and "/" not in name]
        return len(set(names)) == len(value)


def titles_of(task: Task, name: str) -> list[str]:
    """The songs of a parameter of file names."""
    value = task.params.get(name)
    return [str(file).split(".")[0] for file in value] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistLasts:
    """No playlist but `name` has songs, and together they last from `SHORTEST_MS` to `LONGEST_MS`."""

    name: str

    async def check(self, device: Device) -> Evidence:
        rows = await query(device, PLAYLISTS, ENTRIES)
        total_ms = sum(int(float(row[2])) for row in rows)
        return Evidence(
            probe=f"length of playlist {self.name}",
            observed=shown(f"{total_ms} ms in {sorted({row[0] for row in rows})}"),
            expected=f"{SHORTEST_MS} to {LONGEST_MS} ms in {self.name} alone",
            holds=all(row[0] == self.name for row in rows) and SHORTEST_MS <= total_ms <= LONGEST_MS,
        )


class _Music(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("retro music",)
    params = {
        "playlist_name": TextParam(_THEMES),
        "files": FilesParam(low=2, high=5),
        "noise_files": FilesParam(low=4, high=13),
    }

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        files = [f"{title}.mp3" for title in rng.sample(TITLES, 15)]
        count = self.wanted_count(rng)
        name = f"{rng.choice(_THEMES)} {rng.randint(1, 999)}"
        return {"playlist_name": name, "files": list(files[:count]), "noise_files": list(files[count:])}

    def wanted_count(self, rng: Random) -> int:
        return rng.randint(2, 5)

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        files = params["files"]
        songs = [str(file).split(".")[0] for file in files] if isinstance(files, list) else []
        return self.goal.format(**params, songs=", ".join(songs))

    def durations_ms(self, task: Task, rng: Random) -> dict[str, int]:
        """The length of every song."""
        titles = titles_of(task, "files") + titles_of(task, "noise_files")
        return {title: rng.randint(180_000, 300_000) for title in titles}

    async def set_up(self, device: Device, task: Task) -> None:
        rng = generator_of(task)
        await set_clock(device)
        await run(device, f"am force-stop {PACKAGE}")
        await empty_storage(device)
        await run(device, f"sqlite3 {PLAYLISTS} 'DELETE FROM PlaylistEntity; DELETE FROM SongEntity'")
        await run(device, f"sqlite3 {QUEUE} 'DELETE FROM playing_queue; DELETE FROM original_playing_queue'")
        for title, duration_ms in self.durations_ms(task, rng).items():
            data = silent_mp3(title=title, artist=rng.choice(_ARTISTS), duration_ms=duration_ms)
            await device.push(f"{_MUSIC}/{title}.mp3", data)
        folder = shlex.quote(f"file://{_MUSIC}")
        await run(device, f"am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d {folder}")
        await run(device, f"am force-stop {PACKAGE}")

    def playlist(self, task: Task) -> Probe:
        return PlaylistHolds(
            path=PLAYLISTS,
            sql=ENTRIES,
            name=text_param(task.params, "playlist_name"),
            items=tuple(titles_of(task, "files")),
        )


def _open_songs() -> Plain:
    yield from start_app("Retro Music")
    yield from tap(text="Songs")
    yield from wait_for(_LIST)


def _new_playlist(name: str) -> Plain:
    """Puts the selected songs into a playlist that is made for them."""
    yield from tap(description="Add to playlist")
    yield from tap(text="New playlist")
    yield from wait_for(Match(resource_id="actionNewPlaylist"))
    yield TypeText(text=name)
    yield from tap(text="Create")


def _make_playlist(task: Task) -> Plain:
    yield from _open_songs()
    yield from select_rows(_LIST, "title", titles_of(task, "files"), str.casefold)
    yield from _new_playlist(text_param(task.params, "playlist_name"))


class RetroCreatePlaylist(_Music):
    name = "RetroCreatePlaylist"
    goal = "In Retro Music, make a playlist “{playlist_name}” of these songs in this order: {songs}"
    max_steps = 24

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, self.playlist(task))

    def expert(self, task: Task) -> Script:
        yield from _make_playlist(task)


class RetroPlayingQueue(_Music):
    name = "RetroPlayingQueue"
    goal = "Put these songs into Retro Music's playing queue, in this order: {songs}"
    max_steps = 32

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        wanted = tuple((title,) for title in titles_of(task, "files"))
        sql = "SELECT title FROM playing_queue"
        return await judge(device, RowsEqual(path=QUEUE, sql=sql, expected=wanted, ordered=True))

    def expert(self, task: Task) -> Script:
        yield from _open_songs()
        yield from select_rows(_LIST, "title", titles_of(task, "files"), str.casefold)
        yield from tap(description="Add to playing queue")


class RetroSavePlaylist(_Music):
    name = "RetroSavePlaylist"
    evaluator = "parts"
    goal = (
        "In Retro Music, make a playlist “{playlist_name}” of these songs in this order: {songs}. After that, export "
        "the playlist to the phone's Downloads folder."
    )
    max_steps = 50

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{SDCARD}/Download/{task.params['playlist_name']}.m3u"
        return await judge_parts(device, self.playlist(task), FileExists(path=path))

    def expert(self, task: Task) -> Script:
        name = text_param(task.params, "playlist_name")
        yield from _make_playlist(task)
        yield from tap(text="Playlists")
        row = yield from bring_row(_LIST, "title", name, str.casefold)
        dots = next((node for node in row.walk() if node.resource_id.endswith("/menu")), row)
        yield Click(at=dots.bounds.center)
        yield from tap(text="Save as file")
        yield from wait_for(Match(text="SAVE"))
        observation = yield LOOK
        if not any(node.text == "Files in Downloads" for node in visible_nodes(observation)):
            yield from tap(description="Show roots")
            yield from tap(Match(text="Downloads", index=-1))
        yield from tap(text="SAVE")


class RetroPlaylistDuration(_Music):
    name = "RetroPlaylistDuration"
    goal = (
        "In Retro Music, make a playlist “{playlist_name}” from the songs that are there. It has to last between 45 "
        "and 50 minutes."
    )
    max_steps = 30
    params = {**_Music.params, "files": FilesParam(low=9, high=11), "noise_files": FilesParam(low=4, high=6)}
    _total_ms: ClassVar[int] = 47 * _MINUTE_MS + _MINUTE_MS // 2

    def wanted_count(self, rng: Random) -> int:
        return rng.randint(9, 11)

    def durations_ms(self, task: Task, rng: Random) -> dict[str, int]:
        """The songs of `files` together are in the middle of what is asked for."""
        titles = titles_of(task, "files")
        cuts = sorted(rng.randint(0, self._total_ms) for _ in titles[1:])
        edges = [0, *cuts, self._total_ms]
        lengths = [end - begin for begin, end in pairwise(edges)]
        noise = {title: rng.randint(180_000, 300_000) for title in titles_of(task, "noise_files")}
        return {**dict(zip(titles, lengths, strict=True)), **noise}

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, PlaylistLasts(name=text_param(task.params, "playlist_name")))

    def expert(self, task: Task) -> Script:
        """The page of an album shows how long its songs are; files without an album belong to their folder."""
        yield from start_app("Retro Music")
        yield from tap(text="Albums")
        yield from tap(text="Music")
        yield from wait_for(Match(resource_id="time"))
        songs = yield from read_list(_LIST, _timed_line)
        order = [title for title, _ in songs]
        chosen = _filling(dict(songs))
        # The reading has ended at the bottom.
        yield from select_rows(_LIST, "title", sorted(chosen, key=order.index, reverse=True), order.index)
        yield from _new_playlist(text_param(task.params, "playlist_name"))


def _timed_line(row: UiNode) -> tuple[str, int] | None:
    """Title and seconds of a song."""
    time = under(row, "time")
    if not time:
        return None
    seconds = sum(int(part) * 60**place for place, part in enumerate(reversed(time.split(":"))))
    return under(row, "title"), seconds


def _filling(seconds: dict[str, int]) -> list[str]:
    """The fewest songs that together last long enough and not too long. Raises ExpertStuck."""
    for count in range(1, len(seconds) + 1):
        for titles in combinations(sorted(seconds), count):
            if sum(seconds[title] for title in titles) in _AIM_S:
                return list(titles)
    raise ExpertStuck("no choice of songs has the length")


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    RetroCreatePlaylist(),
    RetroPlayingQueue(),
    RetroPlaylistDuration(),
    RetroSavePlaylist(),
)
