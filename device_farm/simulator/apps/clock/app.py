"""The clock app, under the package and activity names of Google's clock."""

from __future__ import annotations

from dataclasses import replace

from device_farm.simulator.apps.clock import alarm_manager, timer_manager
from device_farm.simulator.apps.clock.alarm_store import PACKAGE
from device_farm.simulator.apps.clock.cities_screen import CITIES_CLASS, CitySelection
from device_farm.simulator.apps.clock.screens import AlarmAlert, DeskClock
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, Intent, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_TIME_CHANGES = ("android.intent.action.TIME_SET", "android.intent.action.TIMEZONE_CHANGED")
_LABELS = ("", "Gym", "Medicine", "School run", "Standup")


class ClockApp(App):
    """A new phone has the two alarms of a new database; its seed decides their labels and whether they are on."""

    package = PACKAGE
    label = "Clock"
    icon = AppIcon(glyph="schedule", background=0xFF174EA6)
    version_name = "7.2"
    permissions = ("android.permission.POST_NOTIFICATIONS",)
    granted = permissions
    activities = (
        ActivityEntry(
            class_name="com.android.deskclock.DeskClock",
            activity=DeskClock(),
            single_top=True,
            filters=(
                IntentFilter(actions=(MAIN,), categories=(LAUNCHER, DEFAULT)),
                IntentFilter(
                    actions=("android.intent.action.SHOW_ALARMS", "android.intent.action.SHOW_TIMERS"),
                    categories=(DEFAULT,),
                ),
            ),
        ),
        ActivityEntry(class_name=CITIES_CLASS, activity=CitySelection(), label="Cities"),
        ActivityEntry(class_name=alarm_manager.ALERT_CLASS, activity=AlarmAlert()),
    )

    def on_install(self, context: AppContext) -> None:
        store = alarm_manager.store_of(context)
        alarms = store.alarms()
        if first_start(context):
            generator = context.random("alarms")
            for alarm in alarms:
                enabled, label = generator.random() < 0.5, generator.choice(_LABELS)
                alarm_manager.save_alarm(context, replace(alarm, enabled=enabled, label=label))

    def on_boot(self, context: AppContext) -> None:
        alarm_manager.plan_all(context)
        timer_manager.plan_timers(context)

    def on_broadcast(self, context: AppContext, intent: Intent) -> None:
        """A clock that was set, or another time zone, gives every alarm another moment."""
        if intent.action in _TIME_CHANGES:
            alarm_manager.plan_all(context)

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        actions = {
            alarm_manager.ALARM_EVENT: alarm_manager.ring,
            alarm_manager.SILENCE_EVENT: alarm_manager.miss,
            alarm_manager.SNOOZE_ACTION: alarm_manager.snooze,
            alarm_manager.STOP_ACTION: alarm_manager.stop,
            timer_manager.TIMER_EVENT: timer_manager.run_out,
            timer_manager.STOP_TIMER_ACTION: timer_manager.stop_timer,
            timer_manager.ADD_MINUTE_ACTION: timer_manager.add_minute,
        }
        action = actions.get(event)
        if action is not None and isinstance(argument, int):
            action(context, argument)
