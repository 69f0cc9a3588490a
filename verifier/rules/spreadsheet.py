"""Cells of a saved spreadsheet: .csv, .ods (OpenDocument 1.3) and .xlsx (ECMA-376), read without an office suite."""

from __future__ import annotations

import csv
import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import shown
from verifier.rules.files import exists

_ODS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
_XLSX = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# RuntimeError is how zipfile reports encryption and unknown compression.
_DAMAGE = (zipfile.BadZipFile, zlib.error, RuntimeError, LookupError, ElementTree.ParseError, csv.Error, ValueError)
_MAX_PART_BYTES = 64 * 1024 * 1024
"""A document part that unpacks to more is refused: a small zip must not fill the memory."""
_MAX_CELLS = 100_000
"""So does one cell that says that it stands for a million."""


def cell_position(reference: str) -> tuple[int, int]:
    """`B3` as (row 2, column 1), from zero. Raises VerifierError."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise VerifierError(f"{reference!r} is not a cell such as B3", field="cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


Cells: TypeAlias = dict[str, str]
"""The text or number of every cell of a sheet that holds anything, by its name."""


def read_sheets(data: bytes, suffix: str) -> dict[str, Cells]:
    """Every sheet by its name, in the document's order; the one of a .csv is called "".

    Raises:
        VerifierError: the suffix is unknown, the file is damaged, or it holds more than a person would write.
    """
    try:
        match suffix.lower():
            case ".csv":
                return {"": _csv_cells(data)}
            case ".ods":
                return _ods_sheets(data)
            case ".xlsx":
                return _xlsx_sheets(data)
    except _DAMAGE as error:
        raise VerifierError(f"damaged {suffix} document: {error}") from error
    raise VerifierError(f"unknown kind of spreadsheet {suffix!r}", field="path", fix="use .csv, .ods or .xlsx")


def read_cell(data: bytes, suffix: str, reference: str, sheet: str = "") -> str:
    """The text or number in one cell; "" where it is empty. `sheet` "" is the first one.

    Raises:
        VerifierError: as `read_sheets`, or there is no such sheet or cell.
    """
    cell_position(reference)
    sheets = read_sheets(data, suffix)
    if not sheets or (sheet and sheet not in sheets):
        raise VerifierError(f"no sheet {sheet!r}", field="sheet")
    return sheets[sheet or next(iter(sheets))].get(reference, "")


def _cell_name(row: int, column: int) -> str:
    """(2, 1), from zero, as `B3`."""
    letters, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > _MAX_PART_BYTES:
        raise VerifierError(f"{name} unpacks to more than {_MAX_PART_BYTES} bytes")
    body = archive.read(name)
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body:
        raise VerifierError(f"{name} declares entities; no office suite writes them")
    return ElementTree.fromstring(body)


def _csv_cells(data: bytes) -> Cells:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    return {
        _cell_name(row, column): text for row, cells in enumerate(rows) for column, text in enumerate(cells) if text
    }


def _ods_sheets(data: bytes) -> dict[str, Cells]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = _part(archive, "content.xml")
    tables = document.iter(_table_tag("table"))
    return {table.get(_table_tag("name"), ""): dict(_ods_cells(table)) for table in tables}


def _ods_cells(table: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """The cells in order; a row or cell that stands for several equal ones as so many."""
    row = told = 0
    for line in table.iter(_table_tag("table-row")):
        rows, column = _repeated(line, "rows"), 0
        for cell in (part for part in line if part.tag.endswith("table-cell")):
            columns = _repeated(cell, "columns")
            if text := _ods_value(cell):
                told += rows * columns
                if told > _MAX_CELLS:
                    raise VerifierError(f"a sheet holds more than {_MAX_CELLS} cells")
                for at in product(range(row, row + rows), range(column, column + columns)):
                    yield _cell_name(*at), text
            column += columns
        row += rows


def _table_tag(name: str) -> str:
    return f"{{{_ODS['table']}}}{name}"


def _repeated(element: ElementTree.Element, what: str) -> int:
    return int(element.get(_table_tag(f"number-{what}-repeated"), "1"))


def _ods_value(cell: ElementTree.Element) -> str:
    value = cell.get(f"{{{_ODS['office']}}}value")
    if value is not None:
        return value
    return "\n".join("".join(part.itertext()) for part in cell.findall("text:p", _ODS))


def _xlsx_sheets(data: bytes) -> dict[str, Cells]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        strings = _part(archive, "xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else None
        texts = [] if strings is None else [_text_of(entry) for entry in strings.findall("s:si", _XLSX)]
        parts = {name: _part(archive, path) for name, path in _xlsx_parts(archive)}
    return {name: _xlsx_cells(part, texts) for name, part in parts.items()}


def _xlsx_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and path of each sheet."""
    relations = _part(archive, "xl/_rels/workbook.xml.rels")
    targets = {part.get("Id"): part.get("Target", "") for part in relations}
    for entry in _part(archive, "xl/workbook.xml").findall("s:sheets/s:sheet", _XLSX):
        target = targets[entry.get(_RELATION)]
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        yield entry.get("name", ""), path


def _xlsx_cells(sheet: ElementTree.Element, texts: Sequence[str]) -> Cells:
    found: Cells = {}
    for cell in sheet.iterfind(".//s:c", _XLSX):
        value = cell.findtext("s:v", "", _XLSX)
        match cell.get("t"):
            case "inlineStr":
                text = _text_of(cell)
            case "s" if texts:
                text = texts[int(value)]
            case _:
                text = value
        if text:
            found[cell.get("r", "")] = text
    return found


def _text_of(element: ElementTree.Element) -> str:
    """What its runs say together."""
    return "".join(part.text or "" for part in element.iterfind(".//s:t", _XLSX))


def same_value(observed: str, expected: str) -> bool:
    """Equal as numbers where both are numbers (relative error 1e-9), else as text without outer blanks."""
    try:
        return math.isclose(float(observed), float(expected), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return observed.strip() == expected.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEquals:
    """The cell (`B3`) of the saved document is `expected`; numbers are compared as numbers."""

    path: str
    cell: str
    expected: str
    sheet: str = ""

    async def check(self, device: Device) -> Evidence:
        probe = f"cell {self.sheet + '.' if self.sheet else ''}{self.cell} of {self.path}"
        if not await exists(device, self.path):
            return Evidence(probe=probe, observed="no such file", expected=self.expected, holds=False)
        suffix = posixpath.splitext(self.path)[1]
        observed = read_cell(await device.pull(self.path), suffix, self.cell, self.sheet)
        holds = same_value(observed, self.expected)
        return Evidence(probe=probe, observed=shown(observed), expected=self.expected, holds=holds)
