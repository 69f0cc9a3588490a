"""What the one activity of Joplin shows, and the way from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.simulator.apps.joplin.model import ALL_NOTES, Folder, Note
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.toolkit.app import Context

Page: TypeAlias = Literal["notes", "search", "note", "folder", "tags", "config"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoplinState:
    """`folder_id` is the shown notebook: an id, `ALL_NOTES`, or "" before one was chosen.

    `note_id` "" on the page `note` is a note that is not saved yet; `new_todo` says whether it will be a to-do.
    `fields` names the view state of the note's title and body.
    `edited_folder` is the notebook on the page `folder`, "" a new one. `behind` are the pages that Back returns to.
    """

    page: Page = "notes"
    folder_id: str = ""
    note_id: str = ""
    new_todo: bool = False
    fields: str = ""
    editing: bool = False
    edited_folder: str = ""
    new_parent: str = ""
    drawer: bool = False
    fab_open: bool = False
    selecting: bool = False
    selected: tuple[str, ...] = ()
    behind: tuple[Page, ...] = ()


JoplinContext: TypeAlias = Context[JoplinState]


def shown_folder(context: JoplinContext, store: JoplinStore) -> Folder | None:
    """The notebook of the list: the chosen one, else the last one that was open, else the first. None: no notebook."""
    folders = store.folders()
    wanted = context.state.folder_id or store.setting("activeFolderId")
    if wanted == ALL_NOTES:
        return Folder(id=ALL_NOTES, title="All notes")
    chosen = next((folder for folder in folders if folder.id == wanted), None)
    return chosen or (folders[0] if folders else None)


def target_folder(context: JoplinContext, store: JoplinStore) -> str:
    """The notebook that a new note goes into: the shown one, behind "All notes" the last one that was open."""
    shown = shown_folder(context, store)
    if shown is not None and shown.id != ALL_NOTES:
        return shown.id
    folders = store.folders()
    last = store.setting("activeFolderId")
    return next((folder.id for folder in folders if folder.id == last), folders[0].id if folders else "")


def open_page(context: JoplinContext, page: Page) -> None:
    context.update(page=page, behind=(*context.state.behind, context.state.page), drawer=False, fab_open=False)


def open_folder(context: JoplinContext, store: JoplinStore, folder_id: str) -> None:
    if folder_id != ALL_NOTES:
        store.put_setting("activeFolderId", folder_id)
    context.update(page="notes", folder_id=folder_id, behind=(), drawer=False, fab_open=False, selected=())
    context.scroll_to("notes", 0)


def open_note(context: JoplinContext, note: Note) -> None:
    context.set_text(f"title {note.id}", note.title)
    context.update(note_id=note.id, fields=note.id, editing=False)
    context.scroll_to("body", 0)
    open_page(context, "note")


def go_back(context: JoplinContext) -> bool:
    """To the page before. False on the first one."""
    behind = context.state.behind
    if not behind:
        return False
    context.update(page=behind[-1], behind=behind[:-1], editing=False)
    return True
