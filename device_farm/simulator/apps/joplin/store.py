"""Access to Joplin's database: every change also reaches `notes_normalized`, which the search reads."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from device_farm.simulator.apps.joplin.model import SORT_FIELDS, Folder, Note, SortOptions
from device_farm.simulator.apps.joplin.schema import DATABASE_NAME, SCHEMA
from device_farm.simulator.apps.plain_text import plain
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.database import Database
from device_farm.simulator.sqlite_engine import Value
from device_farm.simulator.toolkit.app import AppContext

_COLUMNS = "id, parent_id, title, body, is_todo, todo_completed, user_created_time, user_updated_time"
_WORD = re.compile(r"\w+")
_NESTING_MAX = 20


@dataclass(frozen=True, slots=True)
class JoplinStore:
    """Reads at each call; holds nothing. `now_ms` stamps what it writes."""

    database: Database
    now_ms: int
    new_id: str
    """The id that the next new row gets: 32 hexadecimal digits."""

    # Notebooks

    def folders(self) -> tuple[Folder, ...]:
        """Every notebook, children after their parent, by title."""
        rows = self.database.query("SELECT id, title, parent_id FROM folders")
        every = [Folder(id=str(row[0]), title=str(row[1]), parent_id=str(row[2])) for row in rows]
        every.sort(key=lambda folder: (folder.title.casefold(), folder.id))
        known = {folder.id for folder in every}
        top = [folder for folder in every if folder.parent_id not in known]
        return tuple(found for folder in top for found in _with_children(folder, every, 0))

    def possible_parents(self, folder_id: str) -> tuple[Folder, ...]:
        """The notebooks that may hold this one: not itself, and none that lies in it."""
        every = self.folders()
        own = next((folder for folder in every if folder.id == folder_id), None)
        inside = {folder.id for folder in _with_children(own, list(every), 0)} if own is not None else set()
        return tuple(folder for folder in every if folder.id not in inside)

    def folder(self, folder_id: str) -> Folder | None:
        return next((folder for folder in self.folders() if folder.id == folder_id), None)

    def save_folder(self, folder_id: str, title: str, parent_id: str) -> str:
        """Makes the notebook (for id "") or changes it; gives back its id."""
        if folder_id:
            self.database.execute(
                "UPDATE folders SET title = ?, parent_id = ?, updated_time = ?, user_updated_time = ? WHERE id = ?",
                (title, parent_id, self.now_ms, self.now_ms, folder_id),
            )
            return folder_id
        self.database.execute(
            "INSERT INTO folders (id, title, parent_id, created_time, updated_time, user_created_time,"
            " user_updated_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self.new_id, title, parent_id, *(self.now_ms,) * 4),
        )
        return self.new_id

    def delete_folder(self, folder_id: str) -> None:
        """Deletes the notebook with its notes and the notebooks in it."""
        inner = [folder.id for folder in self.folders() if folder.parent_id == folder_id]
        for child in inner:
            self.delete_folder(child)
        self.delete_notes([note.id for note in self.notes(folder_id)])
        self.database.execute("DELETE FROM folders WHERE id = ?", (folder_id,))

    # Notes

    def notes(self, folder_id: str | None, options: SortOptions | None = None) -> tuple[Note, ...]:
        """The notes of one notebook (None: of all) in the order that `options` states."""
        chosen = options or SortOptions()
        where = "" if folder_id is None else " AND parent_id = ?"
        rows = self.database.query(
            f"SELECT {_COLUMNS} FROM notes WHERE is_conflict = 0{where} ORDER BY {_order(chosen)}",
            () if folder_id is None else (folder_id,),
        )
        notes = tuple(_note(row) for row in rows)
        return notes if chosen.show_completed else tuple(note for note in notes if not note.completed_ms)

    def note(self, note_id: str) -> Note | None:
        rows = self.database.query(f"SELECT {_COLUMNS} FROM notes WHERE id = ?", (note_id,))
        return _note(rows[0]) if rows else None

    def add_note(self, *, folder_id: str, title: str, body: str, is_todo: bool) -> str:
        self.database.execute(
            "INSERT INTO notes (id, parent_id, title, body, is_todo, source, source_application, created_time,"
            " updated_time, user_created_time, user_updated_time, `order`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                *(self.new_id, folder_id, title, body, int(is_todo), "joplin", "net.cozic.joplin-mobile"),
                *(self.now_ms,) * 5,
            ),
        )
        self._normalize(self.new_id)
        return self.new_id

    def change_note(self, note_id: str, **changes: Value) -> None:
        """Sets columns of a note and its time of change. The names come from the program, not from outside."""
        values = {**changes, "updated_time": self.now_ms, "user_updated_time": self.now_ms}
        assignments = ", ".join(f"{name} = ?" for name in values)
        self.database.execute(f"UPDATE notes SET {assignments} WHERE id = ?", (*values.values(), note_id))
        self._normalize(note_id)

    def delete_notes(self, note_ids: Sequence[str]) -> None:
        for note_id in note_ids:
            self.database.execute("DELETE FROM notes WHERE id = ?", (note_id,))
            self.database.execute("DELETE FROM notes_normalized WHERE id = ?", (note_id,))

    def _normalize(self, note_id: str) -> None:
        note = self.note(note_id)
        self.database.execute("DELETE FROM notes_normalized WHERE id = ?", (note_id,))
        if note is not None:
            self.database.execute(
                "INSERT INTO notes_normalized (id, title, body, is_todo, todo_completed, parent_id,"
                " user_created_time, user_updated_time) VALUES (?,?,?,?,?,?,?,?)",
                (
                    *(note.id, plain(note.title), plain(note.body), int(note.is_todo), note.completed_ms),
                    *(note.parent_id, note.created_ms, note.updated_ms),
                ),
            )

    def search(self, query: str) -> tuple[Note, ...]:
        """Notes in which every word of `query` begins some word; those with more of them in the title first."""
        wanted = _words(query)
        if not wanted:
            return ()
        columns = ", ".join(f"notes.{name}" for name in _COLUMNS.split(", "))
        rows = self.database.query(
            f"SELECT {columns}, plain.title, plain.body, plain.user_updated_time"
            " FROM notes_normalized AS plain JOIN notes USING (id)"
        )
        hits: list[tuple[int, int, str, Note]] = []
        for row in rows:
            note, title, body = _note(row), _words(str(row[8])), _words(str(row[9]))
            if all(_begins(word, title) or _begins(word, body) for word in wanted):
                hits.append((-sum(_begins(word, title) for word in wanted), -_number(row[10]), note.id, note))
        return tuple(note for *_, note in sorted(hits, key=lambda hit: hit[:3]))

    # Settings

    def setting(self, key: str, default: str = "") -> str:
        rows = self.database.query("SELECT value FROM settings WHERE `key` = ?", (key,))
        return str(rows[0][0]) if rows and rows[0][0] is not None else default

    def put_setting(self, key: str, value: str) -> None:
        self.database.execute("INSERT OR REPLACE INTO settings (`key`, value) VALUES (?, ?)", (key, value))

    def sort_options(self) -> SortOptions:
        stored = self.setting("notes.sortOrder.field")
        return SortOptions(
            field=next((field for field, _ in SORT_FIELDS if field == stored), "user_updated_time"),
            reverse=self.setting("notes.sortOrder.reverse", "1") == "1",
            open_todos_first=self.setting("uncompletedTodosOnTop", "1") == "1",
            show_completed=self.setting("showCompletedTodos", "1") == "1",
        )


def store_of(context: AppContext) -> JoplinStore:
    database = room_database(context, DATABASE_NAME, SCHEMA)
    now_ms = int(context.now_s * 1000)
    rows = database.query("SELECT (SELECT COUNT(*) FROM notes) + (SELECT COUNT(*) FROM folders)")
    new_id = f"{context.random(f'id {now_ms} {rows[0][0]}').getrandbits(128):032x}"
    return JoplinStore(database, now_ms, new_id)


def _with_children(folder: Folder, every: list[Folder], depth: int) -> list[Folder]:
    found = [Folder(id=folder.id, title=folder.title, parent_id=folder.parent_id, depth=depth)]
    if depth < _NESTING_MAX:
        for child in every:
            if child.parent_id == folder.id and child.id != folder.id:
                found += _with_children(child, every, depth + 1)
    return found


def _order(options: SortOptions) -> str:
    direction = "DESC" if options.reverse else "ASC"
    collation = " COLLATE NOCASE" if options.field == "title" else ""
    main = f"`{options.field}`{collation} {direction}, rowid"
    return f"(is_todo = 1 AND todo_completed = 0) DESC, {main}" if options.open_todos_first else main


def _note(row: sqlite3.Row) -> Note:
    return Note(
        id=str(row[0]),
        parent_id=str(row[1]),
        title=str(row[2]),
        body=str(row[3]),
        is_todo=bool(_number(row[4])),
        completed_ms=_number(row[5]),
        created_ms=_number(row[6]),
        updated_ms=_number(row[7]),
    )


def _number(value: object) -> int:
    """A column that should hold a number, whatever adb has put there."""
    return int(value) if isinstance(value, int | float) else 0


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def _begins(word: str, words: list[str]) -> bool:
    return any(other.startswith(word) for other in words)
