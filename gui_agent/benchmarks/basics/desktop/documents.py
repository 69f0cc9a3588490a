"""Spreadsheets for set-ups, written without an office suite: OpenDocument 1.3 with one sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"'
)
# Fixed, so that the same rows give the same bytes; the earliest time that a zip file can hold.
_TIME = (1980, 1, 1, 0, 0, 0)


def spreadsheet(rows: Sequence[Sequence[str | int]]) -> bytes:
    """An .ods file with `rows` from A1 on; whole numbers become numbers, everything else text."""
    body = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        # The type comes first and uncompressed: that is how programs recognise the file (OpenDocument 1.3, part 2).
        archive.writestr(zipfile.ZipInfo("mimetype", _TIME), _MIME, zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("content.xml", _TIME), content, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("META-INF/manifest.xml", _TIME), manifest, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        shown = f"<text:p>{value}</text:p>"
        return f'<table:table-cell office:value-type="float" office:value="{value}">{shown}</table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
