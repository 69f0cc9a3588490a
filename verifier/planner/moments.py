"""Days and times as goals name them, by the device's own clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.rules.base import guest_output

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY: Final = r"(?:\d{4}-\d{1,2}-\d{1,2}|tomorrow|two weeks from today|this (?:mon|tues|wednes|thurs|fri|satur|sun)day)"
"""A day as goals about what is to come write it."""


async def now_of(device: Device) -> datetime:
    """The device's time in its own zone. Raises VerifierError where it does not tell, GuestError, TransportError."""
    zone = (await guest_output(device, "getprop persist.sys.timezone")).strip()
    seconds = (await guest_output(device, "date +%s")).strip()
    try:
        return datetime.fromtimestamp(int(seconds), ZoneInfo(zone or "UTC"))
    except (ValueError, KeyError, OSError, OverflowError) as error:
        raise VerifierError(f"the device's clock is not understood: {seconds[:40]!r} {zone[:40]!r}") from error


def is_day(words: str) -> bool:
    """Whether `words`, which fit `DAY`, name a day that there is."""
    try:
        day_meant(words, date(2024, 1, 1))
    except ValueError:
        return False
    return True


def day_meant(words: str, today: date) -> date:
    """The day that `words`, which fit `DAY`, name. `this Monday` is the next one after `today`.

    Raises:
        ValueError: there is no such day.
    """
    words = words.lower()
    if words == "tomorrow":
        return today + timedelta(days=1)
    if words == "two weeks from today":
        return today + timedelta(weeks=2)
    if words.startswith("this "):
        number = WEEKDAYS.index(words.removeprefix("this "))
        return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words)
    if found is None:
        raise ValueError(f"{words!r} is no day")
    return date(*map(int, found.groups()))


SPOKEN_DAY: Final = r"[a-z]+ \d{1,2}(?: \d{4})?|today|yesterday|tomorrow|(?:the |this )?[a-z]+day(?: after next)?"
"""A day as questions name it; a bare weekday is the next one or the last one, as the question looks."""
CLOCK: Final = r"\d{1,2}:\d{2}(?:[ap]m)?|\d{1,2}[ap]m"
_NEAR: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}


def spoken_day(words: str, today: date, *, past: bool = False) -> date:
    """The day that `words`, which fit `SPOKEN_DAY`, mean; `past` for questions about what was.

    `Monday` is the next one after `today`, or with `past` the last one before it; `the Monday after next` a week later.

    Raises:
        ValueError: there is no such day.
    """
    words = words.strip().lower().removeprefix("the ")
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    weekday = words.removeprefix("this ").removesuffix(" after next")
    if weekday in WEEKDAYS:
        number = WEEKDAYS.index(weekday)
        if past and weekday == words:
            return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
        ahead = (number - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead + 7 * words.endswith(" after next"))
    dated = words if re.search(r" \d{4}$", words) else f"{words} {today.year}"
    return datetime.strptime(dated, "%B %d %Y").date()


def clock_time(words: str) -> time:
    """`15:00`, `3:00pm` or `3pm`. Raises ValueError where it is no time of a day."""
    for form in ("%H:%M", "%I:%M%p", "%I%p"):
        try:
            return datetime.strptime(words.lower(), form).time()
        except ValueError:
            continue
    raise ValueError(f"{words!r} is no time of the day")


def is_spoken(values: Mapping[str, str]) -> bool:
    """Whether the values called `day`, `until` and `time` name days and a time that there are."""
    try:
        for name in ("day", "until"):
            spoken_day(values.get(name, "today"), date(2024, 1, 1))
        clock_time(values.get("time", "12:00"))
    except ValueError:
        return False
    return True


def next_week(today: date) -> tuple[date, date]:
    """Monday and Sunday of the week after the one of `today`."""
    monday = today + timedelta(days=7 - today.weekday())
    return monday, monday + timedelta(days=6)
