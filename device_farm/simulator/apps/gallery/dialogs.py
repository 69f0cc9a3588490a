"""Dialogs over chosen files: where to copy or move to, what to do about a taken name, rename, delete, properties.

A dialog's argument says which files it is about, so that every screen with files can open it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from device_farm.simulator.apps.browsing import SDCARD, size_text
from device_farm.simulator.apps.file_actions import entries_of, entry_of, make_folder, rename_entry
from device_farm.simulator.apps.gallery.actions import Conflict, conflicts, delete, transfer
from device_farm.simulator.apps.gallery.media import Album, albums, is_deleted
from device_farm.simulator.apps.gallery.names import RECYCLE_BIN, load_options
from device_farm.simulator.apps.gallery.pictures import read_picture, resolution
from device_farm.simulator.apps.gallery.tiles import album_tile
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context


class HasSelection(Protocol):
    """State of a screen with chosen files; `skip_bin` is the box in the question about deleting."""

    @property
    def selected(self) -> tuple[str, ...]: ...
    @property
    def skip_bin(self) -> bool: ...


S = TypeVar("S", bound=HasSelection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Files to be copied or moved. `folder` is the one shown in the tree, or the destination of a taken name."""

    paths: tuple[str, ...]
    move: bool
    folder: str = ""


def file_dialog(
    context: Context[S], name: str, argument: object, *, renamed: Callable[[str], None] | None = None
) -> w.Overlay:
    """The dialog `name` of any screen with files; `renamed` is told the new path of a renamed file."""
    match argument:
        case Transfer() if name == "conflict":
            return _conflict_dialog(context, argument)
        case Transfer() if name == "tree":
            return _tree_dialog(context, argument)
        case Transfer() if name == "new_folder":
            return _new_folder_dialog(context, argument)
        case Transfer():
            return _destination_dialog(context, argument)
        case tuple() if name == "delete":
            return _delete_dialog(context, argument)
        case str() if name == "rename":
            return _rename_dialog(context, argument, renamed)
        case _:
            return _properties_dialog(context, argument if isinstance(argument, tuple) else (str(argument),))


def start_transfer(context: Context[S], paths: tuple[str, ...], *, move: bool) -> None:
    context.dialog("destination", Transfer(paths=paths, move=move))


def _go(context: Context[S], asked: Transfer, folder: str) -> None:
    """Copies or moves now, or asks first where a name is taken."""
    if all(posixpath.dirname(path) == folder for path in asked.paths):
        context.toast("Source and destination cannot be the same")
        return
    if conflicts(context.files, asked.paths, folder):
        context.dialog("conflict", replace(asked, folder=folder))
        return
    transfer(context, asked.paths, folder, move=asked.move, conflict="skip")
    context.update(selected=())


