"""Rows of the list of notes: files and folders, what a tap and a long press do, search results."""

from __future__ import annotations

import posixpath
from datetime import datetime
from typing import Protocol, TypeVar

from device_farm.simulator.apps.browsing import SDCARD, Entry, file_uri, mimetype_of, ordered
from device_farm.simulator.apps.file_actions import entries_below
from device_farm.simulator.apps.notes.document import document_intent
from device_farm.simulator.apps.notes.filetypes import is_text_data, is_text_name
from device_farm.simulator.apps.notes.options import NOTEBOOK
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.intents import VIEW, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_ROW_PADDING = (16, 8)


class HasFolder(Protocol):
    """State of a screen that shows a folder and may have entries selected."""

    @property
    def folder(self) -> str: ...
    @property
    def selected(self) -> tuple[str, ...]: ...
    @property
    def searching(self) -> bool: ...
    @property
    def target(self) -> str: ...
    @property
    def template(self) -> int: ...


S = TypeVar("S", bound=HasFolder)


def file_rows(context: Context[S], entries: tuple[Entry, ...]) -> tuple[w.Widget, ...]:
    """The way up, unless this is the top of the storage, then the entries."""
    folder = context.state.folder
    rows = tuple(_entry_row(context, entry) for entry in entries)
    if folder == SDCARD:
        return rows
    above = posixpath.dirname(folder)
    up = w.ListRow(
        "..",
        above,
        "drive_folder_upload",
        description="Folder ..",
        title_id="opoc_filesystem_item__title",
        summary_id="opoc_filesystem_item__description",
        resource_id="opoc_filesystem_item__root",
        padding=_ROW_PADDING,
        on_tap=lambda: context.update(folder=above, selected=()),
    )
    empty = () if rows else (w.Text("Empty directory", colour="on_surface_variant", padding=24),)
    return (up, *rows, *empty)


def search_rows(context: Context[S], query: str) -> tuple[w.Widget, ...]:
    """Entries at any depth below the folder whose name holds `query`."""
    if not query.strip():
        return (w.Text("Type to search in file names", colour="on_surface_variant", padding=24),)
    found = ordered(entries_below(context.files, context.state.folder, query), "name")
    if not found:
        return (w.Text("No results", colour="on_surface_variant", padding=24),)
    return tuple(_entry_row(context, entry) for entry in found)


def _entry_row(context: Context[S], entry: Entry) -> w.Widget:
    selected = entry.path in context.state.selected
    if context.state.searching:
        summary = posixpath.dirname(entry.path).removeprefix(posixpath.dirname(NOTEBOOK) + "/")
    else:
        summary = _when(context.local(entry.modified_s), context.is_24_hour)
    icon = "folder" if entry.is_folder else ("description" if is_text_name(entry.name) else "insert_drive_file")
    return w.ListRow(
        entry.name,
        summary,
        "check_circle" if selected else icon,
        description=f"{'Folder' if entry.is_folder else 'File'} {entry.name}",
        selected=selected,
        background="secondary_container" if selected else None,
        title_id="opoc_filesystem_item__title",
        summary_id="opoc_filesystem_item__description",
        resource_id="opoc_filesystem_item__root",
        padding=_ROW_PADDING,
        on_tap=lambda: _tapped(context, entry),
        on_long_press=lambda: toggle_selected(context, entry.path),
    )


def _when(moment: datetime, is_24_hour: bool) -> str:
    """Date and time in figures, as Android's DateUtils writes them for the United States."""
    return f"{moment.month}/{moment.day}/{moment.year}, {time_text(moment.hour, moment.minute, is_24_hour)}"


def _tapped(context: Context[S], entry: Entry) -> None:
    if context.state.selected:
        toggle_selected(context, entry.path)
    elif entry.is_folder:
        context.set_text("search", "")
        context.update(folder=entry.path, searching=False)
    elif is_text_name(entry.name) or is_text_data(context.files.read(entry.path)):
        context.start(document_intent(entry.path))
    else:
        context.start(Intent(action=VIEW, data=file_uri(entry.path), type=mimetype_of(entry.name)))


def toggle_selected(context: Context[S], path: str) -> None:
    selected = context.state.selected
    context.update(
        selected=tuple(other for other in selected if other != path) if path in selected else (*selected, path)
    )
