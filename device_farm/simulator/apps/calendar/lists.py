"""The lists of events: one day, what comes next, what a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from device_farm.simulator.apps.calendar.access import (
    config_of,
    day_start,
    events_between,
    events_on,
    local_date,
    open_event,
    open_new,
    today,
)
from device_farm.simulator.apps.calendar.formats import day_title, month_title
from device_farm.simulator.apps.calendar.main_state import Main, move
from device_farm.simulator.apps.calendar.model import Event
from device_farm.simulator.apps.calendar.rows import (
    day_heading,
    event_row,
    month_heading,
    occurrence_key,
    period_bar,
    time_in_list,
    time_on_day,
)
from device_farm.simulator.toolkit import widgets as w

_NEAR_DAYS = 183
_MORE_DAYS = 92
_ENOUGH = 30
"""Fewer events than this in half a year, and the list looks three months further, as the real app does."""
_SEARCH_DAYS = 731
_SEARCH_END = date(2035, 1, 1)
_LISTED_MAX = 400


def _ordered(context: Main, events: Sequence[Event]) -> list[Event]:
    """By time; what lasts all day comes before everything else of its day."""

    def place(event: Event) -> tuple[int, int, str, str]:
        start = day_start(context, local_date(context, event.start_ts)) - 1 if event.all_day else event.start_ts
        return (start, event.end_ts, event.title, event.description)

    return sorted(events, key=place)


def row(context: Main, event: Event, when: str) -> w.Widget:
    """A row that opens its event, or marks it while others are marked."""
    key, selected = occurrence_key(event), context.state.selected
    return event_row(
        context,
        event,
        when,
        selected=key in selected,
        on_tap=(lambda: toggle(context, key)) if selected else (lambda: open_event(context, event)),
        on_long_press=lambda: toggle(context, key),
    )


def toggle(context: Main, key: tuple[int, int]) -> None:
    selected = context.state.selected
    rest = tuple(other for other in selected if other != key)
    context.update(selected=rest if key in selected else (*selected, key))


def events_of_day(context: Main, day: date) -> list[Event]:
    return _ordered(context, events_on(context, day, day))


def day_rows(context: Main, day: date) -> list[w.Widget]:
    return [row(context, event, time_on_day(context, event, day)) for event in events_of_day(context, day)]


def day_view(context: Main, day: date) -> w.Widget:
    def turn(way: str) -> None:
        if way in ("left", "right"):
            move(context, 1 if way == "left" else -1)

    bar = period_bar(
        day_title(day, today(context)),
        back=lambda: move(context, -1),
        forward=lambda: move(context, 1),
        pick=lambda: context.dialog("go_to_date"),
    )
    rows = w.Scroll(
        (*day_rows(context, day), w.Spacer(height=88)),
        key=f"day_events_{day.isoformat()}",
        resource_id="day_events",
        class_name="androidx.recyclerview.widget.RecyclerView",
        weight=1,
    )
    return w.Column((bar, rows), height="fill", on_swipe=turn)


def upcoming(context: Main) -> list[Event]:
    """What the simple event list holds."""
    first = context.now_s - config_of(context).past_minutes * 60
    last = day_start(context, today(context) + timedelta(days=_NEAR_DAYS))
    events = events_between(context, first, last)
    if len(events) < _ENOUGH:
        events = events_between(context, first, last + _MORE_DAYS * 86_400)
    return _ordered(context, events)


def found(context: Main, query: str) -> list[Event]:
    """Two years to both sides, and everything where that is little."""
    near = _SEARCH_DAYS * 86_400
    events = events_between(context, context.now_s - near, context.now_s + near, query)
    if len(events) < _ENOUGH:
        events = events_between(context, 0, max(day_start(context, _SEARCH_END), context.now_s), query)
    return _ordered(context, events)


def event_list(context: Main) -> w.Widget:
    events = upcoming(context)
    if not events:
        return _empty_list(context)
    return sections(context, events, key="calendar_events_list")


def _empty_list(context: Main) -> w.Widget:
    text = "You have filtered out all event types" if config_of(context).shown_types == frozenset() else ""
    return w.Column(
        (
            w.Text(
                text or "No upcoming events.",
                style="body_large",
                align="center",
                resource_id="calendar_empty_list_placeholder",
                padding=(16, 40, 16, 8),
            ),
            w.Text(
                "Create a new event",
                style="body_large",
                colour="primary",
                align="center",
                resource_id="calendar_empty_list_placeholder_2",
                padding=(16, 8),
                on_tap=lambda: open_new(context, today(context), task=False, may_change_day=True),
            ),
        ),
        height="fill",
    )


def search_results(context: Main, query: str) -> w.Widget:
    events = found(context, query) if len(query) >= 2 else []
    if events:
        return sections(context, events, key="search_results_list")
    hint = w.Text("Please type in at least 2 characters.", style="body_large", align="center",
                  resource_id="search_placeholder_2")  # fmt: skip
    return w.Column(
        (
            w.Text("No items found.", style="body_large", align="center", resource_id="search_placeholder"),
            *((hint,) if len(query) == 1 else ()),
        ),
        gap=8,
        padding=(16, 40),
        height="fill",
    )


def sections(context: Main, events: Sequence[Event], *, key: str) -> w.Widget:
    """Months and days as headings between the events."""
    rows: list[w.Widget] = []
    month, day, now = "", date.min, today(context)
    for event in events[:_LISTED_MAX]:
        start = local_date(context, event.start_ts)
        if month_title(start, now) != month:
            month = month_title(start, now)
            rows.append(month_heading(month))
        if start != day:
            day = start
            rows.append(day_heading(context, day))
        rows.append(row(context, event, time_in_list(context, event)))
    return w.Scroll(
        (*rows, w.Spacer(height=88)),
        key=key,
        resource_id=key,
        class_name="androidx.recyclerview.widget.RecyclerView",
    )
