"""The week as hours by days, with what lasts all day above."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from device_farm.simulator.apps.calendar.access import config_of, day_start, days_of, events_on, open_event, today
from device_farm.simulator.apps.calendar.main_state import Main, move, week_start
from device_farm.simulator.apps.calendar.model import Event, argb
from device_farm.simulator.apps.times import two_digit_time
from device_farm.simulator.toolkit import widgets as w

_HOUR_DP = 60.0
_HOURS_DP = 44.0
_DAY_DP = (411.0 - _HOURS_DP) / 7
_SHORTEST_DP = 20.0
_WHITE = 0xFFFFFFFF


def week_view(context: Main, day: date) -> w.Widget:
    first = week_start(context, day)
    days = [first + timedelta(days=number) for number in range(7)]
    events = events_on(context, days[0], days[-1])
    long = [event for event in events if _is_long(context, event)]

    def turn(way: str) -> None:
        if way in ("left", "right"):
            move(context, 1 if way == "left" else -1)

    return w.Column(
        (
            _heading(context, days),
            *(_long_row(context, event, days) for event in long),
            w.Divider(),
            # One high row: a list, because only a list can start scrolled.
            w.LazyList(
                key="week_events_scrollview",
                count=1,
                row=lambda index: _hours(context, days, [event for event in events if event not in long]),
                row_height=24 * _HOUR_DP,
                start=max(0.0, config_of(context).start_hour * _HOUR_DP - 12),
                resource_id="week_events_scrollview",
                class_name="android.widget.ScrollView",
                weight=1,
            ),
        ),
        height="fill",
        on_swipe=turn,
    )


def _is_long(context: Main, event: Event) -> bool:
    """Stands above the hours: lasts all day, or spans midnight while the settings say so."""
    spans = len(days_of(context, event)) > 1
    return event.all_day or (spans and config_of(context).flag("show_midnight_spanning_events_at_top"))


def _heading(context: Main, days: Sequence[date]) -> w.Widget:
    label = w.Column(
        (
            w.Text(
                calendar.month_abbr[days[0].month], style="label", align="center", resource_id="week_view_month_label"
            ),
            w.Text(
                str(days[3].isocalendar().week),
                style="label_small",
                align="center",
                colour="on_surface_variant",
                resource_id="week_view_week_number",
            ),
        ),
        width=_HOURS_DP,
    )
    letters = tuple(
        w.Text(
            f"{calendar.day_name[day.weekday()][0]}\n{day.day}",
            style="label",
            align="center",
            colour="primary" if day == today(context) else "on_surface",
            resource_id="week_day_label",
            weight=1,
        )
        for day in days
    )
    return w.Row((label, *letters), padding=(0, 6))


def _long_row(context: Main, event: Event, days: Sequence[date]) -> w.Widget:
    touched = days_of(context, event)
    inside = [number for number, day in enumerate(days) if day.toordinal() in touched]
    before, after = (inside[0], 6 - inside[-1]) if inside else (0, 0)
    chip = w.Text(
        event.title,
        style="label_small",
        colour=_WHITE,
        max_lines=1,
        padding=(4, 2),
        weight=7 - before - after,
        background=argb(event.color),
        radius=4,
        resource_id="week_all_day_event",
        on_tap=lambda: open_event(context, event),
    )
    sides = [(w.Spacer(weight=number),) if number else () for number in (before, after)]
    return w.Row((w.Spacer(width=_HOURS_DP), *sides[0], chip, *sides[1]), padding=(0, 1))


def _hours(context: Main, days: Sequence[date], events: Sequence[Event]) -> w.Widget:
    config = config_of(context)
    midnight = context.local(day_start(context, days[0]))
    parts: list[tuple[float, float, w.Widget]] = []
    for hour in range(24):
        text = two_digit_time(midnight.replace(hour=hour), config.is_24_hour)
        if hour:
            label = w.Text(text, style="label_small", align="center", colour="on_surface_variant", width=_HOURS_DP)
            parts.append((0.0, hour * _HOUR_DP - 8, label))
        parts.append((_HOURS_DP, hour * _HOUR_DP, w.Divider(width=7 * _DAY_DP)))
    for number, day in enumerate(days):
        left = _HOURS_DP + number * _DAY_DP
        parts.extend((left, hour * _HOUR_DP, _cell(context, day, hour)) for hour in range(24))
        parts.extend(
            _columns(context, day, left, [each for each in events if day.toordinal() in days_of(context, each)])
        )
    if today(context) in days:
        now = context.local()
        left = _HOURS_DP + list(days).index(today(context)) * _DAY_DP
        line = w.Spacer(width=_DAY_DP, height=2, background="primary")
        parts.append((left, (now.hour + now.minute / 60) * _HOUR_DP, line))
    return w.Absolute(tuple(parts), width=_HOURS_DP + 7 * _DAY_DP, height=24 * _HOUR_DP)


def _cell(context: Main, day: date, hour: int) -> w.Widget:
    """An hour of a day: the first tap marks it with a plus, the second makes an event."""
    chosen = context.state.cell == (day, hour)

    def tap() -> None:
        if not chosen:
            context.update(cell=(day, hour))
            return
        context.update(cell=None)
        context.dialog("new_at", (day, hour))

    plus = (w.Icon("add", colour="on_primary_container", description="New Event"),) if chosen else ()
    return w.Stack(
        plus,
        ("center",),
        width=_DAY_DP - 1,
        height=_HOUR_DP - 1,
        background="primary_container" if chosen else None,
        class_name="android.view.View",
        resource_id="week_grid_item" if chosen else "",
        on_tap=tap,
    )


def _columns(context: Main, day: date, left: float, events: Sequence[Event]) -> list[tuple[float, float, w.Widget]]:
    """Events that overlap stand side by side."""
    lanes: list[int] = []
    placed: list[tuple[int, Event]] = []
    for event in sorted(events, key=lambda each: (each.start_ts, -each.end_ts)):
        lane = next((number for number, end in enumerate(lanes) if end <= event.start_ts), len(lanes))
        if lane == len(lanes):
            lanes.append(0)
        # A short event is drawn higher than it lasts, so nothing may stand right below it.
        lanes[lane] = max(event.end_ts, event.start_ts + int(_SHORTEST_DP / _HOUR_DP * 3600))
        placed.append((lane, event))
    start = day_start(context, day)
    width = _DAY_DP / max(1, len(lanes))
    parts = []
    for lane, event in placed:
        top = max(0.0, (event.start_ts - start) / 3600) * _HOUR_DP
        bottom = min(24.0, (event.end_ts - start) / 3600) * _HOUR_DP
        height = max(_SHORTEST_DP, bottom - top)
        parts.append((left + lane * width, top, _marker(context, event, width - 1, height - 1)))
    return parts


def _marker(context: Main, event: Event, width: float, height: float) -> w.Widget:
    label = w.Text(event.title, style="label_small", colour=_WHITE, max_lines=max(1, min(3, int(height // 16))),
                   strike=event.completed, resource_id="week_event_label")  # fmt: skip
    return w.Column(
        (label,),
        width=width,
        height=height,
        padding=(2, 1),
        radius=4,
        background=argb(event.color),
        resource_id="week_event_holder",
        class_name="android.view.ViewGroup",
        on_tap=lambda: open_event(context, event),
    )
