"""Experts of OSWorld's own spreadsheet tasks. Where a table lies and what is in it they read off the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Final

from device_farm.types.action import PressKey, TypeText, Wait
from gui_agent.benchmarks.basics.desktop.common import wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, choose, confirm, enter, save
from gui_agent.benchmarks.osworld.experts.osworld_sheet import (
    Table,
    area,
    cell,
    fill,
    new_sheet,
    not_completed,
    read_table,
    select,
    sheet_name,
    type_down,
)
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, wait_for

_ABSENT: Final = "N/A"
_EXPORT: Final = "Export Text File"
_WRITTEN_S: Final = 2.0


def fill_blanks() -> Plain:
    """A blank cell takes what is above it, by a formula: so it is of the same kind."""
    table = yield from read_table()
    for column in range(1, table.last_column + 1):
        rows = range(2, table.last_row + 1)
        typed = ["" if table.text(row, column).strip() else f"={cell(row - 1, column)}" for row in rows]
        if any(typed):
            yield from type_down(2, column, typed)
    yield from save()


def hide_absent() -> Plain:
    table = yield from read_table()
    for first, last in _runs(row for row in range(2, table.last_row + 1) if _is_absent(table, row)):
        yield from select(f"{first}:{last}")
        yield from choose("Format", "Rows", "Hide")
    yield from save()


def _is_absent(table: Table, row: int) -> bool:
    return any(table.text(row, column).strip() == _ABSENT for column in range(1, table.last_column + 1))


def _runs(numbers: Iterator[int]) -> list[tuple[int, int]]:
    """First and last of each stretch of consecutive numbers; the numbers ascend."""
    stretches = [[number for _, number in group] for _, group in groupby(enumerate(numbers), lambda it: it[1] - it[0])]
    return [(stretch[0], stretch[-1]) for stretch in stretches]


def unique_names() -> Plain:
    table = yield from read_table()
    column = table.column("Unique Names")
    unique = list(dict.fromkeys(name for name in table.below(table.column("Names with duplicates")) if name.strip()))
    above = [table.text(1, column), *unique]
    typed = [not_completed(name, above[: number + 1]) for number, name in enumerate(unique)]
    yield from type_down(2, column, typed)
    yield from save()


def sequence_numbers() -> Plain:
    table = yield from read_table()
    numbers = [f"No. {number}" for number in range(1, table.last_row)]
    yield from type_down(2, table.column("Seq No."), numbers)
    yield from save()


def totals() -> Plain:
    table = yield from read_table()
    row, column = table.row("Total"), table.column("Total")
    first = next((place for place in range(2, column) if _is_number(table.text(2, place))), None)
    if first is None or row < 3:
        raise ExpertStuck("the sheet has no numbers above and left of its totals")
    yield from fill(area((2, column), (row - 1, column)), f"=SUM({area((2, first), (2, column - 1))})")
    yield from fill(area((row, first), (row, column)), f"=SUM({area((2, first), (row - 1, first))})")
    yield from save()


def _is_number(text: str) -> bool:
    return text.strip().replace(",", "").replace(".", "", 1).removeprefix("-").isdigit()


def padded_numbers() -> Plain:
    table = yield from read_table()
    old, new = table.column("Old ID"), table.column("New 7 Digit ID")
    yield from fill(area((2, new), (table.last_row, new)), f'=TEXT({cell(2, old)};"0000000")')
    yield from save()


def copied_column() -> Plain:
    table = yield from read_table()
    column = table.column("Revenue")
    yield from select(area((1, column), (table.last_row, column)))
    yield PressKey(key="c", modifiers=("ctrl",))
    yield from new_sheet()
    yield PressKey(key="v", modifiers=("ctrl",))
    yield from save()


def _column_sum(sheet: str, table: Table, column: int) -> str:
    return f"=SUM($'{sheet}'.{area((2, column), (table.last_row, column))})"


def summed_columns() -> Plain:
    table = yield from read_table()
    sheet = yield from sheet_name()
    columns = {"Total Revenue": table.column("Revenue"), "Total Expenses": table.column("Total Expenses")}
    yield from new_sheet()
    for place, (header, column) in enumerate(columns.items(), start=1):
        yield from type_down(1, place, [header, _column_sum(sheet, table, column)])
    yield from save()


def month_table() -> Plain:
    table = yield from read_table()
    sheet = yield from sheet_name()
    columns = range(2, table.last_column + 1)
    months = ["Month", *(table.text(1, column) for column in columns)]
    sums = ["Total", *(_column_sum(sheet, table, column) for column in columns)]
    yield from new_sheet()
    for place, contents in enumerate((months, sums), start=1):
        yield from type_down(1, place, contents)
    yield from save()


def merged_headers() -> Plain:
    yield from read_table()
    yield from new_sheet("Sheet2")
    headers = {"A1:C1": "Investment Summary", "A2:B2": "High Interest Rate", "C2:D2": "Low Interest Rate"}
    for where, header in headers.items():
        yield from select(where)
        yield from choose("Format", "Merge and Unmerge Cells", "Merge Cells")
        yield TypeText(text=f"{header}\n")
    yield from save()


def exported() -> Plain:
    """The dialog of the name asks for another format where the name ends so."""
    yield from read_table()
    yield PressKey(key="s", modifiers=("ctrl", "shift"))
    yield from wait_for(Match(role="file chooser"), tries=TRIES)
    yield PressKey(key="end")
    yield from enter(".csv")
    yield from wait_window(_EXPORT)
    yield from confirm("OK", dialog=_EXPORT)
    yield Wait(duration_s=_WRITTEN_S)


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "01b269ae-2111-4a07-81fd-3fcd711993b0": fill_blanks,
    "0bf05a7d-b28b-44d2-955a-50b41e24012a": padded_numbers,
    "1273e544-688f-496b-8d89-3e0f40aa0606": copied_column,
    "1d17d234-e39d-4ed7-b46f-4417922a4e7c": merged_headers,
    "26a8440e-c166-4c50-aef4-bfb77314b46b": month_table,
    "3aaa4e37-dc91-482e-99af-132a612d40f3": exported,
    "42e0a640-4f19-4b28-973d-729602b5a4a7": summed_columns,
    "6054afcb-5bab-4702-90a0-b259b5d3217c": hide_absent,
    "7efeb4b1-3d19-4762-b163-63328d66303b": sequence_numbers,
    "abed40dc-063f-4598-8ba5-9fe749c0615d": unique_names,
    "f9584479-3d0d-4c79-affa-9ad7afdd8850": totals,
}
