"""Access to the tracks table; recording is a track without an end that the preferences name."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.apps.tracks.activity_types import ActivityType, by_id, by_label
from device_farm.simulator.apps.tracks.formats import UNITS, Units
from device_farm.simulator.apps.tracks.schema import DATABASE_NAME, PACKAGE, SCHEMA
from device_farm.simulator.database import Database
from device_farm.simulator.sqlite_engine import Value
from device_farm.simulator.toolkit.app import AppContext

_COLUMNS = (
    "_id, name, description, category, activity_type, starttime, totaldistance, totaltime, movingtime,"
    " maxspeed, elevationgain, elevationloss, starttime_offset"
)
_RECORDING = "recordingTrackId"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One recorded activity. Times are Unix milliseconds, `offset_s` is that of its place from UTC, lengths metres."""

    id: int
    name: str
    description: str
    category: str
    activity_type: str
    start_ms: int
    distance_m: float
    total_ms: int
    moving_ms: int
    max_speed: float
    gain_m: float | None
    loss_m: float | None
    offset_s: int

    @property
    def kind(self) -> ActivityType:
        return by_id(self.activity_type)

    @property
    def shown_kind(self) -> ActivityType:
        """The kind by the category's text, which decides on speed or pace."""
        return by_label(self.category)

    @property
    def speed(self) -> float:
        return self.distance_m / (self.total_ms / 1000) if self.total_ms > 0 else 0.0

    @property
    def moving_speed(self) -> float:
        return self.distance_m / (self.moving_ms / 1000) if self.moving_ms > 0 else 0.0


@dataclass(frozen=True, slots=True)
class TrackStore:
    database: Database
    preferences: PreferenceStore
    now_ms: int

    def search(self, query: str = "") -> tuple[Track, ...]:
        """Tracks whose name, description or category contains `query`, the latest first."""
        pattern = f"%{query}%"
        rows = self.database.query(
            f"SELECT {_COLUMNS} FROM tracks WHERE ? = '%%' OR name LIKE ? OR description LIKE ? OR category LIKE ?"
            " ORDER BY starttime DESC",
            (pattern, pattern, pattern, pattern),
        )
        return tuple(_track(row) for row in rows)

    def get(self, track_id: int) -> Track | None:
        rows = self.database.query(f"SELECT {_COLUMNS} FROM tracks WHERE _id = ?", (track_id,))
        return _track(rows[0]) if rows else None

    def change(self, track_id: int, **changes: Value) -> None:
        """Sets columns; the names come from the program, not from outside."""
        assignments = ", ".join(f"{name} = ?" for name in changes)
        self.database.execute(f"UPDATE tracks SET {assignments} WHERE _id = ?", (*changes.values(), track_id))

    def delete(self, track_ids: Sequence[int]) -> None:
        for track_id in track_ids:
            for table in ("trackpoints", "markers"):
                self.database.execute(f"DELETE FROM {table} WHERE trackid = ?", (track_id,))
            self.database.execute("DELETE FROM tracks WHERE _id = ?", (track_id,))
            if self.recording_id == track_id:
                self.preferences.put(**{_RECORDING: 0})

    # Recording

    @property
    def recording_id(self) -> int:
        """The track that is being recorded, 0 for none."""
        return self.preferences.number(_RECORDING)

    def start_recording(self, *, name: str, offset_s: int, uuid: bytes) -> int:
        made = self.database.execute(
            "INSERT INTO tracks (name, description, category, activity_type, starttime, stoptime, numpoints,"
            " totaldistance, totaltime, movingtime, avgspeed, avgmovingspeed, maxspeed, uuid, starttime_offset)"
            " VALUES (?, '', '', '', ?, ?, 0, 0, 0, 0, 0, 0, 0, ?, ?)",
            (name, self.now_ms, self.now_ms, uuid, offset_s),
        )
        self.preferences.put(**{_RECORDING: made.last_row_id})
        return made.last_row_id

    def resume_recording(self, track_id: int) -> None:
        """Goes on with a track that was stopped; the time between does not count."""
        track = self.get(track_id)
        if track is not None:
            self.preferences.put(**{_RECORDING: track_id, f"resumed_{track_id}": self.now_ms - track.total_ms})

    def running_ms(self, track: Track) -> int:
        """How long the track has been recorded until now."""
        return self.now_ms - self.preferences.number(f"resumed_{track.id}", track.start_ms)

    def stop_recording(self) -> int:
        """Ends the recording and gives back its track's id, 0 where nothing is recorded."""
        track = self.get(self.recording_id)
        self.preferences.put(**{_RECORDING: 0})
        if track is None:
            return 0
        total = self.running_ms(track)
        self.change(track.id, stoptime=self.now_ms, totaltime=total, movingtime=0)
        return track.id

    # Preferences

    @property
    def units(self) -> Units:
        """Imperial until chosen otherwise, as for the US locale."""
        stored = self.preferences.text("statsUnits")
        return next((units for units, _ in UNITS if units == stored), "IMPERIAL")


def store_of(context: AppContext) -> TrackStore:
    return TrackStore(
        room_database(context, DATABASE_NAME, SCHEMA),
        PreferenceStore(context.files, PACKAGE),
        int(context.now_s * 1000),
    )


def _track(row: sqlite3.Row) -> Track:
    return Track(
        id=int(row[0]),
        name=_text(row[1]),
        description=_text(row[2]),
        category=_text(row[3]),
        activity_type=_text(row[4]),
        start_ms=int(_number(row[5])),
        distance_m=_number(row[6]),
        total_ms=int(_number(row[7])),
        moving_ms=int(_number(row[8])),
        max_speed=_number(row[9]),
        gain_m=None if row[10] is None else _number(row[10]),
        loss_m=None if row[11] is None else _number(row[11]),
        offset_s=int(_number(row[12])),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> float:
    """A column that should hold a number, whatever adb has put there."""
    return float(value) if isinstance(value, int | float) else 0.0
