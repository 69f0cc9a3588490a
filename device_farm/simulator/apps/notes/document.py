"""The document screen: one file in the editor. Leaving it saves."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from device_farm.simulator.apps.browsing import size_text
from device_farm.simulator.apps.file_actions import delete_entries, entry_of, rename_entry
from device_farm.simulator.apps.notes.buffers import Buffer, edited_text, new_buffer, save_buffer
from device_farm.simulator.apps.notes.editing import editor_actions, editor_pane, find_dialog
from device_farm.simulator.apps.notes.filetypes import split_extension, usable_name, word_counts
from device_farm.simulator.apps.notes.options import PACKAGE, QUICKNOTE_PATH
from device_farm.simulator.intents import SEND, VIEW, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

DOCUMENT_CLASS = f"{PACKAGE}.activity.DocumentActivity"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    path: str
    buffers: tuple[Buffer, ...] = ()
    preview: bool = False


def document_intent(path: str) -> Intent:
    return Intent(action=VIEW, data=f"file://{path}", component=ComponentName(PACKAGE, DOCUMENT_CLASS))


def path_of(uri: str) -> str:
    """The file that a `file://` URI names; the quick note where it names none."""
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme in ("file", "") and parts.path else QUICKNOTE_PATH


class Document(Activity[DocumentState]):
    def initial(self, context: Context[DocumentState]) -> DocumentState:
        path = path_of(context.intent.data)
        return DocumentState(path=path, buffers=(new_buffer(context.files, path),))

    def build(self, context: Context[DocumentState]) -> w.Widget:
        path, preview = context.state.path, context.state.preview
        return w.Screen(
            app_bar=w.AppBar(
                split_extension(posixpath.basename(path))[0],
                navigation="back",
                actions=editor_actions(
                    context, path, preview=preview, on_preview=lambda: context.update(preview=not preview)
                ),
                overflow=(
                    w.MenuItem("Share", lambda: self._share(context)),
                    w.MenuItem("Rename", lambda: context.dialog("rename")),
                    w.MenuItem("Delete", lambda: context.dialog("delete")),
                    w.MenuItem("File info", lambda: context.dialog("info")),
                ),
            ),
            body=editor_pane(context, path, preview=preview),
        )

    def _share(self, context: Context[DocumentState]) -> None:
        text = edited_text(context, context.state.path)
        context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": text}))

    def on_pause(self, context: Context[DocumentState]) -> None:
        if context.files.exists(context.state.path):
            save_buffer(context, context.state.path)

    def on_back(self, context: Context[DocumentState]) -> bool:
        if context.state.preview:
            context.update(preview=False)
            return True
        return False

    def dialog(self, context: Context[DocumentState], name: str, argument: object) -> w.Overlay:
        path = context.state.path
        match name:
            case "find":
                return find_dialog(context, path)
            case "rename":
                return self._rename_dialog(context)
            case "info":
                return info_dialog(context, path, edited_text(context, path))
            case _:
                return w.Dialog(
                    title="Confirm delete",
                    text=posixpath.basename(path),
                    buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: self._delete(context))),
                )

    def _rename_dialog(self, context: Context[DocumentState]) -> w.Overlay:
        name = posixpath.basename(context.state.path)
        entered = usable_name(context.text("name", name))

        def rename() -> None:
            path = context.state.path
            if not save_buffer(context, path):
                return
            if problem := rename_entry(context.files, path, entered):
                context.toast(problem)
                return
            renamed = posixpath.join(posixpath.dirname(path), entered)
            context.update(path=renamed, buffers=(new_buffer(context.files, renamed),))

        return w.Dialog(
            title="Rename",
            body=w.TextField("Name", name, key="name", autofocus=True, resource_id="new_name"),
            buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", rename, enabled=bool(entered))),
        )

    def _delete(self, context: Context[DocumentState]) -> None:
        problem = delete_entries(context.files, (context.state.path,))
        if problem:
            context.toast(problem)
        else:
            context.finish()


def info_dialog(context: Context[object], path: str, text: str | None) -> w.Overlay:
    """Name, folder, size, time and, for a text, its counts."""
    entry = entry_of(context.files, path)
    rows = [("Name", posixpath.basename(path)), ("Location", posixpath.dirname(path))]
    if entry is not None:
        if not entry.is_folder:
            rows.append(("Size", f"{size_text(entry.size_bytes)} ({entry.size_bytes} bytes)"))
        rows.append(("Last modified", _time(context.local(entry.modified_s))))
    if text is not None:
        lines, words, characters = word_counts(text)
        rows.append(("Text", f"Lines: {lines}\nWords: {words}\nCharacters: {characters}"))
    return w.Dialog(
        title="Details",
        body=w.Column(
            tuple(
                w.Column((w.Text(label, style="label", colour="on_surface_variant"), w.Text(value)))
                for label, value in rows
            ),
            gap=10,
        ),
        buttons=(w.DialogButton("OK"),),
    )


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
