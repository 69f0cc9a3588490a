"""Simple Calendar Pro."""

from __future__ import annotations

from device_farm.simulator.apps.calendar import reminders
from device_farm.simulator.apps.calendar.access import store_of
from device_farm.simulator.apps.calendar.editor import EditorActivity
from device_farm.simulator.apps.calendar.main import MainActivity
from device_farm.simulator.apps.calendar.schema import (
    ABOUT_CLASS,
    EVENT_CLASS,
    EVENT_TYPES_CLASS,
    MAIN_CLASS,
    PACKAGE,
    SETTINGS_CLASS,
    TASK_CLASS,
)
from device_farm.simulator.apps.calendar.settings_screens import AboutActivity, EventTypesActivity, SettingsActivity
from device_farm.simulator.intents import DEFAULT, EDIT, INSERT, LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_PERMISSIONS = (
    "android.permission.READ_CALENDAR",
    "android.permission.WRITE_CALENDAR",
    reminders.PERMISSION,
)


class CalendarApp(App):
    package = PACKAGE
    label = "Calendar"
    icon = AppIcon(glyph="event", background=0xFFF57C00)
    version_name = "6.22.1"
    version_code = 238
    system = False
    permissions = _PERMISSIONS
    granted = _PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=MAIN_CLASS,
            activity=MainActivity(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(
            class_name=EVENT_CLASS,
            activity=EditorActivity(task=False),
            filters=(
                IntentFilter(
                    actions=(INSERT, EDIT),
                    categories=(DEFAULT,),
                    types=("vnd.android.cursor.item/event", "vnd.android.cursor.dir/event"),
                ),
            ),
        ),
        ActivityEntry(class_name=TASK_CLASS, activity=EditorActivity(task=True)),
        ActivityEntry(class_name=SETTINGS_CLASS, activity=SettingsActivity()),
        ActivityEntry(class_name=EVENT_TYPES_CLASS, activity=EventTypesActivity()),
        ActivityEntry(class_name=ABOUT_CLASS, activity=AboutActivity()),
    )

    def on_install(self, context: AppContext) -> None:
        store_of(context)

    def on_boot(self, context: AppContext) -> None:
        reminders.schedule_all(context)

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        if event in (reminders.REMIND, reminders.SNOOZED):
            reminders.due(context, argument)
        else:
            reminders.act(context, event, argument)
