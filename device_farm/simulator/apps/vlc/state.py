"""What VLC's main activity shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps.browsing import SDCARD, file_uri
from device_farm.simulator.apps.vlc.library import Media, library_of
from device_farm.simulator.apps.vlc.schema import PACKAGE
from device_farm.simulator.intents import VIEW, ComponentName, Intent
from device_farm.simulator.toolkit.app import Context

Tab: TypeAlias = Literal["video", "audio", "browse", "playlists", "more"]
TABS: Final[tuple[Tab, ...]] = ("video", "audio", "browse", "playlists", "more")
MANAGE_FILES: Final = "android.permission.MANAGE_EXTERNAL_STORAGE"
PLAYER_CLASS: Final = f"{PACKAGE}.gui.video.VideoPlayerActivity"


@dataclass(frozen=True, slots=True, kw_only=True)
class VlcState:
    """`folder` is the open folder of Browse, "" its start page; `playlist` the open playlist, 0 for the list.

    `selected` are paths in the order in which they were chosen.
    """

    tab: Tab = "video"
    folder: str = ""
    playlist: int = 0
    searching: bool = False
    selected: tuple[str, ...] = ()


VlcContext: TypeAlias = Context[VlcState]


def may_read(context: VlcContext) -> bool:
    return context.has_permission(MANAGE_FILES)


def toggle(context: VlcContext, path: str) -> None:
    selected = context.state.selected
    kept = tuple(other for other in selected if other != path)
    context.update(selected=kept if path in selected else (*selected, path))


def play(context: VlcContext, path: str) -> None:
    component = ComponentName(PACKAGE, PLAYER_CLASS)
    context.start(Intent(action=VIEW, data=file_uri(path), component=component))


def selected_media(context: VlcContext) -> tuple[Media, ...]:
    return library_of(context).by_paths(context.state.selected)


def folder_title(folder: str) -> str:
    return "Internal memory" if folder == SDCARD else folder.rpartition("/")[2]
