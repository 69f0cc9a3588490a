"""Documents as bytes: the same for the same content, so that their digests are."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

_MADE: Final = datetime.datetime(2025, 1, 1, 12, 0, 0)
_DATES: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")
Cell: TypeAlias = str | int | float | None


def workbook(rows: Sequence[Sequence[Cell]], *, sheet: str = "Sheet1", bold: Iterable[str] = ()) -> bytes:
    """An .xlsx with one sheet; `bold` are cells such as `A1`."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cell in bold:
        page[cell].font = Font(bold=True)
    book.properties.created = book.properties.modified = _MADE
    return saved(book)


def text_document(paragraphs: Sequence[str]) -> bytes:
    """A .docx of plain paragraphs."""
    import docx

    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.core_properties.created = document.core_properties.modified = _MADE
    return saved(document)


def slides(pages: Sequence[tuple[str, str]]) -> bytes:
    """A .pptx: a title and a body for every page."""
    import pptx

    show = pptx.Presentation()
    for title, body in pages:
        page = show.slides.add_slide(show.slide_layouts[1])
        page.shapes.title.text = title
        page.placeholders[1].text = body
    show.core_properties.created = show.core_properties.modified = _MADE
    return saved(show)


def saved(document: Any) -> bytes:
    """The document's bytes with every date of the archive fixed."""
    written = io.BytesIO()
    document.save(written)
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            info = zipfile.ZipInfo(entry.filename, date_time=_MADE.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            # openpyxl writes the time of saving, whatever the properties say.
            target.writestr(info, _DATES.sub(rb"\g<1>2025-01-01T12:00:00Z<", source.read(entry)))
    return fixed.getvalue()
