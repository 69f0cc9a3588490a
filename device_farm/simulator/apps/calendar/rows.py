"""One event as every list shows it, the heading of its day, and the bar between two days."""

from __future__ import annotations

from datetime import date

from device_farm.simulator.apps.calendar.access import config_of, is_past, local_date, today
from device_farm.simulator.apps.calendar.formats import date_text, section_title
from device_farm.simulator.apps.calendar.model import Event, argb
from device_farm.simulator.apps.times import two_digit_time
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context
from device_farm.simulator.toolkit.base import Handler


def occurrence_key(event: Event) -> tuple[int, int]:
    """Names an occurrence: event id and start."""
    return (event.id, event.start_ts)


def _clock(context: Context[object], at_s: int) -> str:
    return two_digit_time(context.local(at_s), config_of(context).is_24_hour)


def time_on_day(context: Context[object], event: Event, day: date) -> str:
    """`09:00 - 10:00`; with the date where an end lies on another day than the one looked at."""
    start, end, now = local_date(context, event.start_ts), local_date(context, event.end_ts), today(context)
    from_day = "" if start == day else f" ({date_text(start, now)})"
    if event.all_day:
        return f"All-day{from_day}" + ("" if end == day else f" - ({date_text(end, now)})")
    text = _clock(context, event.start_ts)
    if event.start_ts == event.end_ts:
        return text
    return f"{text}{from_day} - {_clock(context, event.end_ts)}" + ("" if end == day else f" ({date_text(end, now)})")


def time_in_list(context: Context[object], event: Event) -> str:
    """`09:00 - 10:00`, and the day of the end where it is another one."""
    text = "All-day" if event.all_day else _clock(context, event.start_ts)
    if event.start_ts == event.end_ts:
        return text
    if not event.all_day:
        text += f" - {_clock(context, event.end_ts)}"
    start, end = local_date(context, event.start_ts), local_date(context, event.end_ts)
    return text if start == end else f"{text} ({section_title(end)})"


def event_row(
    context: Context[object],
    event: Event,
    when: str,
    *,
    selected: bool,
    on_tap: Handler,
    on_long_press: Handler | None,
) -> w.Widget:
    """A stroked box: colour bar, title, time, one line of description or location."""
    config = config_of(context)
    dim_past = is_past(context, event) and config.flag("dim_past_events")
    dim = (event.completed and config.flag("dim_completed_tasks")) if event.is_task else dim_past
    ink: w.Colour = "outline" if dim else "on_surface"
    more = event.location if config.flag("replace_description") else event.description.replace("\n", " ")
    task = (w.Icon("task_alt", size=20, colour=ink, description="Task", resource_id="event_item_task_image"),)
    title = w.Text(
        event.title,
        style="body_large",
        colour=ink,
        max_lines=1,
        strike=event.completed,
        resource_id="event_item_title",
        weight=1,
    )
    lines: list[w.Widget] = [
        w.Row((*(task if event.is_task else ()), title), gap=6),
        w.Text(when, style="body", colour=ink, resource_id="event_item_time"),
    ]
    if more and config.flag("display_description"):
        lines.append(w.Text(more, style="body", colour=ink, max_lines=1, resource_id="event_item_description"))
    bar = w.Spacer(width=5, height="fill", radius=2.5, background=argb(event.color))
    box = w.Row(
        (bar, w.Column(tuple(lines), weight=1, gap=2)),
        gap=12,
        cross="stretch",
        padding=(10, 10),
        radius=12,
        border="outline_variant",
        background="primary_container" if selected else None,
        resource_id="event_item_holder",
        class_name="android.view.ViewGroup",
        selected=selected,
        on_tap=on_tap,
        on_long_press=on_long_press,
    )
    return w.Column((box,), padding=(16, 4))


def day_heading(context: Context[object], day: date) -> w.Widget:
    colour: w.Colour = "primary" if day == today(context) else "on_surface"
    return w.Text(
        section_title(day), style="body", colour=colour, padding=(16, 10, 16, 4), resource_id="event_section_title"
    )


def month_heading(title: str) -> w.Widget:
    return w.Text(
        title.upper(),
        style="title_large",
        colour="primary",
        padding=(16, 16, 16, 4),
        resource_id="event_section_title",
    )


def period_bar(title: str, *, back: Handler, forward: Handler, pick: Handler) -> w.Widget:
    """Arrow, name of the period, arrow."""
    return w.Row(
        (
            w.IconButton("chevron_left", resource_id="top_left_arrow", on_tap=back),
            w.Text(
                title,
                style="title_large",
                align="center",
                weight=1,
                description=title,
                resource_id="top_value",
                on_tap=pick,
            ),
            w.IconButton("chevron_right", resource_id="top_right_arrow", on_tap=forward),
        ),
        padding=(4, 0),
    )
