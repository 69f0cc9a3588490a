"""Goals about files on the shared storage, and about notes in Markor, which are files there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.planner.file_checks import Edited, Gone, Moved, NewFolder, Written
from verifier.planner.places import file
from verifier.planner.plan import Check, Kind, Plan
from verifier.planner.wording import LAST, REST, TEXT, Values, forms

STORAGE = "/storage/emulated/0"
DOWNLOADS = f"{STORAGE}/Download"
NOTEBOOK = f"{STORAGE}/Documents/Markor"


def on(paths: tuple[str, ...], check: Check) -> Plan:
    """One check about files or folders, which are all that may change."""
    return Plan(checks=(check,), allowed=tuple(file(path) for path in paths))


def new_folder(root: str, values: Values) -> Plan:
    path = f"{root}/{values['folder']}"
    return on((path,), NewFolder(path=path))


def rename(root: str, values: Values) -> Plan:
    source, target = f"{root}/{values['file']}", f"{root}/{values['new']}"
    return on((source, target), Moved(source=source, target=target))


def delete(root: str, values: Values) -> Plan:
    path = f"{root}/{values['file']}"
    return on((path,), Gone(path=path))


def move(root: str, values: Values) -> Plan:
    source, target = f"{root}/{values['file']}", f"{root}/{values['folder']}/{values['file']}"
    return on((source, target), Moved(source=source, target=target))


def write(root: str, values: Values) -> Plan:
    path = f"{root}/{values['file']}"
    return on((path,), Written(path=path, text=values["text"]))


def extend(root: str, values: Values) -> Plan:
    path = f"{root}/{values['file']}"
    return on((path,), Edited(path=path, edit=partial(with_line, values["text"])))


def with_line(line: str, text: str) -> str:
    """`text` with one line more at its end."""
    return f"{text}\n{line}" if text else line


def _kind(name: str, root: str, plan: Callable[[str, Values], Plan], *patterns: str) -> Kind:
    return Kind(name=name, platform="android", forms=forms(*patterns), plan=partial(plan, root))


_FILE, _FOLDER = rf"(?P<file>{TEXT})", rf"(?P<folder>{TEXT})"
_NEW, _LAST_FOLDER = rf"(?P<new>{LAST})", rf"(?P<folder>{LAST})"
KINDS: tuple[Kind, ...] = (
    _kind("new folder", DOWNLOADS, new_folder, rf"create a folder called {_FOLDER} in the Downloads folder"),
    _kind("rename file", DOWNLOADS, rename, rf"rename the file {_FILE} in Downloads to {_NEW}"),
    _kind("delete file", DOWNLOADS, delete, rf"delete the file {_FILE} from Downloads(?:, and nothing else)?"),
    _kind("move file", DOWNLOADS, move, rf"move the file {_FILE} from Downloads into its subfolder {_LAST_FOLDER}"),
    _kind("write note", NOTEBOOK, write, rf"create a note called {_FILE} in Markor with the text: (?P<text>{REST})"),
    _kind(
        "extend note",
        NOTEBOOK,
        extend,
        rf"add the line “(?P<text>{TEXT})” at the end of the note {_FILE} in Markor",
    ),
    _kind("rename note", NOTEBOOK, rename, rf"rename the note {_FILE} in Markor to {_NEW}"),
    _kind("delete note", NOTEBOOK, delete, rf"delete the note {_FILE} in Markor(?:, and nothing else)?"),
    _kind("new note folder", NOTEBOOK, new_folder, rf"(?:create|make) a folder called {_FOLDER} in Markor"),
    _kind("move note", NOTEBOOK, move, rf"move the note {_FILE} in Markor into the folder {_LAST_FOLDER}"),
)
