"""The databases of Retro Music 6.1.0: playlists by Room (version 24), the queue by its own store (version 12)."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "code.name.monkey.retromusic"
PLAYLISTS: Final = "playlist.db"
QUEUE: Final = "music_playback_state.db"

_SONG: Final = (
    "title TEXT NOT NULL, track_number INTEGER NOT NULL, year INTEGER NOT NULL, duration INTEGER NOT NULL,"
    " data TEXT NOT NULL, date_modified INTEGER NOT NULL, album_id INTEGER NOT NULL, album_name TEXT NOT NULL,"
    " artist_id INTEGER NOT NULL, artist_name TEXT NOT NULL, composer TEXT, album_artist TEXT"
)
PLAYLIST_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS PlaylistEntity (
  playlist_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, playlist_name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS SongEntity (
  song_key INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, playlist_creator_id INTEGER NOT NULL, id INTEGER NOT NULL,
  {_SONG}
);
CREATE UNIQUE INDEX IF NOT EXISTS index_SongEntity_playlist_creator_id_id ON SongEntity (playlist_creator_id, id);
CREATE TABLE IF NOT EXISTS HistoryEntity (id INTEGER NOT NULL PRIMARY KEY, {_SONG}, time_played INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS PlayCountEntity (
  id INTEGER NOT NULL PRIMARY KEY, {_SONG}, time_played INTEGER NOT NULL, play_count INTEGER NOT NULL
);
"""

_QUEUED: Final = (
    "_id INT NOT NULL, title STRING NOT NULL, track INT NOT NULL, year INT NOT NULL, duration LONG NOT NULL,"
    " _data STRING NOT NULL, date_modified LONG NOT NULL, album_id INT NOT NULL, album STRING NOT NULL,"
    " artist_id INT NOT NULL, artist STRING NOT NULL, composer STRING, album_artist STRING"
)
QUEUE_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS playing_queue ({_QUEUED});
CREATE TABLE IF NOT EXISTS original_playing_queue ({_QUEUED});
"""

# Android's media provider keeps what its scanner read; here only what the music app asks it for.
MEDIA_INDEX: Final = "/data/data/com.android.providers.media.module/databases/external.db"
MEDIA_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS audio (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, _data TEXT NOT NULL UNIQUE, _size INTEGER NOT NULL,
  date_modified INTEGER NOT NULL, inode INTEGER NOT NULL, title TEXT NOT NULL, artist TEXT NOT NULL,
  album TEXT NOT NULL, album_artist TEXT, composer TEXT, track INTEGER NOT NULL, year INTEGER NOT NULL,
  duration INTEGER NOT NULL
);
"""
