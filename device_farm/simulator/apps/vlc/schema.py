"""The media library of VLC 3.5.4: its tables as far as the app and programs from outside ask for them."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "org.videolan.vlc"
DATABASE: Final = f"/data/data/{PACKAGE}/app_db/vlc_media.db"
THUMBNAILS: Final = f"/data/data/{PACKAGE}/files/medialib/thumbnails"

VIDEO: Final = 1
AUDIO: Final = 2
"""Values of `Media.type`."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS Media (
  id_media INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER, subtype INTEGER NOT NULL DEFAULT 0,
  duration INTEGER DEFAULT -1, last_position REAL DEFAULT -1, last_time INTEGER DEFAULT -1,
  play_count UNSIGNED INTEGER NOT NULL DEFAULT 0, last_played_date UNSIGNED INTEGER,
  insertion_date UNSIGNED INTEGER, release_date UNSIGNED INTEGER, title TEXT COLLATE NOCASE,
  filename TEXT COLLATE NOCASE, is_favorite BOOLEAN NOT NULL DEFAULT 0, is_present BOOLEAN NOT NULL DEFAULT 1,
  device_id INTEGER, nb_playlists UNSIGNED INTEGER NOT NULL DEFAULT 0, folder_id UNSIGNED INTEGER,
  import_type UNSIGNED INTEGER NOT NULL DEFAULT 0, group_id UNSIGNED INTEGER,
  forced_title BOOLEAN NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS File (
  id_file INTEGER PRIMARY KEY AUTOINCREMENT, media_id UNSIGNED INT, playlist_id UNSIGNED INT, mrl TEXT,
  type UNSIGNED INT,  last_modification_date UNSIGNED INT, size UNSIGNED INT, folder_id UNSIGNED INTEGER,
  is_removable BOOLEAN NOT NULL DEFAULT 0, is_external BOOLEAN NOT NULL DEFAULT 0,
  is_network BOOLEAN NOT NULL DEFAULT 0, insertion_date UNSIGNED INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS file_media_id_index ON File(media_id);
CREATE TABLE IF NOT EXISTS Playlist (
  id_playlist INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE,
  creation_date UNSIGNED INT NOT NULL DEFAULT 0, artwork_mrl TEXT,
  nb_video UNSIGNED INT NOT NULL DEFAULT 0, nb_audio UNSIGNED INT NOT NULL DEFAULT 0,
  nb_unknown UNSIGNED INT NOT NULL DEFAULT 0, nb_present_video UNSIGNED INT NOT NULL DEFAULT 0,
  nb_present_audio UNSIGNED INT NOT NULL DEFAULT 0, nb_present_unknown UNSIGNED INT NOT NULL DEFAULT 0,
  duration UNSIGNED INT NOT NULL DEFAULT 0, nb_duration_unknown UNSIGNED INT NOT NULL DEFAULT 0,
  is_favorite BOOLEAN NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS PlaylistMediaRelation (
  media_id INTEGER, playlist_id INTEGER, position INTEGER
);
CREATE INDEX IF NOT EXISTS playlist_position_pl_id_index ON PlaylistMediaRelation(playlist_id, position);
CREATE TABLE IF NOT EXISTS Folder (
  id_folder INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT, name TEXT COLLATE NOCASE,
  parent_id UNSIGNED INTEGER, is_banned BOOLEAN NOT NULL DEFAULT 0, device_id UNSIGNED INTEGER,
  is_removable BOOLEAN NOT NULL DEFAULT 0, nb_audio UNSIGNED INTEGER NOT NULL DEFAULT 0,
  nb_video UNSIGNED INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS Device (
  id_device INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT COLLATE NOCASE, scheme TEXT, is_removable BOOLEAN,
  is_present BOOLEAN, is_network BOOLEAN, last_seen UNSIGNED INTEGER
);
CREATE TABLE IF NOT EXISTS MediaGroup (
  id_group INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE, nb_video UNSIGNED INTEGER DEFAULT 0,
  nb_audio UNSIGNED INTEGER DEFAULT 0, duration INTEGER DEFAULT 0, creation_date INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS VideoTrack (
  id_track INTEGER PRIMARY KEY AUTOINCREMENT, codec TEXT, width UNSIGNED INTEGER, height UNSIGNED INTEGER,
  fps_num UNSIGNED INTEGER, fps_den UNSIGNED INTEGER, media_id UNSIGNED INT
);
CREATE TABLE IF NOT EXISTS Thumbnail (
  id_thumbnail INTEGER PRIMARY KEY AUTOINCREMENT, mrl TEXT, status UNSIGNED INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS Settings (db_model_version UNSIGNED INTEGER NOT NULL DEFAULT 34);
"""
