"""The file browser, under the package and activity names of Android's DocumentsUI."""

from __future__ import annotations

from device_farm.simulator.apps.files.bars import INSPECTOR_CLASS
from device_farm.simulator.apps.files.options import PACKAGE
from device_farm.simulator.apps.files.picker import OPEN_TREE, PICK_ACTIONS, Picker
from device_farm.simulator.apps.files.screens import Browser, ImageViewer, Inspector
from device_farm.simulator.apps.files.seed import seeded_files
from device_farm.simulator.apps.seeding import first_start, write_seeded
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, VIEW, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

OPENABLE = "android.intent.category.OPENABLE"


class FilesApp(App):
    package = PACKAGE
    label = "Files"
    icon = AppIcon(glyph="folder", background=0xFF1A73E8)
    version_name = "13"
    activities = (
        ActivityEntry(
            class_name="com.android.documentsui.files.FilesActivity",
            activity=Browser(),
            single_top=True,
            filters=(
                IntentFilter(actions=(MAIN,), categories=(LAUNCHER, DEFAULT)),
                IntentFilter(actions=(VIEW,), types=("vnd.android.document/root", "vnd.android.document/directory")),
            ),
        ),
        ActivityEntry(
            class_name="com.android.documentsui.picker.PickActivity",
            activity=Picker(),
            filters=(
                IntentFilter(actions=PICK_ACTIONS, categories=(DEFAULT, OPENABLE), types=("*/*",)),
                IntentFilter(actions=(OPEN_TREE,)),
            ),
        ),
        ActivityEntry(class_name=INSPECTOR_CLASS, activity=Inspector(), exported=False),
        ActivityEntry(
            class_name="com.android.documentsui.viewer.ImageActivity",
            activity=ImageViewer(),
            filters=(IntentFilter(actions=(VIEW,), schemes=("file", "content"), types=("image/*",)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        if first_start(context):
            write_seeded(context, seeded_files(context.random("files")))
