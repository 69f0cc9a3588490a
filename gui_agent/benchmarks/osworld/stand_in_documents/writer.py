"""Stand-in text documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gui_agent.benchmarks.osworld.office.documents import saved, text_document
from gui_agent.benchmarks.osworld.stand_in_documents.model import Makers, StandIn

_HEADING: Final = "Rules of the Harbour Club"
_PARAGRAPHS: Final = (
    "The harbour club looks after nine moorings and one small crane. Members may use both from April to October.",
    "A boat that stays longer than a week is written into the book at the gate. Its owner pays for each further week.",
    "The crane is moved by two members, never by one. Whoever has not been shown how keeps behind the yellow line.",
    "Keys hang in the shed. Please bring them back before dark.",
)
_SHOUTED: Final = (
    "PLEASE READ THIS before Friday.",
    "Every group has TEN MINUTES and one screen.",
    "Bring your slides as a FILE, not as a link.",
)
_COUNTS: Final = (("Boat", "Length", "Berth"), ("Tern", "7", "A"), ("Gannet", "11", "C"), ("Eider", "9", "B"))


def _spaced(paragraphs: Sequence[str], spacings: Sequence[float]) -> bytes:
    """A document whose paragraphs state their line spacing, in lines: the last one's LibreOffice states anyway."""
    import docx

    document = docx.Document()
    for text, spacing in zip(paragraphs, spacings, strict=True):
        document.add_paragraph(text).paragraph_format.line_spacing = spacing
    return saved(document)


def _with_table(paragraphs: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    import docx

    document: Any = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return saved(document)


def double_spaced() -> StandIn:
    source, expected = (_spaced(_PARAGRAPHS, spacings) for spacings in ((1, 1, 1, 1), (2, 2, 1, 1)))
    return StandIn(sources=(source,), expected=(expected,))


def spaced_essay() -> StandIn:
    essay = _PARAGRAPHS[:3]
    source, expected = (_spaced(essay, spacings) for spacings in ((1.15, 1.15, 1.15), (1, 2, 1.5)))
    return StandIn(sources=(source,), expected=(expected,))


def centred_heading() -> StandIn:
    return StandIn(sources=(text_document([_HEADING, *_PARAGRAPHS]),))


def numbered_pages() -> StandIn:
    import docx

    document: Any = docx.Document()
    for _ in range(2):
        for text in _PARAGRAPHS:
            document.add_paragraph(text)
        document.add_page_break()
    document.add_paragraph(_HEADING)
    return StandIn(sources=(saved(document),))


def empty_table() -> StandIn:
    table = [[""] * 7 for _ in range(5)]
    return StandIn(sources=(text_document(_PARAGRAPHS),), expected=(_with_table(_PARAGRAPHS, table),))


def table_of_text() -> StandIn:
    lines = [",".join(row) for row in _COUNTS]
    return StandIn(sources=(text_document(lines),), expected=(_with_table((), _COUNTS),))


def struck_paragraph() -> StandIn:
    import docx

    document = docx.Document()
    for text in _PARAGRAPHS[:-1]:
        document.add_paragraph(text)
    document.add_paragraph().add_run(_PARAGRAPHS[-1]).font.strike = True
    return StandIn(sources=(text_document(_PARAGRAPHS),), expected=(saved(document),))


def small_letters() -> StandIn:
    lower = [text.lower() for text in _SHOUTED]
    return StandIn(sources=(text_document(_SHOUTED),), expected=(text_document(lower),))


MAKERS: Final[Makers] = {
    "0810415c-bde4-4443-9047-d5f70165a697": double_spaced,
    "0e47de2a-32e0-456c-a366-8c607ef7a9d2": numbered_pages,
    "3ef2b351-8a84-4ff2-8724-d86eae9b842e": centred_heading,
    "66399b0d-8fda-4618-95c4-bfc6191617e9": empty_table,
    "72b810ef-4156-4d09-8f08-a0cf57e7cefe": struck_paragraph,
    "936321ce-5236-426a-9a20-e0e3c5dc536f": table_of_text,
    "b21acd93-60fd-4127-8a43-2f5178f4a830": spaced_essay,
    "d53ff5ee-3b1a-431e-b2be-30ed2673079b": small_letters,
}
