"""Names, paths and tables of OsmAnd 4.6: package, external files, the database of map markers (version 13)."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "net.osmand"
VERSION: Final = "4.6.13"

FILES: Final = f"/storage/emulated/0/Android/data/{PACKAGE}/files"
FAVORITES_PATH: Final = f"{FILES}/favorites/favorites.gpx"
TRACKS: Final = f"{FILES}/tracks"
BACKUPS: Final = f"/data/data/{PACKAGE}/files/backup"

DATABASE: Final = "map_markers_db"
DATABASE_PATH: Final = f"/data/data/{PACKAGE}/databases/{DATABASE}"

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS android_metadata (locale TEXT);
CREATE TABLE IF NOT EXISTS map_markers (marker_id TEXT PRIMARY KEY, marker_lat double, marker_lon double,
  marker_description TEXT, marker_active int, marker_added long, marker_visited long, group_name TEXT,
  group_key TEXT, marker_color int, marker_next_key TEXT, marker_disabled int, marker_selected int,
  marker_map_object_name TEXT);
CREATE TABLE IF NOT EXISTS map_markers_groups (group_id TEXT PRIMARY KEY, group_name TEXT, group_type int,
  group_disabled int, group_categories TEXT);
PRAGMA user_version = 13;
"""
