"""Dialogs of the list of notes: new file or folder, rename, delete, details, and the folder picker of move and copy."""

from __future__ import annotations

import posixpath

from device_farm.simulator.apps.browsing import SDCARD, ordered
from device_farm.simulator.apps.file_actions import (
    delete_entries,
    entries_of,
    make_folder,
    rename_entry,
    transfer_entries,
)
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.notes.document import document_intent, info_dialog
from device_farm.simulator.apps.notes.filelist import S
from device_farm.simulator.apps.notes.filetypes import FORMATS, usable_name
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context


def list_dialog(context: Context[S], name: str) -> w.Overlay:
    match name:
        case "new":
            return _new_dialog(context)
        case "rename":
            return _rename_dialog(context)
        case "delete":
            return _delete_dialog(context)
        case "move" | "copy":
            return _folder_picker(context, move=name == "move")
        case "info":
            path = context.state.selected[0] if context.state.selected else context.state.folder
            text = context.files.read_text(path) if context.files.is_file(path) else None
            return info_dialog(context, path, text)
        case _:
            return info_dialog(context, context.state.folder, None)


def _new_dialog(context: Context[S]) -> w.Overlay:
    extension = context.text("ext", FORMATS[0].extensions[0]).strip()
    entered = usable_name(context.text("name"))
    plain = next(place for place, entry in enumerate(FORMATS) if ".txt" in entry.extensions)
    place = next((place for place, entry in enumerate(FORMATS) if extension in entry.extensions), plain)

    def pick(index: int) -> None:
        context.set_text("ext", FORMATS[index].extensions[0])

    return w.Dialog(
        body=w.Column(
            (
                w.Text("Name", style="label", colour="on_surface_variant"),
                w.Row(
                    (
                        w.TextField(
                            "my_note",
                            key="name",
                            style="filled",
                            autofocus=True,
                            weight=7,
                            resource_id="new_file_dialog__name",
                        ),
                        w.TextField(
                            ".md",
                            FORMATS[0].extensions[0],
                            key="ext",
                            style="filled",
                            weight=3,
                            resource_id="new_file_dialog__ext",
                        ),
                    ),
                    gap=8,
                ),
                w.Text("Type", style="label", colour="on_surface_variant"),
                w.Spinner(
                    tuple(entry.name for entry in FORMATS), place, pick, key="type", resource_id="new_file_dialog__type"
                ),
                w.Text("A folder is created without the extension.", style="body_small", colour="on_surface_variant"),
                w.Text("An existing file is opened, not replaced.", style="body_small", colour="on_surface_variant"),
            ),
            gap=6,
        ),
        buttons=(
            w.DialogButton("FOLDER", lambda: _create_folder(context, entered), enabled=bool(entered)),
            w.DialogButton("CANCEL"),
            w.DialogButton("OK", lambda: _create_file(context, entered, extension), enabled=bool(entered)),
        ),
    )


def _create_folder(context: Context[S], name: str) -> None:
    if problem := make_folder(context.files, context.state.folder, name):
        context.toast(problem)


def _create_file(context: Context[S], name: str, extension: str) -> None:
    """Makes the file unless it is there, and opens it."""
    full = name if extension and name.lower().endswith(extension.lower()) else name + usable_name(extension)
    path = posixpath.join(context.state.folder, full)
    if context.files.is_dir(path):
        context.toast(f"{full} is a folder")
        return
    if not context.files.exists(path):
        try:
            save_file(context.files, path, b"")
        except FileSystemError as error:
            context.toast(str(error))
            return
    context.start(document_intent(path))


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
        title="Confirm delete",
        text=names + more,
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
