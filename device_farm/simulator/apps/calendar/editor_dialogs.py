"""The dialogs of the editor: dates and times, reminders, repetition, type and colour, and the questions at the end."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time

from device_farm.simulator.apps.calendar.access import config_of, store_of, zone_of
from device_farm.simulator.apps.calendar.deletion import Reach, delete, delete_dialog
from device_farm.simulator.apps.calendar.editor_state import (
    Editor,
    Scope,
    change,
    save,
    set_date,
    set_interval,
    set_rule,
    set_time,
    store_repeated,
)
from device_farm.simulator.apps.calendar.formats import (
    REMINDER_CHOICES,
    full_date,
    interval_text,
    reminder_text,
    rule_options,
)
from device_farm.simulator.apps.calendar.kind_dialogs import COLOURS, colour_grid, new_type
from device_farm.simulator.apps.calendar.model import DAY_S, MONTH_S, WEEK_S, YEAR_S, is_weekly, stored_colour
from device_farm.simulator.apps.calendar.schema import EVENT_TYPES_CLASS, PACKAGE
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w

_UNITS = (("days", DAY_S), ("weeks", WEEK_S), ("months", MONTH_S), ("years", YEAR_S))
_MINUTE_UNITS = (("minutes", 1), ("hours", 60), ("days", 1440))
_WARNING = (
    "Check that reminders work on this device before you rely on them. Its battery and notification settings may keep "
    "them from going off in the background."
)


def dialog(context: Editor, name: str, argument: object) -> w.Overlay:
    """The overlay that the editor has opened under `name`."""
    match name:
        case "start_date" | "end_date" | "start_time" | "end_time":
            return _moment(context, name)
        case "reminder":
            return _reminder(context, argument)
        case "custom_reminder":
            return _custom_reminder(context, argument)
        case "interval":
            return _interval(context)
        case "custom_interval":
            return _custom_interval(context)
        case "rule":
            return _rule(context)
        case "limit":
            return _limit(context)
        case "limit_date":
            return _limit_date(context)
        case "type":
            return _type(context)
        case "new_type":
            return new_type(store_of(context), lambda kind: change(context, event_type=kind), context.text)
        case "color":
            return _colour(context)
        case _:
            return _question(context, name, argument)


def _moment(context: Editor, name: str) -> w.Overlay:
    end = name.startswith("end")
    draft = context.state.draft
    at = context.local(draft.end_ts if end else draft.start_ts)
    if name.endswith("time"):
        return w.TimePickerDialog(
            hour=at.hour, minute=at.minute, on_pick=lambda hour, minute: set_time(context, hour, minute, end=end)
        )
    return w.DatePickerDialog(
        year=at.year,
        month=at.month,
        day=at.day,
        on_pick=lambda year, month, day: set_date(context, year, month, day, end=end),
    )


def _reminder(context: Editor, argument: object) -> w.Overlay:
    draft = context.state.draft
    number = argument if isinstance(argument, int) else 1
    now = (draft.reminder_1_minutes, draft.reminder_2_minutes, draft.reminder_3_minutes)[number - 1]
    choices = tuple(sorted({*REMINDER_CHOICES, now}))

    def pick(index: int) -> None:
        if index == len(choices):
            context.dialog("custom_reminder", number)
        else:
            change(context, **{f"reminder_{number}_minutes": choices[index]})

    options = (*(reminder_text(minutes) for minutes in choices), "Custom")
    return w.ChoiceDialog("", options, choices.index(now), on_pick=pick)


def _custom_reminder(context: Editor, argument: object) -> w.Overlay:
    unit = context.state.mask

    def confirm() -> None:
        value = context.text("value")
        if value.isdigit():
            change(context, **{f"reminder_{argument}_minutes": int(value) * _MINUTE_UNITS[unit % 3][1]})

    return _amount(context, tuple(label for label, _ in _MINUTE_UNITS), unit % 3, confirm)


def _amount(context: Editor, units: tuple[str, ...], chosen: int, confirm: w.Handler) -> w.Dialog:
    """A number and what it counts; `mask` of the state is the index of the unit while the dialog is open."""
    field = w.TextField(key="value", hint="Value", kind="number", autofocus=True,
                        resource_id="dialog_custom_repeat_interval_value")  # fmt: skip
    radios = tuple(
        w.Radio(
            index == chosen,
            label,
            resource_id=f"dialog_radio_{label}",
            on_change=lambda on, index=index: context.update(mask=index),  # type: ignore[misc]
        )
        for index, label in enumerate(units)
    )
    return w.Dialog(
        body=w.Column((field, *radios), gap=8),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", confirm)),
    )


def _interval(context: Editor) -> w.Overlay:
    now = context.state.draft.repeat_interval
    choices = tuple(sorted({0, DAY_S, WEEK_S, MONTH_S, YEAR_S, now}))

    def pick(index: int) -> None:
        if index < len(choices):
            set_interval(context, choices[index])
            return
        context.update(mask=0)
        context.dialog("custom_interval")

    return w.ChoiceDialog("", (*map(interval_text, choices), "Custom"), choices.index(now), on_pick=pick)


def _custom_interval(context: Editor) -> w.Overlay:
    unit = context.state.mask % len(_UNITS)

    def confirm() -> None:
        value = context.text("value")
        set_interval(context, int(value[:4]) * _UNITS[unit][1] if value.isdigit() else 0)

    return _amount(context, tuple(label for label, _ in _UNITS), unit, confirm)


def _rule(context: Editor) -> w.Overlay:
    draft = context.state.draft
    if is_weekly(draft.repeat_interval):
        return _weekdays(context)
    options = rule_options(draft.repeat_interval, context.local(draft.start_ts).date())
    rules = [rule for rule, _ in options]
    return w.ChoiceDialog(
        "",
        tuple(label for _, label in options),
        rules.index(draft.repeat_rule) if draft.repeat_rule in rules else -1,
        on_pick=lambda index: set_rule(context, rules[index]),
    )


def _weekdays(context: Editor) -> w.Overlay:
    first = config_of(context).first_weekday
    boxes = tuple(
        w.Checkbox(
            bool(context.state.mask >> day & 1),
            calendar.day_name[day],
            resource_id="my_checkbox",
            on_change=lambda on, day=day: context.update(mask=context.state.mask ^ 1 << day),  # type: ignore[misc]
        )
        for day in ((first + number) % 7 for number in range(7))
    )
    return w.Dialog(
        body=w.Column(boxes, gap=4),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: set_rule(context, context.state.mask))),
    )


def _limit(context: Editor) -> w.Overlay:
    limit = context.state.limit
    until = full_date(context.local(limit).date()) if limit > 0 else ""

    def count() -> int:
        text = context.text("count")
        return -int(text) if text.isdigit() and int(text) else 0

    def choose(value: int) -> None:
        context.update(limit=value)

    def confirm() -> None:
        change(context, repeat_limit=count() if context.state.limit < 0 else context.state.limit)

    def till_date() -> None:
        context.dialog("limit_date")

    parts: tuple[w.Widget, ...] = (
        w.Radio(limit > 0, "Repeat till a date", resource_id="repeat_type_till_date", on_change=lambda on: till_date()),
        w.Text(until or "Value", style="body_large", padding=(36, 8), resource_id="repeat_type_date", on_tap=till_date,
               colour="on_surface" if until else "outline"),
        w.Radio(limit < 0, "Stop repeating after x occurrences", resource_id="repeat_type_x_times",
                on_change=lambda on: choose(-1)),
        w.TextField(key="count", hint="Value", kind="number", initial=str(-limit) if limit < -1 else "",
                    resource_id="repeat_type_count", on_change=lambda text: choose(-1)),
        w.Radio(limit == 0, "Repeat forever", resource_id="repeat_type_forever", on_change=lambda on: choose(0)),
    )  # fmt: skip
    return w.Dialog(body=w.Column(parts, gap=4), buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", confirm)))


def _limit_date(context: Editor) -> w.Overlay:
    limit, start = context.state.limit, context.state.draft.start_ts
    day = context.local(limit if limit > 0 else start).date()

    def pick(year: int, month: int, number: int) -> None:
        if date(year, month, number) < context.local(start).date():
            return
        last = datetime.combine(date(year, month, number), time(23, 59, 59), zone_of(context))
        context.update(limit=int(last.timestamp()))

    return w.DatePickerDialog(year=day.year, month=day.month, day=day.day, on_pick=pick)


def _type(context: Editor) -> w.Overlay:
    kinds = store_of(context).types()

    def manage() -> None:
        context.dismiss()
        context.start(Intent(component=ComponentName(PACKAGE, EVENT_TYPES_CLASS)))

    def pick(kind: int) -> None:
        context.dismiss()
        change(context, event_type=kind)

    def add() -> None:
        context.dismiss()
        context.dialog("new_type")

    rows = [
        w.RadioRow(kind.title, kind.id == context.state.draft.event_type, on_tap=lambda kind=kind: pick(kind.id))  # type: ignore[misc]
        for kind in kinds
    ]
    more = (
        w.RadioRow("Add a new type", False, on_tap=add),
        w.Divider(),
        w.ListRow("Manage event types", on_tap=manage, title_id="dialog_manage_event_types"),
    )
    return w.Dialog(body=w.Column((*rows, *more)))


def _colour(context: Editor) -> w.Overlay:
    def pick(colour: int) -> None:
        context.dismiss()
        change(context, color=stored_colour(colour) if colour else 0)

    return w.Dialog(
        title="Event color",
        body=colour_grid(COLOURS, pick),
        buttons=(
            w.DialogButton("Default calendar color", lambda: change(context, color=0)),
            w.DialogButton("Cancel"),
        ),
    )


def _question(context: Editor, name: str, argument: object) -> w.Overlay:
    match name:
        case "reminder_warning":
            return _warning(context, argument)
        case "edit_repeating":
            return _edit_repeating(context)
        case "delete":
            return _delete(context, argument)
        case _:
            return w.Dialog(
                text="You have unsaved changes. Save before exit?",
                buttons=(
                    w.DialogButton("Discard", context.finish),
                    w.DialogButton("Save", lambda: save(context)),
                ),
            )


def _warning(context: Editor, argument: object) -> w.Overlay:
    def settings() -> None:
        action = "android.settings.APPLICATION_DETAILS_SETTINGS"
        context.start(Intent(action=action, data=f"package:{PACKAGE}"))

    def confirm() -> None:
        config_of(context).put(was_alarm_warning_shown=True)
        if argument == "save":
            save(context)
        else:
            context.dialog("reminder", 1)

    return w.Dialog(
        title="Disclaimer",
        body=w.Text(_WARNING, style="body_large", resource_id="reminder_warning"),
        buttons=(w.DialogButton("Settings", settings, dismiss=False), w.DialogButton("OK", confirm)),
    )


def _edit_repeating(context: Editor) -> w.Overlay:
    scopes: tuple[tuple[Scope, str], ...] = (
        ("one", "Update the selected occurrence only"),
        ("future", "Update this and all future occurrences"),
        ("all", "Update all occurrences"),
    )
    noun = "task" if context.state.draft.is_task else "event"
    return w.ChoiceDialog(
        f"The {noun} is repeatable",
        tuple(label for _, label in scopes),
        on_pick=lambda index: store_repeated(context, scopes[index][0]),
    )


def _delete(context: Editor, argument: object) -> w.Overlay:
    event = context.state.original
    reach: Reach = argument if argument in ("one", "future", "all") else "one"

    def choose(value: Reach) -> None:
        context.dismiss()
        context.dialog("delete", value)

    def confirm(value: Reach) -> None:
        delete(context, [event], value)
        context.finish()

    return delete_dialog([event], reach, choose, confirm)
