"""Office documents as text, opened with the libraries that people open them with.

openpyxl for .xlsx, python-docx for .docx, python-pptx for .pptx (the extra `office`); OpenDocument and .csv by the
standard library. A document comes from the device, so it is looked over before a library sees it: how many parts, how
much they unpack to, and no document type definitions, which the formats forbid and entity bombs need.
"""

from __future__ import annotations

import asyncio
import csv
import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from pydantic import Field

from device_farm.errors import PrerequisiteError, VerifierError
from verifier.probes.paths import check_absolute
from verifier.probes.tools import Arguments, Context, Found, Tool
from verifier.rules.files import exists

_MAX_PARTS: Final = 2000
_MAX_UNPACKED_BYTES: Final = 64 * 1024 * 1024
_MAX_XML_BYTES: Final = 8 * 1024 * 1024
"""Of all parts that a library builds a tree of, which takes some fifty times as much memory."""
_MAX_CELL_CHARACTERS: Final = 2000
_MAX_CHARACTERS: Final = 200_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: the old formats, and what holds a document with a password (MS-OFFCRYPTO)."""
_MAX_REPEATED: Final = 50
_MAX_ROWS: Final = 1000
_MAX_COLUMNS: Final = 100
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAW: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SUFFIXES: Final = (".xlsx", ".docx", ".pptx", ".ods", ".odt", ".odp", ".csv")


class Document(Arguments):
    path: str = Field(description=f"absolute path of a document: {', '.join(_SUFFIXES)}")


def document_tool(context: Context) -> Tool[Document]:
    async def run(arguments: Document) -> Found:
        check_absolute(arguments.path)
        device = context.live()
        title = f"document {arguments.path}"
        if not await exists(device, arguments.path):
            return Found(title=title, text="no such file")
        data = await device.pull(arguments.path)
        suffix = posixpath.splitext(arguments.path)[1].lower()
        return Found(title=title, text=await asyncio.to_thread(document_text, data, suffix, context.limits.rows))

    return Tool(
        name="document",
        description="A saved office document as text: cells with their addresses, paragraphs with their styles, "
        "slides with their shapes.",
        arguments=Document,
        run=run,
    )


def document_text(data: bytes, suffix: str, most_lines: int) -> str:
    """The document's content, one line a row, paragraph or shape; at most `most_lines` of them.

    Raises:
        PrerequisiteError: the library for this kind is not installed.
        VerifierError: the kind is unknown, the file is damaged, encrypted, too large, or carries macros.
    """
    if suffix not in _SUFFIXES:
        raise VerifierError(f"{suffix or 'no suffix'} is no kind of document", fix=f"known: {', '.join(_SUFFIXES)}")
    try:
        if suffix != ".csv":
            _look_over(data)
        return "\n".join(_first(_lines(data, suffix), most_lines))
    except (PrerequisiteError, VerifierError):
        raise
    except ModuleNotFoundError as error:
        fix = "pip install 'gui-agent-farm[office]'"
        raise PrerequisiteError(f"{error.name} is not installed, so {suffix} cannot be read", fix=fix) from error
    except Exception as error:  # the libraries raise whatever a damaged file makes them stumble over
        raise VerifierError(f"the document is damaged: {type(error).__name__}: {error}") from error


def _look_over(data: bytes) -> None:
    if data.startswith(_OLE):
        raise VerifierError("the document has a password, or is of an old binary format")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(part.filename, archive.read(part))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise VerifierError(f"the document is damaged: {error}") from error


def _check_parts(parts: Sequence[zipfile.ZipInfo]) -> None:
    """By the archive's own list; no part unpacks to more than it says there."""
    size = sum(part.file_size for part in parts)
    trees = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if len(parts) > _MAX_PARTS or size > _MAX_UNPACKED_BYTES:
        raise VerifierError(f"the document unpacks to {len(parts)} parts of {size} bytes")
    if trees > _MAX_XML_BYTES:
        raise VerifierError(f"the document unpacks to {trees} bytes of XML")
    for part in parts:
        if part.flag_bits & 1:
            raise VerifierError("the document is encrypted")
        if part.filename.lower().endswith("vbaproject.bin") or part.filename.startswith(("Basic/", "Scripts/")):
            raise VerifierError(f"the document carries macros: {part.filename[:80]}")


def _check_part(name: str, data: bytes) -> None:
    if any(mark in data for mark in _DOCTYPES):
        raise VerifierError(f"{name[:80]} defines a document type, which no office document does")
    if name == "META-INF/manifest.xml" and b"encryption-data" in data:
        raise VerifierError("the document is encrypted")


