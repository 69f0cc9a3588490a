"""One note: read as Markdown, or its title and body in fields. Every edit is stored at once."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.joplin.looks import ON_HEADER, header, header_button, header_menu, round_button
from device_farm.simulator.apps.joplin.model import Note
from device_farm.simulator.apps.joplin.rendering import body_widgets
from device_farm.simulator.apps.joplin.state import JoplinContext, go_back, target_folder
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w


def note_page(context: JoplinContext, store: JoplinStore) -> w.Widget:
    state = context.state
    note = store.note(state.note_id) if state.note_id else None
    if note is None and state.note_id:
        gone = w.Text("This note is no longer there.", style="body_large", padding=24)
        return w.Screen(body=w.Column((header(header_button("arrow_back", "Back", lambda: _leave(context))), gone)))
    body = _editor(context, store, note) if state.editing else _viewer(context, store, note)
    fab = round_button("edit", "Edit", lambda: _edit(context, note))
    return w.Screen(
        body=w.Column((_bar(context, store, note), _title(context, store, note), w.Divider(), body)),
        fab=None if state.editing else fab,
    )


def _leave(context: JoplinContext) -> None:
    context.focus(None)
    go_back(context)


def leave_editor(context: JoplinContext) -> None:
    context.focus(None)
    context.update(editing=False)


def _edit(context: JoplinContext, note: Note | None) -> None:
    context.set_text(f"body {context.state.fields}", note.body if note is not None else "")
    context.update(editing=True)
    context.focus(f"body {context.state.fields}")


def _back(context: JoplinContext) -> None:
    if context.state.editing and context.state.note_id:
        leave_editor(context)
    else:
        _leave(context)


def _bar(context: JoplinContext, store: JoplinStore, note: Note | None) -> w.Widget:
    here = note.parent_id if note is not None else target_folder(context, store)
    folders = store.folders()
    name = next((folder.shown for folder in folders if folder.id == here), "")
    picker = w.Row(
        (
            w.Text(name, style="title", colour=ON_HEADER, max_lines=1, weight=1),
            w.Icon("arrow_drop_down", colour=ON_HEADER),
        ),
        padding=(8, 12),
    )
    moves = tuple(w.MenuItem(folder.shown, partial(_move, store, note, folder.id)) for folder in folders)
    return header(
        header_button("arrow_back", "Back", lambda: _back(context)),
        w.MenuButton(moves, child=picker, key="folder", weight=1),
        header_menu(_menu(context, store, note)) if note is not None else w.Spacer(width=8),
    )


def _move(store: JoplinStore, note: Note | None, folder_id: str) -> None:
    if note is not None:
        store.change_note(note.id, parent_id=folder_id)


def _menu(context: JoplinContext, store: JoplinStore, note: Note) -> tuple[w.MenuItem, ...]:
    return (
        w.MenuItem("Share", lambda: _share(context, note)),
        w.MenuItem(
            "Convert to note" if note.is_todo else "Convert to todo",
            lambda: store.change_note(note.id, is_todo=int(not note.is_todo), todo_completed=0),
        ),
        w.MenuItem("Copy Markdown link", lambda: context.copy(f"[{note.shown}](:/{note.id})")),
        w.MenuItem("Properties", lambda: context.dialog("properties", note.id)),
        w.MenuItem("Delete", lambda: context.dialog("delete_notes", (note.id,))),
    )


def _share(context: JoplinContext, note: Note) -> None:
    text = f"{note.shown}\n\n{note.body}"
    extras = {"android.intent.extra.TEXT": text, "android.intent.extra.SUBJECT": note.shown}
    context.start(Intent(action=SEND, type="text/plain", extras=extras))


def _title(context: JoplinContext, store: JoplinStore, note: Note | None) -> w.Widget:
    is_todo = note.is_todo if note is not None else context.state.new_todo
    box: tuple[w.Widget, ...] = ()
    if is_todo:
        done = note is not None and note.completed_ms > 0
        box = (w.Checkbox(done, on_change=partial(_check, store, note)),)
    field = w.TextField(
        "Add title",
        note.title if note is not None else "",
        key=f"title {context.state.fields}",
        style="plain",
        weight=1,
        on_change=partial(_title_changed, context, store),
    )
    return w.Row((*box, field), padding=(4 if box else 16, 4, 16, 4))


def _check(store: JoplinStore, note: Note | None, done: bool) -> None:
    if note is not None:
        store.change_note(note.id, todo_completed=store.now_ms if done else 0)


def _title_changed(context: JoplinContext, store: JoplinStore, text: str) -> None:
    _store(context, store, title=text)


def _body_changed(context: JoplinContext, store: JoplinStore, text: str) -> None:
    _store(context, store, body=text)


def _store(context: JoplinContext, store: JoplinStore, **changes: str) -> None:
    """Writes an edit; the first one of a new note makes its row."""
    state = context.state
    if state.note_id:
        store.change_note(state.note_id, **changes)
    elif any(changes.values()):
        made = store.add_note(
            folder_id=target_folder(context, store),
            title=changes.get("title", ""),
            body=changes.get("body", ""),
            is_todo=state.new_todo,
        )
        context.update(note_id=made)


def _viewer(context: JoplinContext, store: JoplinStore, note: Note | None) -> w.Widget:
    body = note.body if note is not None else ""
    children = body_widgets(body, partial(_body_changed, context, store))
    end = w.Spacer(height=150)
    return w.Scroll((*children, end), key="body", gap=2, padding=(16, 12), weight=1)


def _editor(context: JoplinContext, store: JoplinStore, note: Note | None) -> w.Widget:
    field = w.TextField(
        "Add body",
        note.body if note is not None else "",
        key=f"body {context.state.fields}",
        style="plain",
        multiline=True,
        min_lines=12,
        on_change=partial(_body_changed, context, store),
    )
    return w.Scroll((field,), key="editor", padding=(16, 12), weight=1)
