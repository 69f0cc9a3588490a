"""Expenses to be typed off a note or a picture."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.androidworld.tables import rows_param
from gui_agent.benchmarks.androidworld.tasks.expense_book import COLUMNS, dollars
from gui_agent.benchmarks.androidworld.tasks.expenses import AddExpenses, expenses_text
from gui_agent.benchmarks.androidworld.tasks.row_tasks import add_params
from gui_agent.benchmarks.androidworld.tasks.sources import look_at_picture, put_note, put_pictures, read_note
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import Param

_NOTE: Final = "my_expenses.txt"
_PICTURE: Final = "expenses.jpg"
_OLD_PICTURES: Final = 10
_MARK: Final = "Reimbursable."


class ExpenseAddMultipleFromMarkor(AddExpenses):
    """The note has many expenses; those that are marked as reimbursable are wanted, without the mark."""

    name = "ExpenseAddMultipleFromMarkor"
    goal = (
        "Markor has a note named my_expenses.txt with transactions. Log those of them that are reimbursable in Pro "
        "Expense."
    )
    targets, noise = 2, 100
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 2, 100)
    tags = ("pro expense", "markor")
    complexity = 5
    max_steps = 60

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        targets = [{**row, "note": f"{row['note']}. {_MARK}"} for row in rows_param(task, "row_objects")]
        rows = [*targets, *rows_param(task, "noise_row_objects")]
        Random(f"note/{task.seed}").shuffle(rows)
        await put_note(device, _NOTE, expenses_text(rows, "csv"))

    def read_source(self, task: Task) -> Script:
        rows = rows_param(task, "row_objects")
        yield from read_note(_NOTE, [f"{row['name']}|{dollars(row['amount'])}|" for row in rows])


class ExpenseAddMultipleFromGallery(AddExpenses):
    """Other pictures beside it show expenses that are in the app already."""

    name = "ExpenseAddMultipleFromGallery"
    goal = "The gallery (Simple Gallery Pro) has a picture named expenses.jpg. Log its expenses in Pro Expense."
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 3, 10)
    tags = ("pro expense", "simple gallery pro")
    complexity = 5
    max_steps = 60

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        old = expenses_text(rows_param(task, "noise_row_objects"), "text_block")
        pictures = {_PICTURE: expenses_text(rows_param(task, "row_objects"), "text_block")}
        pictures |= {f"old_expenses_{number}.jpg": old for number in range(_OLD_PICTURES)}
        await put_pictures(device, pictures)

    def read_source(self, task: Task) -> Script:
        yield from look_at_picture(_PICTURE)


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (ExpenseAddMultipleFromGallery(), ExpenseAddMultipleFromMarkor())
