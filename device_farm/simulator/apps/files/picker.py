"""The file browser as a picker for other apps: where to save, which file to open, which folder to use."""

from __future__ import annotations

import posixpath
from typing import Final

from device_farm.simulator.apps.browsing import Entry, file_uri
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.files.bars import drawer, folder_bar, header
from device_farm.simulator.apps.files.browser import FilesContext, FilesState, Mode, root_of
from device_farm.simulator.apps.files.listing import listing
from device_farm.simulator.apps.files.screens import Browser
from device_farm.simulator.apps.notes.filetypes import usable_name
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.intents import GET_CONTENT, ActivityResult
from device_farm.simulator.toolkit import widgets as w

CREATE_DOCUMENT: Final = "android.intent.action.CREATE_DOCUMENT"
OPEN_DOCUMENT: Final = "android.intent.action.OPEN_DOCUMENT"
OPEN_TREE: Final = "android.intent.action.OPEN_DOCUMENT_TREE"
PICK_ACTIONS: Final = (CREATE_DOCUMENT, OPEN_DOCUMENT, GET_CONTENT)
_MODES: Final[dict[str, Mode]] = {CREATE_DOCUMENT: "create", OPEN_TREE: "tree"}


class Picker(Browser):
    """Gives back a `file://` URI. A new document is an empty file that the asking app writes to."""

    def initial(self, context: FilesContext) -> FilesState:
        return FilesState(mode=_MODES.get(context.intent.action, "open"))

    def build(self, context: FilesContext) -> w.Widget:
        match context.state.mode:
            case "create":
                bottom: w.Widget | None = _save_bar(context)
            case "tree":
                bottom = _folder_bar(context)
            case _:
                bottom = None
        screen = w.Screen(
            app_bar=folder_bar(context),
            body=w.Column((header(context), listing(context, lambda entry: _chosen(context, entry)))),
            bottom=bottom,
        )
        return w.Stack((screen, drawer(context))) if context.state.drawer else screen

    def dialog(self, context: FilesContext, name: str, argument: object) -> w.Overlay:
        if name != "overwrite":
            return super().dialog(context, name, argument)
        path = str(argument)
        return w.Dialog(
            text=f"Overwrite {posixpath.basename(path)}?",
            buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: _create(context, path))),
        )


def _chosen(context: FilesContext, entry: Entry) -> None:
    match context.state.mode:
        case "create":
            context.set_text("title", entry.name)
        case "open":
            context.finish(ActivityResult(ok=True, data=file_uri(entry.path)))
        case _:
            pass


def _save_bar(context: FilesContext) -> w.Widget:
    """The new file's name and Save."""
    start = context.intent.text_extra("android.intent.extra.TITLE")
    name = usable_name(context.text("title", start))

    def save() -> None:
        path = posixpath.join(context.state.folder, name)
        if context.files.exists(path):
            context.dialog("overwrite", path)
        else:
            _create(context, path)

    return w.Row(
        (
            w.Icon("insert_drive_file"),
            w.TextField("File name", start, key="title", resource_id="android:id/title", weight=1),
            w.Button(
                "SAVE",
                "text",
                resource_id="android:id/button1",
                enabled=bool(name) and bool(root_of(context).folder),
                on_tap=save,
            ),
        ),
        gap=12,
        padding=(16, 8),
        background="surface_container",
        resource_id="container_save",
    )


def _create(context: FilesContext, path: str) -> None:
    try:
        save_file(context.files, path, b"")
    except FileSystemError as error:
        context.snackbar(str(error))
        return
    context.finish(ActivityResult(ok=True, data=file_uri(path)))


def _folder_bar(context: FilesContext) -> w.Widget:
    folder = context.state.folder
    return w.Row(
        (
            w.Button(
                "USE THIS FOLDER",
                resource_id="android:id/button1",
                enabled=bool(root_of(context).folder),
                on_tap=lambda: context.finish(ActivityResult(ok=True, data=file_uri(folder))),
                weight=1,
            ),
        ),
        padding=(16, 8),
        background="surface_container",
    )
