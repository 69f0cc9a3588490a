"""Roots of the file browser, and the order and shape of its list."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.browsing import SDCARD, FileKind, SortKey
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem import FileSystem

PACKAGE = "com.google.android.documentsui"


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """An entry of the drawer. Without a `folder` it gathers files of `kinds` (all for none) from the whole storage."""

    id: str
    title: str
    icon: str
    folder: str = ""
    kinds: tuple[FileKind, ...] = ()


def roots(model: str) -> tuple[Root, ...]:
    """Android's order; the storage goes by the phone's model."""
    return (
        Root(id="recent", title="Recent", icon="schedule"),
        Root(id="images", title="Images", icon="image", kinds=("image",)),
        Root(id="videos", title="Videos", icon="movie", kinds=("video",)),
        Root(id="audio", title="Audio", icon="music_note", kinds=("audio",)),
        Root(id="documents", title="Documents", icon="description", kinds=("document", "text")),
        Root(id="downloads", title="Downloads", icon="download", folder=f"{SDCARD}/Download"),
        Root(id="storage", title=model, icon="smartphone", folder=SDCARD),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SortOrder:
    title: str
    key: SortKey
    reverse: bool


SORT_ORDERS: tuple[SortOrder, ...] = (
    SortOrder(title="File name (A to Z)", key="name", reverse=False),
    SortOrder(title="File name (Z to A)", key="name", reverse=True),
    SortOrder(title="Type (A to Z)", key="type", reverse=False),
    SortOrder(title="Type (Z to A)", key="type", reverse=True),
    SortOrder(title="Size (largest first)", key="size", reverse=True),
    SortOrder(title="Size (smallest first)", key="size", reverse=False),
    SortOrder(title="Modified (newest first)", key="date", reverse=True),
    SortOrder(title="Modified (oldest first)", key="date", reverse=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOptions:
    sort: int = 0
    grid: bool = False
    hidden: bool = False

    @property
    def order(self) -> SortOrder:
        return SORT_ORDERS[self.sort] if 0 <= self.sort < len(SORT_ORDERS) else SORT_ORDERS[0]


def load_options(files: FileSystem) -> ViewOptions:
    store = PreferenceStore(files, PACKAGE)
    return ViewOptions(sort=store.number("sortOrder"), grid=store.flag("gridMode"), hidden=store.flag("showHidden"))


def save_options(files: FileSystem, options: ViewOptions) -> None:
    PreferenceStore(files, PACKAGE).put(sortOrder=options.sort, gridMode=options.grid, showHidden=options.hidden)
