"""Twelve small months; days with events are coloured."""

from __future__ import annotations

import calendar
from datetime import date

from device_farm.simulator.apps.calendar.access import config_of, days_of, events_on, today
from device_farm.simulator.apps.calendar.main_state import Main, move, open_month
from device_farm.simulator.apps.calendar.model import argb
from device_farm.simulator.apps.calendar.rows import period_bar
from device_farm.simulator.toolkit import widgets as w


def year_view(context: Main, day: date) -> w.Widget:
    def turn(way: str) -> None:
        if way in ("left", "right"):
            move(context, 1 if way == "left" else -1)

    year = day.year
    colours = {
        ordinal: argb(event.color)
        for event in events_on(context, date(year, 1, 1), date(year, 12, 31))
        for ordinal in days_of(context, event)
    }
    quarters = tuple(
        w.Row(
            tuple(_month(context, date(year, month, 1), colours) for month in range(first, first + 3)),
            gap=8,
            weight=1,
            cross="stretch",
        )
        for first in (1, 4, 7, 10)
    )
    bar = period_bar(
        str(year),
        back=lambda: move(context, -1),
        forward=lambda: move(context, 1),
        pick=lambda: context.dialog("go_to_date"),
    )
    return w.Column((bar, w.Column(quarters, gap=8, padding=(8, 4), weight=1)), height="fill", on_swipe=turn)


def _month(context: Main, month: date, colours: dict[int, int]) -> w.Widget:
    weeks = calendar.Calendar(config_of(context).first_weekday).monthdatescalendar(month.year, month.month)
    now = today(context)
    current = (month.year, month.month) == (now.year, now.month)
    label = w.Text(
        f"{month:%B}".upper(),
        style="label",
        align="center",
        colour="primary" if current else "on_surface",
        resource_id="month_label",
    )
    rows = tuple(
        w.Row(tuple(_number(now, month, day, colours.get(day.toordinal())) for day in week), height=20)
        for week in weeks
    )
    return w.Column(
        (label, *rows),
        weight=1,
        gap=1,
        resource_id=f"month_{month.month}_holder",
        class_name="android.view.ViewGroup",
        on_tap=lambda: open_month(context, month),
    )


def _number(now: date, month: date, day: date, colour: int | None) -> w.Widget:
    if day.month != month.month:
        return w.Spacer(weight=1)
    ink: w.Colour = "on_primary" if day == now else "on_surface" if colour is None else colour
    text = w.Text(str(day.day), style="label_small", colour=ink, align="center", decorative=True,
                  font_weight="regular" if colour is None else "bold")  # fmt: skip
    if day != now:
        return w.Row((text,), main="center", weight=1)
    disc = w.Stack((text,), ("center",), width=18, height=18, radius=9, background="primary")
    return w.Row((disc,), main="center", weight=1)
