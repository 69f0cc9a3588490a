"""App bars of the list of notes: the usual one with its sort menu, and that of selection mode."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from device_farm.simulator.apps.browsing import SDCARD, SortKey
from device_farm.simulator.apps.file_actions import entry_of
from device_farm.simulator.apps.notes.filelist import S
from device_farm.simulator.apps.notes.options import NOTEBOOK, ListOptions, load_options, save_options
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_SORTS: tuple[tuple[SortKey, str, str], ...] = (
    ("name", "Name", "sort_by_alpha"),
    ("date", "Date", "date_range"),
    ("size", "Size", "sort"),
    ("type", "MIME type", "label"),
)


def list_bar(context: Context[S]) -> w.AppBar:
    state = context.state
    if state.searching:
        field = w.TextField("Search", key="search", style="plain", autofocus=True, resource_id="search_src_text")
        return w.AppBar(navigation="back", title_widget=field)
    title = "Markor" if state.folder == NOTEBOOK else posixpath.basename(state.folder)
    return w.AppBar(
        title,
        actions=(
            _go_to_button(context),
            _sort_button(context),
            w.IconButton(
                "search",
                description="Search",
                resource_id="action_search",
                on_tap=lambda: _start_search(context),
            ),
        ),
        overflow=(
            w.MenuItem("Import from device", lambda: context.dialog("import")),
            w.MenuItem("Info", lambda: context.dialog("folder_info")),
        ),
    )


def _go_to_button(context: Context[S]) -> w.Widget:
    def go(folder: str) -> w.Handler:
        return lambda: context.update(folder=folder)

    return w.MenuButton(
        (
            w.MenuItem("Internal storage", go(SDCARD), "storage"),
            w.MenuItem("Notebook", go(NOTEBOOK), "home"),
        ),
        w.IconButton("drive_file_move", description="Go to"),
        key="go_to",
        description="Go to",
        resource_id="action_go_to",
    )


def _sort_button(context: Context[S]) -> w.Widget:
    files, options = context.files, load_options(context.files)

    def change(changed: ListOptions) -> w.Handler:
        return lambda: save_options(files, changed)

    keys = tuple(
        w.MenuItem(text, change(replace(options, key=key)), icon, checked=key == options.key)
        for key, text, icon in _SORTS
    )
    return w.MenuButton(
        (
            *keys,
            w.MenuItem(
                "Folder first",
                change(replace(options, folders_first=not options.folders_first)),
                "folder",
                checked=options.folders_first,
            ),
            w.MenuItem(
                "Reverse order",
                change(replace(options, reverse=not options.reverse)),
                "rotate_left",
                checked=options.reverse,
            ),
            w.MenuItem(
                ".dotfiles",
                change(replace(options, hidden=not options.hidden)),
                "visibility",
                checked=options.hidden,
            ),
        ),
        w.IconButton("sort", description="Sort by"),
        key="sort",
        description="Sort by",
        resource_id="action_sort",
    )


def _start_search(context: Context[S]) -> None:
    context.update(searching=True)
    context.set_text("search", "")
    context.focus("search")


def selection_bar(context: Context[S]) -> w.AppBar:
    selected = context.state.selected
    single = len(selected) == 1

    def transfer(name: str) -> w.Handler:
        def start() -> None:
            context.update(target=NOTEBOOK)
            context.dialog(name)

        return start

    rename = w.IconButton(
        "drive_file_rename_outline",
        description="Rename",
        resource_id="action_rename_selected_item",
        on_tap=lambda: context.dialog("rename"),
    )
    info = w.IconButton(
        "info", description="Details", resource_id="action_info_selected_item", on_tap=lambda: context.dialog("info")
    )
    delete = w.IconButton(
        "delete",
        description="Delete",
        resource_id="action_delete_selected_items",
        on_tap=lambda: context.dialog("delete"),
    )
    return w.AppBar(
        f"{len(selected)} selected",
        navigation="close",
        on_navigation=lambda: context.update(selected=()),
        actions=(rename, delete, info) if single else (delete,),
        overflow=(
            w.MenuItem("Move", transfer("move"), "drive_file_move"),
            w.MenuItem("Copy", transfer("copy"), "content_copy"),
            w.MenuItem("Share", lambda: _share(context), "share"),
        ),
    )


def _share(context: Context[S]) -> None:
    """Shares the text of the selected files."""
    entries = [entry_of(context.files, path) for path in context.state.selected]
    texts = [context.files.read_text(entry.path) for entry in entries if entry is not None and not entry.is_folder]
    if not texts:
        context.toast("Folders cannot be shared")
        return
    context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": "\n".join(texts)}))
