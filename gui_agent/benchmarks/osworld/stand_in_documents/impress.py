"""Stand-in presentations.

OSWorld's metric compares a run's font, size and colour and a paragraph's alignment by what stands in the file, and
LibreOffice writes all of them out when it saves. So they stand in these files too, source and expected alike.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, assert_never

from gui_agent.benchmarks.osworld.office.documents import saved
from gui_agent.benchmarks.osworld.stand_in_documents.model import Makers, StandIn

Alignment: TypeAlias = Literal["LEFT", "CENTER", "RIGHT"]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width, height in centimetres, on a page of 25.4 by 19.05."""
_TITLE_ONLY, _BLANK = 5, 6
"""Places of python-pptx's own layouts."""
_TITLE: Final = ("Calibri", 44)
"""Font and size in points, as python-pptx's own titles have them: what is typed into an empty one gets these."""
_TEXT: Final = ("Arial", 24)
_CELL: Final = ("Arial", 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    box: Box
    text: str
    alignment: Alignment = "LEFT"
    underlined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    box: Box
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`title` None is a page without one, "" one that waits to be filled."""

    title: str | None = None
    alignment: Alignment = "CENTER"
    shapes: tuple[Text | Picture | Table, ...] = ()


def _show(pages: Sequence[Page]) -> bytes:
    import pptx

    show = pptx.Presentation()
    # A page without a background of its own has the master's, which the metric reads only where it is plain.
    _white(show.slide_master.background.fill)
    for page in pages:
        slide = show.slides.add_slide(show.slide_layouts[_BLANK if page.title is None else _TITLE_ONLY])
        if page.title is not None:
            _write(slide.shapes.title.text_frame, page.title, page.alignment, _TITLE)
        for shape in page.shapes:
            _add(slide.shapes, shape)
    return saved(show)


def _white(fill: Any) -> None:
    fill.solid()
    fill.fore_color.rgb = _colour("FFFFFF")


def _colour(digits: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(digits)  # type: ignore[no-untyped-call]


def _add(shapes: Any, shape: Text | Picture | Table) -> None:
    from pptx.enum.text import MSO_AUTO_SIZE
    from pptx.util import Cm

    box = [Cm(length) for length in shape.box]
    match shape:
        case Text():
            frame = shapes.add_textbox(*box).text_frame
            # LibreOffice makes a box that fits its text as high as it finds the text.
            frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
            _write(frame, shape.text, shape.alignment, _TEXT, shape.underlined)
        case Picture():
            shapes.add_picture(io.BytesIO(_picture()), *box)
        case Table():
            cells = shapes.add_table(len(shape.rows), len(shape.rows[0]), *box).table
            for row, texts in zip(cells.rows, shape.rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    _write(cell.text_frame, text, "LEFT", _CELL)
        case _:
            assert_never(shape)


def _write(frame: Any, text: str, side: Alignment, look: tuple[str, int], underlined: bool = False) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph = frame.paragraphs[0]
    paragraph.alignment = getattr(PP_ALIGN, side)
    if not text:
        return
    run = paragraph.add_run()
    run.text, font = text, run.font
    font.name, font.size, font.color.rgb = look[0], Pt(look[1]), _colour("000000")
    if underlined:
        font.underline = True


def _picture() -> bytes:
    """A striped square."""
    from PIL import Image

    image = Image.new("RGB", (96, 96), "teal")
    image.paste("orange", (0, 32, 96, 64))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


_UPPER: Final[Box] = (2.0, 1.5, 20.0, 3.0)
_LOWER: Final[Box] = (2.0, 6.0, 20.0, 3.0)
_PAGES: Final = (
    Page(title="Moorings", shapes=(Text(box=_LOWER, text="Nine of them, four with light"),)),
    Page(title="Crane", shapes=(Text(box=_LOWER, text="Two members at a time"),)),
    Page(title="Keys", shapes=(Text(box=_LOWER, text="In the shed before dark"),)),
    Page(title="Dates", shapes=(Text(box=_LOWER, text="April to October"),)),
)


def _pair(first: Alignment) -> Page:
    upper = Text(box=_UPPER, text="Who may come", alignment=first)
    return Page(shapes=(upper, Text(box=_LOWER, text="Everyone who has been shown how")))


def aligned_boxes() -> StandIn:
    before: tuple[Alignment, ...] = ("LEFT", "LEFT", "LEFT", "LEFT", "RIGHT")
    after: tuple[Alignment, ...] = ("LEFT", "LEFT", "RIGHT", "CENTER", "LEFT")
    source, expected = (_show([_pair(alignment) for alignment in each]) for each in (before, after))
    return StandIn(sources=(source,), expected=(expected,))


def titled_page() -> StandIn:
    waiting = replace(_PAGES[1], title="")
    titled = replace(waiting, title="Note", alignment="RIGHT")
    source, expected = (_show([_PAGES[0], page, *_PAGES[2:]]) for page in (waiting, titled))
    return StandIn(sources=(source,), expected=(expected,))


def repeated_pages() -> StandIn:
    return StandIn(sources=(_show(_PAGES),), expected=(_show([*_PAGES, *_PAGES[-2:]]),))


def picture_aside() -> StandIn:
    """The metric wants the picture further right than in the expected file, which is therefore the source."""
    page = Page(title="Berths", shapes=(Picture(box=(2.0, 6.0, 8.0, 8.0)),))
    source = _show([_PAGES[0], page, _PAGES[2]])
    return StandIn(sources=(source,), expected=(source,))


def table_below() -> StandIn:
    """As `picture_aside`: the table is to be further down than in the expected file."""
    rows = (("Boat", "Length", "Berth"), ("Tern", "7 m", "A"), ("Gannet", "11 m", "C"))
    page = Page(title="Boats", shapes=(Table(box=(3.0, 5.0, 18.0, 6.0), rows=rows),))
    source = _show([*_PAGES[:2], page, _PAGES[3]])
    return StandIn(sources=(source,), expected=(source,))


def picture_above() -> StandIn:
    """Underlined is compared as it stands, the picture is to be higher than in the expected file."""
    both = []
    for underlined in (False, True):
        lines = (Text(box=_UPPER, text="Berths", underlined=underlined),)
        page = Page(shapes=(*lines, Picture(box=(8.0, 8.0, 8.0, 8.0))))
        both.append(_show([Page(shapes=lines), page, _PAGES[2]]))
    return StandIn(sources=(both[0],), expected=(both[1],))


def upright_pages() -> StandIn:
    return StandIn(sources=(_show(_PAGES[:2]),))


MAKERS: Final[Makers] = {
    "05dd4c1d-c489-4c85-8389-a7836c4f0567": aligned_boxes,
    "08aced46-45a2-48d7-993b-ed3fb5b32302": titled_page,
    "2b94c692-6abb-48ae-ab0b-b3e8a19cb340": picture_aside,
    "9ec204e4-f0a3-42f8-8458-b772a6797cab": repeated_pages,
    "ac1b39ff-ee4d-4483-abce-c117e98942f0": table_below,
    "ce88f674-ab7a-43da-9201-468d38539e4a": upright_pages,
    "ed43c15f-00cb-4054-9c95-62c880865d68": picture_above,
}
