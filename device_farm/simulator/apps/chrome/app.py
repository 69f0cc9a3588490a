"""Chrome under its package and activities. It opens pages that lie on the phone; there is no network."""

from __future__ import annotations

from device_farm.simulator.apps.chrome.first_run import NOTIFICATIONS
from device_farm.simulator.apps.chrome.screens import Browser
from device_farm.simulator.apps.chrome.state import PACKAGE
from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, VIEW, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_BROWSABLE = "android.intent.category.BROWSABLE"
_PAGES = ("text/html", "application/xhtml+xml", "text/plain")


class ChromeApp(App):
    package = PACKAGE
    label = "Chrome"
    icon = AppIcon(glyph="public", background=0xFFE8F0FE, foreground=0xFF1A73E8)
    version_name = "113.0.5672.136"
    version_code = 567213600
    permissions = (NOTIFICATIONS,)
    activities = (
        ActivityEntry(
            class_name="com.google.android.apps.chrome.Main",
            activity=Browser(),
            single_top=True,
            filters=(
                IntentFilter(actions=(MAIN,), categories=(LAUNCHER, DEFAULT)),
                IntentFilter(actions=(VIEW,), categories=(DEFAULT, _BROWSABLE), schemes=("http", "https")),
                IntentFilter(
                    actions=(VIEW,), categories=(DEFAULT, _BROWSABLE), schemes=("file", "content"), types=_PAGES
                ),
            ),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        factory_set_up(context)
