"""The list of a notebook's notes, with the drawer, the add button and the selection of several notes."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.joplin.looks import (
    ACCENT,
    ON_HEADER,
    ROW_HEIGHT,
    header,
    header_button,
    header_menu,
    header_title,
    note_row,
    round_button,
)
from device_farm.simulator.apps.joplin.model import ALL_NOTES, Note
from device_farm.simulator.apps.joplin.state import JoplinContext, open_note, open_page, shown_folder
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.toolkit import widgets as w


def list_page(context: JoplinContext, store: JoplinStore) -> w.Widget:
    folder = shown_folder(context, store)
    notes: tuple[Note, ...] = ()
    if folder is not None:
        notes = store.notes(None if folder.id == ALL_NOTES else folder.id, store.sort_options())
    body = w.Column(
        (
            _selection_bar(context, store, notes)
            if context.state.selecting
            else _bar(context, folder.shown if folder is not None else ""),
            _list(context, store, notes, has_folder=folder is not None),
        )
    )
    return w.Screen(body=body, fab=_fab(context) if store.folders() and not context.state.selecting else None)


def _bar(context: JoplinContext, title: str) -> w.Widget:
    return header(
        header_button("menu", "Sidebar", lambda: context.update(drawer=True, fab_open=False)),
        header_title(title),
        header_button("search", "Search", lambda: _search(context)),
        header_button("filter_list", "Sort notes by", lambda: context.dialog("sort")),
    )


def _selection_bar(context: JoplinContext, store: JoplinStore, notes: tuple[Note, ...]) -> w.Widget:
    selected = context.state.selected
    folders = tuple(folder for folder in store.folders())
    move = tuple(w.MenuItem(folder.shown, partial(_move, context, store, folder.id)) for folder in folders)
    picker = w.Row(
        (w.Text("Move to notebook...", colour=ON_HEADER, max_lines=1), w.Icon("arrow_drop_down", colour=ON_HEADER)),
        padding=(8, 12),
    )
    everything = tuple(note.id for note in notes)
    return header(
        header_button("arrow_back", "Back", lambda: end_selection(context)),
        w.MenuButton(move, child=picker, key="move", weight=1),
        header_button("check_circle", "Select all", lambda: context.update(selected=everything)),
        header_button("delete", "Delete", lambda: context.dialog("delete_notes", selected), enabled=bool(selected)),
        header_menu(
            (
                w.MenuItem("Delete", lambda: context.dialog("delete_notes", selected)),
                w.MenuItem("Duplicate", lambda: _duplicate(context, store)),
            )
        ),
    )


def _search(context: JoplinContext) -> None:
    open_page(context, "search")
    context.focus("query")


def end_selection(context: JoplinContext) -> None:
    context.update(selecting=False, selected=())


def _move(context: JoplinContext, store: JoplinStore, folder_id: str) -> None:
    for note_id in context.state.selected:
        store.change_note(note_id, parent_id=folder_id)
    end_selection(context)


def _duplicate(context: JoplinContext, store: JoplinStore) -> None:
    for place, note_id in enumerate(context.state.selected):
        note = store.note(note_id)
        if note is not None:
            copy_id = f"{int(store.new_id, 16) ^ (place + 1):032x}"
            copier = JoplinStore(store.database, store.now_ms, copy_id)
            copier.add_note(folder_id=note.parent_id, title=f"{note.title} (1)", body=note.body, is_todo=note.is_todo)
    end_selection(context)


def _list(context: JoplinContext, store: JoplinStore, notes: tuple[Note, ...], *, has_folder: bool) -> w.Widget:
    if not has_folder:
        return w.Column(
            (
                w.Text("You currently have no notebooks.", style="body_large", align="center"),
                w.Button("Create a notebook", on_tap=lambda: new_folder(context)),
            ),
            gap=16,
            cross="center",
            padding=24,
            weight=1,
        )
    if not notes:
        text = "There are currently no notes. Create one by clicking on the (+) button."
        return w.Column((w.Text(text, style="body_large", colour="on_surface_variant", padding=16),), weight=1)
    return w.LazyList(
        key="notes",
        count=len(notes),
        row=lambda index: _row(context, store, notes[index]),
        row_height=ROW_HEIGHT,
        weight=1,
    )


def _row(context: JoplinContext, store: JoplinStore, note: Note) -> w.Widget:
    return note_row(
        note,
        selected=note.id in context.state.selected,
        on_open=partial(_tapped, context),
        on_hold=partial(_held, context),
        on_check=partial(check_todo, store),
    )


def check_todo(store: JoplinStore, note: Note, done: bool) -> None:
    store.change_note(note.id, todo_completed=store.now_ms if done else 0)


def _tapped(context: JoplinContext, note: Note) -> None:
    if context.state.selecting:
        _toggle(context, note)
    else:
        open_note(context, note)


def _held(context: JoplinContext, note: Note) -> None:
    if context.state.selecting:
        _toggle(context, note)
    else:
        context.update(selecting=True, selected=(note.id,), fab_open=False)


def _toggle(context: JoplinContext, note: Note) -> None:
    selected = context.state.selected
    kept = tuple(other for other in selected if other != note.id)
    context.update(selected=kept if note.id in selected else (*selected, note.id))


def _fab(context: JoplinContext) -> w.Widget:
    """The round button; open, it has one action a kind of note above it."""
    opened = context.state.fab_open
    icon = "close" if opened else "add"
    button = round_button(icon, "Add new", lambda: context.update(fab_open=not opened))
    if not opened:
        return button
    return w.Column(
        (
            _fab_action("New to-do", "check_box", partial(_new_note, context, True)),
            _fab_action("New note", "description", partial(_new_note, context, False)),
            button,
        ),
        gap=16,
        cross="end",
    )


def _fab_action(label: str, icon: str, on_tap: w.Handler) -> w.Widget:
    text = w.Text(label, style="label_large", background="surface", radius=6, elevation=2, padding=(12, 8))
    disc = w.Row(
        (w.Icon(icon, colour=ON_HEADER),),
        background=ACCENT,
        radius=20,
        width=40,
        height=40,
        main="center",
    )
    return w.Row((text, disc), gap=12, padding=(0, 0, 8, 0), description=label, on_tap=on_tap)


def _new_note(context: JoplinContext, is_todo: bool) -> None:
    context.set_text("title new", "")
    context.set_text("body new", "")
    context.update(note_id="", fields="new", new_todo=is_todo)
    open_page(context, "note")
    context.update(editing=True)
    context.focus("title new" if is_todo else "body new")


def new_folder(context: JoplinContext) -> None:
    context.set_text("folder_title", "")
    context.update(edited_folder="", new_parent="")
    open_page(context, "folder")
    context.focus("folder_title")
