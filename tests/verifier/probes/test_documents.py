from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pptx
import pytest

from device_farm.errors import FarmError, PrerequisiteError, VerifierError
from verifier.probes.documents import document_text

LINES = 50


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Costs"
    sheet["A1"], sheet["B1"], sheet["A2"], sheet["B3"] = "tea", 4.5, "milk", "=B1*2"
    return saved(book.save)


def letter() -> bytes:
    document = docx.Document()
    document.add_heading("Greetings", level=1)
    paragraph = document.add_paragraph("Dear ")
    paragraph.add_run("Ann").bold = True
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "a", "b"
    return saved(document.save)


def slides() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "Plan"
    slide.placeholders[1].text = "first\nsecond"  # type: ignore[attr-defined]
    slide.notes_slide.notes_text_frame.text = "say hello"
    return saved(show.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def packed(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("_", "."), text)
    return file.getvalue()


ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
 <table:table table:name="One"><table:table-row><table:table-cell office:value="3"><text:p>3.0</text:p>
 </table:table-cell><table:table-cell table:formula="of:=[.A1]*2" office:value="6"><text:p>6</text:p></table:table-cell>
 <table:table-cell table:number-columns-repeated="1021"/></table:table-row>
 <table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>
 <table:table-row><table:table-cell><text:p>end</text:p></table:table-cell></table:table-row>
 </table:table></office:spreadsheet></office:body></office:document-content>"""


@pytest.mark.parametrize(
    ("data", "suffix", "text"),
    [
        (workbook(), ".xlsx", "sheet 'Costs', A1:B3\nA1=tea | B1=4.5\nA2=milk\nB3=None (=B1*2)"),
        (letter(), ".docx", "[Heading 1] Greetings\n[Normal] Dear Ann ('Ann' is bold)\ntable: | a | b"),
        (
            slides(),
            ".pptx",
            "slide 1, layout 'Title and Content'\nTitle 1: Plan\nContent Placeholder 2: first\nsecond\n"
            "notes: say hello",
        ),
        (packed(content_xml=ODS), ".ods", "sheet 'One'\n1: 3 | 6 (=[.A1]*2)\n5: end"),
        (b'\xef\xbb\xbfa,"b,c"\n\n1,2\n', ".csv", "1: a | b,c\n2: \n3: 1 | 2"),
    ],
)
def test_document_is_shown_line_by_line(data: bytes, suffix: str, text: str) -> None:
    assert document_text(data, suffix, LINES) == text


def test_document_shows_no_more_lines_than_asked_for() -> None:
    assert document_text(b"a\nb\nc\n", ".csv", 2) == "1: a\n2: b\n(more follows)"


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'


@pytest.mark.parametrize("suffix", [".xlsx", ".docx", ".pptx", ".ods"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "damaged"),
        (b"PK\x03\x04 no zip", "damaged"),
        (packed(), "damaged"),
        (packed(content_xml="<a>", other_xml="<a/>"), "damaged"),
        (packed(content_xml=BOMB), "defines a document type"),
        (packed(content_xml=f"<!--{'x' * 9000}-->{BOMB[21:]}"), "defines a document type"),
        (packed(content_xml="x" * (65 * 1024 * 1024)), "unpacks to 1 parts of 68157440 bytes"),
        (packed(**{f"part{number}_xml": "" for number in range(2001)}), "unpacks to 2001 parts"),
        (packed(content_xml="x" * (9 * 1024 * 1024)), "unpacks to 9437184 bytes of XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "has a password, or is of an old binary format"),
        (packed(**{"META-INF/manifest_xml": "<encryption-data/>", "content_xml": "\x07"}), "is encrypted"),
        (packed(**{"word/vbaProject_bin": "x"}), "carries macros: word/vbaProject.bin"),
        (packed(**{"Basic/Standard/Module1_xml": "<a/>"}), "carries macros: Basic/Standard/Module1.xml"),
        (b"%PDF-1.7\n", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
)
def test_damaged_and_hostile_documents_are_verifier_errors(data: bytes, said: str, suffix: str) -> None:
    with pytest.raises(VerifierError, match=said):
        document_text(data, suffix, LINES)


@pytest.mark.parametrize("suffix", [".xlsx", ".docx", ".pptx"])
def test_documents_cut_short_are_verifier_errors(suffix: str) -> None:
    whole = {".xlsx": workbook, ".docx": letter, ".pptx": slides}[suffix]()
    for length in range(0, len(whole), len(whole) // 7):
        with pytest.raises(FarmError):
            document_text(whole[:length], suffix, LINES)


def test_zip_whose_entries_have_a_password_is_encrypted() -> None:
    data = bytearray(packed(content_xml="<a/>"))
    # Bit 0 of the flags, in the local header and in the directory at the end (APPNOTE 4.4.4).
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    for suffix in (".xlsx", ".docx", ".pptx", ".ods"):
        with pytest.raises(VerifierError, match="is encrypted"):
            document_text(bytes(data), suffix, LINES)


def test_long_cells_and_long_documents_are_cut() -> None:
    cell = "<table:table-cell table:number-columns-repeated='50'><text:p>{}</text:p></table:table-cell>"
    row = f"<table:table-row>{cell.format('y' * 9000)}</table:table-row>"
    head, _, tail = ODS.partition('<table:table table:name="One">')
    text = document_text(packed(content_xml=f"{head}<table:table>{row * 9}{tail}"), ".ods", LINES)
    assert f" | {'y' * 2000}… | " in text and "y" * 2001 not in text
    assert 200_000 <= len(text) < 201_000 and text.endswith("(more follows)")


def test_sheet_with_one_cell_in_the_last_corner_does_not_take_for_ever() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["XFD1048576"] = "far"
    book.active["A1"] = "near"
    assert "A1=near" in document_text(saved(book.save), ".xlsx", LINES)


def test_unknown_kind_of_document_names_those_that_are_known() -> None:
    with pytest.raises(VerifierError, match=r"\.exe is no kind of document \(known: \.xlsx"):
        document_text(b"", ".exe", LINES)


def test_missing_library_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = letter()
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(PrerequisiteError, match=r"pip install 'gui-agent-farm\[office\]'"):
        document_text(data, ".docx", LINES)
