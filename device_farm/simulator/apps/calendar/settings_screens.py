"""Settings, event types and About."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from device_farm.simulator.apps.calendar import reminders
from device_farm.simulator.apps.calendar.access import config_of, store_of
from device_farm.simulator.apps.calendar.config import CURRENT_TIME, NEXT_FULL_HOUR, Flag
from device_farm.simulator.apps.calendar.formats import reminder_text
from device_farm.simulator.apps.calendar.kind_dialogs import new_type
from device_farm.simulator.apps.calendar.model import EventType
from device_farm.simulator.apps.calendar.schema import EVENT_TYPES_CLASS, PACKAGE, REGULAR_EVENT_TYPE
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_WEEK_STARTS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SECTIONS: tuple[tuple[str, tuple[tuple[Flag, str, str], ...]], ...] = (
    (
        "Reminders",
        (
            ("vibrate", "Vibrate on reminder notification", "settings_vibrate"),
            ("loop_reminders", "Loop reminders until dismissed", "settings_loop_reminders"),
        ),
    ),
    (
        "New events",
        (
            (
                "use_previous_event_reminders",
                "Use the last events' reminders as the default for new events",
                "settings_use_last_event_reminders",
            ),
        ),
    ),
    (
        "Weekly view",
        (
            (
                "show_midnight_spanning_events_at_top",
                "Show events spanning across midnight at the top bar",
                "settings_midnight_span_event",
            ),
        ),
    ),
    (
        "Monthly view",
        (
            ("week_numbers", "Show week numbers", "settings_week_numbers"),
            ("show_grid", "Show a grid", "settings_show_grid"),
        ),
    ),
    (
        "Event lists",
        (
            ("display_description", "Display description or location", "settings_display_description"),
            ("replace_description", "Replace event description with location", "settings_replace_description"),
        ),
    ),
    ("Events", (("dim_past_events", "Dim past events", "settings_dim_past_events"),)),
    (
        "Tasks",
        (
            ("allow_creating_tasks", "Allow creating tasks", "settings_allow_creating_tasks"),
            ("dim_completed_tasks", "Dim completed tasks", "settings_dim_completed_tasks"),
        ),
    ),
)
_STARTS = ((NEXT_FULL_HOUR, "Next full hour"), (CURRENT_TIME, "Current time"))
_DURATIONS = (0, 15, 30, 60, 120)
_PAST = ((0, "Never"), (1440, "1 day"), (10_080, "1 week"), (43_200, "1 month"), (525_600, "1 year"))


class SettingsActivity(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        rows: list[w.Widget] = [w.SectionHeader("General settings"), *self._general(context)]
        for title, flags in _SECTIONS:
            rows += [w.Divider(), w.SectionHeader(title)]
            rows += [self._switch(context, *flag) for flag in flags]
            rows += self._more(context, title)
        return w.Screen(
            app_bar=w.AppBar(title="Settings", navigation="back"),
            body=w.Scroll(tuple(rows), key="settings", resource_id="settings_nested_scrollview"),
        )

    def _general(self, context: Context[None]) -> tuple[w.Widget, ...]:
        config = config_of(context)
        return (
            w.ListRow(
                "Manage event types",
                on_tap=lambda: context.start(Intent(component=ComponentName(PACKAGE, EVENT_TYPES_CLASS))),
                title_id="settings_manage_event_types_label",
            ),
            w.ListRow(
                "Start week on",
                _WEEK_STARTS[config.first_weekday],
                on_tap=lambda: context.dialog("week_start"),
                title_id="settings_start_week_on_label",
                summary_id="settings_start_week_on",
            ),
            w.SwitchRow(
                "Use 24-hour time format",
                config.is_24_hour,
                on_change=lambda on: config.put(use_24_hour_format=on),
                resource_id="settings_hour_format",
            ),
        )

    def _switch(self, context: Context[None], flag: Flag, title: str, resource_id: str) -> w.Widget:
        config = config_of(context)

        def put(on: bool) -> None:
            config.put(**{flag: on})

        return w.SwitchRow(title, config.flag(flag), on_change=put, resource_id=resource_id)

    def _more(self, context: Context[None], section: str) -> list[w.Widget]:
        config = config_of(context)
        match section:
            case "New events":
                start = dict(_STARTS).get(config.default_start, "")
                minutes = config.default_minutes
                rows = [
                    ("Default start time", start, "default_start", "settings_default_start_time"),
                    ("Default duration", f"{minutes} minutes", "default_duration", "settings_default_duration"),
                ]
                if not config.flag("use_previous_event_reminders"):
                    rows += [
                        (f"Default reminder {number}", reminder_text(value), f"default_reminder_{number}",
                         f"settings_default_reminder_{number}")
                        for number, value in enumerate(config.reminders, start=1)
                    ]  # fmt: skip
            case "Event lists":
                past = dict(_PAST).get(config.past_minutes, "1 day")
                rows = [("Display events from the past", past, "past", "settings_display_past_events")]
            case "Events":
                rows = [("Delete all events and tasks", "", "delete_all", "settings_delete_all_events")]
            case _:
                rows = []
        return [
            w.ListRow(title, summary, on_tap=lambda name=name: context.dialog(name),  # type: ignore[misc]
                      title_id=f"{row_id}_label", summary_id=row_id)
            for title, summary, name, row_id in rows
        ]  # fmt: skip

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        config = config_of(context)
        match name:
            case "week_start":
                return w.ChoiceDialog("", _WEEK_STARTS, config.first_weekday,
                                      on_pick=lambda index: config.put(first_day_of_week=index + 1))  # fmt: skip
            case "default_start":
                return _choice([value for value, _ in _STARTS], [label for _, label in _STARTS], config.default_start,
                               lambda value: config.put(default_start_time=value))  # fmt: skip
            case "default_duration":
                return _choice(list(_DURATIONS), [f"{minutes} minutes" for minutes in _DURATIONS],
                               config.default_minutes, lambda value: config.put(default_duration=value))  # fmt: skip
            case "past":
                return _choice([value for value, _ in _PAST], [label for _, label in _PAST], config.past_minutes,
                               lambda value: config.put(display_past_events=value))  # fmt: skip
            case "delete_all":
                return w.Dialog(
                    text="Are you sure you want to delete all events and tasks? This will leave your event types and "
                    "other settings intact.",
                    buttons=(w.DialogButton("No"), w.DialogButton("Yes", lambda: _delete_all(context))),
                )
            case _:
                choices = (-1, 0, 5, 10, 30, 60, 1440)
                number = int(name[-1]) - 1
                return _choice(list(choices), [reminder_text(minutes) for minutes in choices],
                               config.reminders[number], lambda value: config.put(**{name: value}))  # fmt: skip


def _choice(values: list[int], labels: list[str], now: int, pick: Callable[[int], None]) -> w.Overlay:
    chosen = values.index(now) if now in values else -1
    return w.ChoiceDialog("", tuple(labels), chosen, on_pick=lambda index: pick(values[index]))


def _delete_all(context: Context[None]) -> None:
    store_of(context).delete_all()
    reminders.schedule_all(context)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesState:
    """`selected` are the types that are marked for deletion."""

    selected: tuple[int, ...] = ()


class EventTypesActivity(Activity[TypesState]):
    """Event types: a tap edits one, a long press marks it."""

    def initial(self, context: Context[TypesState]) -> TypesState:
        return TypesState()

    def build(self, context: Context[TypesState]) -> w.Widget:
        kinds, selected = store_of(context).types(), context.state.selected

        def toggle(kind: EventType) -> None:
            rest = tuple(other for other in selected if other != kind.id)
            context.update(selected=rest if kind.id in selected else (*selected, kind.id))

        rows = tuple(
            w.ListRow(
                kind.title,
                title_id="event_type_title",
                trailing=w.Spacer(width=24, height=24, radius=12, background=kind.colour,
                                  resource_id="event_type_color"),
                background="primary_container" if kind.id in selected else None,
                on_tap=(lambda kind=kind: toggle(kind)) if selected  # type: ignore[misc]
                else (lambda kind=kind: context.dialog("edit", kind.id)),  # type: ignore[misc]
                on_long_press=lambda kind=kind: toggle(kind),  # type: ignore[misc]
            )
            for kind in kinds
        )  # fmt: skip
        bar = w.AppBar(
            title=f"{len(selected)} / {len(kinds)}" if selected else "Event types",
            navigation="back",
            actions=(
                w.IconButton("delete", description="Delete", resource_id="cab_delete",
                             on_tap=lambda: context.dialog("delete")),
            ) if selected else (
                w.IconButton("add", description="Add a new type", resource_id="add_event_type",
                             on_tap=lambda: context.dialog("edit", 0)),
            ),
        )  # fmt: skip
        return w.Screen(app_bar=bar, body=w.Scroll(rows, key="types", resource_id="manage_event_types_list"))

    def dialog(self, context: Context[TypesState], name: str, argument: object) -> w.Overlay:
        store = store_of(context)
        if name == "edit":
            kind = next((each for each in store.types() if each.id == argument), None)
            show = config_of(context).show_type
            return new_type(store, show, context.text, kind, context.toast)

        def remove(index: int) -> None:
            if REGULAR_EVENT_TYPE in context.state.selected:
                context.toast("Default event type cannot be deleted")
            store.delete_types(context.state.selected, with_events=index == 1)
            context.update(selected=())

        return w.ChoiceDialog(
            "Are you sure you want to proceed with the deletion?",
            ("Move affected events into the default event type", "Permanently remove affected events"),
            on_pick=remove,
        )

    def on_back(self, context: Context[TypesState]) -> bool:
        if not context.state.selected:
            return False
        context.update(selected=())
        return True


class AboutActivity(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        rows = (
            w.SectionHeader("Support"),
            w.ListRow("Frequently asked questions", icon="help_outline"),
            w.SectionHeader("Other"),
            w.ListRow("Third party licences", icon="subject"),
            w.ListRow("Version", "6.22.1", icon="info"),
        )
        return w.Screen(app_bar=w.AppBar(title="About", navigation="back"), body=w.Scroll(rows, key="about"))
