"""Dates as AndroidWorld's goals put them: `October 12 2023`, `October 12`, `yesterday`, `Thursday`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Final

FORMAT: Final = "%B %d %Y"
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def written(day: date) -> str:
    """`October 9 2023`, the form of the parameters."""
    return f"{day:%B} {day.day} {day.year}"


def reworded(day: date, today: date, rng: Random) -> str:
    """One of the ways in which a goal may name the day; days of the last week also go by their weekday."""
    options = [f"{day:%B %d}", f"{day:{FORMAT}}"]
    ago = (today - day).days
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}
    if ago in near:
        options.append(near[ago])
    if 0 < ago <= 7:
        options.append(f"{day:%A}")
    return rng.choice(options)


def understood(text: str, today: date) -> date:
    """The day that a goal means. A weekday is the last one before today, with `this` the next one.

    Raises:
        ValueError: it is no date.
    """
    words = text.strip().lower()
    near = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if words in near:
        return today + timedelta(days=near[words])
    weekday = words.removeprefix("this ")
    if weekday in _WEEKDAYS:
        number = _WEEKDAYS.index(weekday)
        if weekday != words:
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
        return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    try:
        return datetime.strptime(text.strip(), FORMAT).date()
    except ValueError:
        return datetime.strptime(f"{text.strip()} {today.year}", FORMAT).date()


def awaited(text: str, today: date) -> date:
    """As `understood`, in questions about what is to come: a weekday is the next one, `the X after next` a week later.

    Raises:
        ValueError: it is no date.
    """
    words = text.strip().lower().removeprefix("the ")
    weekday = words.removesuffix(" after next")
    if weekday in _WEEKDAYS:
        day = understood(f"this {weekday}", today)
        return day if weekday == words else day + timedelta(weeks=1)
    return understood(text, today)
