"""Access to the media library: media found on the shared storage, and playlists of them."""

from __future__ import annotations

import posixpath
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.browsing import SDCARD, file_uri, path_of
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.apps.vlc.frames import AUDIO_SUFFIXES, VIDEO_SUFFIXES, media_info, thumbnail
from device_farm.simulator.apps.vlc.schema import AUDIO, DATABASE, SCHEMA, THUMBNAILS, VIDEO
from device_farm.simulator.database import Database
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit.app import AppContext

MEDIA_SUFFIXES: Final = (*VIDEO_SUFFIXES, *AUDIO_SUFFIXES)
_COLUMNS: Final = "Media.id_media, Media.type, Media.title, Media.filename, Media.duration, File.mrl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    id: int
    is_video: bool
    title: str
    filename: str
    duration_ms: int
    path: str

    @property
    def thumbnail_path(self) -> str:
        return f"{THUMBNAILS}/{self.id}.jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Library:
    database: Database
    files: FileSystem
    now_s: int

    def scan(self) -> None:
        """Adds media files that are new, reads changed ones again, and drops those that are gone."""
        known = {media.path: media for media in self._with_files()}
        marks = {
            path_of(str(row[0])): (int(row[1] or 0), int(row[2] or 0))
            for row in self.database.query("SELECT mrl, last_modification_date, size FROM File")
        }
        found = media_files(self.files)
        for path, mark in found.items():
            if path not in known or marks.get(path) != mark:
                self._read(path, mark, known.get(path))
        for path, media in known.items():
            if path not in found:
                self._drop(media.id)
        # A file without its medium is left when the table of media was emptied from outside.
        self.database.execute("DELETE FROM File WHERE media_id NOT IN (SELECT id_media FROM Media)")

    def _read(self, path: str, mark: tuple[int, int], old: Media | None) -> None:
        name, data = posixpath.basename(path), self.files.read(path)
        info = media_info(name, data)
        kind = AUDIO if name.lower().endswith(AUDIO_SUFFIXES) else VIDEO
        if old is not None:
            self.database.execute("UPDATE Media SET duration = ? WHERE id_media = ?", (info.duration_ms, old.id))
            self.database.execute("DELETE FROM File WHERE media_id = ?", (old.id,))
            media_id = old.id
        else:
            media_id = self.database.execute(
                "INSERT INTO Media (type, duration, title, filename, insertion_date, device_id) VALUES (?,?,?,?,?,1)",
                (kind, info.duration_ms, posixpath.splitext(name)[0], name, self.now_s),
            ).last_row_id
        self.database.execute(
            "INSERT INTO File (media_id, mrl, type, last_modification_date, size, insertion_date) VALUES (?,?,1,?,?,?)",
            (media_id, file_uri(path), *mark, self.now_s),
        )
        picture = thumbnail(data) if kind == VIDEO else b""
        if picture:
            save_file(self.files, f"{THUMBNAILS}/{media_id}.jpg", picture)

    def _drop(self, media_id: int) -> None:
        held = self.database.query(
            "SELECT DISTINCT playlist_id FROM PlaylistMediaRelation WHERE media_id = ?", (media_id,)
        )
        for table, column in (("Media", "id_media"), ("File", "media_id"), ("PlaylistMediaRelation", "media_id")):
            self.database.execute(f"DELETE FROM {table} WHERE {column} = ?", (media_id,))
        for row in held:
            self._renumber(int(row[0]))

    def _with_files(self) -> tuple[Media, ...]:
        rows = self.database.query(f"SELECT {_COLUMNS} FROM Media JOIN File ON File.media_id = Media.id_media")
        return tuple(_media(row) for row in rows)

    def all(self, *, video: bool) -> tuple[Media, ...]:
        """Every video or every audio file, by title."""
        found = [media for media in self._with_files() if media.is_video is video]
        return tuple(sorted(found, key=lambda media: (media.title.casefold(), media.id)))

    def by_path(self, path: str) -> Media | None:
        return next(iter(self.by_paths((path,))), None)

    def by_paths(self, paths: Sequence[str]) -> tuple[Media, ...]:
        """The media of these files, in this order."""
        known = {media.path: media for media in self._with_files()}
        return tuple(known[path] for path in paths if path in known)

    def note_played(self, path: str) -> None:
        """A file that the library knows goes to the top of the history."""
        media = self.by_path(path)
        if media is not None:
            self.database.execute(
                "UPDATE Media SET play_count = play_count + 1, last_played_date = ? WHERE id_media = ?",
                (self.now_s, media.id),
            )

    def history(self) -> tuple[Media, ...]:
        """What was played, the latest first."""
        rows = self.database.query(
            f"SELECT {_COLUMNS} FROM Media JOIN File ON File.media_id = Media.id_media"
            " WHERE last_played_date IS NOT NULL ORDER BY last_played_date DESC, Media.id_media"
        )
        return tuple(_media(row) for row in rows)

    # Playlists

    def playlists(self) -> tuple[Playlist, ...]:
        rows = self.database.query(
            "SELECT id_playlist, name,"
            " (SELECT COUNT(*) FROM PlaylistMediaRelation WHERE playlist_id = id_playlist) FROM Playlist ORDER BY name"
        )
        return tuple(Playlist(id=int(row[0]), name=str(row[1] or ""), count=int(row[2])) for row in rows)

    def playlist(self, playlist_id: int) -> Playlist | None:
        return next((playlist for playlist in self.playlists() if playlist.id == playlist_id), None)

    def tracks(self, playlist_id: int) -> tuple[Media, ...]:
        rows = self.database.query(
            f"SELECT {_COLUMNS} FROM PlaylistMediaRelation AS entry JOIN Media ON Media.id_media = entry.media_id"
            " LEFT JOIN File ON File.media_id = Media.id_media WHERE entry.playlist_id = ? ORDER BY position",
            (playlist_id,),
        )
        return tuple(_media(row) for row in rows)

    def create_playlist(self, name: str) -> int:
        done = self.database.execute("INSERT INTO Playlist (name, creation_date) VALUES (?, ?)", (name, self.now_s))
        return done.last_row_id

    def append(self, playlist_id: int, media_ids: Sequence[int]) -> None:
        begin = len(self.tracks(playlist_id))
        self.database.execute_many(
            "INSERT INTO PlaylistMediaRelation (media_id, playlist_id, position) VALUES (?, ?, ?)",
            [(media_id, playlist_id, begin + place) for place, media_id in enumerate(media_ids)],
        )
        self._recount(playlist_id)

    def remove_track(self, playlist_id: int, place: int) -> None:
        """Removes number `place` of `tracks`."""
        entries = self._entries(playlist_id)
        if place < len(entries):
            self.database.execute("DELETE FROM PlaylistMediaRelation WHERE rowid = ?", (entries[place],))
            self._renumber(playlist_id)

    def _entries(self, playlist_id: int) -> list[int]:
        """The rows behind `tracks`, in its order."""
        rows = self.database.query(
            "SELECT entry.rowid FROM PlaylistMediaRelation AS entry JOIN Media ON Media.id_media = entry.media_id"
            " WHERE entry.playlist_id = ? ORDER BY position",
            (playlist_id,),
        )
        return [int(row[0]) for row in rows]

    def _renumber(self, playlist_id: int) -> None:
        """Positions count from 0 without a gap."""
        self.database.execute_many(
            "UPDATE PlaylistMediaRelation SET position = ? WHERE rowid = ?",
            list(enumerate(self._entries(playlist_id))),
        )
        self._recount(playlist_id)

    def _recount(self, playlist_id: int) -> None:
        tracks = self.tracks(playlist_id)
        videos = sum(media.is_video for media in tracks)
        total = sum(media.duration_ms for media in tracks)
        self.database.execute(
            "UPDATE Playlist SET nb_video = ?1, nb_present_video = ?1, nb_audio = ?2, nb_present_audio = ?2,"
            " duration = ?3 WHERE id_playlist = ?4",
            (videos, len(tracks) - videos, total, playlist_id),
        )

    def rename_playlist(self, playlist_id: int, name: str) -> None:
        self.database.execute("UPDATE Playlist SET name = ? WHERE id_playlist = ?", (name, playlist_id))

    def delete_playlist(self, playlist_id: int) -> None:
        self.database.execute("DELETE FROM PlaylistMediaRelation WHERE playlist_id = ?", (playlist_id,))
        self.database.execute("DELETE FROM Playlist WHERE id_playlist = ?", (playlist_id,))


def library_of(context: AppContext) -> Library:
    return Library(room_database(context, DATABASE, SCHEMA), context.files, int(context.now_s))


def media_files(files: FileSystem) -> dict[str, tuple[int, int]]:
    """Path to (time of change, size) of every media file that is not hidden."""
    found = {}
    for path, status in files.walk(SDCARD):
        relative = path[len(SDCARD) + 1 :]
        if not relative.startswith("Android/") and "/." not in f"/{relative}" and is_media(path) and not status.is_dir:
            found[path] = (int(status.mtime_s), status.size)
    return found


def is_media(path: str) -> bool:
    return path.lower().endswith(MEDIA_SUFFIXES)


def _media(row: sqlite3.Row) -> Media:
    duration = row[4]
    return Media(
        id=int(row[0]),
        is_video=row[1] != AUDIO,
        title=str(row[2] or ""),
        filename=str(row[3] or ""),
        duration_ms=max(0, duration) if isinstance(duration, int) else 0,
        path=path_of(str(row[5] or "")),
    )


def length_text(duration_ms: int) -> str:
    """`M:SS`, from an hour on `H:MM:SS`."""
    minutes, seconds = divmod(duration_ms // 1000, 60)
    return f"{minutes}:{seconds:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
