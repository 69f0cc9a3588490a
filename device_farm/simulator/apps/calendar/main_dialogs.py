"""The dialogs of the main screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from device_farm.simulator.apps.calendar.access import (
    config_of,
    day_start,
    share,
    store_of,
)
from device_farm.simulator.apps.calendar.config import VIEWS
from device_farm.simulator.apps.calendar.deletion import Reach, delete, delete_dialog
from device_farm.simulator.apps.calendar.holidays import COUNTRIES, add_holidays
from device_farm.simulator.apps.calendar.main_state import Main, choose_view, show_day, shown_day
from device_farm.simulator.apps.calendar.model import Event
from device_farm.simulator.apps.calendar.rows import occurrence_key
from device_farm.simulator.apps.calendar.schema import EVENT_CLASS, PACKAGE, TASK_CLASS
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w


def dialog(context: Main, name: str, argument: object, listed: Callable[[Main], list[Event]]) -> w.Overlay:
    """The overlay called `name`; `listed` gives the events of the list on the screen."""
    match name:
        case "view":
            return _view(context)
        case "go_to_date":
            return _go_to_date(context)
        case "filter":
            return _filter(context)
        case "holidays":
            return w.ChoiceDialog("Add holidays", COUNTRIES, on_pick=lambda index: add_holidays(context, index))
        case "new_at":
            return _new_at(context, argument)
        case _:
            reach: Reach = argument if argument in ("one", "future", "all") else "one"
            return _delete(context, marked(context, listed(context)), reach)


def marked(context: Main, events: list[Event]) -> list[Event]:
    return [event for event in events if occurrence_key(event) in context.state.selected]


def share_marked(context: Main, events: list[Event]) -> None:
    share(context, marked(context, events))
    context.update(selected=())


def _delete(context: Main, events: list[Event], reach: Reach) -> w.Overlay:
    def choose(value: Reach) -> None:
        context.dismiss()
        context.dialog("delete", value)

    def confirm(value: Reach) -> None:
        delete(context, events, value)
        context.update(selected=())

    return delete_dialog(events, reach, choose, confirm)


def _view(context: Main) -> w.Overlay:
    views = [view for view, _ in VIEWS]
    return w.ChoiceDialog(
        "",
        tuple(label for _, label in VIEWS),
        views.index(config_of(context).view),
        on_pick=lambda index: choose_view(context, views[index]),
    )


def _go_to_date(context: Main) -> w.Overlay:
    day = shown_day(context)
    return w.DatePickerDialog(
        year=day.year,
        month=day.month,
        day=day.day,
        on_pick=lambda year, month, number: show_day(context, date(year, month, number)),
    )


def _filter(context: Main) -> w.Overlay:
    """Which kinds of events are shown."""
    config, kinds = config_of(context), store_of(context).types()
    shown = config.shown_types
    current = frozenset(kind.id for kind in kinds) if shown is None else shown

    def change(type_id: int, on: bool) -> None:
        config.show_types(current | {type_id} if on else current - {type_id})

    boxes = tuple(
        w.CheckRow(kind.title, kind.id in current, on_change=lambda on, type_id=kind.id: change(type_id, on))  # type: ignore[misc]
        for kind in kinds
    )
    return w.Dialog(body=w.Column(boxes), buttons=(w.DialogButton("OK"),))


def _new_at(context: Main, argument: object) -> w.Overlay:
    """What is to be made in the hour that was tapped in the week."""
    assert isinstance(argument, tuple)
    day, hour = argument
    start = day_start(context, day) + hour * 3600

    def make(class_name: str) -> None:
        extras = {"new_event_start_ts": start, "new_event_set_hour_duration": True}
        context.start(Intent(component=ComponentName(PACKAGE, class_name), extras=extras))

    return w.ChoiceDialog("", ("Event", "Task"), on_pick=lambda index: make((EVENT_CLASS, TASK_CLASS)[index]))
