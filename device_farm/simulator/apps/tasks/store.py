"""Tasks, tags and lists in `database`. Every call reads or writes the database; nothing is held in memory."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.tasks.model import Task
from device_farm.simulator.apps.tasks.schema import DEFAULT_LIST
from device_farm.simulator.database import Database

DATE_TIME: Final = 0
RELATIVE_TO_START: Final = 1
RELATIVE_TO_DUE: Final = 2
SNOOZED: Final = 4
"""Types of an alarm: `time` is a moment, or milliseconds after the start or the due date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    type: int
    time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tag or a list: its uuid and name."""

    uuid: str
    name: str


def _whole(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


def _text(value: object) -> str:
    return "" if value is None else str(value)


class TaskStore:
    """`now_ms` stamps changes. Reading a database that another app wrote, with other tables, finds nothing."""

    def __init__(self, database: Database, now_ms: int) -> None:
        self._database = database
        self._now_ms = now_ms

    def _rows(self, sql: str, parameters: Sequence[int | str] = ()) -> list[sqlite3.Row]:
        try:
            return self._database.query(sql, parameters)
        except sqlite3.Error:
            return []

    # Reading

    def all(self) -> list[Task]:
        """Every task that is not deleted."""
        tags: dict[int, list[str]] = defaultdict(list)
        for task_id, name in self._rows("SELECT task, name FROM tags ORDER BY name"):
            tags[task_id].append(_text(name))
        lists = {
            row[0]: _text(row[1])
            for row in self._rows(
                "SELECT cd_task, cdl_name FROM caldav_tasks JOIN caldav_lists ON cd_calendar = cdl_uuid"
                " WHERE cd_deleted = 0"
            )
        }
        return [
            self._task(row, tuple(tags.get(row["_id"], ())), lists.get(row["_id"], ""))
            for row in self._rows("SELECT * FROM tasks WHERE deleted = 0")
        ]

    @staticmethod
    def _task(row: sqlite3.Row, tags: tuple[str, ...], list_name: str) -> Task:
        return Task(
            id=row["_id"],
            title=_text(row["title"]),
            importance=_whole(row["importance"]),
            due=_whole(row["dueDate"]),
            hide_until=_whole(row["hideUntil"]),
            created=_whole(row["created"]),
            modified=_whole(row["modified"]),
            completed=_whole(row["completed"]),
            notes=_text(row["notes"]),
            recurrence=_text(row["recurrence"]),
            repeat_from=_whole(row["repeat_from"]),
            remote_id=_text(row["remoteId"]),
            collapsed=bool(row["collapsed"]),
            parent=_whole(row["parent"]),
            tags=tags,
            list_name=list_name,
        )

    def get(self, task_id: int) -> Task | None:
        return next((task for task in self.all() if task.id == task_id), None)

    def tags(self) -> list[Named]:
        rows = self._rows("SELECT remoteId, name FROM tagdata ORDER BY UPPER(name)")
        return [Named(uuid=_text(row[0]), name=_text(row[1])) for row in rows]

    def lists(self) -> list[Named]:
        rows = self._rows("SELECT cdl_uuid, cdl_name FROM caldav_lists ORDER BY cdl_order, UPPER(cdl_name)")
        return [Named(uuid=_text(row[0]), name=_text(row[1])) for row in rows]

    def alarms(self, task_id: int) -> list[Alarm]:
        rows = self._rows("SELECT type, time FROM alarms WHERE task = ? ORDER BY _id", (task_id,))
        return [Alarm(type=_whole(row[0]), time=_whole(row[1])) for row in rows]

    # Writing

    def save(self, task: Task, alarms: Sequence[Alarm] | None = None, *, new_remote_id: str = "") -> int:
        """Inserts (id 0) or updates, with the task's tags and list; gives the id. `alarms` None keeps them."""
        with self._database.session() as connection:
            connection.execute("BEGIN")
            values = (
                task.title, task.importance, task.due, task.hide_until, self._now_ms, task.completed,
                task.notes or None, task.recurrence or None, task.repeat_from, int(task.collapsed), task.parent,
            )  # fmt: skip
            if task.id:
                connection.execute(
                    "UPDATE tasks SET title = ?, importance = ?, dueDate = ?, hideUntil = ?, modified = ?,"
                    " completed = ?, notes = ?, recurrence = ?, repeat_from = ?, collapsed = ?, parent = ?"
                    " WHERE _id = ?",
                    (*values, task.id),
                )
                task_id = task.id
            else:
                cursor = connection.execute(
                    "INSERT INTO tasks (title, importance, dueDate, hideUntil, modified, completed, notes, recurrence,"
                    " repeat_from, collapsed, parent, created, deleted, estimatedSeconds, elapsedSeconds, timerStart,"
                    " notificationFlags, lastNotified, remoteId, read_only)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, ?, 0)",
                    (*values, task.created or self._now_ms, new_remote_id),
                )
                task_id = cursor.lastrowid or 0
            self._save_tags(connection, task_id, task.tags)
            self._save_list(connection, task_id, task.list_name)
            if alarms is not None:
                connection.execute("DELETE FROM alarms WHERE task = ?", (task_id,))
                connection.executemany(
                    "INSERT INTO alarms (task, time, type) VALUES (?, ?, ?)",
                    [(task_id, alarm.time, alarm.type) for alarm in alarms],
                )
            connection.execute("COMMIT")
        return task_id

    @staticmethod
    def _save_tags(connection: sqlite3.Connection, task_id: int, names: Iterable[str]) -> None:
        connection.execute("DELETE FROM tags WHERE task = ?", (task_id,))
        connection.executemany(
            "INSERT INTO tags (task, name, tag_uid, task_uid) SELECT ?, name, remoteId, (SELECT remoteId FROM tasks"
            " WHERE _id = ?) FROM tagdata WHERE name = ?",
            [(task_id, task_id, name) for name in names],
        )

    @staticmethod
    def _save_list(connection: sqlite3.Connection, task_id: int, name: str) -> None:
        if not name:
            return
        row = connection.execute("SELECT cdl_uuid FROM caldav_lists WHERE cdl_name = ?", (name,)).fetchone()
        uuid = row[0] if row is not None else DEFAULT_LIST
        changed = connection.execute("UPDATE caldav_tasks SET cd_calendar = ? WHERE cd_task = ?", (uuid, task_id))
        if not changed.rowcount:
            connection.execute(
                "INSERT INTO caldav_tasks (cd_task, cd_calendar, cd_last_sync, cd_deleted, gt_moved, gt_remote_order)"
                " VALUES (?, ?, 0, 0, 0, 0)",
                (task_id, uuid),
            )

    def set(self, ids: Sequence[int], column: str, value: int) -> None:
        """One of the number columns of several tasks."""
        marks = ", ".join("?" * len(ids))
        self._database.execute(
            f"UPDATE tasks SET {column} = ?, modified = ? WHERE _id IN ({marks})", (value, self._now_ms, *ids)
        )

    def delete(self, ids: Sequence[int]) -> None:
        """Marks the tasks and what lies below them as deleted, as the app does until its next clean-up."""
        wanted = set(ids)
        tasks = self.all()
        while below := {task.id for task in tasks if task.parent in wanted} - wanted:
            wanted |= below
        self.set(sorted(wanted), "deleted", self._now_ms)

    def add_tag(self, name: str, uuid: str) -> str:
        """Makes the tag where there is none of that name; gives the name as it is stored."""
        known = next((tag.name for tag in self.tags() if tag.name.casefold() == name.casefold()), "")
        if not known:
            self._database.execute(
                "INSERT INTO tagdata (remoteId, name, color, td_icon, td_order) VALUES (?, ?, 0, -1, -1)", (uuid, name)
            )
        return known or name

    def add_list(self, name: str, uuid: str, account: str) -> None:
        self._database.execute(
            "INSERT INTO caldav_lists (cdl_account, cdl_uuid, cdl_name, cdl_color, cdl_icon, cdl_order, cdl_access,"
            " cdl_last_sync) VALUES (?, ?, ?, 0, -1, -1, 0, 0)",
            (account, uuid, name),
        )
