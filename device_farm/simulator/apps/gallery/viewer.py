"""One picture on the whole screen: real pixels, enlarged by a double tap, the next one by a swipe."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from device_farm.simulator.apps.browsing import Entry, path_of
from device_farm.simulator.apps.file_actions import entry_of
from device_farm.simulator.apps.gallery.actions import share
from device_farm.simulator.apps.gallery.dialogs import file_dialog, start_transfer
from device_farm.simulator.apps.gallery.media import album_files
from device_farm.simulator.apps.gallery.names import DIRECTORY, PATH, load_options
from device_farm.simulator.apps.gallery.pictures import ENLARGED_MAX, read_picture, visible_part
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context
from device_farm.simulator.toolkit.base import Direction

_BOX_PX = (1080, 1880)
_DOUBLE_TAP_S = 0.6
_PAN = 0.25
_BAR = 0x99000000
_ON_BAR = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerState:
    """`zoom` and `centre` say which part is shown; `bars` whether name and buttons are; `tapped_s` is the last tap."""

    path: str
    folder: str
    zoom: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)
    bars: bool = True
    tapped_s: float = -1e9
    selected: tuple[str, ...] = ()
    skip_bin: bool = False


class Viewer(Activity[ViewerState]):
    """ViewPagerActivity, and PhotoActivity for pictures that other apps ask to see."""

    def initial(self, context: Context[ViewerState]) -> ViewerState:
        path = context.intent.text_extra(PATH) or path_of(context.intent.data)
        folder = context.intent.text_extra(DIRECTORY, posixpath.dirname(path))
        return ViewerState(path=path, folder=folder)

    def build(self, context: Context[ViewerState]) -> w.Widget:
        state = context.state
        body = _picture(context)
        if not state.bars:
            return w.Stack((body,), background=0xFF000000)
        return w.Column((_top(context), w.Stack((body,), weight=1), _bottom(context)), background=0xFF000000)

    def on_back(self, context: Context[ViewerState]) -> bool:
        return False

    def dialog(self, context: Context[ViewerState], name: str, argument: object) -> w.Overlay:
        return file_dialog(context, name, argument, renamed=lambda path: context.update(path=path))


def _shown(context: Context[ViewerState]) -> str:
    """The picture's path; once it is deleted or moved, that of the first one left in the folder."""
    path = context.state.path
    if context.files.is_file(path):
        return path
    left = _around(context)
    return left[0].path if left else path


def _around(context: Context[ViewerState]) -> tuple[Entry, ...]:
    """The pictures of the folder, among which one moves by swiping."""
    files = album_files(context.files, context.state.folder, load_options(context.files))
    return tuple(entry for entry in files if entry.kind == "image")


def _picture(context: Context[ViewerState]) -> w.Widget:
    state = context.state
    data = visible_part(read_picture(context.files, _shown(context)), _BOX_PX, state.zoom, state.centre)
    if data is None:
        gone = w.Text("Unknown file", style="body_large", colour=_ON_BAR, align="center")
        return w.Stack((gone,), ("center",), on_tap=lambda: _tap(context), on_swipe=lambda way: _swipe(context, way))
    return w.Image(
        data,
        fit="contain",
        resource_id="gestures_view",
        on_tap=lambda: _tap(context),
        on_swipe=lambda way: _swipe(context, way),
    )


def _tap(context: Context[ViewerState]) -> None:
    """One tap hides or shows the bars; a second soon after enlarges instead, or shows the whole again."""
    state = context.state
    if context.now_s - state.tapped_s > _DOUBLE_TAP_S:
        context.update(bars=not state.bars, tapped_s=context.now_s)
        return
    enlarged = state.zoom > 1.0
    context.update(zoom=1.0 if enlarged else ENLARGED_MAX, centre=(0.5, 0.5), bars=not state.bars, tapped_s=-1e9)


def _swipe(context: Context[ViewerState], way: Direction) -> None:
    """Moves an enlarged picture under the finger; else goes to the picture beside it, or down and out."""
    state = context.state
    if state.zoom > 1.0:
        dx, dy = {"left": (_PAN, 0.0), "right": (-_PAN, 0.0), "up": (0.0, _PAN), "down": (0.0, -_PAN)}[way]
        context.update(centre=(_within(state.centre[0] + dx), _within(state.centre[1] + dy)))
    elif way == "down":
        context.finish()
    elif way in ("left", "right"):
        paths = [entry.path for entry in _around(context)]
        path = _shown(context)
        place = paths.index(path) + (1 if way == "left" else -1) if path in paths else -1
        if 0 <= place < len(paths):
            context.update(path=paths[place], centre=(0.5, 0.5))


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _top(context: Context[ViewerState]) -> w.Widget:
    path = _shown(context)
    items = (
        w.MenuItem("Properties", lambda: context.dialog("properties", path)),
        w.MenuItem("Rename", lambda: context.dialog("rename", path)),
        w.MenuItem("Copy to", lambda: start_transfer(context, (path,), move=False)),
        w.MenuItem("Move to", lambda: start_transfer(context, (path,), move=True)),
    )
    title = w.Text(posixpath.basename(path), style="title_large", colour=_ON_BAR, max_lines=1, weight=1)
    back = w.IconButton("arrow_back", description="Navigate up", colour=_ON_BAR, on_tap=context.finish)
    menu = w.MenuButton(items, w.Icon("more_vert", colour=_ON_BAR), key="overflow", description="More options")
    return w.Row((back, title, menu), height=60, padding=(4, 0), background=_BAR, resource_id="medium_viewer_toolbar")


def _bottom(context: Context[ViewerState]) -> w.Widget:
    path = _shown(context)
    if entry_of(context.files, path) is None:
        return w.Spacer(height=0)
    buttons = (
        w.IconButton("share", description="Share", colour=_ON_BAR, resource_id="bottom_share", weight=1,
                     on_tap=lambda: share(context, path)),
        w.IconButton("delete_outline", description="Delete", colour=_ON_BAR, resource_id="bottom_delete", weight=1,
                     on_tap=lambda: context.dialog("delete", (path,))),
        w.IconButton("info", description="Properties", colour=_ON_BAR, resource_id="bottom_properties", weight=1,
                     on_tap=lambda: context.dialog("properties", path)),
    )  # fmt: skip
    return w.Row(buttons, padding=(16, 8), background=_BAR, resource_id="bottom_actions_wrapper")