def _destination_dialog(context: Context[S], asked: Transfer) -> w.Overlay:
    """The folders with pictures; any other by `Other folder`."""
    options = load_options(context.files)
    shown = [album for album in albums(context.files, options) if album.path != RECYCLE_BIN]
    query = context.text("folder_search").strip().lower()
    shown = [album for album in shown if query in album.name.lower()]

    def pick(album: Album) -> None:
        context.dismiss()
        _go(context, asked, album.path)

    def other() -> None:
        begun = options.last_copy if context.files.is_dir(options.last_copy) else posixpath.dirname(asked.paths[0])
        context.dismiss()
        context.dialog("tree", replace(asked, folder=begun if begun.startswith(SDCARD) else SDCARD))

    tiles = tuple(album_tile(context, album, side=140, on_tap=partial(pick, album)) for album in shown)
    body: list[w.Widget] = [w.SearchBar("Search folders", key="folder_search", resource_id="top_toolbar_search")]
    if tiles:
        grid = w.Grid(tiles, columns=2, gap=4, resource_id="directories_grid")
        body.append(w.Scroll((grid,), key="destinations", height=min(360.0, 148.0 * ((len(tiles) + 1) // 2))))
    else:
        body.append(w.Text("No items found.", padding=16, align="center"))
    return w.Dialog(
        title="Select destination",
        body=w.Column(tuple(body), gap=8),
        buttons=(
            w.DialogButton("Other folder", other, dismiss=False),
            w.DialogButton("Cancel"),
            w.DialogButton("OK"),
        ),
    )


def _tree_dialog(context: Context[S], asked: Transfer) -> w.Overlay:
    """Any folder of the internal storage: the way to it above, what it holds below."""
    files, folder = context.files, asked.folder

    def show(path: str) -> None:
        context.dismiss()
        context.dialog("tree", replace(asked, folder=path))

    crumbs: list[w.Widget] = [_crumb("Internal", folder == SDCARD, partial(show, SDCARD))]
    path = SDCARD
    for name in [part for part in folder.removeprefix(SDCARD).split("/") if part]:
        path = posixpath.join(path, name)
        crumbs.append(w.Text(">", style="title", colour="on_surface_variant"))
        crumbs.append(_crumb(name, path == folder, partial(show, path)))
    entries = sorted(entries_of(files, folder), key=lambda entry: (not entry.is_folder, entry.name.lower()))
    rows = tuple(
        w.ListRow(
            entry.name,
            _count_text(len(entries_of(files, entry.path))) if entry.is_folder else size_text(entry.size_bytes),
            "folder" if entry.is_folder else "insert_drive_file",
            title_id="list_item_name",
            summary_id="list_item_details",
            resource_id="list_item_holder",
            on_tap=partial(show, entry.path) if entry.is_folder else None,
        )
        for entry in entries
    )
    add = w.IconButton("create_new_folder", description="Create new folder", style="tonal",
                       resource_id="filepicker_fab", on_tap=lambda: context.dialog("new_folder", asked))  # fmt: skip
    return w.Dialog(
        title="Select a folder",
        body=w.Column(
            (
                w.Row(tuple(crumbs), gap=6, resource_id="filepicker_breadcrumbs"),
                w.Scroll(rows, key=f"tree:{folder}", height=340, resource_id="filepicker_list"),
                w.Row((add,), main="end"),
            ),
            gap=6,
        ),
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton("OK", lambda: _chosen(context, asked)),
        ),
    )


def _chosen(context: Context[S], asked: Transfer) -> None:
    context.dismiss()
    _go(context, asked, asked.folder)


def _crumb(name: str, here: bool, on_tap: w.Handler) -> w.Widget:
    return w.Text(name, style="title", colour="primary" if here else "on_surface", max_lines=1, padding=(2, 8),
                  resource_id="breadcrumb_text", on_tap=on_tap)  # fmt: skip


def _count_text(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _new_folder_dialog(context: Context[S], asked: Transfer) -> w.Overlay:
    def create() -> None:
        name = context.text("folder_name").strip()
        if not name or "/" in name:
            context.toast("Invalid name")
            return
        if problem := make_folder(context.files, asked.folder, name):
            context.toast(problem)
            return
        context.dismiss()
        context.dismiss()
        context.dialog("tree", replace(asked, folder=posixpath.join(asked.folder, name)))

    return w.Dialog(
        title="Create new folder",
        body=w.Column(
            (
                w.Text(asked.folder, style="body_small", colour="on_surface_variant", resource_id="folder_path"),
                w.TextField("Title", key="folder_name", autofocus=True, resource_id="folder_name"),
            ),
            gap=8,
        ),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", create, dismiss=False)),
    )


def _conflict_dialog(context: Context[S], asked: Transfer) -> w.Overlay:
    taken = conflicts(context.files, asked.paths, asked.folder)
    ways: tuple[tuple[str, Conflict], ...] = (("Skip", "skip"), ("Overwrite", "overwrite"), ("Keep both", "keep_both"))

    def pick(index: int) -> None:
        transfer(context, asked.paths, asked.folder, move=asked.move, conflict=ways[index][1])
        context.update(selected=())

    name = taken[0] if taken else posixpath.basename(asked.paths[0])
    return w.ChoiceDialog(f"File “{name}” already exists", tuple(text for text, _ in ways), -1, pick)


def _rename_dialog(context: Context[S], path: str, renamed: Callable[[str], None] | None) -> w.Overlay:
    stem, ending = posixpath.splitext(posixpath.basename(path))

    def rename() -> None:
        name = context.text("new_stem", stem).strip()
        suffix = context.text("new_ending", ending.lstrip(".")).strip()
        full = f"{name}.{suffix}" if suffix else name
        if not name or "/" in full:
            context.toast("Invalid name")
            return
        if problem := rename_entry(context.files, path, full):
            context.toast(problem)
            return
        context.update(selected=())
        if renamed is not None:
            renamed(posixpath.join(posixpath.dirname(path), full))
        context.dismiss()

    return w.Dialog(
        title="Rename",
        body=w.Column(
            (
                w.TextField("Title", stem, key="new_stem", autofocus=True, resource_id="rename_item_name"),
                w.TextField("Extension", ending.lstrip("."), key="new_ending", resource_id="rename_item_extension"),
            ),
            gap=8,
        ),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", rename, dismiss=False)),
    )


def _delete_dialog(context: Context[S], paths: tuple[str, ...]) -> w.Overlay:
    deleted = all(is_deleted(path) for path in paths)
    what = f"“{posixpath.basename(paths[0])}”" if len(paths) == 1 else f"{len(paths)} items"
    question = f"delete {what}" if deleted else f"move {what} into the Recycle Bin"

    def confirm() -> None:
        delete(context, paths, forever=deleted or context.state.skip_bin)
        context.update(selected=(), skip_bin=False)

    box = w.CheckRow(
        "Skip the Recycle Bin, delete the files directly",
        context.state.skip_bin,
        on_change=lambda on: context.update(skip_bin=on),
    )
    return w.Dialog(
        text=f"Are you sure you want to {question}?",
        body=None if deleted else box,
        buttons=(w.DialogButton("No"), w.DialogButton("Yes", confirm)),
    )


def _properties_dialog(context: Context[S], paths: tuple[str, ...]) -> w.Overlay:
    found = [entry for entry in (entry_of(context.files, path) for path in paths) if entry is not None]
    if len(found) == 1:
        entry = found[0]
        rows = [("Name", entry.name), ("Path", posixpath.dirname(entry.path)), ("Size", size_text(entry.size_bytes))]
        size = resolution(read_picture(context.files, entry.path)) if entry.kind == "image" else None
        if size is not None:
            rows.append(("Resolution", f"{size[0]} x {size[1]} ({size[0] * size[1] / 1e6:.1f}MP)"))
        rows.append(("Last modified", context.local(entry.modified_s).strftime("%m/%d/%Y, %H:%M")))
    else:
        rows = [("Items selected", str(len(found))), ("Size", size_text(sum(entry.size_bytes for entry in found)))]
    body = w.Column(
        tuple(
            w.Column((w.Text(label, style="label", colour="on_surface_variant"), w.Text(value)))
            for label, value in rows
        ),
        gap=10,
    )
    return w.Dialog(title="Properties", body=body, buttons=(w.DialogButton("OK"),))
