"""Pro Expense driven by taps: what is saved lies in its table, what the table says is on the screen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hand import Hand

from device_farm.simulator.apps.expense.categories import CATEGORIES, chips_for
from device_farm.simulator.apps.expense.entry import chip_pages
from device_farm.simulator.apps.expense.formats import amount_text, date_range, parse_amount, recent_date
from device_farm.simulator.apps.expense.schema import DATABASE_PATH, PACKAGE
from device_farm.simulator.apps.expense.store import Expense, ExpenseStore
from device_farm.simulator.database import Database

NOW = datetime(2023, 10, 15, 15, 34, tzinfo=UTC)


def expense(name: str, cents: int = 1000, *, hours_ago: float = 0.0, category: int = 3) -> Expense:
    moment = int((NOW.timestamp() - 3600 * hours_ago) * 1000)
    return Expense(
        name=name, amount_cents=cents, category=category, note="Urgent", created_ms=moment, modified_ms=moment
    )


def store(hand: Hand) -> ExpenseStore:
    return ExpenseStore(hand.phone.callbacks.app_context(PACKAGE))


def opened(*expenses: Expense) -> Hand:
    hand = Hand()
    for each in expenses:
        store(hand).save(each)
    hand.open(PACKAGE)
    return hand


def names(hand: Hand) -> list[str]:
    """The expenses in the list, from top to bottom."""
    return [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("/tv_name"))]


def test_new_expense_is_stored_in_cents_with_its_category() -> None:
    hand = opened()
    hand.tap(resource_id="fb_main_add")
    hand.type("Night Train\n123.45\nPaid in cash")
    box = hand.node(resource_id="rv_category").bounds
    hand.phone.input.swipe(900, (box.top + box.bottom) // 2, 200, (box.top + box.bottom) // 2)
    hand.tap("Transportation")
    hand.tap("SAVE")
    (saved,) = store(hand).newest(5)
    assert (saved.name, saved.amount_cents, saved.category, saved.note) == ("Night Train", 12345, 7, "Paid in cash")
    assert saved.created_ms // 60_000 == saved.modified_ms // 60_000
    assert hand.sees("Night Train") and hand.sees("123.45")


def test_expense_without_amount_is_not_saved() -> None:
    hand = opened()
    hand.tap(resource_id="fb_main_add")
    hand.type("Night Train")
    hand.tap("SAVE")
    assert hand.sees("Cost is Empty")
    assert store(hand).newest(5) == ()


def test_amount_takes_nothing_but_an_amount() -> None:
    hand = opened()
    hand.tap(resource_id="fb_main_add")
    hand.fill("12.345", resource_id="edt_amount")
    assert hand.node(resource_id="edt_amount").text == ""
    hand.type("12.34")
    assert hand.node(resource_id="edt_amount").text == "12.34"


def test_lock_keeps_the_form_open_for_the_next_expense() -> None:
    hand = opened()
    hand.tap(resource_id="fb_main_add")
    hand.tap(resource_id="cv_lock")
    hand.type("Tea\n3\n-")
    hand.tap("NEXT")
    hand.type("Bread\n4\n-")
    hand.tap("NEXT")
    assert sorted(each.name for each in store(hand).newest(5)) == ["Bread", "Tea"]


def test_deleting_asks_first() -> None:
    hand = opened(expense("Tea"), expense("Bread", hours_ago=1))
    hand.tap("MORE")
    assert names(hand) == ["Tea", "Bread"]
    hand.tap("Tea")
    hand.tap(resource_id="btn_delete")
    hand.back()
    assert len(store(hand).newest(5)) == 2
    hand.tap("Tea")
    hand.tap(resource_id="btn_delete")
    hand.tap("CONFIRM")
    assert names(hand) == ["Bread"]
    assert [each.name for each in store(hand).newest(5)] == ["Bread"]


def test_swiped_expenses_are_deleted_together() -> None:
    hand = opened(*(expense(f"Entry {number}", hours_ago=number) for number in range(4)))
    hand.tap("MORE")
    for name in ("Entry 1", "Entry 2"):
        box = hand.node(name).bounds
        hand.phone.input.swipe(box.left, box.top + 5, box.left + 500, box.top + 5)
    assert hand.sees("2  items")
    hand.tap(description="Delete")
    hand.tap("CONFIRM")
    assert names(hand) == ["Entry 0", "Entry 3"]


def test_held_expense_uncovers_its_delete_button() -> None:
    hand = opened(expense("Tea"))
    hand.tap("MORE")
    hand.long_press("Tea")
    hand.tap("Delete")
    hand.tap("CONFIRM")
    assert hand.sees("NO EXPENSE LOGS")


def test_editing_keeps_the_day_of_making() -> None:
    hand = opened(expense("Tea", hours_ago=30))
    (before,) = store(hand).newest(1)
    hand.tap("Tea")
    hand.tap("EDIT")
    hand.fill("7.5", resource_id="edt_amount")
    hand.tap("UPDATE")
    (after,) = store(hand).newest(1)
    assert (after.amount_cents, after.created_ms, after.modified_ms) == (750, before.created_ms, before.modified_ms)


def test_filter_shows_the_days_that_were_chosen() -> None:
    hand = opened(expense("Tea"), expense("Bread", hours_ago=24 * 5))
    hand.tap("MORE")
    hand.tap(description="Filter")
    hand.tap("ASC")
    hand.tap("APPLY FILTER")
    assert names(hand) == ["Bread", "Tea"]


def test_cleared_app_asks_for_language_and_currency() -> None:
    hand = Hand()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    hand.tap("NEXT")
    hand.tap("€   Euro")
    hand.tap("CONTINUE")
    assert hand.sees("Home")
    store(hand).save(expense("Tea"))
    hand.open(PACKAGE)
    assert hand.sees("EUR")


@pytest.mark.parametrize("content", [b"", b"garbage", b"SQLite format 3\0" + b"\x00" * 60])
def test_database_that_is_none_is_made_anew(content: bytes) -> None:
    hand = opened(expense("Tea"))
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(DATABASE_PATH, content)
    hand.open(PACKAGE)
    assert hand.sees("Home") and not hand.sees("Tea")


def test_rows_of_other_programs_are_shown_as_well_as_they_can_be() -> None:
    hand = opened()
    Database(hand.phone.files, DATABASE_PATH).execute(
        "INSERT INTO expense (name, amount, category, note, created_date, modified_date)"
        " VALUES (NULL, -5, 99, NULL, 0, 0)"
    )
    hand.open(PACKAGE)
    assert hand.sees("-0.05") and hand.sees("1970 Jan 1")
    hand.tap("MORE")
    assert hand.sees("Expense Logs")


def test_chips_show_every_category_and_none_twice() -> None:
    for category in CATEGORIES:
        shown = [chip for page in chip_pages(chips_for(category.id)) for chip in page]
        assert shown[0] is category
        assert sorted(chip.id for chip in shown) == list(range(1, 12))


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0"), (5, "0.05"), (50, "0.5"), (39378, "393.78"), (123450, "1,234.5"), (10000, "100")]
)
def test_amounts_have_no_trailing_zeros(cents: int, text: str) -> None:
    assert amount_text(cents) == text
    assert parse_amount(text.replace(",", "")) == cents


def test_dates_are_written_by_their_distance() -> None:
    at = NOW.replace
    assert recent_date(at(hour=4, minute=5), NOW) == "Today 4:05 AM"
    assert recent_date(at(day=14), NOW) == "Yesterday 3:34 PM"
    assert recent_date(at(day=1), NOW) == "2023 Oct 1"
    assert recent_date(at(month=9, day=30), NOW) == "Sep 30"
    assert date_range(at(day=1), at(day=15)) == "2023 Oct 1 - 15"
    assert date_range(at(month=9, day=28), NOW) == "2023 Sep 28 - Oct 15"
