"""Stand-in workbooks. What is expected is computed here, from the same numbers as the source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from gui_agent.benchmarks.osworld.office.documents import Cell, saved, workbook
from gui_agent.benchmarks.osworld.stand_in_documents.model import Makers, StandIn

Rows: TypeAlias = list[Sequence[Cell]]
_ROW_PT: Final = 15.0
_ABSENT: Final = "N/A"


def _row(*cells: Cell) -> Sequence[Cell]:
    return cells


def _one_sheet(before: Rows, after: Rows) -> StandIn:
    return StandIn(sources=(workbook(before),), expected=(workbook(after),))


def _second_sheet(first: Rows, second: Rows) -> StandIn:
    return StandIn(sources=(workbook(first),), expected=(_sheets({"Sheet1": first, "Sheet2": second}),))


def _sheets(pages: dict[str, Rows], *, hidden_rows: Iterable[int] | None = None) -> bytes:
    """A workbook of several sheets; with `hidden_rows` (from 1) each row states its height and whether it shows."""
    import openpyxl

    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in pages.items():
        page = book.create_sheet(title)
        for number, row in enumerate(rows, start=1):
            page.append(list(row))
            if hidden_rows is not None:
                page.row_dimensions[number].height = _ROW_PT
                page.row_dimensions[number].hidden = number in set(hidden_rows)
    return saved(book)


def _printed(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue().encode()


def fill_blanks() -> StandIn:
    before: Rows = [["Level", "Class", "Student", "Hours"]]
    for number, name in enumerate(["Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Gwen", "Hugo", "Ines", "Jon"]):
        level = f"Level {number // 4 + 1}" if number % 4 == 0 else None
        group = "AB"[number // 2 % 2] if number % 2 == 0 else None
        before.append([level, group, name, 12 + number if number % 3 == 0 else None])
    after: Rows = before[:2]
    for row in before[2:]:
        after.append([above if cell is None else cell for cell, above in zip(row, after[-1], strict=True)])
    return _one_sheet(before, after)


def hide_absent() -> StandIn:
    rows: Rows = [["Date", "Budget", "Spent", "Variance"]]
    absent = (3, 7, 8, 13)
    for day in range(1, 15):
        spent = 90 + day * 7 % 31
        figures: list[Cell] = [_ABSENT, _ABSENT] if day + 1 in absent else [spent, 100 - spent]
        rows.append([f"2024-03-{day:02}", 100, *figures])
    shown, hidden = _sheets({"Sheet1": rows}, hidden_rows=()), _sheets({"Sheet1": rows}, hidden_rows=absent)
    return StandIn(sources=(shown,), expected=(hidden,))


def unique_names() -> StandIn:
    # Two of the names begin like another one: Calc then offers to complete what is typed.
    names = ["Anna", "Olga", "Ann", "Anna", "Rui", "Olga", "Kofi", "Anna", "Mei", "Rui", "Tom", "Mei", "Kofi", "Thomas"]
    unique = list(dict.fromkeys(names))
    before: Rows = [["Names with duplicates", "Unique Names"], *([name] for name in names)]
    filled = [*unique, *[None] * (len(names) - len(unique))]
    after: Rows = [list(before[0]), *(_row(name, one) for name, one in zip(names, filled, strict=True))]
    return _one_sheet(before, after)


def sequence_numbers() -> StandIn:
    goods = ["Lamp", "Desk", "Chair", "Shelf", "Clock", "Mat", "Vase", "Stool", "Rack", "Bench", "Mirror", "Frame"]
    header: list[Cell] = ["Seq No.", "Item", "Amount"]
    before: Rows = [header, *([None, item, 3 + 4 * number % 17] for number, item in enumerate(goods))]
    after: Rows = [header, *(_row(f"No. {number}", *row[1:]) for number, row in enumerate(before[1:], start=1))]
    return _one_sheet(before, after)


def totals() -> StandIn:
    header: list[Cell] = ["Product", "North", "East", "South", "West", "Total"]
    figures = [[120, 80, 95, 60], [75, 110, 64, 99], [132, 57, 88, 101], [49, 73, 120, 66]]
    names = ["Tea", "Coffee", "Cocoa", "Juice"]
    before: Rows = [header, *(_row(name, *row, None) for name, row in zip(names, figures, strict=True))]
    before.append(["Total", *[None] * 5])
    after: Rows = [header, *(_row(name, *row, sum(row)) for name, row in zip(names, figures, strict=True))]
    sums = [sum(column) for column in zip(*figures, strict=True)]
    after.append(["Total", *sums, sum(sums)])
    return _one_sheet(before, after)


def padded_numbers() -> StandIn:
    header: list[Cell] = ["Customer", "Old ID", "New 7 Digit ID"]
    numbers = {"Amber Ltd": 12, "Birch Co": 4507, "Cedar Inc": 998, "Dune Bros": 1234567, "Elm Farm": 60030}
    before: Rows = [header, *([name, number, None] for name, number in numbers.items())]
    after: Rows = [header, *(_row(name, number, f"{number:07}") for name, number in numbers.items())]
    return StandIn(sources=(workbook(before),), expected=(workbook(after), _printed(after)))


def _income() -> Rows:
    rows: Rows = [["Year", "Revenue", "Total Expenses", "Net Income"]]
    for number in range(9):
        revenue, spent = 5200 + 310 * number, 4100 + 275 * number
        rows.append([2015 + number, revenue, spent, revenue - spent])
    return rows


def copied_column() -> StandIn:
    rows = _income()
    return _second_sheet(rows, [[row[1]] for row in rows])


def summed_columns() -> StandIn:
    rows = _income()
    return _second_sheet(rows, [["Total Revenue", "Total Expenses"], [_column_sum(rows, 1), _column_sum(rows, 2)]])


def _column_sum(rows: Rows, column: int) -> int:
    return sum(cell for row in rows[1:] if isinstance(cell := row[column], int))


def month_table() -> StandIn:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    sellers = ["Ilse", "Jorge", "Kaya", "Lars", "Mona"]
    rows: Rows = [["Representative", *months]]
    for number, seller in enumerate(sellers):
        rows.append([seller, *(400 + (number * 37 + place * 53) % 211 for place in range(len(months)))])
    sums = [_column_sum(rows, place) for place in range(1, len(months) + 1)]
    table: Rows = [["Month", "Total"], *(_row(month, total) for month, total in zip(months, sums, strict=True))]
    return _second_sheet(rows, table)


def merged_headers() -> StandIn:
    rows: Rows = [["Deposit", "Rate", "Years"], [1000, 0.05, 10], [2500, 0.03, 8], [400, 0.02, 20]]
    headers: Rows = [["Investment Summary"], ["High Interest Rate", None, "Low Interest Rate"]]
    return _second_sheet(rows, headers)


def exported() -> StandIn:
    rows: Rows = [["City", "Visitors", "Note"], ["Porto", 1250, "open, daily"], ["Turku", 310, None], ["Graz", 87, "x"]]
    return StandIn(sources=(workbook(rows),), expected=(_printed(rows),))


MAKERS: Final[Makers] = {
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
