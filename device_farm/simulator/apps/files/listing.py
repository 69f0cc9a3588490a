"""Rows and tiles of the file browser."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.apps.browsing import Entry, date_text, file_uri, size_text
from device_farm.simulator.apps.files.browser import FilesContext, go_to, shown_entries, toggle_selected
from device_farm.simulator.apps.files.options import PACKAGE, load_options
from device_farm.simulator.intents import VIEW, Intent
from device_farm.simulator.toolkit import widgets as w

_ICONS: dict[str, str] = {
    "folder": "folder",
    "image": "image",
    "video": "movie",
    "audio": "audio_file",
    "document": "picture_as_pdf",
    "text": "description",
    "archive": "folder_zip",
    "app": "android",
    "other": "insert_drive_file",
}
_KIND_NAMES: dict[str, str] = {
    "folder": "Folder",
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "text": "document",
    "archive": "archive",
    "app": "app",
    "other": "file",
}


def kind_text(entry: Entry) -> str:
    """`PNG image`, `TXT document`, `Folder`."""
    if entry.is_folder:
        return "Folder"
    ending = entry.name.rpartition(".")[2].upper() if "." in entry.name else ""
    return f"{ending} {_KIND_NAMES[entry.kind]}".strip()


def listing(context: FilesContext, choose: Callable[[Entry], None] | None = None) -> w.Widget:
    """The list or grid of what is shown now. With `choose`, a tap on a file calls that."""
    entries = shown_entries(context)
    if not entries:
        return w.Column(
            (
                w.Icon("folder_open", size=72, colour="outline"),
                w.Text("No matches" if context.state.searching else "No items", style="body_large"),
            ),
            main="center",
            cross="center",
            gap=12,
            weight=1,
            resource_id=f"{PACKAGE}:id/container_directory",
        )
    key = f"dir:{context.state.root}:{context.state.folder}"
    if load_options(context.files).grid:
        tiles = tuple(_tile(context, entry, choose) for entry in entries)
        grid = w.Grid(tiles, columns=2, gap=8, row_height=170, padding=(12, 4))
        return w.Scroll((grid,), key=key, weight=1, resource_id=f"{PACKAGE}:id/dir_list")
    return w.LazyList(
        key=key,
        count=len(entries),
        row=lambda index: _row(context, entries[index], choose),
        row_height=72,
        weight=1,
        resource_id=f"{PACKAGE}:id/dir_list",
    )


def _row(context: FilesContext, entry: Entry, choose: Callable[[Entry], None] | None) -> w.Widget:
    selected = entry.path in context.state.selected
    when = date_text(context.local(entry.modified_s), context.local(), context.is_24_hour)
    details = when if entry.is_folder else f"{when}, {size_text(entry.size_bytes)}, {kind_text(entry)}"
    return w.ListRow(
        entry.name,
        details,
        leading=_thumbnail(context, entry, selected),
        max_lines=1,
        summary_lines=1,
        height=72,
        selected=selected,
        background="secondary_container" if selected else None,
        resource_id=f"{PACKAGE}:id/item_root",
        summary_id=f"{PACKAGE}:id/details",
        on_tap=lambda: tapped(context, entry, choose),
        on_long_press=lambda: long_pressed(context, entry),
    )


def _thumbnail(context: FilesContext, entry: Entry, selected: bool, size: float = 40.0) -> w.Widget:
    if selected:
        return w.Avatar(icon="check", size=size, colour="primary")
    if entry.kind == "image" and entry.name.lower().endswith((".png", ".jpg", ".jpeg")):
        return w.Image(context.files.read(entry.path), width=size, height=size, radius=8)
    return w.Avatar(icon=_ICONS[entry.kind], seed=entry.kind, size=size)


def _tile(context: FilesContext, entry: Entry, choose: Callable[[Entry], None] | None) -> w.Widget:
    selected = entry.path in context.state.selected
    picture = w.Column((_thumbnail(context, entry, selected, 88.0),), main="center", cross="center", weight=1)
    title = w.Text(entry.name, max_lines=1, align="center", resource_id="android:id/title")
    return w.Column(
        (picture, title),
        padding=8,
        radius=12,
        selected=selected,
        background="secondary_container" if selected else "surface_container",
        resource_id=f"{PACKAGE}:id/item_root",
        on_tap=lambda: tapped(context, entry, choose),
        on_long_press=lambda: long_pressed(context, entry),
    )


def tapped(context: FilesContext, entry: Entry, choose: Callable[[Entry], None] | None) -> None:
    if context.state.selected:
        toggle_selected(context, entry.path)
    elif entry.is_folder:
        go_to(context, entry.path)
    elif choose is not None:
        choose(entry)
    elif context.state.mode == "browse":
        context.start(Intent(action=VIEW, data=file_uri(entry.path), type=entry.mimetype))


def long_pressed(context: FilesContext, entry: Entry) -> None:
    if context.state.mode == "browse":
        toggle_selected(context, entry.path)
