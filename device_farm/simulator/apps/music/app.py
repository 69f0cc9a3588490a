"""Retro Music 6.1.0."""

from __future__ import annotations

from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.apps.music.library import scan
from device_farm.simulator.apps.music.main import PERMISSIONS, Main
from device_farm.simulator.apps.music.player import player_of
from device_farm.simulator.apps.music.playlists import playlist_store
from device_farm.simulator.apps.music.schema import PACKAGE, PLAYLIST_SCHEMA, PLAYLISTS, QUEUE, QUEUE_SCHEMA
from device_farm.simulator.intents import LAUNCHER, MAIN, Intent, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

SCAN_FILE = "android.intent.action.MEDIA_SCANNER_SCAN_FILE"


class MusicApp(App):
    """Finds its songs at its start and whenever the media scanner is asked to look."""

    package = PACKAGE
    label = "Retro Music"
    icon = AppIcon(glyph="music_note", background=0xFF212121, foreground=0xFFFF5252)
    version_name = "6.1.0"
    version_code = 10603
    system = False
    permissions = PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=".activities.MainActivity",
            activity=Main(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(PLAYLISTS, PLAYLIST_SCHEMA).create()
        context.database(QUEUE, QUEUE_SCHEMA).create()
        factory_set_up(context, permissions=PERMISSIONS)

    def on_broadcast(self, context: AppContext, intent: Intent) -> None:
        if intent.action == SCAN_FILE:
            scan(context)
            # The app's process starts for this, and opens its databases: AndroidWorld pushes the one and thereby
            # removes the other, which it reads at the end whether the app was used or not.
            playlist_store(context)
            player_of(context)
