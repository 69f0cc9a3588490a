"""Checks of saved spreadsheets and of replaced numbers, by hand-worked tables."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping

import openpyxl
import pytest

from device_farm.backends.fake import FakeDevice
from device_farm.device import ShellResult
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.contact_checks import digits_of
from verifier.planner.plan import Check, Given
from verifier.planner.sheet_checks import AmountSet, SumIn

PATH = "/home/user/Documents/budget.xlsx"
START: Mapping[str, str | float] = {"A1": "Item", "B1": "Amount", "A2": "Rent", "B2": 700, "A3": "Food", "B3": 45.5}


class _Desktop(FakeDevice):
    """A fake device that lists files by name."""

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        path = command.removeprefix("ls -d ")
        there = self._state is not None and path in self._state.files
        missing = f"ls: {path}: No such file or directory".encode()
        return ShellResult(exit_code=0 if there else 1, stdout=b"", stderr=b"" if there else missing)


def _book(cells: Mapping[str, str | float], second: Mapping[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for name, value in cells.items():
        book.active[name] = value
    for name, text in (second or {}).items():
        (book["Notes"] if "Notes" in book.sheetnames else book.create_sheet("Notes"))[name] = text
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _evidence(check: Check, start: bytes, end: bytes | None) -> Evidence:
    async def scenario() -> Evidence:
        before, now = _Desktop("before"), _Desktop("now")
        await before.start()
        await now.start()
        await before.push(PATH, start)
        if end is not None:
            await now.push(PATH, end)
        probe = await check.bind(Given(source=before, start=before, answer=None))
        return await probe.check(now)

    return asyncio.run(scenario())


AMOUNT = AmountSet(path=PATH, item="Food", amount="50")


@pytest.mark.parametrize(
    ("end", "second", "holds"),
    [
        ({**START, "B3": 50}, None, True),
        ({**START, "B3": 50.0}, {}, True),
        (START, None, False),
        ({**START, "B2": 50}, None, False),
        ({**START, "B3": 50, "B2": 701}, None, False),
        ({**START, "B3": 50, "AC40": "far away"}, None, False),
        ({**START, "B3": 50}, {"A1": "on another sheet"}, False),
    ],
)
def test_amount_is_changed_and_no_other_cell_of_the_document(
    end: Mapping[str, str | float], second: Mapping[str, str] | None, holds: bool
) -> None:
    assert _evidence(AMOUNT, _book(START), _book(end, second)).holds is holds


def test_document_that_is_gone_has_no_right_amount() -> None:
    found = _evidence(AMOUNT, _book(START), None)
    assert not found.holds and found.observed == "no such file"


@pytest.mark.parametrize(("value", "holds"), [(745.5, True), ("=SUM(B2:B3)", False), (745, False), ("745.5", True)])
def test_sum_is_the_saved_value(value: str | float, holds: bool) -> None:
    """A formula counts by the value saved with it; this library saves none."""
    assert _evidence(SumIn(path=PATH, cell="B8"), _book(START), _book({**START, "B8": value})).holds is holds


def test_amounts_in_a_column_far_to_the_right_are_summed() -> None:
    table: Mapping[str, str | float] = {"A1": "Item", "AB1": "Amount", "A2": "Rent", "AB2": 7, "A3": "Food", "AB3": 5}
    assert _evidence(SumIn(path=PATH, cell="AB9"), _book(table), _book({**table, "AB9": 12})).holds


@pytest.mark.parametrize(
    ("check", "start", "why"),
    [
        (AmountSet(path=PATH, item="Tea", amount="1"), START, "0 rows"),
        (AMOUNT, {**START, "A4": "Food"}, "2 rows"),
        (AMOUNT, {"A1": "Item", "A3": "Food"}, "no column is titled 'amount'"),
        (SumIn(path=PATH, cell="B8"), {**START, "B2": "much"}, "no number"),
    ],
)
def test_table_that_does_not_say_what_is_meant_decides_nothing(
    check: Check, start: Mapping[str, str | float], why: str
) -> None:
    with pytest.raises(VerifierError, match=why):
        _evidence(check, _book(start), _book(start))


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("(202) 555-0150", "2025550150"),
        ("+1 202.555.0150", "+12025550150"),
        ("202\u2011555/0150", "2025550150"),
        ("2025550150x", "2025550150x"),
        ("2025550150,1", "2025550150,1"),
    ],
)
def test_number_is_compared_without_what_only_sets_it_out(written: str, compared: str) -> None:
    assert digits_of(written) == compared
