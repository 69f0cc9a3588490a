"""The spreadsheet: formulas, corrections, rows and columns, a sheet's name, bold headings."""

from __future__ import annotations

from typing import Any, Final

from gui_agent.benchmarks.osworld.office.documents import Cell, workbook
from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, OfficeTask, expected_file, guest_file

DOMAIN: Final = "libreoffice_calc"
PATH: Final = f"{DOCUMENTS}/budget.xlsx"
GOLD: Final = "budget_gold.xlsx"
HEAD: Final[tuple[Cell, Cell]] = ("Item", "Amount")
ITEMS: Final[tuple[tuple[Cell, Cell], ...]] = (
    ("Rent", 640),
    ("Food", 312),
    ("Travel", 85),
    ("Books", 47),
    ("Phone", 29),
)
ROWS: Final = (HEAD, *ITEMS)
TOTAL: Final = 1113


def _compared(*rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "func": "compare_table",
        "result": guest_file(PATH),
        "expected": expected_file(GOLD),
        "options": {"rules": list(rules)},
    }


def _task(name: str, instruction: str, gold: bytes, *rules: dict[str, Any]) -> OfficeTask:
    return OfficeTask(
        id=f"farm-calc-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=(DOMAIN,),
        brings={PATH: workbook(ROWS)},
        opens=PATH,
        evaluator=_compared(*rules),
        expected={GOLD: gold},
    )


def tasks() -> list[OfficeTask]:
    data = {"type": "sheet_data", "sheet_idx0": 0, "sheet_idx1": "EI0"}
    style = {"type": "style", "sheet_idx0": 0, "sheet_idx1": "EI0", "props": ["font_bold"]}
    corrected = (HEAD, *(("Travel", 93) if item == "Travel" else (item, amount) for item, amount in ITEMS))
    return [
        _task(
            "total",
            "Put the sum of all amounts into cell B7 of the open sheet and save the file.",
            workbook((*ROWS, (None, TOTAL))),
            data,
        ),
        _task(
            "correct",
            "The amount of Travel in the open sheet is wrong: it is 93. Correct it and save the file.",
            workbook(corrected),
            data,
        ),
        _task(
            "rename",
            "Rename the sheet of the open file to Budget 2026 and save the file.",
            workbook(ROWS, sheet="Budget 2026"),
            {"type": "sheet_name"},
            data,
        ),
        _task(
            "bold",
            "Make the two headings in the first row of the open sheet bold and save the file.",
            workbook(ROWS, bold=("A1", "B1")),
            style,
            data,
        ),
        _task(
            "average",
            "Put the average of all amounts into cell B7 of the open sheet and save the file.",
            workbook((*ROWS, (None, TOTAL / len(ITEMS)))),
            data,
        ),
        _task(
            "largest",
            "Put the largest of all amounts into cell B8 of the open sheet and save the file.",
            workbook((*ROWS, (None, None), (None, 640))),
            data,
        ),
        _task(
            "row",
            "Add one more item below the last one in the open sheet: Water, with the amount 18. Save the file.",
            workbook((*ROWS, ("Water", 18))),
            data,
        ),
        _task(
            "clear",
            "The amount of Books in the open sheet is not known yet: empty its cell and save the file.",
            workbook((HEAD, *((item, None if item == "Books" else amount) for item, amount in ITEMS))),
            data,
        ),
        _task(
            "column",
            "Put the heading Half into cell C1 of the open sheet, and half of each amount beside it in column C. "
            "Save the file.",
            workbook((*[(*HEAD, "Half")], *((item, amount, float(str(amount)) / 2) for item, amount in ITEMS))),
            data,
        ),
        _task(
            "delete-row",
            "Delete the whole row of Books from the open sheet, so that Phone moves up, and save the file.",
            workbook((HEAD, *(row for row in ITEMS if row[0] != "Books"))),
            data,
        ),
    ]
