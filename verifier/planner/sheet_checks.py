"""Checks of saved spreadsheets against what they held at the start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.plan import Given
from verifier.rules.base import Probe, shown
from verifier.rules.files import exists
from verifier.rules.spreadsheet import read_sheets, same_value

_NAME: Final = re.compile(r"([A-Z]+)([0-9]+)")
Table: TypeAlias = Mapping[str, str]
"""Cells that hold anything: the first sheet's by their names, any other's as `SHEET.NAME`."""


def table_of(data: bytes, path: str) -> dict[str, str]:
    """The whole document. Raises VerifierError as `read_sheets`."""
    sheets = read_sheets(data, posixpath.splitext(path)[1])
    first = next(iter(sheets), "")
    return {
        name if sheet == first else f"{sheet}.{name}": text
        for sheet, cells in sheets.items()
        for name, text in cells.items()
    }


def _places(table: Table) -> Iterator[tuple[str, str, str]]:
    """Column, row and text of the first sheet's cells."""
    for name, text in table.items():
        if place := _NAME.fullmatch(name):
            yield place[1], place[2], text


async def _start(given: Given, path: str) -> dict[str, str]:
    device = given.before()
    if not await exists(device, path):
        raise VerifierError(f"there was no {path} at the start")
    return table_of(await device.pull(path), path)


def _column(table: Table, title: str) -> str:
    for column, row, text in _places(table):
        if row == "1" and text.strip().casefold() == title:
            return column
    raise VerifierError(f"no column is titled {title!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableIs:
    """The saved document holds `expected`: these cells and no others; numbers are compared as numbers."""

    path: str
    expected: Table

    async def check(self, device: Device) -> Evidence:
        found = None
        if await exists(device, self.path):
            found = table_of(await device.pull(self.path), self.path)
        names = sorted({*self.expected, *(found or {})})
        wrong = [name for name in names if not same_value((found or {}).get(name, ""), self.expected.get(name, ""))]
        return Evidence(
            probe=f"cells of {self.path}",
            observed="no such file" if found is None else shown({name: found[name] for name in sorted(found)}),
            expected=shown(dict(self.expected)),
            holds=found is not None and not wrong,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountSet:
    """In the row of `item` the amount is `amount`, and every other cell is as at the start."""

    path: str
    item: str
    amount: str

    async def bind(self, given: Given) -> Probe:
        path = given.path(self.path)
        table = await _start(given, path)
        column = _column(table, "amount")
        rows = [row for at, row, text in _places(table) if text.strip() == self.item and at != column]
        if len(rows) != 1:
            raise VerifierError(f"{len(rows)} rows of {path} are about {self.item}")
        return TableIs(path=path, expected={**table, f"{column}{rows[0]}": self.amount.replace(",", ".")})


@dataclass(frozen=True, slots=True, kw_only=True)
class SumIn:
    """The cell holds the sum of all amounts, and every other cell is as at the start."""

    path: str
    cell: str

    async def bind(self, given: Given) -> Probe:
        path = given.path(self.path)
        table = await _start(given, path)
        column = _column(table, "amount")
        try:
            amounts = [float(text) for at, row, text in _places(table) if at == column and row != "1"]
        except ValueError as error:
            raise VerifierError(f"{path} holds an amount that is no number: {error}") from error
        return TableIs(path=path, expected={**table, self.cell: f"{sum(amounts):.12g}"})
