"""The sidebar: all notes, the notebooks, and the other pages."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps import overlays
from device_farm.simulator.apps.joplin.list_page import new_folder
from device_farm.simulator.apps.joplin.model import ALL_NOTES, Folder
from device_farm.simulator.apps.joplin.state import JoplinContext, open_folder, open_page, shown_folder
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.toolkit import widgets as w

_LINE = 40


def drawer(context: JoplinContext, store: JoplinStore) -> w.Widget:
    shown = shown_folder(context, store)
    shown_id = shown.id if shown is not None else ""
    lines: list[w.Widget] = [
        _line(
            "All notes", "description", partial(open_folder, context, store, ALL_NOTES), marked=shown_id == ALL_NOTES
        ),
        w.Divider(padding=(0, 8)),
        _line("Notebooks", "folder", None),
    ]
    lines += [_folder_line(context, store, folder, marked=folder.id == shown_id) for folder in store.folders()]
    bottom = (
        w.Divider(padding=(0, 8)),
        _line("New Notebook", "folder_open", lambda: new_folder(context)),
        _line("Tags", "sell", lambda: open_page(context, "tags")),
        _line("Configuration", "settings", lambda: open_page(context, "config")),
        w.Divider(padding=(0, 8)),
        _line("Synchronise", "sync", lambda: open_page(context, "config")),
    )
    return overlays.drawer(
        (w.Scroll(tuple(lines), key="sidebar", weight=1), w.Column(bottom)),
        lambda: context.update(drawer=False),
        padding=(0, 8),
        description="Close sidebar",
    )


def _line(text: str, icon: str, on_tap: w.Handler | None, *, marked: bool = False) -> w.Widget:
    return w.Row(
        (w.Icon(icon, size=22), w.Text(text, style="body_large", max_lines=1, weight=1)),
        gap=12,
        height=_LINE,
        padding=(16, 0),
        background="secondary_container" if marked else None,
        selected=marked,
        on_tap=on_tap,
    )


def _folder_line(context: JoplinContext, store: JoplinStore, folder: Folder, *, marked: bool) -> w.Widget:
    return w.Row(
        (w.Text(folder.shown, style="body_large", max_lines=1, weight=1),),
        height=_LINE,
        padding=(24 + 10.0 * folder.depth, 0, 16, 0),
        background="secondary_container" if marked else None,
        selected=marked,
        on_tap=partial(open_folder, context, store, folder.id),
        on_long_press=lambda: context.dialog("folder", folder.id),
    )
