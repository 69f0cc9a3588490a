"""Tasks about the rows of one table, which recipes and expenses share: delete some, delete a duplicate, add some."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.tables import Row, Table, added, removed, rows_param
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import ChoiceParam, Param, RowsParam
from verifier.rules.base import judge

TEXT_FORMS: Final = ChoiceParam(("csv", "text_block"))


def as_text(rows: Sequence[Row], columns: Sequence[str], form: str, noun: str) -> str:
    """Rows as the task writes them: a table with `|` between the cells, or a block of lines for each."""
    if form == "csv":
        return "\n".join(("|".join(columns), *("|".join(str(row[name]) for name in columns) for row in rows)))
    first, *others = columns
    blocks = ("\n".join((f"{noun}: {row[first]}", *(f" {name}: {row[name]}" for name in others))) for row in rows)
    return "\n\n".join(blocks)


def listed(rows: JsonValue) -> list[dict[str, JsonValue]]:
    """The rows of a parameter's value."""
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def add_params(columns: tuple[str, ...], targets: int, noise: int) -> dict[str, Param]:
    return {
        "row_objects": RowsParam(columns, targets, targets),
        "noise_row_objects": RowsParam(columns, noise, noise),
        "text_representation_type": TEXT_FORMS,
    }


class RowsTask(TaskTemplate):
    """`row_objects` are the rows that the task is about, `noise_row_objects` the others."""

    table: ClassVar[Table]
    targets: ClassVar[int] = 3
    noise: ClassVar[int] = 0

    def stored(self, task: Task) -> list[dict[str, JsonValue]]:
        """The rows that are there at the start, in the order of their numbers."""
        return [*rows_param(task, "noise_row_objects"), *rows_param(task, "row_objects")]

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await self.table.fill(device, self.stored(task))


class DeleteRows(RowsTask):
    """The rows to delete come last, so they have the highest numbers."""

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = self.table.numbered(self.stored(task))
        count = len(rows_param(task, "row_objects"))
        gone = tuple(range(len(before) - count + 1, len(before) + 1))
        return await judge(device, also=[removed(self.table, before, await self.table.rows(device), gone)])


class DeleteDuplicate(RowsTask):
    """The last two rows are equal; either may go."""

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        *noise, target = self.different(rng)
        return {"row_objects": [target, dict(target)], "noise_row_objects": list[JsonValue](noise)}

    @abstractmethod
    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        """The rows, all different; the last one will be there twice."""

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = self.table.numbered(self.stored(task))
        gone = (len(before) - 1, len(before))
        return await judge(device, also=[removed(self.table, before, await self.table.rows(device), gone, either=True)])


class AddRows(RowsTask):
    """`row_objects` are to be added; only the others are there at the start.

    `called` is the column by which people call a row; `exact` and `alike` are compared as `tables.added` says.
    """

    called: ClassVar[str]
    exact: ClassVar[tuple[str, ...]]
    alike: ClassVar[tuple[str, ...]]
    noise: ClassVar[int] = 10

    @abstractmethod
    def draw(self, rng: Random, count: int, fits: Callable[[Row], bool]) -> list[dict[str, JsonValue]]:
        """`count` rows that fit, all different."""

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        targets = self.draw(rng, self.targets, lambda row: True)
        taken = {row[self.called] for row in targets}
        noise = self.draw(rng, self.noise, lambda row: row[self.called] not in taken)
        return {
            "row_objects": list(targets),
            "noise_row_objects": list(noise),
            "text_representation_type": TEXT_FORMS.sample(rng),
        }

    def stored(self, task: Task) -> list[dict[str, JsonValue]]:
        return rows_param(task, "noise_row_objects")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before, after = self.table.numbered(self.stored(task)), await self.table.rows(device)
        wanted = rows_param(task, "row_objects")
        return await judge(device, also=[added(self.table, before, after, wanted, exact=self.exact, alike=self.alike)])

    def read_source(self, task: Task) -> Script:
        """How the expert gets to know the rows, where the goal does not say them."""
        yield from ()

    def expert(self, task: Task) -> Script:
        yield from self.read_source(task)
        yield from self.open()
        for row in rows_param(task, "row_objects"):
            yield from self.add(row)

    @abstractmethod
    def open(self) -> Script:
        """The expert's way to the app's start page."""

    @abstractmethod
    def add(self, row: Row) -> Script:
        """The expert types one row, from the start page back to it."""
