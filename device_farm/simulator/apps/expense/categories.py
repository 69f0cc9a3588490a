"""The eleven categories: their numbers in the database, names and icons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    id: int
    name: str
    icon: str


INCOME: Final = 2
FOOD: Final = 3

CATEGORIES: Final = (
    Category(INCOME, "Income", "payments"),
    Category(FOOD, "Food", "restaurant"),
    Category(4, "Housing", "home"),
    Category(5, "Social", "groups"),
    Category(6, "Entertainment", "movie"),
    Category(7, "Transportation", "directions_bus"),
    Category(8, "Clothes", "checkroom"),
    Category(9, "Health Care", "medical_services"),
    Category(10, "Education", "school"),
    Category(11, "Donation", "volunteer_activism"),
    Category(1, "Others", "category"),
)
"""In the order of the app's chips."""

_OTHERS: Final = CATEGORIES[-1]


def category_of(number: int) -> Category:
    """Others for a number that the app does not know."""
    return next((category for category in CATEGORIES if category.id == number), _OTHERS)


def chips_for(first: int) -> tuple[Category, ...]:
    """All categories, the one that was chosen when the form opened before the others."""
    chosen = category_of(first)
    return (chosen, *(category for category in CATEGORIES if category is not chosen))
