"""The app's preferences: whether it was set up, currency, language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.expense.schema import PACKAGE
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem import FileSystem

FIRST_TIME_KEY: Final = "isFirstTime"
CURRENCY_KEY: Final = "selected_currency_number"
LANGUAGE_KEY: Final = "selected_language"

_DOLLAR: Final = "840"


@dataclass(frozen=True, slots=True)
class Currency:
    """`number` is the ISO 4217 number, under which the choice is stored."""

    number: str
    code: str
    symbol: str
    name: str


CURRENCIES: Final = (
    Currency(_DOLLAR, "USD", "$", "United State Dollar"),
    Currency("978", "EUR", "€", "Euro"),
    Currency("826", "GBP", "£", "United Kingdom Pound"),
    Currency("356", "INR", "INR", "India Rupees"),
    Currency("036", "AUD", "AUD", "Australia Dollar"),
    Currency("124", "CAD", "CAD", "Canada Dollar"),
    Currency("710", "ZAR", "R", "South Africa Rand"),
    Currency("554", "NZD", "NZD", "New Zealand Dollar"),
    Currency("392", "JPY", "¥", "Japan Yen"),
    Currency("702", "SGD", "SGD", "Singapore Dollar"),
    Currency("156", "CNY", "¥", "China Yuan Renminbi"),
    Currency("756", "CHF", "CHF", "Switzerland Francs"),
)
LANGUAGES: Final = (("my", "Myanmar(Burma)"), ("en", "United States(English)"), ("cn", "China (Chinese)"))


def preferences(files: FileSystem) -> PreferenceStore:
    return PreferenceStore(files, PACKAGE)


def is_first_time(files: FileSystem) -> bool:
    return preferences(files).flag(FIRST_TIME_KEY, True)


def currency(files: FileSystem) -> Currency:
    number = preferences(files).text(CURRENCY_KEY, _DOLLAR)
    return next((each for each in CURRENCIES if each.number == number), CURRENCIES[0])


def language(files: FileSystem) -> str:
    return preferences(files).text(LANGUAGE_KEY, "en")
