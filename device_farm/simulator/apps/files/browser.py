"""The file browser: roots, folders with breadcrumbs, list or grid, selection, and the picker of move and copy."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.simulator.apps.browsing import SDCARD, Entry, FileKind, ordered
from device_farm.simulator.apps.file_actions import entries_below, entries_of
from device_farm.simulator.apps.files.options import Root, ViewOptions, load_options, roots
from device_farm.simulator.toolkit.app import Context

Mode: TypeAlias = Literal["browse", "move", "copy", "create", "open", "tree"]
"""Browsing; choosing where to move or copy; and what other apps ask for: where to save, what to open, which folder."""


_RECENT_COUNT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesState:
    """`root` is the drawer's entry; `folder` the folder in it. `pending` are the paths being moved or copied."""

    root: str = "downloads"
    folder: str = f"{SDCARD}/Download"
    drawer: bool = False
    searching: bool = False
    selected: tuple[str, ...] = ()
    mode: Mode = "browse"
    pending: tuple[str, ...] = ()


FilesContext: TypeAlias = Context[FilesState]


def roots_of(context: FilesContext) -> tuple[Root, ...]:
    return roots(context.phone.properties.get("ro.product.model") or "Internal storage")


def root_of(context: FilesContext) -> Root:
    return next((root for root in roots_of(context) if root.id == context.state.root), roots_of(context)[0])


def shown_entries(context: FilesContext) -> tuple[Entry, ...]:
    """What the list shows now, in the chosen order."""
    state, options = context.state, load_options(context.files)
    root = root_of(context)
    query = context.text("search").strip() if state.searching else ""
    if query:
        base = state.folder if root.folder else SDCARD
        found = entries_below(context.files, base, query, hidden=options.hidden)
        return _in_order(_of_kinds(found, root.kinds), options)
    if root.folder:
        return _in_order(entries_of(context.files, state.folder, hidden=options.hidden), options)
    everything = tuple(entry for entry in entries_below(context.files, SDCARD, "") if not entry.is_folder)
    if root.id == "recent":
        return ordered(everything, "date", reverse=True)[:_RECENT_COUNT]
    return _in_order(_of_kinds(everything, root.kinds), options)


def _of_kinds(entries: tuple[Entry, ...], kinds: tuple[FileKind, ...]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if not kinds or entry.kind in kinds)


def _in_order(entries: tuple[Entry, ...], options: ViewOptions) -> tuple[Entry, ...]:
    return ordered(entries, options.order.key, reverse=options.order.reverse)


def breadcrumbs(context: FilesContext) -> tuple[tuple[str, str], ...]:
    """(title, folder) from the root down to the folder shown."""
    root, folder = root_of(context), context.state.folder
    if not root.folder:
        return ((root.title, ""),)
    steps = [(root.title, root.folder)]
    relative = folder.removeprefix(root.folder).strip("/")
    path = root.folder
    for name in relative.split("/") if relative else ():
        path = posixpath.join(path, name)
        steps.append((name, path))
    return tuple(steps)


def go_to(context: FilesContext, folder: str) -> None:
    context.set_text("search", "")
    context.update(folder=folder, searching=False, selected=())


def open_root(context: FilesContext, root: Root) -> None:
    context.set_text("search", "")
    context.update(root=root.id, folder=root.folder, drawer=False, searching=False, selected=())


def toggle_selected(context: FilesContext, path: str) -> None:
    selected = context.state.selected
    context.update(
        selected=tuple(other for other in selected if other != path) if path in selected else (*selected, path)
    )
