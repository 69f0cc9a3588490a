"""How the messenger writes dates."""

from __future__ import annotations

from device_farm.simulator.apps.times import two_digit_time
from device_farm.simulator.toolkit.app import AppContext


def _time_text(context: AppContext, at_ms: int) -> str:
    return two_digit_time(context.local(at_ms / 1000), context.is_24_hour)


def list_date(context: AppContext, at_ms: int) -> str:
    """The time for today, else month and day; with the year where it is another."""
    moment, now = context.local(at_ms / 1000), context.local()
    if moment.date() == now.date():
        return _time_text(context, at_ms)
    return moment.strftime("%m/%d" if moment.year == now.year else "%m/%d/%Y")


def bubble_date(context: AppContext, at_ms: int) -> str:
    """Date and time over a group of messages; only the time for today."""
    time = _time_text(context, at_ms)
    moment = context.local(at_ms / 1000)
    return time if moment.date() == context.local().date() else f"{list_date(context, at_ms)}, {time}"
