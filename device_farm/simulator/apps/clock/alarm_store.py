"""Alarms in `alarms.db`, with the tables and state numbers of AOSP's DeskClock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from device_farm.simulator.database import Database

PACKAGE = "com.google.android.deskclock"
DATABASE_PATH = f"/data/data/{PACKAGE}/databases/alarms.db"
DEFAULT_RINGTONE = "content://settings/system/alarm_alert"

# The two alarms at the end are those that DeskClock puts into a new database.
SCHEMA = """
CREATE TABLE alarm_templates (
    _id INTEGER PRIMARY KEY,
    hour INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    daysofweek INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    vibrate INTEGER NOT NULL,
    label TEXT NOT NULL,
    ringtone TEXT,
    delete_after_use INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE alarm_instances (
    _id INTEGER PRIMARY KEY,
    year INTEGER NOT NULL,
    month INTEGER NOT NULL,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    vibrate INTEGER NOT NULL,
    label TEXT NOT NULL,
    ringtone TEXT,
    alarm_state INTEGER NOT NULL,
    alarm_id INTEGER REFERENCES alarm_templates(_id) ON UPDATE CASCADE ON DELETE CASCADE
);
INSERT INTO alarm_templates (hour, minutes, daysofweek, enabled, vibrate, label, ringtone, delete_after_use)
    VALUES (8, 30, 31, 0, 1, '', NULL, 0), (9, 0, 96, 0, 1, '', NULL, 0);
"""


class InstanceState(IntEnum):
    """States of an alarm instance that are used here, numbered as in `InstancesColumns`."""

    SILENT = 0
    SNOOZED = 4
    FIRED = 5
    MISSED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """`days` is a bit field, see `weekdays`; `ringtone` is a URI, empty for the default, `silent` for none."""

    id: int = 0
    hour: int
    minute: int
    days: int = 0
    enabled: bool = True
    vibrate: bool = True
    label: str = ""
    ringtone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One time that an alarm rings, in the phone's local time."""

    id: int
    alarm_id: int
    when: datetime
    state: InstanceState
    label: str


class AlarmStore:
    """Reads and writes the database at each call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def alarms(self) -> tuple[Alarm, ...]:
        """By time of day, then by age."""
        rows = self._database.query(
            "SELECT _id, hour, minutes, daysofweek, enabled, vibrate, label, ringtone FROM alarm_templates"
            " ORDER BY hour, minutes, _id"
        )
        return tuple(
            Alarm(
                id=row_id,
                hour=hour,
                minute=minute,
                days=days,
                enabled=bool(enabled),
                vibrate=bool(vibrate),
                label=label,
                ringtone=ringtone or "",
            )
            for row_id, hour, minute, days, enabled, vibrate, label, ringtone in rows
        )

    def get(self, alarm_id: int) -> Alarm | None:
        return next((alarm for alarm in self.alarms() if alarm.id == alarm_id), None)

    def insert(self, alarm: Alarm) -> int:
        return self._database.execute(
            "INSERT INTO alarm_templates (hour, minutes, daysofweek, enabled, vibrate, label, ringtone)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            _columns(alarm),
        ).last_row_id

    def update(self, alarm: Alarm) -> None:
        self._database.execute(
            "UPDATE alarm_templates SET hour = ?, minutes = ?, daysofweek = ?, enabled = ?, vibrate = ?, label = ?,"
            " ringtone = ? WHERE _id = ?",
            (*_columns(alarm), alarm.id),
        )

    def delete(self, alarm_id: int) -> None:
        with self._database.session() as connection:
            connection.execute("DELETE FROM alarm_instances WHERE alarm_id = ?", (alarm_id,))
            connection.execute("DELETE FROM alarm_templates WHERE _id = ?", (alarm_id,))

    def instances(self) -> tuple[Instance, ...]:
        """By time. Rows with an impossible date or an unknown state are left out."""
        rows = self._database.query(
            "SELECT _id, alarm_id, year, month, day, hour, minutes, alarm_state, label FROM alarm_instances"
            " ORDER BY _id"
        )
        found = []
        for row_id, alarm_id, year, month, day, hour, minute, state, label in rows:
            try:
                # Months count from 0, as in java.util.Calendar.
                when = datetime(year, month + 1, day, hour, minute)
                found.append(
                    Instance(id=row_id, alarm_id=alarm_id or 0, when=when, state=InstanceState(state), label=label)
                )
            except ValueError:
                continue
        return tuple(sorted(found, key=lambda instance: (instance.when, instance.id)))

    def add_instance(self, alarm: Alarm, when: datetime) -> int:
        """`when` is local time."""
        return self._database.execute(
            "INSERT INTO alarm_instances"
            " (year, month, day, hour, minutes, vibrate, label, ringtone, alarm_state, alarm_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                when.year,
                when.month - 1,
                when.day,
                when.hour,
                when.minute,
                int(alarm.vibrate),
                alarm.label,
                alarm.ringtone or None,
                int(InstanceState.SILENT),
                alarm.id,
            ),
        ).last_row_id

    def set_instance(self, instance_id: int, state: InstanceState, when: datetime) -> None:
        self._database.execute(
            "UPDATE alarm_instances SET alarm_state = ?, year = ?, month = ?, day = ?, hour = ?, minutes = ?"
            " WHERE _id = ?",
            (int(state), when.year, when.month - 1, when.day, when.hour, when.minute, instance_id),
        )

    def delete_instance(self, instance_id: int) -> None:
        self._database.execute("DELETE FROM alarm_instances WHERE _id = ?", (instance_id,))

    def delete_instances_of(self, alarm_id: int) -> None:
        self._database.execute("DELETE FROM alarm_instances WHERE alarm_id = ?", (alarm_id,))


def _columns(alarm: Alarm) -> tuple[int | str | None, ...]:
    return (
        alarm.hour,
        alarm.minute,
        alarm.days,
        int(alarm.enabled),
        int(alarm.vibrate),
        alarm.label,
        alarm.ringtone or None,
    )
