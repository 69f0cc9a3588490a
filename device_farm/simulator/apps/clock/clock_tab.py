"""The time here and in other cities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device_farm.simulator.apps.clock.alarm_manager import store_of
from device_farm.simulator.apps.clock.alarm_store import InstanceState
from device_farm.simulator.apps.clock.cities import City, find_city
from device_farm.simulator.apps.clock.state import ClockContext, preferences_of
from device_farm.simulator.apps.clock.weekdays import SHORT_NAMES
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.toolkit import widgets as w


def zone_of(name: str) -> tzinfo:
    """The zone of that name, UTC where the host does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def clock_face(context: ClockContext) -> w.Widget:
    now = context.local()
    day = f"{SHORT_NAMES[now.weekday()]}, {now.strftime('%b')} {now.day}"
    ringing = [
        instance
        for instance in store_of(context).instances()
        if instance.state in (InstanceState.SILENT, InstanceState.SNOOZED)
    ]
    following: tuple[w.Widget, ...] = ()
    if ringing:
        when = ringing[0].when
        text = f"{SHORT_NAMES[when.weekday()]} {time_text(when.hour, when.minute, context.is_24_hour)}"
        following = (
            w.Row(
                (w.Icon("alarm", size=18), w.Text(text, resource_id="nextAlarm", description=f"Next alarm: {text}")),
                gap=6,
                main="center",
            ),
        )
    face = w.Column(
        (
            w.Text(
                time_text(now.hour, now.minute, context.is_24_hour),
                style="display_large",
                resource_id="digital_clock",
                align="center",
            ),
            w.Text(day, style="title", colour="on_surface_variant", resource_id="date", align="center"),
            *following,
        ),
        cross="center",
        gap=8,
        padding=(16, 40, 16, 24),
    )
    ids = preferences_of(context).city_ids()
    cities = tuple(city for city in map(find_city, ids) if city is not None)
    rows = tuple(_city_row(context, city, now) for city in cities)
    return w.Scroll((face, *rows), key="cities", padding=(0, 0, 0, 96), resource_id="cities")


def _city_row(context: ClockContext, city: City, here: datetime) -> w.Widget:
    there = here.astimezone(zone_of(city.zone))
    return w.ContextMenu(
        (w.MenuItem("Remove", partial(remove_city, context, city.id), "delete"),),
        w.ListRow(
            city.name,
            ahead_text(here, there),
            title_id="city_name",
            summary_id="hours_ahead",
            trailing=w.Text(
                time_text(there.hour, there.minute, context.is_24_hour), style="headline", resource_id="digital_clock"
            ),
            resource_id="world_clock_item",
        ),
        key=f"city:{city.id}",
    )


def ahead_text(here: datetime, there: datetime) -> str:
    """`Tomorrow, 9 hours ahead`, `3 hours 30 minutes behind`, `Same time`."""
    offset = (there.utcoffset() or timedelta()) - (here.utcoffset() or timedelta())
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} hour{'' if hours == 1 else 's'}"] if hours else []
    parts += [f"{rest} minutes"] if rest else []
    text = f"{' '.join(parts)} {'ahead' if minutes > 0 else 'behind'}" if parts else "Same time"
    if there.date() == here.date():
        return text
    return f"{'Tomorrow' if there.date() > here.date() else 'Yesterday'}, {text}"


def remove_city(context: ClockContext, city_id: str) -> None:
    preferences = preferences_of(context)
    preferences.save_city_ids(tuple(other for other in preferences.city_ids() if other != city_id))
