"""Days and times as goals name them, by the device's own clock."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
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
