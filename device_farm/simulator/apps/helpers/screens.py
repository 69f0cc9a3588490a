"""AndroidWorld's own app and the MiniWoB++ app: packages with one screen, which their task sets need to be there."""

from __future__ import annotations

from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App, AppIcon, Context

_LAUNCHER = (IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),)


class _Titled(Activity[None]):
    """A title, and below it what the app is for."""

    def __init__(self, title: str, text: str) -> None:
        self._title = title
        self._text = text

    def build(self, context: Context[None]) -> w.Widget:
        return w.Screen(
            app_bar=w.AppBar(title=self._title),
            body=w.Column((w.Text(self._text, style="body_large"),), padding=16, cross="stretch"),
        )


class AndroidWorldApp(App):
    """Shows the task on the screen of the real phone; nothing here needs that."""

    package = "com.example.androidworld"
    label = "AndroidWorld"
    icon = AppIcon(glyph="public", background=0xFF0F9D58)
    system = False
    activities = (
        ActivityEntry(
            class_name=".MainActivity",
            activity=_Titled("AndroidWorld", "Messages of the task that is being run appear on top of other apps."),
            filters=_LAUNCHER,
        ),
    )


class MiniWobApp(App):
    """Stands in for the MiniWoB++ pages, which are a task set of their own."""

    package = "com.google.androidenv.miniwob"
    label = "MiniWoB"
    icon = AppIcon(glyph="web", background=0xFF5F6368)
    system = False
    activities = (
        ActivityEntry(
            class_name="com.google.androidenv.miniwob.app.MainActivity",
            activity=_Titled("MiniWoB", "The MiniWoB++ pages are not on this phone."),
            filters=_LAUNCHER,
        ),
    )
