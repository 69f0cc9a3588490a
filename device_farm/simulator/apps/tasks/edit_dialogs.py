"""The editor's dialogs: dates, list, tags, reminders, repetition, and the questions on the way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

from device_farm.simulator.apps.tasks.access import Draft, Tasks, new_uuid, store_of, zone_of
from device_farm.simulator.apps.tasks.editing import (
    change,
    change_alarms,
    close,
    delete,
    parts,
    set_due,
    set_start,
)
from device_farm.simulator.apps.tasks.formats import clock, day_name
from device_farm.simulator.apps.tasks.model import moment
from device_farm.simulator.apps.tasks.recurrence import CHOICES, UNITS, recurrence_text, rule
from device_farm.simulator.apps.tasks.store import DATE_TIME, RELATIVE_TO_DUE, RELATIVE_TO_START, Alarm
from device_farm.simulator.toolkit import widgets as w

_TIMES = (("Morning", 9), ("Afternoon", 13), ("Evening", 17), ("Night", 20))
Setter = Callable[[Tasks, date | None, time | None], None]


def dialog(context: Tasks, draft: Draft, name: str, argument: object) -> w.Overlay:
    """The overlay that the editor has opened under `name`."""
    match name:
        case "due":
            return _moment_sheet(context, "due", draft.task.due, set_due)
        case "start":
            return _moment_sheet(context, "start", draft.task.hide_until, set_start)
        case "due_date" | "due_time":
            return _picker(context, name, draft.task.due, set_due)
        case "start_date" | "start_time":
            return _picker(context, name, draft.task.hide_until, set_start)
        case "list":
            return _list(context, draft)
        case "tags":
            return _tags(context, draft)
        case "reminder":
            return _reminder(context, draft)
        case "reminder_date":
            return _reminder_date(context, draft)
        case "repeat":
            return _repeat(context, draft)
        case "custom_repeat":
            return _custom_repeat(context, argument)
        case "delete":
            return _delete(context, draft)
        case _:
            return w.Dialog(
                text="Discard changes?",
                buttons=(w.DialogButton("Keep editing"), w.DialogButton("Discard", lambda: close(context))),
            )


def _moment_sheet(context: Tasks, name: str, at_ms: int, put: Setter) -> w.Overlay:
    """Shortcuts for the day on the left and for the time on the right."""
    now = context.local()
    today = now.date()
    day, at = parts(context, at_ms)
    week = today + timedelta(days=7)
    days: list[tuple[str, date | None]] = [
        ("Today", today),
        ("Tomorrow", today + timedelta(days=1)),
        (f"Next {week:%a}", week),
        ("No date", None),
    ]
    known = {value for _, value in days}
    picked_day = f"{day_name(now.replace(year=day.year, month=day.month, day=day.day), now, short=True)}" if day else ""
    left = [_choice(label, day == value, lambda value=value: put(context, value, at if value else None))  # type: ignore[misc]
            for label, value in days]  # fmt: skip
    left.append(
        _choice(picked_day if day not in known else "Pick a date", day not in known,
                lambda: context.dialog(f"{name}_date"), icon="calendar_today")
    )  # fmt: skip
    hours = [(label, time(hour)) for label, hour in _TIMES]
    right = [
        _choice(label, at == value, lambda value=value: put(context, day or today, value))  # type: ignore[misc]
        for label, value in hours
    ]
    custom = at is not None and at not in {value for _, value in hours}
    shown = clock(now.replace(hour=at.hour, minute=at.minute), context.is_24_hour) if at is not None else ""
    right.append(_choice("No time", at is None, lambda: put(context, day, None)))
    right.append(
        _choice(shown if custom else "Pick a time", custom, lambda: context.dialog(f"{name}_time"), icon="access_time")
    )
    title = "Due date" if name == "due" else "Start date"
    body = w.Column(
        (
            w.Text(title, style="title", padding=(24, 16, 24, 4)),
            w.Row((w.Column(tuple(left), weight=1), w.Column(tuple(right), weight=1)), cross="start", padding=(8, 0)),
            w.Row((w.Button("OK", "text", on_tap=context.dismiss),), main="end", padding=(16, 4, 16, 16)),
        )
    )
    return w.BottomSheet(body)


def _choice(label: str, chosen: bool, on_tap: w.Handler, *, icon: str = "") -> w.Widget:
    ink: w.Colour = "primary" if chosen else "on_surface"
    mark = (w.Icon(icon, size=20, colour=ink),) if icon else ()
    return w.Row(
        (*mark, w.Text(label, style="body_large", colour=ink)),
        gap=8,
        padding=(16, 12),
        selected=chosen,
        on_tap=on_tap,
    )


def _picker(context: Tasks, name: str, at_ms: int, put: Setter) -> w.Overlay:
    now = context.local()
    day, at = parts(context, at_ms)
    shown = day or now.date()
    if name.endswith("time"):
        clock_time = at or now.time()
        return w.TimePickerDialog(
            hour=clock_time.hour,
            minute=clock_time.minute,
            on_pick=lambda hour, minute: put(context, shown, time(hour, minute)),
        )
    return w.DatePickerDialog(
        year=shown.year,
        month=shown.month,
        day=shown.day,
        on_pick=lambda year, month, number: put(context, date(year, month, number), at),
    )


def _list(context: Tasks, draft: Draft) -> w.Overlay:
    names = tuple(each.name for each in store_of(context).lists())
    now = draft.task.list_name or "Default list"
    return w.ChoiceDialog("", names, names.index(now) if now in names else -1,
                          on_pick=lambda index: change(context, list_name=names[index]))  # fmt: skip


def _tags(context: Tasks, draft: Draft) -> w.Overlay:
    """Boxes for the tags there are; what is typed makes a new one."""
    store, chosen = store_of(context), draft.task.tags

    def put(name: str, on: bool) -> None:
        rest = tuple(tag for tag in chosen if tag != name)
        change(context, tags=tuple(sorted((*rest, name))) if on else rest)

    def add() -> None:
        name = context.text("new_tag").strip()
        if name:
            put(store.add_tag(name, new_uuid(context, f"tag {name}")), True)

    boxes = tuple(
        w.CheckRow(tag.name, tag.name in chosen, on_change=lambda on, name=tag.name: put(name, on))  # type: ignore[misc]
        for tag in store.tags()
    )
    field = w.TextField(key="new_tag", hint="Enter tag name", on_submit=lambda text: add())
    return w.Dialog(body=w.Column((field, *boxes), gap=4), buttons=(w.DialogButton("OK", add),))


def _reminder(context: Tasks, draft: Draft) -> w.Overlay:
    options = (
        ("When started", Alarm(type=RELATIVE_TO_START)),
        ("When due", Alarm(type=RELATIVE_TO_DUE)),
        ("1 hour before due", Alarm(type=RELATIVE_TO_DUE, time=-3_600_000)),
        ("1 day before due", Alarm(type=RELATIVE_TO_DUE, time=-86_400_000)),
    )
    free = [(label, alarm) for label, alarm in options if alarm not in draft.alarms]

    def pick(index: int) -> None:
        if index < len(free):
            change_alarms(context, (*draft.alarms, free[index][1]))
        else:
            context.dialog("reminder_date")

    return w.ChoiceDialog("", (*(label for label, _ in free), "Pick a date and time"), on_pick=pick)


def _reminder_date(context: Tasks, draft: Draft) -> w.Overlay:
    now = context.local()

    def pick(year: int, month: int, day: int) -> None:
        # The hour after this one, as the real picker proposes; the date is what the person chose.
        at_ms = moment(date(year, month, day), time((now.hour + 1) % 24), zone_of(context))
        change_alarms(context, (*draft.alarms, Alarm(type=DATE_TIME, time=at_ms)))

    return w.DatePickerDialog(year=now.year, month=now.month, day=now.day, on_pick=pick)


def _repeat(context: Tasks, draft: Draft) -> w.Overlay:
    rules = [value for _, value in CHOICES]
    now = draft.task.recurrence
    labels = [label for label, _ in CHOICES]
    if now not in rules:
        labels.append(recurrence_text(now))
        rules.append(now)

    def pick(index: int) -> None:
        if index < len(rules):
            change(context, recurrence=rules[index])
        else:
            context.dialog("custom_repeat", 0)

    return w.ChoiceDialog("", (*labels, "Custom recurrence"), rules.index(now), on_pick=pick)


def _custom_repeat(context: Tasks, argument: object) -> w.Overlay:
    unit = argument if isinstance(argument, int) else 0

    def confirm() -> None:
        text = context.text("interval")
        change(context, recurrence=rule(UNITS[unit][1], int(text) if text.isdigit() and int(text) else 1))

    def choose(index: int) -> None:
        context.dismiss()
        context.dialog("custom_repeat", index)

    field = w.TextField(key="interval", hint="Repeats every", initial="1", kind="number")
    radios = tuple(
        w.Radio(index == unit, label, on_change=lambda on, index=index: choose(index))  # type: ignore[misc]
        for index, (label, _) in enumerate(UNITS)
    )
    return w.Dialog(
        body=w.Column((field, *radios), gap=8),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", confirm)),
    )


def _delete(context: Tasks, draft: Draft) -> w.Overlay:
    def confirm() -> None:
        close(context)
        delete(context, (draft.task.id,))

    return w.Dialog(text="Delete this task?", buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", confirm)))
