"""VLC for Android 3.5.4."""

from __future__ import annotations

from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.apps.vlc.library import library_of
from device_farm.simulator.apps.vlc.main import Main
from device_farm.simulator.apps.vlc.player import VideoPlayer
from device_farm.simulator.apps.vlc.schema import DATABASE, PACKAGE, SCHEMA
from device_farm.simulator.apps.vlc.state import MANAGE_FILES, PLAYER_CLASS
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, VIEW, Intent, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

NOTIFICATIONS = "android.permission.POST_NOTIFICATIONS"
VIDEOS = "/storage/emulated/0/VLCVideos"
SCAN_FILE = "android.intent.action.MEDIA_SCANNER_SCAN_FILE"


class VlcApp(App):
    """Its first-run screens come after a clear; a new phone has it set up, with all files access."""

    package = PACKAGE
    label = "VLC"
    icon = AppIcon(glyph="play_circle", background=0xFFFF8800)
    version_name = "3.5.4"
    version_code = 13050408
    system = False
    permissions = (NOTIFICATIONS, MANAGE_FILES)
    activities = (
        ActivityEntry(
            class_name=".gui.MainActivity",
            activity=Main(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(
            class_name=PLAYER_CLASS,
            activity=VideoPlayer(),
            filters=(
                IntentFilter(actions=(VIEW,), categories=(DEFAULT,), schemes=("file", "content"), types=("video/*",)),
            ),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(DATABASE, SCHEMA).create()
        if factory_set_up(context, permissions=(NOTIFICATIONS, MANAGE_FILES)):
            # AndroidWorld's set-up of this app makes the folder that its videos go to.
            context.files.mkdir(VIDEOS, parents=True)

    def on_broadcast(self, context: AppContext, intent: Intent) -> None:
        if intent.action == SCAN_FILE and context.has_permission(MANAGE_FILES):
            library_of(context).scan()
