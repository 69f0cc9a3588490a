"""The recipe app, under the package and activity names of Broccoli."""

from __future__ import annotations

from device_farm.simulator.apps.recipes.cooking import CookingAssistant
from device_farm.simulator.apps.recipes.details import Details
from device_farm.simulator.apps.recipes.editor import Editor
from device_farm.simulator.apps.recipes.main import Main
from device_farm.simulator.apps.recipes.schema import (
    COOKING_CLASS,
    DATABASE,
    DETAILS_CLASS,
    EDITOR_CLASS,
    PACKAGE,
    SCHEMA,
)
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, SEND, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon


class RecipesApp(App):
    """A new phone has no recipes."""

    package = PACKAGE
    label = "Broccoli"
    icon = AppIcon(glyph="eco", background=0xFF2E7D32)
    version_name = "1.2.6"
    version_code = 1020600
    system = False
    permissions = ("android.permission.INTERNET",)
    activities = (
        ActivityEntry(
            class_name=".MainActivity",
            activity=Main(),
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(class_name=DETAILS_CLASS, activity=Details(), exported=False),
        ActivityEntry(
            class_name=EDITOR_CLASS,
            activity=Editor(),
            label="New Recipe",
            filters=(IntentFilter(actions=(SEND,), categories=(DEFAULT,), types=("text/plain",)),),
        ),
        ActivityEntry(class_name=COOKING_CLASS, activity=CookingAssistant(), exported=False),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(DATABASE, SCHEMA).create()
