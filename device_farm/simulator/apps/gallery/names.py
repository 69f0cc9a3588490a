"""Package, classes, permissions and preferences of the gallery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit.app import AppContext

PACKAGE: Final = "com.simplemobiletools.gallery.pro"
MAIN_CLASS: Final = f"{PACKAGE}.activities.MainActivity"
MEDIA_CLASS: Final = f"{PACKAGE}.activities.MediaActivity"
PAGER_CLASS: Final = f"{PACKAGE}.activities.ViewPagerActivity"
PHOTO_CLASS: Final = f"{PACKAGE}.activities.PhotoActivity"

MANAGE_FILES: Final = "android.permission.MANAGE_EXTERNAL_STORAGE"
PERMISSIONS: Final = (
    "android.permission.WRITE_EXTERNAL_STORAGE",
    "android.permission.ACCESS_MEDIA_LOCATION",
    "android.permission.READ_MEDIA_IMAGES",
    "android.permission.READ_MEDIA_VIDEO",
    "android.permission.POST_NOTIFICATIONS",
    MANAGE_FILES,
)

# Extras of the inner activities.
DIRECTORY: Final = "directory"
PATH: Final = "path"

RECYCLE_BIN: Final = "recycle_bin"
"""Stands for the folder of deleted files wherever a folder's path is expected."""
BIN_ROOT: Final = f"/data/data/{PACKAGE}/files"

_MEDIA_ONLY = "media_only"
_SORT_BY_NAME = "sort_by_name"
_ASCENDING = "sort_ascending"
_FILE_NAMES = "display_file_names"
_LAST_COPY = "last_copy_path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person has chosen; `last_copy` is the folder that was copied or moved to last."""

    by_name: bool = False
    ascending: bool = False
    file_names: bool = False
    last_copy: str = ""


def _store(files: FileSystem) -> PreferenceStore:
    return PreferenceStore(files, PACKAGE, "Prefs")


def load_options(files: FileSystem) -> Options:
    store = _store(files)
    return Options(
        by_name=store.flag(_SORT_BY_NAME),
        ascending=store.flag(_ASCENDING),
        file_names=store.flag(_FILE_NAMES),
        last_copy=store.text(_LAST_COPY),
    )


def save_options(files: FileSystem, options: Options) -> None:
    changes: dict[str, bool | str] = {
        _SORT_BY_NAME: options.by_name,
        _ASCENDING: options.ascending,
        _FILE_NAMES: options.file_names,
        _LAST_COPY: options.last_copy,
    }
    _store(files).put(**changes)


def may_look(context: AppContext) -> bool:
    """Whether the app has been allowed to see pictures: every file, or media alone."""
    return context.has_permission(MANAGE_FILES) or _store(context.files).flag(_MEDIA_ONLY)


def allow_media_only(files: FileSystem) -> None:
    _store(files).put(**{_MEDIA_ONLY: True})
