"""The screens of the file browser: the browser itself, file information, the picture viewer."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from device_farm.simulator.apps.browsing import path_of, size_text
from device_farm.simulator.apps.file_actions import delete_entries, entry_of, make_folder, rename_entry
from device_farm.simulator.apps.files.bars import drawer, folder_bar, header, selection_bar, transfer_bar
from device_farm.simulator.apps.files.browser import FilesContext, FilesState, go_to, root_of
from device_farm.simulator.apps.files.listing import kind_text, listing
from device_farm.simulator.apps.files.options import SORT_ORDERS, ViewOptions, load_options, save_options
from device_farm.simulator.apps.notes.filetypes import usable_name
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


class Browser(Activity[FilesState]):
    def initial(self, context: FilesContext) -> FilesState:
        return FilesState()

    def build(self, context: FilesContext) -> w.Widget:
        state = context.state
        screen = w.Screen(
            app_bar=selection_bar(context) if state.selected else folder_bar(context),
            body=w.Column((header(context), listing(context))),
            bottom=transfer_bar(context) if state.mode in ("move", "copy") else None,
        )
        return w.Stack((screen, drawer(context))) if state.drawer else screen

    def on_back(self, context: FilesContext) -> bool:
        state, root = context.state, root_of(context)
        if state.drawer:
            context.update(drawer=False)
        elif state.selected:
            context.update(selected=())
        elif state.searching:
            context.set_text("search", "")
            context.update(searching=False)
        elif root.folder and state.folder != root.folder:
            go_to(context, posixpath.dirname(state.folder))
        elif state.mode in ("move", "copy"):
            context.update(mode="browse", pending=())
        else:
            return False
        return True

    def dialog(self, context: FilesContext, name: str, argument: object) -> w.Overlay:
        match name:
            case "new_folder":
                return _name_dialog(context, "New folder", "Folder name", "", self._make_folder)
            case "rename":
                path = context.state.selected[0] if context.state.selected else ""
                return _name_dialog(context, "Rename", "Name", posixpath.basename(path), self._rename)
            case "sort":
                options = load_options(context.files)
                return w.ChoiceDialog(
                    "Sort by",
                    tuple(order.title for order in SORT_ORDERS),
                    options.sort,
                    lambda index: save_options(
                        context.files, ViewOptions(sort=index, grid=options.grid, hidden=options.hidden)
                    ),
                )
            case _:
                return self._delete_dialog(context)

    def _make_folder(self, context: FilesContext, name: str) -> None:
        if problem := make_folder(context.files, context.state.folder, name):
            context.snackbar(problem)

    def _rename(self, context: FilesContext, name: str) -> None:
        if problem := rename_entry(context.files, context.state.selected[0], name):
            context.snackbar(problem)
        context.update(selected=())

    def _delete_dialog(self, context: FilesContext) -> w.Overlay:
        selected = context.state.selected
        name = posixpath.basename(selected[0]) if selected else ""
        question = f"Delete “{name}”?" if len(selected) == 1 else f"Delete {len(selected)} items?"

        def delete() -> None:
            problem = delete_entries(context.files, selected)
            if problem:
                context.snackbar(problem)
            context.update(selected=())

        return w.Dialog(text=question, buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", delete)))


def _name_dialog(
    context: FilesContext, title: str, hint: str, start: str, done: Callable[[FilesContext, str], None]
) -> w.Overlay:
    entered = usable_name(context.text("name", start))
    return w.Dialog(
        title=title,
        body=w.TextField(hint, start, key="name", autofocus=True, resource_id="android:id/text1"),
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton("OK", lambda: done(context, entered), enabled=bool(entered)),
        ),
    )


class Inspector(Activity[None]):
    """Get info."""

    def build(self, context: Context[None]) -> w.Widget:
        path = path_of(context.intent.data)
        entry = entry_of(context.files, path)
        if entry is None:
            rows: tuple[w.Widget, ...] = (w.Text("No items", padding=24),)
        else:
            modified = context.local(entry.modified_s)
            size = context.files.tree_bytes(path)
            count = f"{len(context.files.list(path))} items, " if entry.is_folder else ""
            rows = (
                w.Text(entry.name, style="title_large", padding=(24, 8)),
                w.ListRow("Type", kind_text(entry)),
                w.ListRow("Size", f"{count}{size_text(size)}"),
                w.ListRow("Modified", f"{modified.strftime('%b')} {modified.day}, {modified.year}, {modified:%H:%M}"),
                w.ListRow("Location", posixpath.dirname(path), summary_lines=3),
            )
        return w.Screen(
            app_bar=w.AppBar("File info", navigation="back"),
            body=w.Scroll(rows, key="info", resource_id="inspector_root"),
        )


class ImageViewer(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        path = path_of(context.intent.data)
        name = posixpath.basename(path)
        if context.files.is_file(path):
            body: w.Widget = w.Image(
                context.files.read(path), "contain", width="fill", height="fill", description=name, resource_id="image"
            )
        else:
            body = w.Text("This picture is no longer there.", padding=24)
        return w.Screen(app_bar=w.AppBar(name, navigation="back"), body=body)
