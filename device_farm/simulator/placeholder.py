"""What stands in for a package whose code cannot run here: an app with one screen that says so."""

from __future__ import annotations

from device_farm.simulator import intents
from device_farm.simulator.intents import IntentFilter
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App, AppIcon, Context
from device_farm.simulator.toolkit.base import Widget
from device_farm.simulator.toolkit.chrome import AppBar, Screen
from device_farm.simulator.toolkit.containers import Column
from device_farm.simulator.toolkit.content import Icon, Text


class PlaceholderActivity(Activity[None]):
    """Shows the app's name."""

    def build(self, context: Context[None]) -> Widget:
        package = context.phone.packages.get(context.package)
        label = package.label if package is not None else context.package
        body = Column(
            (
                Icon("android", size=72, colour="primary"),
                Text(label, style="title_large", align="center"),
                Text("This package's code does not run on the simulated phone.", align="center",
                     colour="on_surface_variant"),
            ),
            main="center",
            cross="center",
            gap=16,
            padding=32,
        )  # fmt: skip
        return Screen(app_bar=AppBar(title=label), body=body)


_LAUNCHER = IntentFilter(actions=(intents.MAIN,), categories=(intents.LAUNCHER, intents.DEFAULT))
_ENTRY = ActivityEntry(class_name=".MainActivity", activity=PlaceholderActivity(), filters=(_LAUNCHER,))


def placeholder_app(package: str, label: str) -> App:
    """An app object for `package` that only shows its label."""
    app = App()
    app.package = package
    app.label = label
    app.icon = AppIcon(glyph="android", background=0xFF5F6368)
    app.system = False
    app.activities = (_ENTRY,)
    return app


def headless_app(package: str, label: str) -> App:
    """A system package without screens (providers, services), so that package lists look like a phone's."""
    app = App()
    app.package = package
    app.label = label
    return app
