"""Which ingredients are in season when: a small calendar of common knowledge, not the real app's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.recipes.schema import PACKAGE
from device_farm.simulator.filesystem import FileSystem

REGION_KEY: Final = "seasonal-calendar-region"
LANGUAGES_KEY: Final = "seasonal-calendar-languages"

REGIONS: Final = ("Central Europe", "North America (colder)", "North America (warmer)")
LANGUAGES: Final = ("English",)

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Food:
    """`first` and `last` month of the season for each of `REGIONS`, 1 to 12; a season may span the new year."""

    name: str
    terms: tuple[str, ...]
    seasons: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]

    def in_season(self, region: int, month: int) -> bool:
        first, last = self.seasons[region]
        return first <= month <= last if first <= last else month >= first or month <= last


FOODS: Final = (
    Food("Apples", ("apple", "apples"), ((8, 11), (8, 11), (7, 12))),
    Food("Asparagus", ("asparagus",), ((4, 6), (5, 6), (2, 5))),
    Food("Broccoli", ("broccoli",), ((6, 10), (6, 10), (10, 5))),
    Food("Carrots", ("carrot", "carrots"), ((6, 11), (7, 11), (1, 12))),
    Food("Cauliflower", ("cauliflower",), ((5, 11), (6, 11), (10, 4))),
    Food("Eggplants", ("eggplant", "eggplants", "aubergine", "aubergines"), ((7, 10), (7, 10), (5, 10))),
    Food("Fennel", ("fennel",), ((6, 10), (6, 11), (10, 4))),
    Food("Kale", ("kale",), ((11, 2), (6, 11), (10, 4))),
    Food("Leek", ("leek", "leeks"), ((7, 3), (8, 11), (10, 4))),
    Food("Peas", ("peas",), ((6, 8), (6, 7), (3, 5))),
    Food("Pumpkins", ("pumpkin", "pumpkins", "squash"), ((9, 12), (9, 11), (8, 11))),
    Food("Raspberries", ("raspberry", "raspberries"), ((6, 9), (7, 9), (5, 7))),
    Food("Spinach", ("spinach",), ((3, 11), (5, 10), (10, 5))),
    Food("Strawberries", ("strawberry", "strawberries"), ((5, 7), (6, 7), (2, 5))),
    Food("Tomatoes", ("tomato", "tomatoes"), ((7, 10), (7, 9), (5, 10))),
    Food("Zucchini", ("zucchini", "courgette", "courgettes"), ((6, 10), (6, 9), (4, 10))),
)


def preferences(files: FileSystem) -> PreferenceStore:
    return PreferenceStore(files, PACKAGE)


def configured_region(files: FileSystem) -> int | None:
    """The index of the region; None until a region and a language of recipes are chosen."""
    values = preferences(files).load()
    region, languages = values.get(REGION_KEY), values.get(LANGUAGES_KEY)
    return REGIONS.index(region) if isinstance(region, str) and region in REGIONS and languages else None


def foods_of(region: int, month: int) -> tuple[Food, ...]:
    return tuple(food for food in FOODS if food.in_season(region, month))


def seasonal_terms(files: FileSystem, month: int) -> tuple[str, ...]:
    """The words that make an ingredient seasonal this month; none until the calendar is configured."""
    region = configured_region(files)
    if region is None:
        return ()
    return tuple(term for food in foods_of(region, month) for term in food.terms)


def is_seasonal(ingredients: str, terms: tuple[str, ...]) -> bool:
    words = f" {' '.join(ingredients.lower().replace(',', ' ').split())} "
    return any(f" {term} " in words for term in terms)
