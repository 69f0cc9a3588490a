"""Joplin's one activity: which page is built, its dialogs, the way back."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from device_farm.simulator.apps.joplin.drawer import drawer
from device_farm.simulator.apps.joplin.list_page import end_selection, list_page
from device_farm.simulator.apps.joplin.model import SORT_FIELDS, SortField
from device_farm.simulator.apps.joplin.note_page import leave_editor, note_page
from device_farm.simulator.apps.joplin.other_pages import config_page, folder_page, tags_page
from device_farm.simulator.apps.joplin.search_page import search_page
from device_farm.simulator.apps.joplin.state import JoplinContext, JoplinState, go_back, open_page
from device_farm.simulator.apps.joplin.store import JoplinStore, store_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity
from device_farm.types.ui_tree import UiState


class Main(Activity[JoplinState]):
    def initial(self, context: JoplinContext) -> JoplinState:
        return JoplinState()

    def build(self, context: JoplinContext) -> w.Widget:
        store = store_of(context)
        match context.state.page:
            case "notes":
                page = list_page(context, store)
                return w.Stack((page, drawer(context, store))) if context.state.drawer else page
            case "search":
                return search_page(context, store)
            case "note":
                return note_page(context, store)
            case "folder":
                return folder_page(context, store)
            case "tags":
                return tags_page(context, store)
            case "config":
                return config_page(context, store)
            case _:
                assert_never(context.state.page)

    def on_back(self, context: JoplinContext) -> bool:
        state = context.state
        if state.drawer:
            context.update(drawer=False)
        elif state.fab_open:
            context.update(fab_open=False)
        elif state.selecting:
            end_selection(context)
        elif state.page == "note" and state.editing and state.note_id:
            leave_editor(context)
        else:
            return go_back(context)
        return True

    def dialog(self, context: JoplinContext, name: str, argument: object) -> w.Overlay:
        store = store_of(context)
        match name:
            case "sort":
                return _sort_dialog(context, store)
            case "folder":
                return _folder_dialog(context, store, str(argument))
            case "delete_folder":
                return _delete_folder_dialog(store, str(argument))
            case "properties":
                return _properties_dialog(context, store, str(argument))
            case _:
                return _delete_notes_dialog(context, store, argument if isinstance(argument, tuple) else ())


def _sort_dialog(context: JoplinContext, store: JoplinStore) -> w.Dialog:
    options = store.sort_options()
    lines = [
        _choice(context, label, "circle" if field == options.field else "", partial(_sort_by, store, field))
        for field, label in SORT_FIELDS
    ]
    switches = (
        ("notes.sortOrder.reverse", "Reverse sort order", options.reverse),
        ("uncompletedTodosOnTop", "Uncompleted to-dos on top", options.open_todos_first),
        ("showCompletedTodos", "Show completed to-dos", options.show_completed),
    )
    lines += [
        _choice(
            context,
            f"[ {label} ]",
            "check" if on else "",
            partial(store.put_setting, key, "0" if on else "1"),
        )
        for key, label, on in switches
    ]
    return w.Dialog(title="Sort notes by", body=w.Column(tuple(lines)))


def _choice(context: JoplinContext, text: str, mark: str, choose: w.Handler) -> w.Widget:
    def pick() -> None:
        choose()
        context.dismiss()

    sign = w.Icon(mark, size=16) if mark else w.Spacer(width=16)
    marked: tuple[UiState, ...] = ("selected",) if mark else ()
    return w.Row((sign, w.Text(text, style="body_large")), gap=8, padding=(0, 12), states=marked, on_tap=pick)


def _sort_by(store: JoplinStore, field: SortField) -> None:
    store.put_setting("notes.sortOrder.field", field)


def _folder_dialog(context: JoplinContext, store: JoplinStore, folder_id: str) -> w.Dialog:
    folder = store.folder(folder_id)
    title = folder.title if folder is not None else ""

    def edit() -> None:
        context.set_text("folder_title", title)
        context.update(edited_folder=folder_id, new_parent=folder.parent_id if folder is not None else "")
        open_page(context, "folder")

    return w.Dialog(
        text=f"Notebook: {title}",
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton("Delete", lambda: context.dialog("delete_folder", folder_id)),
            w.DialogButton("Edit", edit),
        ),
    )


def _delete_folder_dialog(store: JoplinStore, folder_id: str) -> w.Dialog:
    folder = store.folder(folder_id)
    title = folder.title if folder is not None else ""
    return w.Dialog(
        text=f'Delete notebook "{title}"?\n\nAll notes and sub-notebooks within this notebook will also be deleted.',
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: store.delete_folder(folder_id))),
    )


def _properties_dialog(context: JoplinContext, store: JoplinStore, note_id: str) -> w.Dialog:
    note = store.note(note_id)
    if note is None:
        return w.Dialog(text="This note is no longer there.", buttons=(w.DialogButton("OK"),))
    created, updated = context.local(note.created_ms / 1000), context.local(note.updated_ms / 1000)
    text = f"Created: {created:%d/%m/%Y %H:%M}\nUpdated: {updated:%d/%m/%Y %H:%M}"
    return w.Dialog(title="Properties", text=text, buttons=(w.DialogButton("OK"),))


def _delete_notes_dialog(context: JoplinContext, store: JoplinStore, note_ids: tuple[str, ...]) -> w.Dialog:
    first = store.note(note_ids[0]) if note_ids else None
    name = first.shown if first is not None else ""
    question = f'Delete note "{name}"?' if len(note_ids) == 1 else f"Delete these {len(note_ids)} notes?"

    def delete() -> None:
        store.delete_notes(note_ids)
        end_selection(context)
        if context.state.page == "note":
            go_back(context)

    return w.Dialog(text=question, buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", delete)))
