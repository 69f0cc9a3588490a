"""The spreadsheet (LibreOffice Calc): a cell, a sum. Decided by cells of the saved file."""

from __future__ import annotations

from random import Random

from device_farm.device import Device
from device_farm.types.action import PressKey, TypeText, Wait
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.basics.desktop.common import MAX_STEPS, START_TRIES, home, open_path, put_document, start
from gui_agent.benchmarks.basics.desktop.documents import spreadsheet
from gui_agent.benchmarks.params import ChoiceParam, IntParam
from gui_agent.benchmarks.ui import Match, Plain, tap
from verifier.rules.base import judge
from verifier.rules.spreadsheet import CellEquals

FILE = "budget.ods"
_SAVING_S = 3.0
ITEMS = ("Rent", "Food", "Travel", "Books", "Phone")


def _amounts(task: Task) -> list[int]:
    rng = Random(f"{task.template}/{task.seed}/amounts")
    return [rng.randrange(10, 900) for _ in ITEMS]


def _write(cell: str, content: str) -> Plain:
    """Clicks a cell and types over it."""
    yield from tap(Match(text=cell, role="table cell"), tries=START_TRIES)
    yield TypeText(text=f"{content}\n")


def _save() -> Plain:
    yield PressKey(key="s", modifiers=("ctrl",))
    # On a busy machine the file is written seconds later, and no window says when.
    yield Wait(duration_s=_SAVING_S)


class _Budget(TaskTemplate):
    """A task on a small table: items in column A, amounts in column B, rows 2 to 6."""

    platform = "desktop"
    max_steps = MAX_STEPS
    tags = ("spreadsheet", "text")
    complexity = 3
    time_budget_s = 240.0

    async def set_up(self, device: Device, task: Task) -> None:
        rows: list[tuple[str | int, ...]] = [("Item", "Amount")]
        rows += zip(ITEMS, _amounts(task), strict=True)
        await put_document(device, FILE, spreadsheet(rows))

    def _open(self) -> Plain:
        yield from start("LibreOffice Calc", "LibreOffice Calc")
        yield from open_path(f"/home/user/Documents/{FILE}", FILE)


class DesktopSetCell(_Budget):
    name = "DesktopSetCell"
    goal = "In Documents/budget.ods, change the amount of {item} to {amount} and save the file in the same format."
    params = {"item": ChoiceParam(ITEMS), "amount": IntParam(1000, 1999)}

    def _cell(self, task: Task) -> str:
        return f"B{ITEMS.index(str(task.params['item'])) + 2}"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{await home(device)}/Documents/{FILE}"
        others = [
            CellEquals(path=path, cell=f"B{row}", expected=str(amount))
            for row, amount in enumerate(_amounts(task), start=2)
            if f"B{row}" != self._cell(task)
        ]
        wanted = CellEquals(path=path, cell=self._cell(task), expected=str(task.params["amount"]))
        return await judge(device, wanted, *others)

    def expert(self, task: Task) -> Script:
        yield from self._open()
        yield from _write(self._cell(task), str(task.params["amount"]))
        yield from _save()


class DesktopSumColumn(_Budget):
    name = "DesktopSumColumn"
    goal = "In Documents/budget.ods, put the sum of all amounts into cell B{row} and save the file in the same format."
    params = {"row": IntParam(8, 12)}

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        path = f"{await home(device)}/Documents/{FILE}"
        expected = str(sum(_amounts(task)))
        return await judge(device, CellEquals(path=path, cell=f"B{task.params['row']}", expected=expected))

    def expert(self, task: Task) -> Script:
        yield from self._open()
        yield from _write(f"B{task.params['row']}", "=SUM(B2:B6)")
        yield from _save()


TEMPLATES: tuple[TaskTemplate, ...] = (DesktopSetCell(), DesktopSumColumn())
