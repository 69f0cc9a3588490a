"""How Pro Expense writes amounts and dates."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from device_farm.simulator.apps.times import time_text

AMOUNT: Final = re.compile(r"[+-]?(?:[0-9]{0,8}(?:[.][0-9]{0,2})?|[.][0-9]{0,2})")
"""What can be typed as an amount."""


def amount_text(cents: int) -> str:
    """`1,234.5` for 123450 cents: grouped, at most two decimals, no trailing zeros."""
    whole, fraction = divmod(abs(cents), 100)
    decimals = f".{fraction:02d}".rstrip("0").rstrip(".")
    return f"{'-' if cents < 0 else ''}{whole:,}{decimals}"


def parse_amount(text: str) -> int | None:
    """Cents; None for what is no number."""
    try:
        return int((Decimal(text) * 100).to_integral_value())
    except InvalidOperation:
        return None


def typed_amount(cents: int) -> str:
    """The amount as it stands in the form."""
    return amount_text(cents).replace(",", "")


def recent_date(moment: datetime, now: datetime) -> str:
    """Today and yesterday with the time; other days of this month with the year, of other months without."""
    if (moment.year, moment.month) == (now.year, now.month):
        if moment.day == now.day:
            return f"Today {time_text(moment.hour, moment.minute, False)}"
        if moment.day == now.day - 1:
            return f"Yesterday {time_text(moment.hour, moment.minute, False)}"
    elif moment.year == now.year:
        return f"{moment:%b} {moment.day}"
    return f"{moment.year} {moment:%b} {moment.day}"


def entry_date(moment: datetime) -> str:
    """`15 Oct 2023 3:34 PM`, under the title of the form."""
    return f"{moment.day} {moment:%b} {moment.year} {time_text(moment.hour, moment.minute, False)}"


def date_range(start: datetime, end: datetime, *, with_year: bool = True) -> str:
    """`2023 Oct 1 - 15`, `2023 Sep 28 - Oct 4`, or without the year."""
    first = f"{start.year} {start:%b} {start.day}" if with_year else f"{start:%b} {start.day}"
    if start.date() == end.date():
        return first
    if (start.year, start.month) == (end.year, end.month):
        return f"{first} - {end.day}"
    if start.year == end.year or not with_year:
        return f"{first} - {end:%b} {end.day}"
    return f"{first} - {end.year} {end:%b} {end.day}"
