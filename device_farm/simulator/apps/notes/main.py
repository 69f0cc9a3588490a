"""The start screen: the list of notes and folders, the to-do list, the quick note, and More."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from device_farm.simulator.apps.browsing import ordered
from device_farm.simulator.apps.file_actions import entries_of
from device_farm.simulator.apps.notes.buffers import Buffer, save_buffer
from device_farm.simulator.apps.notes.editing import editor_actions, editor_pane, find_dialog
from device_farm.simulator.apps.notes.filelist import file_rows, search_rows
from device_farm.simulator.apps.notes.history import History
from device_farm.simulator.apps.notes.intro import ask_for_storage, introduction, next_step
from device_farm.simulator.apps.notes.list_bar import list_bar, selection_bar
from device_farm.simulator.apps.notes.list_dialogs import list_dialog
from device_farm.simulator.apps.notes.options import NOTEBOOK, QUICKNOTE_PATH, TO_DO_PATH, load_options
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

FILES_TAB, TO_DO_TAB, QUICKNOTE_TAB, MORE_TAB = range(4)
_TAB_PATHS = {TO_DO_TAB: TO_DO_PATH, QUICKNOTE_TAB: QUICKNOTE_PATH}
_TABS = (
    w.NavItem("Files", "folder"),
    w.NavItem("To-Do", "assignment_turned_in"),
    w.NavItem("QuickNote", "flash_on"),
    w.NavItem("More", "favorite"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainState:
    """`selected` are paths in selection mode; `target` is the folder shown in the move and copy dialog;
    `template` is the place of the one chosen for a new file, `slide` is the page of the introduction."""

    tab: int = FILES_TAB
    folder: str = NOTEBOOK
    selected: tuple[str, ...] = ()
    searching: bool = False
    target: str = NOTEBOOK
    template: int = 0
    preview: bool = False
    buffers: tuple[Buffer, ...] = ()
    history: History = field(default_factory=History)
    slide: int = 0


class Main(Activity[MainState]):
    def initial(self, context: Context[MainState]) -> MainState:
        return MainState()

    def build(self, context: Context[MainState]) -> w.Widget:
        step = next_step(context)
        if step == "introduction":
            return introduction(context)
        if step == "storage":
            return ask_for_storage(context)
        bottom = w.BottomNavigation(_TABS, context.state.tab, lambda index: self._pick_tab(context, index))
        match context.state.tab:
            case 1 | 2:
                return self._editor(context, bottom)
            case 3:
                return self._more(context, bottom)
            case _:
                return self._files(context, bottom)

    def _pick_tab(self, context: Context[MainState], index: int) -> None:
        self._save(context)
        context.update(tab=index, selected=(), searching=False, preview=False)

    def _files(self, context: Context[MainState], bottom: w.Widget) -> w.Widget:
        state = context.state
        if state.searching:
            rows = search_rows(context, context.text("search"))
        else:
            options = load_options(context.files)
            entries = ordered(
                entries_of(context.files, state.folder, hidden=options.hidden),
                options.key,
                reverse=options.reverse,
                folders_first=options.folders_first,
            )
            rows = file_rows(context, entries)
        return w.Screen(
            app_bar=selection_bar(context) if state.selected else list_bar(context),
            body=w.Scroll(key=f"files:{state.folder}", children=rows, resource_id="ui__filesystem_dialog__list"),
            fab=None
            if state.selected or state.searching
            else w.Fab(
                "add",
                description="Create a new file or folder",
                resource_id="fab_add_new_item",
                on_tap=lambda: self._new(context),
            ),
            bottom=bottom,
        )

    def _new(self, context: Context[MainState]) -> None:
        context.update(template=0)
        context.dialog("new")

    def _editor(self, context: Context[MainState], bottom: w.Widget) -> w.Widget:
        path, preview = _TAB_PATHS[context.state.tab], context.state.preview
        return w.Screen(
            app_bar=w.AppBar(
                _TABS[context.state.tab].text,
                actions=editor_actions(
                    context, path, preview=preview, on_preview=lambda: context.update(preview=not preview)
                ),
            ),
            body=editor_pane(context, path, preview=preview),
            bottom=bottom,
        )

    def _more(self, context: Context[MainState], bottom: w.Widget) -> w.Widget:
        options = load_options(context.files)
        entries = entries_of(context.files, NOTEBOOK, hidden=options.hidden)
        folders = sum(entry.is_folder for entry in entries)
        return w.Screen(
            app_bar=w.AppBar("More"),
            body=w.Scroll(
                key="more",
                children=(
                    w.ListRow("Notebook", NOTEBOOK, "folder", on_tap=lambda: self._pick_tab(context, FILES_TAB)),
                    w.ListRow("Contents", f"{len(entries) - folders} files, {folders} folders", "description"),
                    w.ListRow("Version", "v2.10.9", "info"),
                ),
            ),
            bottom=bottom,
        )

    def _save(self, context: Context[MainState]) -> None:
        """Saves the to-do list or the quick note when it is open and was changed."""
        path = _TAB_PATHS.get(context.state.tab)
        if path is not None:
            save_buffer(context, path)

    def on_pause(self, context: Context[MainState]) -> None:
        self._save(context)

    def on_back(self, context: Context[MainState]) -> bool:
        state = context.state
        if next_step(context) == "introduction" and state.slide > 0:
            context.update(slide=state.slide - 1)
        elif state.selected:
            context.update(selected=())
        elif state.searching:
            context.set_text("search", "")
            context.update(searching=False)
        elif state.preview:
            context.update(preview=False)
        elif state.tab != FILES_TAB:
            self._pick_tab(context, FILES_TAB)
        elif state.folder != NOTEBOOK:
            context.update(folder=posixpath.dirname(state.folder))
        else:
            return False
        return True

    def dialog(self, context: Context[MainState], name: str, argument: object) -> w.Overlay:
        if name == "find":
            return find_dialog(context, str(argument))
        return list_dialog(context, name)
