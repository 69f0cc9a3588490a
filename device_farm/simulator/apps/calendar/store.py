"""Events, tasks and event types in `events.db`. Every call reads or writes the database; nothing is held in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from device_farm.simulator.apps.calendar.model import (
    REMINDER_OFF,
    TASK_COMPLETED,
    TYPE_TASK,
    Event,
    EventType,
    argb,
    stored_colour,
)
from device_farm.simulator.apps.calendar.repetition import day_code, occurrences
from device_farm.simulator.apps.calendar.schema import EVENT_COLUMNS, REGULAR_EVENT_TYPE
from device_farm.simulator.database import Database

_NAMES = tuple(name for name, _ in EVENT_COLUMNS)
_MATCHES = "(title LIKE :query OR location LIKE :query OR description LIKE :query)"


def _event(row: sqlite3.Row) -> Event:
    """A row that somebody wrote from outside may hold anything; what is no number counts as 0."""
    values: dict[str, int | str] = {"id": row["id"]}
    for name, kind in EVENT_COLUMNS:
        value = row[name]
        values[name] = ("" if value is None else str(value)) if kind is str else _number(value)
    return Event(**values)  # type: ignore[arg-type]


def _number(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


class EventStore:
    """`zone` is the phone's time zone. Reading a database that another app wrote, with other tables, finds nothing."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone

    def _rows(self, sql: str, parameters: dict[str, int | str | float]) -> list[sqlite3.Row]:
        try:
            return self._database.query(sql, parameters)
        except sqlite3.Error:
            return []

    def _events(self, condition: str, **parameters: int | str | float) -> list[Event]:
        try:
            return [_event(row) for row in self._rows(f"SELECT * FROM events WHERE {condition}", parameters)]
        except (IndexError, KeyError):
            return []

    # Reading

    def get(self, event_id: int) -> Event | None:
        found = self._events("id = :id", id=event_id)
        return found[0] if found else None

    def between(
        self, first_s: float, last_s: float, *, query: str = "", types: frozenset[int] | None = None
    ) -> list[Event]:
        """Occurrences that overlap [first_s, last_s], by start; of `types` only where given."""
        matching = f" AND {_MATCHES}" if query else ""
        rows = self._events(
            "start_ts <= :last AND start_ts != 0 AND (repeat_interval != 0 OR end_ts >= :first)" + matching,
            first=first_s,
            last=last_s,
            query=f"%{query}%",
        )
        done = self._completed()
        found = [
            self._with_state(occurrence, done)
            for event in rows
            if types is None or event.event_type in types
            for occurrence in occurrences(event, first_s, last_s, self._zone)
        ]
        return sorted(found, key=lambda event: (event.start_ts, event.end_ts, event.title, event.description, event.id))

    def _completed(self) -> dict[tuple[int, int], int]:
        rows = self._rows("SELECT task_id, start_ts, flags FROM tasks", {})
        return {(row[0], row[1]): row[2] for row in rows}

    @staticmethod
    def _with_state(event: Event, done: dict[tuple[int, int], int]) -> Event:
        flags = done.get((event.id, event.start_ts)) if event.is_task else None
        return event if flags is None else replace(event, flags=flags)

    def to_remind(self) -> list[Event]:
        """Events and tasks with a reminder."""
        return self._events("reminder_1_minutes != :off AND start_ts != 0", off=REMINDER_OFF)

    def types(self) -> list[EventType]:
        rows = self._rows("SELECT id, title, color FROM event_types ORDER BY id", {})
        return [EventType(id=row[0], title=str(row[1]), colour=argb(_number(row[2]))) for row in rows]

    # Writing

    def save(self, event: Event) -> int:
        """Inserts (id 0) or replaces; gives the id. An exception of a repeated event is noted in its parent."""
        values = {name: getattr(event, name) for name in _NAMES}
        if event.parent_id and not event.id:
            self._except(event.parent_id, event.start_ts)
        if event.id:
            assignments = ", ".join(f"{name} = :{name}" for name in _NAMES)
            done = self._database.execute(f"UPDATE events SET {assignments} WHERE id = :id", {**values, "id": event.id})
            if done.row_count:
                return event.id
            values["id"] = event.id
        names = tuple(values)
        marks = ", ".join(f":{name}" for name in names)
        return self._database.execute(f"INSERT INTO events ({', '.join(names)}) VALUES ({marks})", values).last_row_id

    def delete(self, ids: Iterable[int]) -> None:
        """With the exceptions that hang on them."""
        wanted = sorted(set(ids))
        if not wanted:
            return
        marks = ", ".join("?" * len(wanted))
        self._database.execute(f"DELETE FROM events WHERE id IN ({marks}) OR parent_id IN ({marks})", wanted + wanted)

    def delete_all(self) -> None:
        self._database.execute("DELETE FROM events")

    def _except(self, event_id: int, start_ts: int) -> None:
        event = self.get(event_id)
        if event is None:
            return
        codes = sorted(event.exceptions | {day_code(datetime.fromtimestamp(start_ts, self._zone))})
        self._set("repetition_exceptions", "[" + ", ".join(codes) + "]", event_id)

    def _set(self, column: str, value: int | str, event_id: int) -> None:
        self._database.execute(f"UPDATE events SET {column} = ? WHERE id = ?", (value, event_id))

    def delete_occurrence(self, event_id: int, start_ts: int) -> None:
        """Leaves one occurrence of a repeated event out."""
        self._except(event_id, start_ts)

    def end_before(self, event_id: int, start_ts: int) -> None:
        """The occurrence at `start_ts` and all later ones are gone: the repetition ends the interval before."""
        event = self.get(event_id)
        if event is None:
            return
        last = datetime.fromtimestamp(start_ts - event.repeat_interval, self._zone)
        clock = (0, 0, 0) if event.all_day else (23, 59, 59)
        limit = last.replace(hour=clock[0], minute=clock[1], second=clock[2], microsecond=0)
        if start_ts <= event.start_ts:
            self.delete((event_id,))
        else:
            self._set("repeat_limit", int(limit.timestamp()), event_id)

    def set_completed(self, task: Event, completed: bool) -> None:
        """Marks one occurrence of a task."""
        flags = task.flags | TASK_COMPLETED if completed else task.flags & ~TASK_COMPLETED
        with self._database.session() as connection:
            connection.execute("DELETE FROM tasks WHERE task_id = ? AND start_ts = ?", (task.id, task.start_ts))
            if completed:
                connection.execute(
                    "INSERT INTO tasks (task_id, start_ts, flags) VALUES (?, ?, ?)", (task.id, task.start_ts, flags)
                )
            connection.execute("UPDATE events SET flags = ? WHERE id = ? AND type = ?", (flags, task.id, TYPE_TASK))

    def save_type(self, kind: EventType) -> int:
        """Inserts (id 0) or renames a type."""
        values = (kind.title, stored_colour(kind.colour))
        if kind.id:
            self._database.execute("UPDATE event_types SET title = ?, color = ? WHERE id = ?", (*values, kind.id))
            return kind.id
        return self._database.execute(
            "INSERT INTO event_types (title, color, caldav_calendar_id, caldav_display_name, caldav_email, type)"
            " VALUES (?, ?, 0, '', '', 0)",
            values,
        ).last_row_id

    def delete_types(self, ids: Sequence[int], *, with_events: bool) -> None:
        """The regular type stays. Their events go too, or become regular ones."""
        for type_id in ids:
            if type_id == REGULAR_EVENT_TYPE:
                continue
            if with_events:
                self._database.execute("DELETE FROM events WHERE event_type = ?", (type_id,))
            else:
                self._database.execute(
                    "UPDATE events SET event_type = ? WHERE event_type = ?", (REGULAR_EVENT_TYPE, type_id)
                )
            self._database.execute("DELETE FROM event_types WHERE id = ?", (type_id,))
