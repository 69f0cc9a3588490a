"""Presentations: a title, a text, one slide fewer."""

from __future__ import annotations

from typing import Any, Final

from gui_agent.benchmarks.osworld.office.documents import slides
from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, OfficeTask, expected_file, guest_file

DOMAIN: Final = "libreoffice_impress"
PATH: Final = f"{DOCUMENTS}/talk.pptx"
GOLD: Final = "talk_gold.pptx"
PAGES: Final = (("Our garden", "What grows where"), ("Beans", "They need water"))
TITLE: Final = "Our new garden"
BODY: Final = "What we want to plant"
_LOOKS: Final = (
    *("examine_shape", "examine_indent", "examine_font_name", "examine_font_size", "examine_font_bold"),
    *("examine_font_italic", "examine_color_rgb", "examine_font_underline", "examine_strike_through"),
    *("examine_alignment", "examine_bullets", "examine_background_color", "examine_note"),
)


def _compared() -> dict[str, Any]:
    """Texts and the number of slides; the office writes its looks in other words than the library that made them."""
    return {
        "func": "compare_pptx_files",
        "result": guest_file(PATH),
        "expected": expected_file(GOLD),
        "options": dict.fromkeys(_LOOKS, False),
    }


def tasks() -> list[OfficeTask]:
    wanted = (
        (
            "title",
            f"Change the title of the first slide of the open presentation to {TITLE} and save the file.",
            ((TITLE, PAGES[0][1]), PAGES[1]),
        ),
        (
            "text",
            f"Change the text below the title of the first slide of the open presentation to {BODY} and save the file.",
            ((PAGES[0][0], BODY), PAGES[1]),
        ),
        ("delete", "Delete the second slide of the open presentation and save the file.", PAGES[:1]),
    )
    return [
        OfficeTask(
            id=f"farm-impress-{name}",
            domain=DOMAIN,
            instruction=instruction,
            apps=(DOMAIN,),
            brings={PATH: slides(PAGES)},
            opens=PATH,
            evaluator=_compared(),
            expected={GOLD: slides(pages)},
        )
        for name, instruction, pages in wanted
    ]
