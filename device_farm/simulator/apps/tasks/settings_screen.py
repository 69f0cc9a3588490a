"""Settings: the task defaults and when reminders go off."""

from __future__ import annotations

from device_farm.simulator.apps.tasks import reminders
from device_farm.simulator.apps.tasks.access import preferences
from device_farm.simulator.apps.tasks.model import LOW, PRIORITIES
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_HOUR_MS = 3_600_000


class SettingsActivity(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        stored = preferences(context)
        level = stored.number("p_default_importance_key", LOW)
        minutes = stored.number("reminder_time", 18 * _HOUR_MS) // 60_000
        rows = (
            w.SectionHeader("Task defaults"),
            w.ListRow("Default priority", PRIORITIES[level % 4], on_tap=lambda: context.dialog("priority")),
            w.SectionHeader("Notifications"),
            w.ListRow(
                "Default reminder time",
                f"{minutes // 60:02d}:{minutes % 60:02d}",
                on_tap=lambda: context.dialog("time"),
            ),
            w.SectionHeader("Help & Feedback"),
            w.ListRow("Version", "13.6.5"),
        )
        return w.Screen(app_bar=w.AppBar(title="Settings", navigation="back"), body=w.Scroll(rows, key="settings"))

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        stored = preferences(context)
        if name == "priority":
            level = stored.number("p_default_importance_key", LOW)
            return w.ChoiceDialog("Default priority", PRIORITIES, level % 4,
                                  on_pick=lambda index: stored.put(p_default_importance_key=index))  # fmt: skip

        def pick(hour: int, minute: int) -> None:
            stored.put(reminder_time=hour * _HOUR_MS + minute * 60_000)
            reminders.schedule_all(context)

        now = stored.number("reminder_time", 18 * _HOUR_MS)
        return w.TimePickerDialog(hour=now // _HOUR_MS % 24, minute=now // 60_000 % 60, on_pick=pick)
