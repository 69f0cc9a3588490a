"""What experts of sheets do, on a fake sheet: reading it to its end, filling it, and completing nothing by accident."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_sheet import FakeSheet

from gui_agent.benchmarks.osworld.experts import osworld_calc
from gui_agent.benchmarks.osworld.experts.osworld_sheet import (
    Table,
    area,
    cell,
    letters,
    not_completed,
    place_of,
    read_table,
)
from gui_agent.benchmarks.ui import ExpertStuck, Plain


@pytest.mark.parametrize(
    ("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (702, "ZZ"), (703, "AAA")]
)
def test_columns_have_letters(column: int, name: str) -> None:
    assert letters(column) == name
    assert place_of(f"{name}12") == (12, column)


def test_places_and_areas_are_written_as_the_name_box_takes_them() -> None:
    assert (cell(3, 2), area((2, 1), (9, 28))) == ("B3", "A2:AB9")
    with pytest.raises(ExpertStuck, match="'3B' is no cell's name"):
        place_of("3B")


def test_table_is_read_over_several_screens() -> None:
    contents = {"A1": "Name", "B1": "Age"} | {f"A{row}": f"n{row}" for row in range(2, 14)} | {"B13": "40"}
    found: list[Table] = []

    def script() -> Plain:
        found.append((yield from read_table()))

    FakeSheet(contents, rows_shown=4).play(script())
    [table] = found
    assert (table.last_row, table.last_column) == (13, 2)
    assert table.below(1) == [f"n{row}" for row in range(2, 14)]
    assert (table.column("age"), table.row("n7"), table.text(13, 2), table.text(12, 2)) == (2, 7, "40", "")
    with pytest.raises(ExpertStuck, match="has no 'Weight'"):
        table.column("Weight")


@pytest.mark.parametrize(
    ("content", "above", "typed"),
    [
        ("Ann", ["Anna"], '="Ann"'),
        ("ann", ["ANNA"], '="ann"'),
        ("Ann", ["Ann", "Bo"], "Ann"),
        ("Anna", ["Ann"], "Anna"),
        ('A"n', ['A"nna'], '="A""n"'),
        ("Ann", [], "Ann"),
    ],
)
def test_content_that_would_be_completed_is_typed_as_a_formula(content: str, above: list[str], typed: str) -> None:
    assert not_completed(content, above) == typed


FILLED = {"A1": "Group", "B1": "Name", "A2": "x", "B2": "Al", "B3": "Bo", "A5": "y", "B5": "Cy", "B6": "Di"}
TOTALS = {"A1": "Item", "B1": "One", "C1": "Two", "D1": "Total", "A2": "p", "B2": "1", "C2": "2", "A3": "Total"}


@pytest.mark.parametrize(
    ("expert", "before", "added"),
    [
        (osworld_calc.fill_blanks, FILLED, {"A3": "=A2", "A4": "=A3", "B4": "=B3", "A6": "=A5"}),
        (
            osworld_calc.totals,
            TOTALS,
            {"D2": "=SUM(B2:C2)", "B3": "=SUM(B2:B2)", "C3": "=SUM(C2:C2)", "D3": "=SUM(D2:D2)"},
        ),
        (
            osworld_calc.padded_numbers,
            {"A1": "Old ID", "B1": "New 7 Digit ID", "A2": "12", "A3": "9"},
            {"B2": '=TEXT(A2;"0000000")', "B3": '=TEXT(A3;"0000000")'},
        ),
        (
            osworld_calc.sequence_numbers,
            {"A1": "Item", "B1": "Seq No.", **{f"A{row}": "x" for row in range(2, 14)}},
            {f"B{row}": f"No. {row - 1}" for row in range(2, 14)},
        ),
        (
            osworld_calc.unique_names,
            {"A1": "Names with duplicates", "B1": "Unique Names", "A2": "Anna", "A3": "Ann", "A4": "Anna", "A5": "Uni"},
            {"B2": "Anna", "B3": '="Ann"', "B4": '="Uni"'},
        ),
    ],
)
def test_expert_fills_the_sheet_and_saves_it(
    expert: Callable[[], Plain], before: dict[str, str], added: dict[str, str]
) -> None:
    sheet = FakeSheet(before)
    sheet.play(expert())
    assert sheet.contents == before | added
    assert sheet.saved == sheet.contents
