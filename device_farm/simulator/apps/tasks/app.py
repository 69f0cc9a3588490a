"""Tasks.org."""

from __future__ import annotations

from device_farm.simulator.apps.tasks import reminders
from device_farm.simulator.apps.tasks.access import store_of
from device_farm.simulator.apps.tasks.completion import complete
from device_farm.simulator.apps.tasks.main import MainActivity
from device_farm.simulator.apps.tasks.schema import MAIN_CLASS, PACKAGE, SETTINGS_CLASS
from device_farm.simulator.apps.tasks.settings_screen import SettingsActivity
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon


class TasksApp(App):
    package = PACKAGE
    label = "Tasks"
    icon = AppIcon(glyph="check", background=0xFF1E88E5)
    version_name = "13.6.5"
    version_code = 130605
    system = False
    permissions = (reminders.PERMISSION,)
    granted = (reminders.PERMISSION,)
    activities = (
        ActivityEntry(
            class_name=MAIN_CLASS,
            activity=MainActivity(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(class_name=SETTINGS_CLASS, activity=SettingsActivity()),
    )

    def on_install(self, context: AppContext) -> None:
        store_of(context)

    def on_boot(self, context: AppContext) -> None:
        reminders.schedule_all(context)

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        if reminders.is_due_event(event):
            reminders.due(context, argument)
        elif event == reminders.SNOOZE:
            reminders.snooze(context, argument)
        elif event == reminders.COMPLETE and isinstance(argument, int):
            task = store_of(context).get(argument)
            if task is not None and not task.completed:
                complete(context, task)
                reminders.schedule_all(context)
