"""Dialogs of the list of notes: rename, delete, details, and the folder picker of move and copy."""

from __future__ import annotations

import posixpath

from device_farm.simulator.apps.browsing import SDCARD, ordered
from device_farm.simulator.apps.file_actions import (
    delete_entries,
    entries_of,
    rename_entry,
    transfer_entries,
)
from device_farm.simulator.apps.notes.document import info_dialog
from device_farm.simulator.apps.notes.filelist import S
from device_farm.simulator.apps.notes.filetypes import usable_name
from device_farm.simulator.apps.notes.new_dialog import new_dialog
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context


def list_dialog(context: Context[S], name: str) -> w.Overlay:
    match name:
        case "new":
            return new_dialog(context)
        case "rename":
            return _rename_dialog(context)
        case "delete":
            return _delete_dialog(context)
        case "move" | "copy":
            return _folder_picker(context, move=name == "move")
        case "import":
            return w.Dialog(
                title="Import from device",
                text="Files of other folders are copied into the notebook with Copy, from Internal storage.",
                buttons=(w.DialogButton("OK"),),
            )
        case "info":
            path = context.state.selected[0] if context.state.selected else context.state.folder
            text = context.files.read_text(path) if context.files.is_file(path) else None
            return info_dialog(context, path, text)
        case _:
            return info_dialog(context, context.state.folder, None)


def _rename_dialog(context: Context[S]) -> w.Overlay:
    path = context.state.selected[0] if context.state.selected else ""
    name = posixpath.basename(path)
    entered = usable_name(context.text("name", name))

    def rename() -> None:
        problem = rename_entry(context.files, path, entered)
        if problem:
            context.toast(problem)
        context.update(selected=())

    return w.Dialog(
        title="Rename",
        body=w.TextField("Name", name, key="name", autofocus=True, resource_id="new_name"),
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("OK", rename, enabled=bool(entered))),
    )


def _delete_dialog(context: Context[S]) -> w.Overlay:
    selected = context.state.selected

    def delete() -> None:
        problem = delete_entries(context.files, selected)
        if problem:
            context.toast(problem)
        context.update(selected=())

    names = "\n".join(posixpath.basename(path) for path in selected[:8])
    more = f"\nand {len(selected) - 8} more" if len(selected) > 8 else ""
    return w.Dialog(
        title="Confirm Delete",
        text=f"Do you really want to delete this?\n\n{names}{more}",
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("OK", delete)),
    )


def _folder_picker(context: Context[S], *, move: bool) -> w.Overlay:
    target = context.state.target

    def transfer() -> None:
        problem = transfer_entries(context.files, context.state.selected, target, move=move)
        if problem:
            context.toast(problem)
        context.update(selected=())

    def go(folder: str) -> w.Handler:
        return lambda: context.update(target=folder)

    up = (
        ()
        if target == SDCARD
        else (w.ListRow("..", posixpath.dirname(target), "drive_folder_upload", on_tap=go(posixpath.dirname(target))),)
    )
    folders = tuple(
        w.ListRow(entry.name, icon="folder", description=f"Folder {entry.name}", on_tap=go(entry.path))
        for entry in ordered(entries_of(context.files, target), "name")
        if entry.is_folder
    )
    return w.Dialog(
        title="Move" if move else "Copy",
        text=target,
        body=w.Scroll(key="folders", children=(*up, *folders), height=360),
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("SELECT THIS FOLDER", transfer)),
    )
