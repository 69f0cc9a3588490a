"""Playlists in Room's database; a playlist holds copies of the songs' rows in the order they were added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device_farm.simulator.apps.music.library import Song, song_of
from device_farm.simulator.apps.music.schema import PLAYLIST_SCHEMA, PLAYLISTS
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.database import Database
from device_farm.simulator.toolkit.app import AppContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class PlaylistStore:
    database: Database

    def all(self) -> tuple[Playlist, ...]:
        rows = self.database.query(
            "SELECT playlist_id, playlist_name,"
            " (SELECT COUNT(*) FROM SongEntity WHERE playlist_creator_id = playlist_id)"
            " FROM PlaylistEntity ORDER BY playlist_name COLLATE NOCASE, playlist_id"
        )
        return tuple(Playlist(id=int(row[0]), name=str(row[1]), count=int(row[2])) for row in rows)

    def get(self, playlist_id: int) -> Playlist | None:
        return next((playlist for playlist in self.all() if playlist.id == playlist_id), None)

    def songs(self, playlist_id: int) -> tuple[Song, ...]:
        rows = self.database.query(
            "SELECT id, title, artist_name, album_name, album_artist, composer, track_number, year, duration, data,"
            " date_modified FROM SongEntity WHERE playlist_creator_id = ? ORDER BY song_key",
            (playlist_id,),
        )
        return tuple(song_of(row) for row in rows)

    def add(self, name: str, songs: Sequence[Song]) -> bool:
        """Adds to the playlist of that name, which is made where there is none; True where it was made."""
        existing = next((playlist.id for playlist in self.all() if playlist.name == name), None)
        made = existing is None
        playlist_id = existing
        if playlist_id is None:
            done = self.database.execute("INSERT INTO PlaylistEntity (playlist_name) VALUES (?)", (name,))
            playlist_id = done.last_row_id
        # A song that is in the playlist already goes to its end (insert with REPLACE).
        self.database.execute_many(
            "INSERT OR REPLACE INTO SongEntity (playlist_creator_id, id, title, track_number, year, duration, data,"
            " date_modified, album_id, album_name, artist_id, artist_name, composer, album_artist)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    *(playlist_id, song.id, song.title, song.track, song.year, song.duration_ms, song.path),
                    *(song.modified_s, song.album_id, song.album, song.artist_id, song.artist),
                    *(song.composer or None, song.album_artist or None),
                )
                for song in songs
            ],
        )
        return made

    def rename(self, playlist_id: int, name: str) -> None:
        self.database.execute("UPDATE PlaylistEntity SET playlist_name = ? WHERE playlist_id = ?", (name, playlist_id))

    def delete(self, playlist_id: int) -> None:
        self.database.execute("DELETE FROM SongEntity WHERE playlist_creator_id = ?", (playlist_id,))
        self.database.execute("DELETE FROM PlaylistEntity WHERE playlist_id = ?", (playlist_id,))

    def remove(self, playlist_id: int, song_ids: Sequence[int]) -> None:
        self.database.execute_many(
            "DELETE FROM SongEntity WHERE playlist_creator_id = ? AND id = ?",
            [(playlist_id, song_id) for song_id in song_ids],
        )


def playlist_store(context: AppContext) -> PlaylistStore:
    return PlaylistStore(room_database(context, PLAYLISTS, PLAYLIST_SCHEMA))


def m3u(songs: Sequence[Song]) -> str:
    """The playlist as an extended M3U file."""
    lines = ["#EXTM3U"]
    for song in songs:
        lines += [f"#EXTINF:{song.duration_ms},{song.artist} - {song.title}", song.path]
    return "\n".join(lines)
