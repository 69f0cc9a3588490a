"""Cells of a saved spreadsheet: .csv, .ods (OpenDocument 1.3) and .xlsx (ECMA-376), read without an office suite."""

from __future__ import annotations

import csv
import io
import math
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
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


def cell_position(reference: str) -> tuple[int, int]:
    """`B3` as (row 2, column 1), from zero. Raises VerifierError."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise VerifierError(f"{reference!r} is not a cell such as B3", field="cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def read_cell(data: bytes, suffix: str, reference: str, sheet: str = "") -> str:
    """The text or number in one cell; "" where it is empty. `sheet` "" is the first one.

    Raises:
        VerifierError: the suffix is unknown, the file is damaged, or there is no such sheet.
    """
    row, column = cell_position(reference)
    try:
        match suffix.lower():
            case ".csv":
                return _csv_cell(data, row, column)
            case ".ods":
                return _ods_cell(data, row, column, sheet)
            case ".xlsx":
                return _xlsx_cell(data, reference, sheet)
    except _DAMAGE as error:
        raise VerifierError(f"damaged {suffix} document: {error}") from error
    raise VerifierError(f"unknown kind of spreadsheet {suffix!r}", field="path", fix="use .csv, .ods or .xlsx")


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > _MAX_PART_BYTES:
        raise VerifierError(f"{name} unpacks to more than {_MAX_PART_BYTES} bytes")
    body = archive.read(name)
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body:
        raise VerifierError(f"{name} declares entities; no office suite writes them")
    return ElementTree.fromstring(body)


def _csv_cell(data: bytes, row: int, column: int) -> str:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _ods_cell(data: bytes, row: int, column: int, sheet: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = _part(archive, "content.xml")
    name_key = f"{{{_ODS['table']}}}name"
    tables = [table for table in document.iter(f"{{{_ODS['table']}}}table") if sheet in ("", table.get(name_key))]
    if not tables:
        raise VerifierError(f"no sheet {sheet!r}", field="sheet")
    line = _nth(list(tables[0].iter(f"{{{_ODS['table']}}}table-row")), row, "rows")
    cells = [] if line is None else [part for part in line if part.tag.endswith("table-cell")]
    cell = _nth(cells, column, "columns")
    return "" if cell is None else _ods_value(cell)


def _nth(elements: list[ElementTree.Element], index: int, what: str) -> ElementTree.Element | None:
    """The element at `index` where each may stand for several equal ones (`number-rows-repeated`)."""
    for element in elements:
        index -= int(element.get(f"{{{_ODS['table']}}}number-{what}-repeated", "1"))
        if index < 0:
            return element
    return None


def _ods_value(cell: ElementTree.Element) -> str:
    value = cell.get(f"{{{_ODS['office']}}}value")
    if value is not None:
        return value
    return "\n".join("".join(part.itertext()) for part in cell.findall("text:p", _ODS))


def _xlsx_cell(data: bytes, reference: str, sheet: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = _part(archive, _sheet_part(archive, sheet))
        names = archive.namelist()
        strings = _part(archive, "xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else None
    cell = document.find(f".//s:c[@r='{reference}']", _XLSX)
    if cell is None:
        return ""
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.findall(".//s:t", _XLSX))
    value = cell.findtext("s:v", "", _XLSX)
    if cell.get("t") == "s" and strings is not None:
        return "".join(part.text or "" for part in strings.findall("s:si", _XLSX)[int(value)].iter(_tag("t")))
    return value


def _tag(name: str) -> str:
    return f"{{{_XLSX['s']}}}{name}"


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    sheets = _part(archive, "xl/workbook.xml").findall("s:sheets/s:sheet", _XLSX)
    wanted = [entry for entry in sheets if sheet in ("", entry.get("name"))]
    if not wanted:
        raise VerifierError(f"no sheet {sheet!r}", field="sheet")
    relations = _part(archive, "xl/_rels/workbook.xml.rels")
    target = {part.get("Id"): part.get("Target", "") for part in relations}[wanted[0].get(_RELATION)]
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


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
