"""What the planner's checks are made of, by hand-worked examples: days, times, amounts, numbers, answers."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from verifier.planner.answer_checks import Moment, Number, Right, Texts
from verifier.planner.message_checks import same_number
from verifier.planner.moments import clock_time, day_meant, next_week, spoken_day
from verifier.planner.phone_expenses import stored

TODAY = date(2023, 10, 15)
"""A Sunday."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2023-10-20", date(2023, 10, 20)),
        ("2024-2-9", date(2024, 2, 9)),
        ("tomorrow", date(2023, 10, 16)),
        ("Two weeks from today", date(2023, 10, 29)),
        ("this Monday", date(2023, 10, 16)),
        ("this Saturday", date(2023, 10, 21)),
        # Today's own weekday is a week away.
        ("this Sunday", date(2023, 10, 22)),
    ],
)
def test_day_to_come_is_counted_from_the_devices_today(words: str, expected: date) -> None:
    assert day_meant(words, TODAY) == expected


@pytest.mark.parametrize(
    ("words", "ahead", "past"),
    [
        ("October 25 2023", date(2023, 10, 25), date(2023, 10, 25)),
        ("October 9", date(2023, 10, 9), date(2023, 10, 9)),
        ("today", TODAY, TODAY),
        ("yesterday", date(2023, 10, 14), date(2023, 10, 14)),
        ("Tuesday", date(2023, 10, 17), date(2023, 10, 10)),
        ("this Tuesday", date(2023, 10, 17), date(2023, 10, 17)),
        ("the Tuesday after next", date(2023, 10, 24), date(2023, 10, 24)),
        ("Sunday", date(2023, 10, 22), date(2023, 10, 8)),
    ],
)
def test_bare_weekday_is_the_next_one_or_the_last_one(words: str, ahead: date, past: date) -> None:
    assert spoken_day(words, TODAY) == ahead
    assert spoken_day(words, TODAY, past=True) == past


@pytest.mark.parametrize("words", ["February 30", "Octember 3", "someday", "2023-02-30"])
def test_day_that_there_is_not_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"does not match|out of range|is no day"):
        spoken_day(words, TODAY)
    with pytest.raises(ValueError, match=r"is no day|out of range|is not in list"):
        day_meant(words, TODAY)


def test_next_week_begins_on_the_monday_after_today() -> None:
    assert next_week(TODAY) == (date(2023, 10, 16), date(2023, 10, 22))
    assert next_week(date(2023, 10, 16)) == (date(2023, 10, 23), date(2023, 10, 29))


@pytest.mark.parametrize(
    ("words", "expected"),
    [("15:05", time(15, 5)), ("3pm", time(15)), ("12am", time(0)), ("12:30PM", time(12, 30)), ("9:15am", time(9, 15))],
)
def test_time_of_the_day_is_read(words: str, expected: time) -> None:
    assert clock_time(words) == expected


@pytest.mark.parametrize("words", ["25:00", "13pm", "noon"])
def test_time_that_there_is_not_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        clock_time(words)


@pytest.mark.parametrize(
    ("amount", "category", "cents", "number"),
    [("$12.5", "Food", "1250", "3"), ("$7", "Others", "700", "1"), ("$0.05", "Donation", "5", "11")],
)
def test_expense_is_stored_in_cents_under_its_categorys_number(
    amount: str, category: str, cents: str, number: str
) -> None:
    row = {"name": "Tea", "amount_dollars": amount, "category_name": category, "note": "hot"}
    assert stored(row) == {"name": "Tea", "amount": cents, "category": number, "note": "hot"}


@pytest.mark.parametrize(("amount", "category"), [("12.5", "Food"), ("$1.234", "Food"), ("$-3", "Food"), ("$3", "Tea")])
def test_expense_that_makes_no_sense_is_none(amount: str, category: str) -> None:
    assert stored({"name": "Tea", "amount_dollars": amount, "category_name": category, "note": ""}) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+1 (202) 555-0150", "+12025550150", True),
        ("2025550150", "+12025550150", True),
        ("+12025550151", "+12025550150", False),
        ("555", "+1202555", False),
        ("110", "110", True),
        ("025550150", "+12025550150", False),
        ("5550150", "+12025550150", False),
    ],
)
def test_number_is_the_same_with_and_without_its_country_code(one: str, other: str, same: bool) -> None:
    assert same_number(one, other) is same
    assert same_number(other, one) is same


_NOON = Moment(expected=datetime(2023, 10, 24, 12, 5))


@pytest.mark.parametrize(
    ("right", "answer", "fits"),
    [
        (Texts(expected=("Book club", "Eye test")), "eye test,  Book club.", True),
        (Texts(expected=("Book club", "Eye test")), "Book club", False),
        (Texts(expected=("Book club",)), "Book club, Book club", False),
        (Texts(expected=("Harbour, room 2",)), "Harbour, room 2", True),
        (Texts(expected=("1/2 cup",)), "12 cup", False),
        (Number(expected=3), "3", True),
        (Number(expected=3), " 3. ", True),
        (Number(expected=3), "3 tasks", False),
        (Number(expected=3), "4", False),
        (Number(expected=3), "nan", False),
        (Number(expected=1200, tolerance=10), "1190", True),
        (Number(expected=1200, tolerance=10), "1189.9", False),
        (_NOON, "October 24 2023 12:05", True),
        (_NOON, "October 24 2023 00:05", False),
        (_NOON, "tomorrow", False),
    ],
)
def test_answer_is_what_the_data_say(right: Right, answer: str, fits: bool) -> None:
    assert right.fits(answer) is fits
