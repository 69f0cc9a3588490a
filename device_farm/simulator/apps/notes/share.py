"""Text shared into the app: it becomes part of the quick note, the to-do list or a new document."""

from __future__ import annotations

from device_farm.simulator.apps.browsing import free_name
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.notes.buffers import file_text
from device_farm.simulator.apps.notes.document import document_intent
from device_farm.simulator.apps.notes.options import NOTEBOOK, QUICKNOTE_PATH, TO_DO_PATH
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


class ShareInto(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        text = context.text("shared", context.intent.text_extra("android.intent.extra.TEXT"))
        field = w.TextField(
            "",
            context.intent.text_extra("android.intent.extra.TEXT"),
            key="shared",
            multiline=True,
            min_lines=5,
            resource_id="document__fragment__share_into__highlighting_editor",
        )
        return w.Screen(
            app_bar=w.AppBar("Share into", navigation="back"),
            body=w.Scroll(
                key="share",
                children=(
                    w.Column((field,), padding=16),
                    w.ListRow(
                        "Add to QuickNote", icon="flash_on", on_tap=lambda: self._append(context, QUICKNOTE_PATH, text)
                    ),
                    w.ListRow(
                        "Add to To-Do",
                        icon="assignment_turned_in",
                        on_tap=lambda: self._append(context, TO_DO_PATH, text),
                    ),
                    w.ListRow("Create new document", icon="note_add", on_tap=lambda: self._create(context, text)),
                ),
            ),
        )

    def _append(self, context: Context[None], path: str, text: str) -> None:
        old = file_text(context.files, path)
        joint = "" if not old or old.endswith("\n") else "\n"
        self._write(context, path, f"{old}{joint}{text}\n")

    def _create(self, context: Context[None], text: str) -> None:
        name = free_name("shared.md", lambda name: context.files.exists(f"{NOTEBOOK}/{name}"))
        self._write(context, f"{NOTEBOOK}/{name}", text)

    def _write(self, context: Context[None], path: str, text: str) -> None:
        try:
            save_file(context.files, path, text.encode())
        except FileSystemError as error:
            context.toast(str(error))
            return
        context.start(document_intent(path))
        context.finish()
