"""The pictures and videos of one folder."""

from __future__ import annotations

from dataclasses import dataclass, replace

from device_farm.simulator.apps.browsing import SDCARD, Entry, file_uri, mimetype_of
from device_farm.simulator.apps.gallery.actions import restore, share
from device_farm.simulator.apps.gallery.dialogs import file_dialog, start_transfer
from device_farm.simulator.apps.gallery.media import Album, album_files
from device_farm.simulator.apps.gallery.menus import search_menu, sort_dialog
from device_farm.simulator.apps.gallery.names import (
    DIRECTORY,
    PACKAGE,
    PAGER_CLASS,
    PATH,
    RECYCLE_BIN,
    load_options,
    save_options,
)
from device_farm.simulator.apps.gallery.tiles import media_tile
from device_farm.simulator.intents import VIEW, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_COLUMNS = 3
_SIDE = 135.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridState:
    folder: str
    selected: tuple[str, ...] = ()
    skip_bin: bool = False


class MediaGrid(Activity[GridState]):
    """MediaActivity."""

    def initial(self, context: Context[GridState]) -> GridState:
        return GridState(folder=context.intent.text_extra(DIRECTORY, SDCARD))

    def build(self, context: Context[GridState]) -> w.Widget:
        files = album_files(context.files, context.state.folder, load_options(context.files))
        query = context.text("search").strip().lower()
        shown = tuple(entry for entry in files if query in entry.name.lower())
        top = _selection_bar(context, shown) if context.state.selected else _bar(context)
        if not shown:
            text = "No items found." if query else "No media files have been found."
            body: w.Widget = w.Text(text, align="center", padding=32, colour="on_surface_variant", weight=1,
                                    resource_id="media_empty_text_placeholder")  # fmt: skip
        else:
            names = load_options(context.files).file_names
            tiles = tuple(_tile(context, entry, names) for entry in shown)
            grid = w.Grid(tiles, columns=_COLUMNS, gap=2, row_height=_SIDE)
            body = w.Scroll((grid,), key="media", padding=(2, 2), weight=1, resource_id="media_grid")
        return w.Screen(body=w.Column((top, body)))

    def on_back(self, context: Context[GridState]) -> bool:
        if context.state.selected:
            context.update(selected=())
        elif context.text("search"):
            context.set_text("search", "")
        else:
            return False
        return True

    def dialog(self, context: Context[GridState], name: str, argument: object) -> w.Overlay:
        return sort_dialog(context) if name == "sort" else file_dialog(context, name, argument)


def _tile(context: Context[GridState], entry: Entry, name: bool) -> w.Widget:
    selected = context.state.selected

    def toggle() -> None:
        kept = tuple(path for path in selected if path != entry.path)
        context.update(selected=kept if entry.path in selected else (*selected, entry.path))

    return media_tile(
        context,
        entry,
        side=_SIDE,
        name=name,
        chosen=entry.path in selected,
        on_tap=toggle if selected else lambda: open_medium(context, entry, context.state.folder),
        on_long_press=toggle,
    )


def open_medium(context: Context[GridState], entry: Entry, folder: str) -> None:
    """A picture here, a video in a player."""
    if entry.kind == "video":
        context.start(Intent(action=VIEW, data=file_uri(entry.path), type=mimetype_of(entry.name)))
        return
    context.start(Intent(component=ComponentName(PACKAGE, PAGER_CLASS), extras={PATH: entry.path, DIRECTORY: folder}))


def _bar(context: Context[GridState]) -> w.Widget:
    options = load_options(context.files)
    name = Album(path=context.state.folder, files=()).name
    toggle = w.IconButton(
        "label_outline",
        description="Toggle filename visibility",
        resource_id="toggle_filename",
        on_tap=lambda: save_options(context.files, replace(options, file_names=not options.file_names)),
    )
    items = [w.MenuItem("Sort by", lambda: context.dialog("sort"))]
    if context.state.folder == RECYCLE_BIN:
        paths = tuple(entry.path for entry in album_files(context.files, RECYCLE_BIN, options))
        if paths:
            items.append(w.MenuItem("Restore all files", lambda: restore(context, paths)))
            items.append(w.MenuItem("Empty the Recycle Bin", lambda: context.dialog("delete", paths)))
    return search_menu(f"Search in {name}", actions=(toggle,), overflow=tuple(items), on_back=context.finish)


def _selection_bar(context: Context[GridState], shown: tuple[Entry, ...]) -> w.Widget:
    selected = context.state.selected
    single = len(selected) == 1
    items: list[w.MenuItem] = []
    if single:
        items.append(w.MenuItem("Rename", lambda: context.dialog("rename", selected[0])))
    items += [
        w.MenuItem("Copy to", lambda: start_transfer(context, selected, move=False)),
        w.MenuItem("Move to", lambda: start_transfer(context, selected, move=True)),
    ]
    if context.state.folder == RECYCLE_BIN:
        items = [w.MenuItem("Restore selected files", lambda: _restore(context))]
    items.append(w.MenuItem("Select all", lambda: context.update(selected=tuple(entry.path for entry in shown))))
    share_button = w.IconButton(
        "share", description="Share", resource_id="cab_share", on_tap=lambda: share(context, selected[0])
    )
    properties = w.IconButton(
        "info",
        description="Properties",
        resource_id="cab_properties",
        on_tap=lambda: context.dialog("properties", selected),
    )
    delete = w.IconButton(
        "delete_outline",
        description="Delete",
        resource_id="cab_delete",
        on_tap=lambda: context.dialog("delete", selected),
    )
    return w.AppBar(
        f"{len(selected)} / {len(shown)}",
        navigation="back",
        on_navigation=lambda: context.update(selected=()),
        actions=(delete, share_button, properties) if single else (delete, properties),
        overflow=tuple(items),
    )


def _restore(context: Context[GridState]) -> None:
    restore(context, context.state.selected)
    context.update(selected=())
