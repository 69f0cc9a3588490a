"""The database of OpenTracks 4.11.3 (version 37; `TracksColumns`, `TrackPointsColumns`, `MarkerColumns`)."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "de.dennisguse.opentracks"
DATABASE_NAME: Final = "database.db"

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tracks (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, description TEXT, category TEXT, starttime INTEGER,
  stoptime INTEGER, numpoints INTEGER, totaldistance FLOAT, totaltime INTEGER, movingtime INTEGER, avgspeed FLOAT,
  avgmovingspeed FLOAT, maxspeed FLOAT, minelevation FLOAT, maxelevation FLOAT, elevationgain FLOAT, icon TEXT,
  uuid BLOB, elevationloss FLOAT, starttime_offset INTEGER, activity_type TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS tracks_uuid_index ON tracks(uuid);
CREATE TABLE IF NOT EXISTS trackpoints (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, trackid INTEGER NOT NULL, longitude INTEGER, latitude INTEGER, time INTEGER,
  elevation FLOAT, accuracy FLOAT, speed FLOAT, bearing FLOAT, sensor_heartrate FLOAT, sensor_cadence FLOAT,
  sensor_power FLOAT, elevation_gain FLOAT, elevation_loss FLOAT, type TEXT CHECK(type IN (-2, -1, 0, 1, 3)),
  sensor_distance FLOAT, accuracy_vertical FLOAT,
  FOREIGN KEY (trackid) REFERENCES tracks(_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS trackpoints_trackid_index ON trackpoints(trackid);
CREATE TABLE IF NOT EXISTS markers (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, description TEXT, category TEXT, icon TEXT,
  trackid INTEGER NOT NULL, length FLOAT, duration INTEGER, longitude INTEGER, latitude INTEGER, time INTEGER,
  elevation FLOAT, accuracy FLOAT, bearing FLOAT, photoUrl TEXT,
  FOREIGN KEY (trackid) REFERENCES tracks(_id) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS markers_trackid_index ON markers(trackid);
"""
