"""Where notes lie, and the order that the list is shown in."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.browsing import SDCARD, SortKey
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem import FileSystem

PACKAGE = "net.gsantner.markor"
NOTEBOOK = f"{SDCARD}/Documents/Markor"
TO_DO_PATH = f"{NOTEBOOK}/todo.txt"
QUICKNOTE_PATH = f"{NOTEBOOK}/QuickNote.md"

_SORT_KEYS: tuple[SortKey, ...] = ("name", "date", "size", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """The choices of the sort menu."""

    key: SortKey = "name"
    reverse: bool = False
    folders_first: bool = True
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFileChoice:
    """Place in the list of types, and ending, that the last new file was made with."""

    kind: int = 0
    ending: str = ".md"


def load_choice(files: FileSystem) -> NewFileChoice:
    store = PreferenceStore(files, PACKAGE)
    return NewFileChoice(
        kind=store.number("pref_key__new_file_dialog_lastused_type"),
        ending=store.text("pref_key__new_file_dialog_lastused_extension", ".md"),
    )


def save_choice(files: FileSystem, choice: NewFileChoice) -> None:
    PreferenceStore(files, PACKAGE).put(
        pref_key__new_file_dialog_lastused_type=choice.kind,
        pref_key__new_file_dialog_lastused_extension=choice.ending,
    )


def load_options(files: FileSystem) -> ListOptions:
    store = PreferenceStore(files, PACKAGE)
    stored = store.text("sort_by", "name")
    return ListOptions(
        key=next((key for key in _SORT_KEYS if key == stored), "name"),
        reverse=store.flag("sort_reverse"),
        folders_first=store.flag("folder_first", True),
        hidden=store.flag("show_dot_files"),
    )


def save_options(files: FileSystem, options: ListOptions) -> None:
    PreferenceStore(files, PACKAGE).put(
        sort_by=options.key,
        sort_reverse=options.reverse,
        folder_first=options.folders_first,
        show_dot_files=options.hidden,
    )
