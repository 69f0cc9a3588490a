"""What was played: the history and the play counts in Room's database."""

from __future__ import annotations

from device_farm.simulator.apps.music.library import Song, songs
from device_farm.simulator.apps.music.schema import PLAYLIST_SCHEMA, PLAYLISTS
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.toolkit.app import AppContext

_COLUMNS = (
    "id, title, track_number, year, duration, data, date_modified, album_id, album_name, artist_id, artist_name,"
    " composer, album_artist, time_played"
)


def note_played(context: AppContext, song: Song, now_ms: int) -> None:
    """A song that the person has chosen goes to the top of the history and counts once more."""
    database = room_database(context, PLAYLISTS, PLAYLIST_SCHEMA)
    values = (
        *(song.id, song.title, song.track, song.year, song.duration_ms, song.path, song.modified_s, song.album_id),
        *(song.album, song.artist_id, song.artist, song.composer or None, song.album_artist or None, now_ms),
    )
    marks = ", ".join("?" * len(values))
    database.execute(f"INSERT OR REPLACE INTO HistoryEntity ({_COLUMNS}) VALUES ({marks})", values)
    database.execute(
        f"INSERT INTO PlayCountEntity ({_COLUMNS}, play_count) VALUES ({marks}, 1)"
        " ON CONFLICT(id) DO UPDATE SET play_count = play_count + 1, time_played = excluded.time_played",
        values,
    )


def played(context: AppContext, *, most: bool) -> tuple[Song, ...]:
    """Songs that are still there: the last played first, or the most played first."""
    table, order = ("PlayCountEntity", "play_count") if most else ("HistoryEntity", "time_played")
    rows = room_database(context, PLAYLISTS, PLAYLIST_SCHEMA).query(f"SELECT id FROM {table} ORDER BY {order} DESC, id")
    known = {song.id: song for song in songs(context)}
    return tuple(known[int(row[0])] for row in rows if int(row[0]) in known)
