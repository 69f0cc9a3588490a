"""The document screen: one file in the editor. Leaving it saves."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from datetime import datetime

from device_farm.simulator.apps.browsing import file_uri, path_of, size_text
from device_farm.simulator.apps.file_actions import entry_of
from device_farm.simulator.apps.notes.buffers import Buffer, edited_text, new_buffer, save_buffer
from device_farm.simulator.apps.notes.editing import editor_actions, editor_pane, find_dialog
from device_farm.simulator.apps.notes.filetypes import split_extension, word_counts
from device_farm.simulator.apps.notes.history import History
from device_farm.simulator.apps.notes.options import PACKAGE, QUICKNOTE_PATH
from device_farm.simulator.intents import SEND, VIEW, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

DOCUMENT_CLASS = f"{PACKAGE}.activity.DocumentActivity"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    path: str
    buffers: tuple[Buffer, ...] = ()
    history: History = field(default_factory=History)
    preview: bool = False


def document_intent(path: str) -> Intent:
    return Intent(action=VIEW, data=file_uri(path), component=ComponentName(PACKAGE, DOCUMENT_CLASS))


class Document(Activity[DocumentState]):
    def initial(self, context: Context[DocumentState]) -> DocumentState:
        path = path_of(context.intent.data) or QUICKNOTE_PATH
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
                    w.MenuItem(
                        "Share",
                        items=(
                            w.MenuItem("Plain Text", lambda: self._share(context)),
                            w.MenuItem("File", lambda: self._share_file(context)),
                        ),
                    ),
                    w.MenuItem("Info", lambda: context.dialog("info")),
                    w.MenuItem("Reload", lambda: self._reload(context)),
                ),
            ),
            body=editor_pane(context, path, preview=preview),
        )

    def _share(self, context: Context[DocumentState]) -> None:
        text = edited_text(context, context.state.path)
        context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": text}))

    def _share_file(self, context: Context[DocumentState]) -> None:
        save_buffer(context, context.state.path)
        uri = file_uri(context.state.path)
        context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.STREAM": uri}))

    def _reload(self, context: Context[DocumentState]) -> None:
        """The text as the file has it; what was not saved is lost."""
        fresh = new_buffer(context.files, context.state.path)
        context.set_text(fresh.key, fresh.base)
        context.update(buffers=(fresh,), history=History())
        context.toast("✔ Reload")

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
        if name == "find":
            return find_dialog(context, path)
        return info_dialog(context, path, edited_text(context, path))


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
