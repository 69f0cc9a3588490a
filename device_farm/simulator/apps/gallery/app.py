"""The gallery under the names of Simple Gallery Pro."""

from __future__ import annotations

from device_farm.simulator.apps.gallery.folders import Folders
from device_farm.simulator.apps.gallery.grid import MediaGrid
from device_farm.simulator.apps.gallery.names import (
    MAIN_CLASS,
    MEDIA_CLASS,
    PACKAGE,
    PAGER_CLASS,
    PERMISSIONS,
    PHOTO_CLASS,
)
from device_farm.simulator.apps.gallery.viewer import Viewer
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, VIEW, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_BROWSABLE = "android.intent.category.BROWSABLE"


class GalleryApp(App):
    package = PACKAGE
    label = "Gallery"
    icon = AppIcon(glyph="photo_library", background=0xFFFB8C00)
    version_name = "6.28.1"
    version_code = 396
    system = False
    permissions = PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=MAIN_CLASS,
            activity=Folders(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER, DEFAULT)),),
        ),
        ActivityEntry(class_name=MEDIA_CLASS, activity=MediaGrid(), exported=False),
        ActivityEntry(class_name=PAGER_CLASS, activity=Viewer(), exported=False),
        ActivityEntry(
            class_name=PHOTO_CLASS,
            activity=Viewer(),
            filters=(IntentFilter(actions=(VIEW,), categories=(DEFAULT, _BROWSABLE), types=("image/*",)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        """A new phone comes with access granted; after the app's data are cleared it asks again."""
        if first_start(context):
            for permission in PERMISSIONS:
                context.phone.packages.grant(PACKAGE, permission)
