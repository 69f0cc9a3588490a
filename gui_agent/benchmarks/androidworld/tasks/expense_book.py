"""The expenses of the restated expense tasks: categories, what is bought, notes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from device_farm.types.task import JsonValue

Row: TypeAlias = dict[str, JsonValue]

COLUMNS: Final = ("name", "amount", "category", "note", "created_date", "modified_date", "expense_id")
"""Of one expense as AndroidWorld hands it over: cents, the category's number, milliseconds; `expense_id` is -1."""

CATEGORIES: Final = {
    1: ("Others", ("Locksmith", "Dog Food", "Postage", "Key Copies", "Light Bulbs", "Storage Box")),
    2: ("Income", ("Wages", "Tax Refund", "Lottery Prize", "Book Royalties", "Flat Sublet")),
    3: ("Food", ("Market Basket", "Noodle Bar", "Tea Leaves", "Cheese Counter", "Canteen Lunch")),
    4: ("Housing", ("Water Bill", "Window Repair", "Chimney Sweep", "Carpet", "House Paint")),
    5: ("Social", ("Choir Fee", "Flowers for Ida", "Quiz Evening", "Barbecue Share", "Farewell Gift")),
    6: ("Entertainment", ("Opera Seats", "Board Game", "Comic Album", "Zoo Visit", "Vinyl Record")),
    7: ("Transportation", ("Night Train", "Tram Tickets", "Bike Tyre", "Ferry Crossing", "Toll Road")),
    8: ("Clothes", ("Rain Coat", "Wool Socks", "Hemming", "Felt Hat", "Work Boots")),
    9: ("Health Care", ("Dentist", "Reading Glasses", "Bandages", "Vaccination", "Physiotherapy")),
    10: ("Education", ("Night Class", "Dictionary", "Exam Fee", "Language App", "Lab Coat")),
    11: ("Donation", ("Sea Rescue", "Food Bank", "Village Library", "Bird Shelter", "Scout Troop")),
}
"""The category's number in the database: its name and what is logged under it."""

_NOTES: Final = (
    "Paid in cash",
    "Ask for a receipt",
    "Every month",
    "A treat",
    "Split with Jo",
    "Do not forget",
    "Once only",
)
_FIRST_MS: Final = 1_696_118_400_000
"""2023-10-01 00:00 UTC in milliseconds."""
_HOURS: Final = 15 * 24 - 9
"""Up to the afternoon of the 15th, the day of the tasks."""
_HOUR_MS: Final = 3_600_000


def random_time_ms(rng: Random) -> int:
    return _FIRST_MS + rng.randrange(_HOURS) * _HOUR_MS


def random_expense(rng: Random) -> Row:
    category = rng.choice(tuple(CATEGORIES))
    moment = random_time_ms(rng)
    return {
        "name": rng.choice(CATEGORIES[category][1]),
        "amount": rng.randint(1000, 50000),
        "category": category,
        "note": rng.choice(_NOTES),
        "created_date": moment,
        "modified_date": moment,
        "expense_id": -1,
    }


def different_expenses(rng: Random, count: int, fits: Callable[[Row], bool] = lambda row: True) -> list[Row]:
    """`count` expenses that fit, all different from each other."""
    rows: list[Row] = []
    while len(rows) < count:
        row = random_expense(rng)
        if fits(row) and row not in rows:
            rows.append(row)
    return rows


def expenses_by_name(rng: Random, count: int) -> list[Row]:
    """`count` expenses of different names."""
    rows: list[Row] = []
    while len(rows) < count:
        row = random_expense(rng)
        if all(row["name"] != other["name"] for other in rows):
            rows.append(row)
    return rows


def category_name(number: JsonValue) -> str:
    return CATEGORIES[int(number)][0] if isinstance(number, int) else ""


def dollars(cents: JsonValue) -> str:
    """`$12.5` for 1250: as AndroidWorld writes amounts."""
    return f"${int(cents) / 100}" if isinstance(cents, int) else ""
