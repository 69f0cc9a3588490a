"""Expenses in `accounting.db`. Every call reads or writes the file; nothing is held in memory."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from device_farm.simulator.apps.expense.schema import DATABASE, SCHEMA
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.toolkit.app import AppContext

_SELECT = "SELECT expense_id, name, amount, category, note, created_date, modified_date FROM expense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """One row of `expense`; amounts are cents, times milliseconds of Unix time. `id` 0 was never saved."""

    id: int = 0
    name: str
    amount_cents: int
    category: int
    note: str
    created_ms: int
    modified_ms: int


def _expense(row: sqlite3.Row) -> Expense:
    return Expense(
        id=row[0],
        name=row[1] or "",
        amount_cents=int(row[2] or 0),
        category=int(row[3] or 0),
        note=row[4] or "",
        created_ms=int(row[5] or 0),
        modified_ms=int(row[6] or 0),
    )


class ExpenseStore:
    """The tables, opened anew for each screen."""

    def __init__(self, context: AppContext) -> None:
        self._database = room_database(context, DATABASE, SCHEMA)

    def newest(self, count: int) -> tuple[Expense, ...]:
        return tuple(map(_expense, self._database.query(f"{_SELECT} ORDER BY modified_date DESC LIMIT ?", (count,))))

    def between(self, start_ms: int, end_ms: int, *, ascending: bool = False) -> tuple[Expense, ...]:
        """Expenses modified in a time, both ends included, the newest first unless `ascending`."""
        order = "ASC" if ascending else "DESC"
        rows = self._database.query(
            f"{_SELECT} WHERE modified_date BETWEEN ? AND ? ORDER BY modified_date {order}", (start_ms, end_ms)
        )
        return tuple(map(_expense, rows))

    def span_ms(self) -> tuple[int, int] | None:
        """The first and the last time of all expenses; None where there are none."""
        row = self._database.query("SELECT MIN(modified_date), MAX(modified_date) FROM expense")[0]
        return None if row[0] is None else (int(row[0]), int(row[1]))

    def get(self, expense_id: int) -> Expense | None:
        rows = self._database.query(f"{_SELECT} WHERE expense_id = ?", (expense_id,))
        return _expense(rows[0]) if rows else None

    def save(self, expense: Expense) -> None:
        values = (
            expense.name,
            expense.amount_cents,
            expense.category,
            expense.note,
            expense.created_ms,
            expense.modified_ms,
        )
        if expense.id:
            self._database.execute(
                "UPDATE expense SET name = ?, amount = ?, category = ?, note = ?, created_date = ?, modified_date = ?"
                " WHERE expense_id = ?",
                (*values, expense.id),
            )
        else:
            self._database.execute(
                "INSERT INTO expense (name, amount, category, note, created_date, modified_date)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )

    def delete(self, ids: tuple[int, ...]) -> None:
        self._database.execute_many("DELETE FROM expense WHERE expense_id = ?", [(number,) for number in ids])
