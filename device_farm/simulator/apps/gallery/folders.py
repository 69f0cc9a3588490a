"""The start screen: folders with pictures; and the question for access while none has been given."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.browsing import SDCARD, Entry
from device_farm.simulator.apps.file_actions import make_folder
from device_farm.simulator.apps.gallery.dialogs import file_dialog, start_transfer
from device_farm.simulator.apps.gallery.media import Album, albums
from device_farm.simulator.apps.gallery.menus import search_menu, sort_dialog
from device_farm.simulator.apps.gallery.names import (
    DIRECTORY,
    MEDIA_CLASS,
    PACKAGE,
    allow_media_only,
    load_options,
    may_look,
)
from device_farm.simulator.apps.gallery.tiles import album_tile
from device_farm.simulator.apps.overlays import question
from device_farm.simulator.apps.settings.all_files import access_intent
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_COLUMNS = 2
_SIDE = 203.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldersState:
    """`chosen` are paths of folders; `selected` their files, which the dialogs work on."""

    chosen: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    skip_bin: bool = False


class Folders(Activity[FoldersState]):
    """MainActivity."""

    def initial(self, context: Context[FoldersState]) -> FoldersState:
        return FoldersState()

    def build(self, context: Context[FoldersState]) -> w.Widget:
        if not may_look(context):
            return _access_question(context)
        shown = albums(context.files, load_options(context.files))
        query = context.text("search").strip().lower()
        shown = tuple(album for album in shown if query in album.name.lower())
        top = _selection_bar(context, shown) if context.state.selected else _bar(context)
        return w.Screen(body=w.Column((top, self._grid(context, shown, query))))

    def _grid(self, context: Context[FoldersState], shown: tuple[Album, ...], query: str) -> w.Widget:
        if not shown:
            text = "No items found." if query else "No media files have been found."
            return w.Text(text, align="center", padding=32, colour="on_surface_variant", weight=1,
                          resource_id="directories_empty_placeholder")  # fmt: skip
        tiles = tuple(_tile(context, album) for album in shown)
        grid = w.Grid(tiles, columns=_COLUMNS, gap=2, row_height=_SIDE)
        return w.Scroll((grid,), key="folders", padding=(2, 2), weight=1, resource_id="directories_grid")

    def on_back(self, context: Context[FoldersState]) -> bool:
        if context.state.selected:
            context.update(selected=(), chosen=())
        elif context.text("search"):
            context.set_text("search", "")
        else:
            return False
        return True

    def dialog(self, context: Context[FoldersState], name: str, argument: object) -> w.Overlay:
        match name:
            case "sort":
                return sort_dialog(context)
            case "about":
                return w.Dialog(title="Simple Gallery Pro", text="Version 6.28.1", buttons=(w.DialogButton("OK"),))
            case "create":
                return _create_dialog(context)
            case _:
                return file_dialog(context, name, argument)


def _tile(context: Context[FoldersState], album: Album) -> w.Widget:
    selecting = bool(context.state.selected)

    def toggle() -> None:
        paths = tuple(entry.path for entry in album.files)
        chosen, selected = context.state.chosen, context.state.selected
        if album.path in chosen:
            context.update(
                chosen=tuple(path for path in chosen if path != album.path),
                selected=tuple(path for path in selected if path not in paths),
            )
        else:
            context.update(chosen=(*chosen, album.path), selected=(*selected, *paths))

    def open_album() -> None:
        context.start(Intent(component=ComponentName(PACKAGE, MEDIA_CLASS), extras={DIRECTORY: album.path}))

    return album_tile(
        context,
        album,
        side=_SIDE,
        chosen=selecting and album.path in context.state.chosen,
        on_tap=toggle if selecting else open_album,
        on_long_press=toggle,
    )


def _bar(context: Context[FoldersState]) -> w.Widget:
    camera = w.IconButton(
        "photo_camera",
        description="Open camera",
        resource_id="open_camera",
        on_tap=lambda: context.start(Intent(action="android.media.action.STILL_IMAGE_CAMERA")),
    )
    return search_menu(
        "Search folders",
        actions=(camera,),
        overflow=(
            w.MenuItem("Sort by", lambda: context.dialog("sort")),
            w.MenuItem("Create new folder", lambda: context.dialog("create")),
            w.MenuItem("About", lambda: context.dialog("about")),
        ),
    )


def _selection_bar(context: Context[FoldersState], shown: tuple[Album, ...]) -> w.Widget:
    selected = context.state.selected

    def everything() -> None:
        files: tuple[Entry, ...] = tuple(entry for album in shown for entry in album.files)
        context.update(chosen=tuple(album.path for album in shown), selected=tuple(entry.path for entry in files))

    return w.AppBar(
        f"{len(context.state.chosen)} / {len(shown)}",
        navigation="back",
        on_navigation=lambda: context.update(selected=(), chosen=()),
        actions=(
            w.IconButton("delete_outline", description="Delete", resource_id="cab_delete",
                         on_tap=lambda: context.dialog("delete", selected)),
            w.IconButton("info", description="Properties", resource_id="cab_properties",
                         on_tap=lambda: context.dialog("properties", selected)),
        ),
        overflow=(
            w.MenuItem("Copy to", lambda: start_transfer(context, selected, move=False)),
            w.MenuItem("Move to", lambda: start_transfer(context, selected, move=True)),
            w.MenuItem("Select all", everything),
        ),
    )  # fmt: skip


def _create_dialog(context: Context[FoldersState]) -> w.Overlay:
    def create() -> None:
        name = context.text("folder_name").strip()
        problem = make_folder(context.files, SDCARD, name) if name and "/" not in name else "Invalid name"
        if problem:
            context.toast(problem)

    return w.Dialog(
        title="Create new folder",
        body=w.TextField("Title", key="folder_name", autofocus=True, resource_id="folder_name"),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", create)),
    )


def _access_question(context: Context[FoldersState]) -> w.Widget:
    """All files (by the system's own switch) or media alone; nothing can be seen before."""
    text = (
        "Please give the app access to all your files, it might not work well without it.\n\n"
        "Access to media files alone is possible, too. Hidden files cannot be worked with then."
    )
    buttons = w.Row(
        (
            w.Button("Media only", style="text", resource_id="android:id/button3",
                     on_tap=lambda: allow_media_only(context.files)),
            w.Spacer(weight=1),
            w.Button("All files", style="text", resource_id="android:id/button1",
                     on_tap=lambda: context.start(access_intent(PACKAGE))),
        ),
        padding=(16, 8),
    )  # fmt: skip
    return question(w.Text(text, style="body_large", padding=(24, 24, 24, 8), resource_id="message"), buttons)
