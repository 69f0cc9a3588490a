"""Simple Draw Pro under its package and activity (github.com/SimpleMobileTools/Simple-Draw)."""

from __future__ import annotations

from device_farm.simulator.apps.draw.main import PACKAGE, Canvas
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppIcon


class DrawApp(App):
    package = PACKAGE
    label = "Draw"
    icon = AppIcon(glyph="brush", background=0xFFF57C00)
    version_name = "6.9.6"
    version_code = 79
    system = False
    activities = (
        ActivityEntry(
            class_name=f"{PACKAGE}.activities.MainActivity",
            activity=Canvas(),
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
    )
