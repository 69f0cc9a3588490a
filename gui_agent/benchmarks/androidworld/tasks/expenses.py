"""Expenses in Pro Expense: delete some, delete duplicates, add. Decided by the rows of its database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import ClassVar, Final

from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.androidworld.tables import Row, Table, rows_param
from gui_agent.benchmarks.androidworld.tasks.expense_book import (
    COLUMNS,
    category_name,
    different_expenses,
    dollars,
    expenses_by_name,
    random_time_ms,
)
from gui_agent.benchmarks.androidworld.tasks.expense_hand import add_expense, delete_expense, open_expenses, open_logs
from gui_agent.benchmarks.androidworld.tasks.row_tasks import (
    AddRows,
    DeleteDuplicate,
    DeleteRows,
    add_params,
    as_text,
    listed,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import Param, RowsParam

TABLE: Final = Table(
    package="com.arduia.expense",
    path="/data/data/com.arduia.expense/databases/accounting.db",
    name="expense",
    key="expense_id",
    columns=COLUMNS[:-1],
)
_TAGS: Final = ("pro expense",)
_WRITTEN: Final = ("name", "amount_dollars", "category_name", "note")


def expense_rows(low: int, high: int) -> RowsParam:
    return RowsParam(COLUMNS, low, high)


def written(rows: Sequence[Row]) -> list[dict[str, JsonValue]]:
    """The rows as they are told to a person: amounts in dollars, categories by name."""
    return [
        {
            "name": row["name"],
            "amount_dollars": dollars(row["amount"]),
            "category_name": category_name(row["category"]),
            "note": row["note"],
        }
        for row in rows
    ]


def expenses_text(rows: Sequence[Row], form: str) -> str:
    return as_text(written(rows), _WRITTEN, form, "Expense")


class _Delete(DeleteRows):
    tags: ClassVar[tuple[str, ...]] = _TAGS
    table = TABLE

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        rows: list[JsonValue] = list(expenses_by_name(rng, self.targets + self.noise))
        values: dict[str, JsonValue] = {"row_objects": rows[: self.targets]}
        return values | ({"noise_row_objects": rows[self.targets :]} if self.noise else {})

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        names = [str(row["name"]) for row in listed(params["row_objects"])]
        return f"In Pro Expense, delete these expenses: {', '.join(names)}."

    def expert(self, task: Task) -> Script:
        yield from open_logs()
        # The logs begin with the newest: in this order the way leads downwards only.
        rows = sorted(rows_param(task, "row_objects"), key=lambda row: -int(str(row["modified_date"])))
        for row in rows:
            yield from delete_expense(row)


class ExpenseDeleteSingle(_Delete):
    name = "ExpenseDeleteSingle"
    goal = "Delete an expense."
    targets = 1
    params: ClassVar[Mapping[str, Param]] = {"row_objects": expense_rows(1, 1)}
    complexity = 1
    max_steps = 10


class ExpenseDeleteMultiple(_Delete):
    name = "ExpenseDeleteMultiple"
    goal = "Delete expenses."
    params: ClassVar[Mapping[str, Param]] = {"row_objects": expense_rows(3, 3)}
    complexity = 2
    max_steps = 20


class ExpenseDeleteMultiple2(_Delete):
    name = "ExpenseDeleteMultiple2"
    goal = "Delete expenses among others."
    noise = 50
    params: ClassVar[Mapping[str, Param]] = {
        "row_objects": expense_rows(3, 3),
        "noise_row_objects": expense_rows(50, 50),
    }
    complexity = 3
    max_steps = 34


class _DeleteDuplicates(DeleteDuplicate):
    tags: ClassVar[tuple[str, ...]] = _TAGS
    table = TABLE
    goal = (
        "Some expense in Pro Expense is logged twice, equal in everything. Delete one of the two, so that each "
        "different expense is left exactly once."
    )

    def expert(self, task: Task) -> Script:
        yield from open_logs()
        yield from delete_expense(rows_param(task, "row_objects")[0])


class ExpenseDeleteDuplicates(_DeleteDuplicates):
    name = "ExpenseDeleteDuplicates"
    params: ClassVar[Mapping[str, Param]] = {"row_objects": expense_rows(2, 2), "noise_row_objects": expense_rows(5, 5)}
    complexity = 1
    max_steps = 12

    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        return different_expenses(rng, 6)


class ExpenseDeleteDuplicates2(_DeleteDuplicates):
    """Three others differ from the duplicates in amount and time only."""

    name = "ExpenseDeleteDuplicates2"
    params: ClassVar[Mapping[str, Param]] = {
        "row_objects": expense_rows(2, 2),
        "noise_row_objects": expense_rows(40, 40),
    }
    complexity = 2
    max_steps = 18

    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        *noise, target = different_expenses(rng, 38)
        near: list[dict[str, JsonValue]] = []
        for more in rng.sample(range(50, 1000), 3):
            times = {"created_date": random_time_ms(rng), "modified_date": random_time_ms(rng)}
            near.append({**target, "amount": int(str(target["amount"])) + more, **times})
        return [*noise, *near, target]


class AddExpenses(AddRows):
    tags: ClassVar[tuple[str, ...]] = _TAGS
    table = TABLE
    called = "name"
    exact = ("amount", "category")
    alike = ("name", "note")

    def draw(self, rng: Random, count: int, fits: Callable[[Row], bool]) -> list[dict[str, JsonValue]]:
        return different_expenses(rng, count, fits)

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        text = expenses_text(listed(params["row_objects"]), str(params["text_representation_type"]))
        return f"Log these expenses in Pro Expense:\n{text}"

    def open(self) -> Script:
        return open_expenses()

    def add(self, row: Row) -> Script:
        return add_expense(row)


class ExpenseAddSingle(AddExpenses):
    name = "ExpenseAddSingle"
    goal = "Log an expense."
    targets = 1
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 1, 10)
    complexity = 1
    max_steps = 12


class ExpenseAddMultiple(AddExpenses):
    name = "ExpenseAddMultiple"
    goal = "Log expenses."
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 3, 10)
    complexity = 5
    max_steps = 60


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    ExpenseAddMultiple(),
    ExpenseAddSingle(),
    ExpenseDeleteDuplicates(),
    ExpenseDeleteDuplicates2(),
    ExpenseDeleteMultiple(),
    ExpenseDeleteMultiple2(),
    ExpenseDeleteSingle(),
)
