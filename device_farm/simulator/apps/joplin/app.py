"""Joplin for Android, version 2.14."""

from __future__ import annotations

from device_farm.simulator.apps.joplin.main import Main
from device_farm.simulator.apps.joplin.schema import DATABASE_NAME, PACKAGE, SCHEMA
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_PERMISSIONS = (
    "android.permission.ACCESS_COARSE_LOCATION",
    "android.permission.ACCESS_FINE_LOCATION",
    "android.permission.CAMERA",
)


class JoplinApp(App):
    """Has no notebook and no note on a new phone."""

    package = PACKAGE
    label = "Joplin"
    icon = AppIcon(glyph="book", background=0xFF1071D3)
    version_name = "2.14.9"
    version_code = 2097740
    system = False
    permissions = _PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=".MainActivity",
            activity=Main(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(DATABASE_NAME, SCHEMA).create()
