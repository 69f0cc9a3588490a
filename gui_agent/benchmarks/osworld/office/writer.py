"""The word processor: paragraphs more and fewer, words replaced, a line centred, a page break."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gui_agent.benchmarks.osworld.office.documents import text_document
from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, OfficeTask, expected_file, guest_file

DOMAIN: Final = "libreoffice_writer"
PATH: Final = f"{DOCUMENTS}/minutes.docx"
GOLD: Final = "minutes_gold.docx"
TEXT: Final = (
    "Minutes of the meeting",
    "The colour of the new logo was discussed at length.",
    "Everyone agreed that the colour should be green.",
    "The next meeting is on Tuesday.",
)
ADDED: Final = "Anna brings the cake."
FIRST: Final = "Draft, not for distribution"


def _task(name: str, instruction: str, evaluator: Mapping[str, Any], gold: bytes | None = None) -> OfficeTask:
    return OfficeTask(
        id=f"farm-writer-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=(DOMAIN,),
        brings={PATH: text_document(TEXT)},
        opens=PATH,
        evaluator=evaluator,
        expected={} if gold is None else {GOLD: gold},
    )


def tasks() -> list[OfficeTask]:
    result = guest_file(PATH)
    same = {"func": "compare_docx_files", "result": result, "expected": expected_file(GOLD)}
    return [
        _task(
            "append",
            f"Add a new paragraph at the end of the open document that says: {ADDED} Then save the file.",
            same,
            text_document((*TEXT, ADDED)),
        ),
        _task(
            "replace",
            "Replace every occurrence of the word colour in the open document by color and save the file.",
            same,
            text_document([paragraph.replace("colour", "color") for paragraph in TEXT]),
        ),
        _task(
            "day",
            "The next meeting is on Wednesday, not on Tuesday. Correct that in the open document and save the file.",
            same,
            text_document([paragraph.replace("Tuesday", "Wednesday") for paragraph in TEXT]),
        ),
        _task(
            "first",
            f"Put a paragraph that says {FIRST} before the first one of the open document and save the file.",
            same,
            text_document((FIRST, *TEXT)),
        ),
        _task(
            "shorten",
            "Remove the last paragraph of the open document and save the file.",
            same,
            text_document(TEXT[:-1]),
        ),
        _task(
            "centre",
            "Centre the first line of the open document and save the file.",
            {"func": "is_first_line_centered", "result": result},
        ),
        _task(
            "page-break",
            "Put a page break at the end of the open document and save the file.",
            {
                "func": "contains_page_break",
                "result": result,
                "expected": {"type": "rule", "rules": {"page_break_count": 1}},
            },
        ),
    ]
