"""The notes app, under the package and activity names of Markor."""

from __future__ import annotations

from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.apps.notes.document import DOCUMENT_CLASS, Document
from device_farm.simulator.apps.notes.main import Main
from device_farm.simulator.apps.notes.options import NOTEBOOK, PACKAGE
from device_farm.simulator.apps.notes.seed import seeded_notes
from device_farm.simulator.apps.notes.share import ShareInto
from device_farm.simulator.apps.seeding import write_seeded
from device_farm.simulator.apps.settings.all_files import MANAGE_FILES
from device_farm.simulator.intents import DEFAULT, EDIT, LAUNCHER, MAIN, SEND, VIEW, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_PERMISSIONS = (
    "android.permission.READ_EXTERNAL_STORAGE",
    "android.permission.WRITE_EXTERNAL_STORAGE",
)


class NotesApp(App):
    package = PACKAGE
    label = "Markor"
    icon = AppIcon(glyph="edit_note", background=0xFFB71C1C)
    version_name = "2.10.9"
    version_code = 146
    system = False
    permissions = (*_PERMISSIONS, MANAGE_FILES)
    granted = _PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=".activity.MainActivity",
            activity=Main(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(
            class_name=DOCUMENT_CLASS,
            activity=Document(),
            filters=(
                IntentFilter(actions=(VIEW, EDIT), categories=(DEFAULT,), schemes=("file",), types=("text/*",)),
                IntentFilter(actions=(VIEW, EDIT), categories=(DEFAULT,), types=("text/*", "application/json")),
            ),
        ),
        ActivityEntry(
            class_name=".activity.openeditor.ShareIntoActivity",
            activity=ShareInto(),
            filters=(IntentFilter(actions=(SEND,), categories=(DEFAULT,), types=("text/*",)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        context.files.mkdir(NOTEBOOK, parents=True)
        if factory_set_up(context, permissions=(MANAGE_FILES,)):
            notes = seeded_notes(context.random("notes"))
            write_seeded(context, {path: text.encode() for path, text in notes.items()})
