"""What an expert does in Markor, by touch and keys alone. Each step counts, so nothing is tapped twice."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from device_farm.types.action import Action, Click, LongPress, PressKey, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import fill
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import (
    ExpertStuck,
    Match,
    Plain,
    UiScript,
    present,
    scroll_to,
    tap,
    visible_nodes,
    wait_for,
)

EDITOR: Final = "document__fragment__edit__highlighting_editor"
TITLE: Final = "opoc_filesystem_item__title"
NEW: Final = "Create a new file or folder"
_TYPES: Final = {".md": "Markdown", ".txt": "Plain Text", ".csv": "CSV", ".org": "OrgMode", "": "None"}
"""Which type in the dialog for new files gives which ending."""
_PAGE_SHARE: Final = 0.85

Told = Generator[Action | Look, Observation, str]


def find_row(name: str) -> UiScript:
    """The row of a file or folder, scrolled into sight. The list is in the order of names, folders first."""
    return (yield from scroll_to(match=Match(text=name, resource_id=TITLE), fraction=_PAGE_SHARE))


def rows(observation: Observation) -> list[UiNode]:
    """Titles of the files and folders in sight, from top to bottom, without the way up."""
    titles = [node for node in visible_nodes(observation) if node.resource_id.endswith(TITLE) and node.text != ".."]
    return sorted(titles, key=lambda node: node.bounds.top)


def open_row(name: str) -> Plain:
    node = yield from find_row(name)
    yield Click(at=node.bounds.center)


def hold_row(name: str) -> Plain:
    node = yield from find_row(name)
    yield LongPress(at=node.bounds.center)


def new_file(name: str) -> Plain:
    """Makes a file with exactly this name; it is open in the editor then."""
    stem, dot, tail = name.rpartition(".")
    stem, ending = (stem, dot + tail) if stem else (name, "")
    yield from tap(description=NEW)
    yield from fill(Match(resource_id="new_file_dialog__name"), stem)
    field = yield from wait_for(Match(resource_id="new_file_dialog__ext"))
    kind = _TYPES.get(ending)
    if kind is None:
        yield Click(at=field.bounds.center)
        yield PressKey(key="a", modifiers=("ctrl",))
        yield TypeText(text=ending)
    elif field.text != ending or not (yield from present(Match(text=kind))):
        # An empty field shows ".md" as its hint, so the type has to say it, too.
        yield from tap(resource_id="new_file_dialog__type")
        yield from tap(Match(text=kind, index=-1))
    yield from tap(text="OK")


def new_folder(name: str) -> Plain:
    yield from tap(description=NEW)
    yield from fill(Match(resource_id="new_file_dialog__name"), name)
    yield from tap(text="FOLDER")


def rename_row(name: str, new: str) -> Plain:
    yield from hold_row(name)
    yield from tap(description="Rename")
    field = yield from wait_for(Match(resource_id="new_name"))
    if "focused" not in field.states:
        yield Click(at=field.bounds.center)
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=new)
    yield from tap(text="OK")


def shown_text() -> Told:
    """What the open document says."""
    node = yield from wait_for(Match(resource_id=EDITOR))
    return node.value or ("" if node.text == node.hint else node.text)


def write(text: str) -> Plain:
    """Types into an empty document."""
    yield from fill(Match(resource_id=EDITOR), text)


def rewrite(text: str) -> Plain:
    """Replaces the document's text."""
    old = yield from shown_text()
    node = yield from wait_for(Match(resource_id=EDITOR))
    start = Point(node.bounds.left + 60, node.bounds.top + 30)
    if len(old.split()) == 1:
        # One word: holding a finger on it selects it all.
        yield LongPress(at=start)
    else:
        yield Click(at=start)
        yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text=text)


def write_before(text: str) -> Plain:
    """Puts `text` before the document's own: by a tap at the beginning, else by writing all anew."""
    old = yield from shown_text()
    node = yield from wait_for(Match(resource_id=EDITOR))
    yield Click(at=Point(node.bounds.left + 2, node.bounds.top + 30))
    yield TypeText(text=text)
    if (yield from shown_text()) != text + old:
        yield PressKey(key="a", modifiers=("ctrl",))
        yield TypeText(text=text + old)


def save() -> Plain:
    """Taps the disk, unless nothing is left to be saved."""
    node = yield from wait_for(Match(description="Save"))
    if "enabled" in node.states:
        yield Click(at=node.bounds.center)


def leave() -> Plain:
    """Back to the list, which saves the document."""
    yield from tap(description="Navigate up")


def first_row() -> UiScript:
    observation = yield LOOK
    found = rows(observation)
    if not found:
        raise ExpertStuck("there is no note in the list")
    return found[0]
