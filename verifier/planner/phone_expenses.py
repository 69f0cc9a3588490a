"""Goals about expenses in Pro Expense."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from verifier.planner.listings import rows_in
from verifier.planner.phone_files import NOTEBOOK
from verifier.planner.plan import Kind, Plan
from verifier.planner.row_goals import Added, AddedFromNote, Deduplicated, DeletedByName, over
from verifier.planner.tables import Row, Table
from verifier.planner.wording import REST, TEXT, Values, forms

EXPENSES: Final = Table(
    package="com.arduia.expense",
    database="accounting.db",
    name="expense",
    key="expense_id",
    columns=("name", "amount", "category", "note", "created_date", "modified_date"),
)
CATEGORIES: Final = (
    *("Others", "Income", "Food", "Housing", "Social", "Entertainment"),
    *("Transportation", "Clothes", "Health Care", "Education", "Donation"),
)
"""As the application numbers them, from 1 on."""
_WRITTEN: Final = ("name", "amount_dollars", "category_name", "note")
_DOLLARS: Final = re.compile(r"\$(\d{1,9})(?:\.(\d{1,2}))?")
_MARK: Final = re.compile(r"\.? *Reimbursable\.? *", re.IGNORECASE)


def stored(row: Row) -> Row | None:
    """A row as people write it, in the application's columns: `$12.5` is 1250 cents. None where it makes no sense."""
    amount = _DOLLARS.fullmatch(row["amount_dollars"])
    if amount is None or row["category_name"] not in CATEGORIES:
        return None
    cents = int(amount[1]) * 100 + int((amount[2] or "").ljust(2, "0"))
    category = str(CATEGORIES.index(row["category_name"]) + 1)
    return {"name": row["name"], "amount": str(cents), "category": category, "note": row["note"]}


def _all_stored(rows: list[Row] | None) -> list[Row] | None:
    made = [stored(row) for row in rows or ()]
    known = [row for row in made if row is not None]
    return known if len(known) == len(made) else None


def _add(values: Values) -> Plan | None:
    rows = _all_stored(rows_in(values["listed"], _WRITTEN, "Expense"))
    return over(EXPENSES, Added(table=EXPENSES, new=tuple(rows))) if rows else None


def _reimbursable(text: str) -> list[Row] | None:
    """Those marked so at the end of their note, without the mark."""
    marked = [row for row in rows_in(text, _WRITTEN, "Expense") or () if "reimbursable" in row["note"].lower()]
    return _all_stored([{**row, "note": _MARK.sub("", row["note"])} for row in marked])


def _add_marked(values: Values) -> Plan:
    return over(EXPENSES, AddedFromNote(table=EXPENSES, path=f"{NOTEBOOK}/{values['file']}", read=_reimbursable))


def _delete(values: Values) -> Plan:
    return over(EXPENSES, DeletedByName(table=EXPENSES, column="name", names=tuple(values["names"].split(", "))))


def _deduplicate(values: Values) -> Plan:
    return over(EXPENSES, Deduplicated(table=EXPENSES))


_phone = partial(Kind, platform="android")
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="add expenses",
        forms=forms(rf"log these expenses in Pro Expense:\n(?P<listed>{REST})"),
        plan=_add,
    ),
    _phone(
        name="add expenses from a note",
        forms=forms(
            rf"Markor has a note named (?P<file>{TEXT}) with transactions\. Log those of them that are reimbursable in "
            "Pro Expense"
        ),
        plan=_add_marked,
    ),
    _phone(
        name="delete expenses",
        forms=forms(r"in Pro Expense, delete these expenses: (?P<names>\S[^\n]*?[^\s.])"),
        plan=_delete,
    ),
    _phone(
        name="delete expenses that are there twice",
        forms=forms(
            r"some expense in Pro Expense is logged twice, equal in everything\. Delete one of the two, so that each "
            r"different expense is left exactly once"
        ),
        plan=_deduplicate,
    ),
)
