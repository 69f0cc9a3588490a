"""The songs on the shared storage, as the media scanner found them: titles, artists and durations of the real files."""

from __future__ import annotations

import io
import posixpath
import sqlite3
import zlib
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tinytag import TinyTag, TinyTagException

from device_farm.simulator.apps.browsing import SDCARD
from device_farm.simulator.apps.music.schema import MEDIA_INDEX, MEDIA_SCHEMA
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.sqlite_engine import Value
from device_farm.simulator.toolkit.app import AppContext

SortOrder: TypeAlias = Literal["title_key", "title_key DESC", "artist_key", "album_key", "duration DESC", "date_added"]
SORT_ORDERS: Final[tuple[tuple[SortOrder, str], ...]] = (
    ("title_key", "A-Z"),
    ("title_key DESC", "Z-A"),
    ("artist_key", "Artist"),
    ("album_key", "Album"),
    ("duration DESC", "Song duration"),
    ("date_added", "Date added"),
)
MUSIC_SUFFIXES: Final = (".mp3", ".m4a", ".ogg", ".flac", ".wav", ".opus")
SHORTEST_MS: Final = 20_000
"""Shorter files are no songs (`filter_song`, 20 s until chosen otherwise)."""
_UNKNOWN: Final = "<unknown>"
_SKIPPED: Final = ("Android", "Alarms", "Notifications", "Ringtones", "Recordings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """A row of the media provider. `modified_s` is Unix time."""

    id: int
    title: str
    artist: str
    album: str
    album_artist: str
    composer: str
    track: int
    year: int
    duration_ms: int
    path: str
    modified_s: int

    @property
    def album_id(self) -> int:
        """Equal for equal folders and album names."""
        return zlib.crc32(f"{posixpath.dirname(self.path)}\n{self.album}".encode())

    @property
    def artist_id(self) -> int:
        return zlib.crc32(self.artist.encode())


def scan(context: AppContext) -> None:
    """Reads new and changed music files into the index and drops those that are gone."""
    database = room_database(context, MEDIA_INDEX, MEDIA_SCHEMA)
    known = {
        str(row[0]): (int(row[1]), int(row[2]), int(row[3]))
        for row in database.query("SELECT _data, _size, date_modified, inode FROM audio")
    }
    found = _music_files(context.files)
    gone = [(path,) for path in known if path not in found]
    if gone:
        database.execute_many("DELETE FROM audio WHERE _data = ?", gone)
    changed = [(path, mark) for path, mark in found.items() if known.get(path) != mark]
    if changed:
        # A file that is replaced keeps its id, as in Android.
        database.execute_many(
            "INSERT INTO audio (_data, _size, date_modified, inode, title, artist, album, album_artist, composer,"
            " track, year, duration) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(_data) DO UPDATE SET"
            " _size=excluded._size, date_modified=excluded.date_modified, inode=excluded.inode, title=excluded.title,"
            " artist=excluded.artist, album=excluded.album, album_artist=excluded.album_artist,"
            " composer=excluded.composer, track=excluded.track, year=excluded.year, duration=excluded.duration",
            [(path, *mark, *_tags(context.files, path)) for path, mark in changed],
        )


def _music_files(files: FileSystem) -> dict[str, tuple[int, int, int]]:
    """Path to (size, time of change, inode) of every music file that the scanner looks at."""
    found = {}
    for path, status in files.walk(SDCARD):
        relative = path[len(SDCARD) + 1 :]
        hidden = "/." in f"/{relative}" or relative.partition("/")[0] in _SKIPPED
        if not hidden and not status.is_dir and path.lower().endswith(MUSIC_SUFFIXES):
            found[path] = (status.size, int(status.mtime_s), status.ino)
    return found


def _tags(files: FileSystem, path: str) -> tuple[Value, ...]:
    """Title, artist, album, album artist, composer, track, year, duration in milliseconds; names where tags lack."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    folder = posixpath.basename(posixpath.dirname(path))
    try:
        tag = TinyTag.get(path, file_obj=io.BytesIO(files.read(path)))
    except (TinyTagException, ValueError, ArithmeticError, LookupError):
        return (stem, _UNKNOWN, folder, None, None, 0, 0, 0)
    composer = tag.composer if isinstance(tag.composer, str) else None
    year = tag.year[:4] if tag.year else ""
    return (
        tag.title or stem,
        tag.artist or _UNKNOWN,
        tag.album or folder,
        tag.albumartist,
        composer,
        tag.track or 0,
        int(year) if year.isdigit() else 0,
        int((tag.duration or 0.0) * 1000),
    )


def songs(context: AppContext, order: SortOrder = "title_key") -> tuple[Song, ...]:
    """The songs of the index in this order."""
    database = room_database(context, MEDIA_INDEX, MEDIA_SCHEMA)
    rows = database.query(
        "SELECT _id, title, artist, album, album_artist, composer, track, year, duration, _data, date_modified"
        " FROM audio WHERE duration >= ?",
        (SHORTEST_MS,),
    )
    found = [song_of(row) for row in rows]
    found.sort(key=lambda song: (song.title.casefold(), song.id))
    match order:
        case "title_key DESC":
            found.reverse()
        case "artist_key":
            found.sort(key=lambda song: song.artist.casefold())
        case "album_key":
            found.sort(key=lambda song: song.album.casefold())
        case "duration DESC":
            found.sort(key=lambda song: -song.duration_ms)
        case "date_added":
            found.sort(key=lambda song: song.id)
        case "title_key":
            pass
    return tuple(found)


def song_of(row: sqlite3.Row) -> Song:
    """From the columns id, title, artist, album, album artist, composer, track, year, duration, path, time of change.

    Every table of the app has them, under names of its own and with whatever programs from outside wrote there.
    """
    return Song(
        id=whole(row[0]),
        title=str(row[1]),
        artist=str(row[2]),
        album=str(row[3]),
        album_artist=str(row[4] or ""),
        composer=str(row[5] or ""),
        track=whole(row[6]),
        year=whole(row[7]),
        duration_ms=whole(row[8]),
        path=str(row[9]),
        modified_s=whole(row[10]),
    )


def whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def readable(duration_ms: int) -> str:
    """`MM:SS`, from an hour on `HH:MM:SS`; what is left of a second is cut."""
    minutes, seconds = divmod(duration_ms // 1000, 60)
    return f"{minutes:02}:{seconds:02}" if minutes < 60 else f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def info_line(found: tuple[Song, ...]) -> str:
    """`3 Songs • 10:31`."""
    count = f"{len(found)} {'Song' if len(found) == 1 else 'Songs'}"
    return f"{count} • {readable(sum(song.duration_ms for song in found))}"