def _first(lines: Iterable[str], most: int) -> Iterator[str]:
    left = _MAX_CHARACTERS
    for number, line in enumerate(lines):
        if number == most or left <= 0:
            yield "(more follows)"
            return
        yield line[:left]
        left -= len(line)


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_CELL_CHARACTERS else f"{text[:_MAX_CELL_CHARACTERS]}…"


def _lines(data: bytes, suffix: str) -> Iterator[str]:
    match suffix:
        case ".xlsx":
            return _xlsx(data)
        case ".docx":
            return _docx(data)
        case ".pptx":
            return _pptx(data)
        case ".csv":
            return _csv(data)
        case _:
            return _open_document(data)


def _xlsx(data: bytes) -> Iterator[str]:
    import openpyxl

    # Once with the values that were computed when it was saved, once with the formulas.
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in values.worksheets:
        yield f"sheet {sheet.title!r}, {sheet.dimensions}"
        # A single cell in the last corner would make it a sheet of 17 billion.
        for row in formulas[sheet.title].iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS):
            cells = [
                f"{cell.coordinate}={_cell(sheet[cell.coordinate].value, cell.value)}"
                for cell in row
                if cell.value is not None
            ]
            if cells:
                yield " | ".join(cells)


def _cell(value: object, formula: object) -> str:
    """A formula with what it came to, where both are there."""
    if isinstance(formula, str) and formula.startswith("=") and value != formula:
        return _cut(f"{value} ({formula})")
    return _cut(str(formula))


def _docx(data: bytes) -> Iterator[str]:
    import docx

    document = docx.Document(io.BytesIO(data))
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield " | ".join(("table:", *(cell.text for cell in row.cells)))
        else:
            style = block.style.name if block.style is not None else ""
            yield f"[{style}] {block.text}{_looks(block.runs)}"


def _looks(runs: Iterable[Any]) -> str:
    """Which words of a paragraph stand out, as a person would see it."""
    told = []
    for run in runs:
        marks = [name for name in ("bold", "italic", "underline") if getattr(run, name)]
        if marks and run.text.strip():
            told.append(f"{run.text.strip()!r} is {' and '.join(marks)}")
    return f" ({'; '.join(told)})" if told else ""


def _pptx(data: bytes) -> Iterator[str]:
    import pptx

    for number, slide in enumerate(pptx.Presentation(io.BytesIO(data)).slides, 1):
        yield f"slide {number}, layout {slide.slide_layout.name!r}"
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield f"{shape.name}: {shape.text_frame.text}"
            elif shape.has_table:
                yield from (" | ".join(("table:", *(cell.text for cell in row.cells))) for row in shape.table.rows)
            else:
                yield f"{shape.name} (no text)"
        if slide.has_notes_slide:
            yield f"notes: {slide.notes_slide.notes_text_frame.text}"


def _csv(data: bytes) -> Iterator[str]:
    for number, row in enumerate(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"))), 1):
        yield f"{number}: " + " | ".join(row)


def _open_document(data: bytes) -> Iterator[str]:
    """Rows of tables, and paragraphs outside of them. OpenDocument 1.3."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    yield from _elements(root)


def _elements(parent: ElementTree.Element) -> Iterator[str]:
    for element in parent:
        match element.tag:
            case tag if tag == f"{_TABLE}table":
                yield f"sheet {element.get(f'{_TABLE}name', '')!r}"
                yield from _table(element)
            case tag if tag == f"{_DRAW}page":
                yield f"slide {element.get(f'{_DRAW}name', '')!r}"
                yield from _elements(element)
            case tag if tag in (f"{_TEXT}p", f"{_TEXT}h"):
                yield f"[{element.get(f'{_TEXT}style-name', '')}] {''.join(element.itertext())}"
            case _:
                yield from _elements(element)


def _table(table: ElementTree.Element) -> Iterator[str]:
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        cells = [text for cell in row for text in _repeated(cell)]
        if any(cells):
            yield f"{number}: " + " | ".join(cells).rstrip(" |")
        number += int(row.get(f"{_TABLE}number-rows-repeated", "1"))


def _repeated(cell: ElementTree.Element) -> list[str]:
    """A cell stands for several equal ones; the empty ones that fill a row are cut."""
    text = "".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))
    value = cell.get(f"{_OFFICE}value", text)
    formula = cell.get(f"{_TABLE}formula", "")
    shown = f"{value} ({formula.partition(':')[2] or formula})" if formula else value
    return [_cut(shown)] * min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), _MAX_REPEATED)
