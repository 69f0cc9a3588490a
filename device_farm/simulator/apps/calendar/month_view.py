"""The month as a table of days. What stands in a day is drawn, as in the real app: only the days can be touched."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from device_farm.simulator.apps.calendar.access import config_of, days_of, events_on, today
from device_farm.simulator.apps.calendar.formats import month_title
from device_farm.simulator.apps.calendar.main_state import Main, move, open_day, show_day
from device_farm.simulator.apps.calendar.model import Event, argb
from device_farm.simulator.apps.calendar.rows import period_bar
from device_farm.simulator.toolkit import widgets as w

_ROWS = 6
_LINE_DP = 17.0
_HEAD_DP = 24.0
_WHITE = 0xFFFFFFFF


def days_shown(context: Main, month: date) -> list[date]:
    """The 42 days of the table."""
    first = month.replace(day=1)
    first -= timedelta(days=(first.weekday() - config_of(context).first_weekday) % 7)
    return [first + timedelta(days=number) for number in range(_ROWS * 7)]


def by_day(context: Main, events: Sequence[Event]) -> Mapping[int, list[Event]]:
    """Events under the ordinal of every day that they touch, all-day ones first."""
    found: dict[int, list[Event]] = {}
    for event in sorted(events, key=lambda each: (not each.all_day, each.start_ts, each.end_ts, each.title)):
        for ordinal in days_of(context, event):
            found.setdefault(ordinal, []).append(event)
    return found


def month_view(context: Main, month: date) -> w.Widget:
    """Arrows, month, table; a swipe turns the page."""
    days = days_shown(context, month)
    events = by_day(context, events_on(context, days[0], days[-1]))
    return w.Column(
        (
            period_bar(
                month_title(month, today(context)),
                back=lambda: move(context, -1),
                forward=lambda: move(context, 1),
                pick=lambda: context.dialog("go_to_date"),
            ),
            weekday_letters(context),
            *(
                _week(context, month, days[7 * row : 7 * row + 7], events)
                for row in range(_ROWS)
            ),
        ),
        height="fill",
        on_swipe=lambda way: _turn(context, way),
    )  # fmt: skip


def _turn(context: Main, way: str) -> None:
    if way in ("left", "right"):
        move(context, 1 if way == "left" else -1)


def weekday_letters(context: Main) -> w.Widget:
    first = config_of(context).first_weekday
    letters = [calendar.day_name[(first + number) % 7][0] for number in range(7)]
    return w.Row(
        tuple(w.Text(letter, style="body", align="center", weight=1, decorative=True) for letter in letters),
        height=26,
    )


def _week(context: Main, month: date, days: Sequence[date], events: Mapping[int, list[Event]]) -> w.Widget:
    cells = tuple(_cell(context, month, day, events.get(day.toordinal(), [])) for day in days)
    number = (
        (w.Text(str(days[3].isocalendar().week), style="label_small", colour="outline", width=20, decorative=True),)
        if config_of(context).flag("week_numbers")
        else ()
    )
    return w.Row((*number, *cells), weight=1, cross="stretch")


def _cell(context: Main, month: date, day: date, events: Sequence[Event]) -> w.Widget:
    chips = [_chip(event) for event in events]
    return w.Column(
        (day_number(context, day, day.month == month.month), *chips),
        weight=1,
        gap=1,
        padding=(1, 0),
        cross="stretch",
        border="outline_variant" if config_of(context).flag("show_grid") else None,
        resource_id="month_view_background",
        class_name="android.view.View",
        on_tap=lambda: open_day(context, day),
    )


def day_number(context: Main, day: date, in_month: bool) -> w.Widget:
    """The date at the top of a cell; today on a disc, days of other months pale."""
    now = day == today(context)
    ink: w.Colour = "on_primary" if now else "on_surface" if in_month else "outline_variant"
    disc = w.Stack(
        (w.Text(str(day.day), style="body", colour=ink, decorative=True),),
        ("center",),
        width=22,
        height=22,
        radius=11,
        background="primary" if now else None,
    )
    return w.Row((disc,), main="center", height=_HEAD_DP)


def _chip(event: Event) -> w.Widget:
    """The title on the colour of the event, on every day that it touches."""
    label = w.Text(
        event.title, style="label_small", colour=_WHITE, max_lines=1, strike=event.completed, decorative=True
    )
    return w.Row((label,), height=_LINE_DP - 1, padding=(3, 0), radius=3, background=argb(event.color))


def month_and_day_view(context: Main, rows: Sequence[w.Widget], day: date) -> w.Widget:
    """A small month with dots above the list of the chosen day."""
    days = days_shown(context, day)
    events = by_day(context, events_on(context, days[0], days[-1]))
    weeks = tuple(
        w.Row(
            tuple(
                _dotted(context, day, each, events.get(each.toordinal(), [])) for each in days[7 * row : 7 * row + 7]
            ),
            height=44,
            cross="stretch",
        )
        for row in range(_ROWS)
    )
    empty = w.Text("No items found.", style="body_large", align="center", padding=(16, 32),
                   resource_id="month_day_no_events_placeholder")  # fmt: skip
    title = f"{month_title(day, today(context))} {day.day} ({day:%a})"
    return w.Column(
        (
            w.Column((weekday_letters(context), *weeks), on_swipe=lambda way: _turn(context, way)),
            w.Divider(),
            w.Text(title, style="title_large", padding=(16, 10), resource_id="month_day_selected_day_label"),
            w.Scroll(
                tuple(rows) or (empty,), key="month_day_events_list", resource_id="month_day_events_list", weight=1
            ),
        ),
        height="fill",
    )


def _dotted(context: Main, chosen: date, day: date, events: Sequence[Event]) -> w.Widget:
    dots = tuple(w.Spacer(width=5, height=5, radius=2.5, background=argb(event.color)) for event in events[:4])
    return w.Column(
        (day_number(context, day, day.month == chosen.month), w.Row(dots, gap=2, main="center")),
        weight=1,
        gap=2,
        cross="stretch",
        radius=8,
        background="secondary_container" if day == chosen else None,
        resource_id="month_view_background",
        class_name="android.view.View",
        on_tap=lambda: show_day(context, day),
    )
