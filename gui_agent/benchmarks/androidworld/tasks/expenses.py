"""Expenses in Pro Expense: delete some, delete duplicates, add. Decided by the rows of its database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.tables import Row, Table, added, removed, rows_param
from gui_agent.benchmarks.androidworld.tasks.expense_book import (
    COLUMNS,
    category_name,
    different_expenses,
    dollars,
    expenses_by_name,
    random_time_ms,
)
from gui_agent.benchmarks.androidworld.tasks.expense_hand import add_expense, delete_expense, open_expenses, open_logs
from gui_agent.benchmarks.androidworld.tasks.recipes import TEXT_FORMS, as_text
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import Param, RowsParam
from verifier.rules.base import judge

TABLE: Final = Table(
    package="com.arduia.expense",
    path="/data/data/com.arduia.expense/databases/accounting.db",
    name="expense",
    key="expense_id",
    columns=COLUMNS[:-1],
)
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


class ExpenseTask(TaskTemplate):
    """`row_objects` are the expenses that the task is about, `noise_row_objects` the others."""

    tags: ClassVar[tuple[str, ...]] = ("pro expense",)

    def stored(self, task: Task) -> list[dict[str, JsonValue]]:
        """The expenses that are there at the start, in the order of their numbers."""
        return [*rows_param(task, "noise_row_objects"), *rows_param(task, "row_objects")]

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await TABLE.fill(device, self.stored(task))


class _Delete(ExpenseTask):
    targets: ClassVar[int] = 3
    noise: ClassVar[int] = 0

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        rows: list[JsonValue] = list(expenses_by_name(rng, self.targets + self.noise))
        values: dict[str, JsonValue] = {"row_objects": rows[: self.targets]}
        return values | ({"noise_row_objects": rows[self.targets :]} if self.noise else {})

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        rows = params["row_objects"]
        names = [str(row["name"]) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return f"In Pro Expense, delete these expenses: {', '.join(names)}."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = TABLE.numbered(self.stored(task))
        count = len(rows_param(task, "row_objects"))
        gone = tuple(range(len(before) - count + 1, len(before) + 1))
        return await judge(device, also=[removed(TABLE, before, await TABLE.rows(device), gone)])

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


class _DeleteDuplicates(ExpenseTask):
    goal = (
        "Some expense in Pro Expense is logged twice, equal in everything. Delete one of the two, so that each "
        "different expense is left exactly once."
    )

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        *noise, target = self.different(rng)
        return {"row_objects": [target, dict(target)], "noise_row_objects": list[JsonValue](noise)}

    @abstractmethod
    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        """The expenses, all different; the last one will be there twice."""

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = TABLE.numbered(self.stored(task))
        gone = (len(before) - 1, len(before))
        return await judge(device, also=[removed(TABLE, before, await TABLE.rows(device), gone, either=True)])

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


class AddExpenses(ExpenseTask):
    """`row_objects` are to be added; only the others are there at the start."""

    targets: ClassVar[int] = 3
    noise: ClassVar[int] = 10

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        targets = different_expenses(rng, self.targets)
        names = {row["name"] for row in targets}
        noise = different_expenses(rng, self.noise, lambda row: row["name"] not in names)
        return {
            "row_objects": list(targets),
            "noise_row_objects": list(noise),
            "text_representation_type": TEXT_FORMS.sample(rng),
        }

    def stored(self, task: Task) -> list[dict[str, JsonValue]]:
        return rows_param(task, "noise_row_objects")

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        rows = params["row_objects"]
        listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        text = expenses_text(listed, str(params["text_representation_type"]))
        return f"Log these expenses in Pro Expense:\n{text}"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = TABLE.numbered(self.stored(task))
        wanted = rows_param(task, "row_objects")
        after = await TABLE.rows(device)
        found = added(TABLE, before, after, wanted, exact=("amount", "category"), alike=("name", "note"))
        return await judge(device, also=[found])

    def read_source(self, task: Task) -> Script:
        """How the expert gets to know the expenses, where the goal does not say them."""
        yield from ()

    def expert(self, task: Task) -> Script:
        yield from self.read_source(task)
        yield from open_expenses()
        for row in rows_param(task, "row_objects"):
            yield from add_expense(row)


def add_params(targets: int, noise: int) -> dict[str, Param]:
    return {
        "row_objects": expense_rows(targets, targets),
        "noise_row_objects": expense_rows(noise, noise),
        "text_representation_type": TEXT_FORMS,
    }


class ExpenseAddSingle(AddExpenses):
    name = "ExpenseAddSingle"
    goal = "Log an expense."
    targets = 1
    params: ClassVar[Mapping[str, Param]] = add_params(1, 10)
    complexity = 1
    max_steps = 12


class ExpenseAddMultiple(AddExpenses):
    name = "ExpenseAddMultiple"
    goal = "Log expenses."
    params: ClassVar[Mapping[str, Param]] = add_params(3, 10)
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
