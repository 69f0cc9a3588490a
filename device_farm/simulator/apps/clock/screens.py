"""The clock's main screen with its four tabs, and the full screen of a ringing alarm."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.clock import alarm_manager
from device_farm.simulator.apps.clock.alarm_store import PACKAGE, Alarm
from device_farm.simulator.apps.clock.alarm_tab import alarm_dialog, alarm_list, undo_delete
from device_farm.simulator.apps.clock.cities_screen import CITIES_CLASS
from device_farm.simulator.apps.clock.clock_tab import clock_face
from device_farm.simulator.apps.clock.state import (
    ALARM_TAB,
    CLOCK_TAB,
    STOPWATCH_TAB,
    TIMER_TAB,
    ClockContext,
    ClockState,
)
from device_farm.simulator.apps.clock.stopwatch_tab import stopwatch_fab, stopwatch_page
from device_farm.simulator.apps.clock.timer_tab import back_from_keypad, label_dialog, timer_fab, timer_page
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_TABS = (
    w.NavItem("Alarm", "alarm"),
    w.NavItem("Clock", "schedule"),
    w.NavItem("Timer", "hourglass_empty"),
    w.NavItem("Stopwatch", "timer"),
)
_TAB_OF_ACTION = {
    "android.intent.action.SHOW_ALARMS": ALARM_TAB,
    "android.intent.action.SET_ALARM": ALARM_TAB,
    "android.intent.action.SHOW_TIMERS": TIMER_TAB,
}


class DeskClock(Activity[ClockState]):
    def initial(self, context: ClockContext) -> ClockState:
        return ClockState(tab=_tab_of(context.intent))

    def on_new_intent(self, context: ClockContext) -> None:
        context.update(tab=_tab_of(context.intent))

    def build(self, context: ClockContext) -> w.Widget:
        tab = context.state.tab
        body: w.Widget
        fab: w.Widget | None
        match tab:
            case 1:
                body = clock_face(context)
                fab = w.Fab("public", description="Cities", resource_id="fab", on_tap=partial(_open_cities, context))
            case 2:
                body, fab = timer_page(context), timer_fab(context)
            case 3:
                body, fab = stopwatch_page(context), stopwatch_fab(context)
            case _:
                body = alarm_list(context)
                fab = w.Fab(
                    "add", description="Add alarm", resource_id="fab", on_tap=partial(context.dialog, "time", 0)
                )
        # The stopwatch's title would be a second element of that name beside its tab.
        title = "" if tab == STOPWATCH_TAB else _TABS[tab].text
        return w.Screen(
            app_bar=w.AppBar(
                title,
                overflow=(w.MenuItem("Date & time settings", partial(_open_settings, context)),),
            ),
            body=body,
            fab=fab,
            bottom=w.BottomNavigation(_TABS, tab, lambda index: context.update(tab=index, expanded=0)),
        )

    def on_back(self, context: ClockContext) -> bool:
        if context.state.tab == TIMER_TAB and back_from_keypad(context.state, context):
            return True
        if context.state.expanded:
            context.update(expanded=0)
            return True
        return False

    def on_event(self, context: ClockContext, event: str, argument: object) -> None:
        if event == "undo" and isinstance(argument, Alarm):
            undo_delete(context, argument)

    def dialog(self, context: ClockContext, name: str, argument: object) -> w.Overlay:
        number = argument if isinstance(argument, int) else 0
        return label_dialog(context, number) if name == "timer_label" else alarm_dialog(context, name, number)


def _tab_of(intent: Intent) -> int:
    named = {"alarm": ALARM_TAB, "clock": CLOCK_TAB, "timer": TIMER_TAB, "stopwatch": STOPWATCH_TAB}
    return named.get(intent.text_extra("tab"), _TAB_OF_ACTION.get(intent.action, ALARM_TAB))


def _open_cities(context: ClockContext) -> None:
    context.start(Intent(component=ComponentName(PACKAGE, CITIES_CLASS)))


def _open_settings(context: ClockContext) -> None:
    context.start(Intent(action="android.settings.DATE_SETTINGS"))


class AlarmAlert(Activity[None]):
    """Snooze or stop the alarm that rings."""

    def build(self, context: Context[None]) -> w.Widget:
        number = _instance_of(context)
        instances = alarm_manager.store_of(context).instances()
        instance = next((found for found in instances if found.id == number), None)
        when = instance.when if instance is not None else context.local()
        return w.Column(
            (
                w.Icon("alarm", size=64, colour="primary"),
                w.Text(
                    time_text(when.hour, when.minute, context.is_24_hour),
                    style="display_large",
                    resource_id="digital_clock",
                ),
                w.Text(instance.label if instance is not None else "", style="title_large", resource_id="title"),
                w.Row(
                    (
                        w.Button(
                            "Snooze", "tonal", resource_id="snooze", on_tap=partial(self._end, context, snooze=True)
                        ),
                        w.Button("Stop", resource_id="dismiss", on_tap=partial(self._end, context, snooze=False)),
                    ),
                    gap=24,
                ),
            ),
            main="center",
            cross="center",
            gap=24,
            background="surface",
            width="fill",
            height="fill",
        )

    def _end(self, context: Context[None], *, snooze: bool) -> None:
        number = _instance_of(context)
        if snooze:
            alarm_manager.snooze(context, number)
        else:
            alarm_manager.stop(context, number)
        context.finish()


def _instance_of(context: Context[None]) -> int:
    value = context.intent.extras.get("instance", 0)
    return value if isinstance(value, int) else 0
