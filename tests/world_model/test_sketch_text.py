from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch_strategies import SCREEN, sketches, texts

from device_farm.errors import DataError
from device_farm.types.geometry import Rect, Size
from world_model.sketch.escapes import quoted, unquoted
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.printing import print_line, print_sketch
from world_model.sketch.sketch import MAX_TEXT_CHARS, LineState, Sketch, SketchLine

LIKE = Sketch(screen=SCREEN, app="before", window="W")


def line(
    text: str = "Save", box: tuple[int, int, int, int] = (1, 2, 30, 40), label: str = "button", *states: LineState
) -> SketchLine:
    return SketchLine(label=label, text=text, box=Rect(*box), states=frozenset(states))


@pytest.mark.parametrize(
    ("given_line", "printed"),
    [
        (line(), "label = button | text='Save' | bbox=[1, 2, 30, 40]"),
        (line(""), "label = button | text='' | bbox=[1, 2, 30, 40]"),
        (line("it's\n\\"), "label = button | text='it\\'s\\n\\\\' | bbox=[1, 2, 30, 40]"),
        (line("a|b"), "label = button | text='a|b' | bbox=[1, 2, 30, 40]"),
        (line("שלום"), "label = button | text='שלום' | bbox=[1, 2, 30, 40]"),
        (line("\u202e\x85\u2028\ud800"), "label = button | text='\\u202e\\x85\\u2028\\ud800' | bbox=[1, 2, 30, 40]"),
        (
            line("Wi-Fi", (0, 0, 9, 9), "switch", "focused", "checked"),
            "label = switch | text='Wi-Fi' | bbox=[0, 0, 9, 9] | state=[checked, focused]",
        ),
    ],
)
def test_line_is_printed_in_its_form(given_line: SketchLine, printed: str) -> None:
    assert print_line(given_line) == printed


@settings(max_examples=100, deadline=None)
@given(sketches)
def test_sketch_comes_back_from_its_text_without_a_fault(sketch: Sketch) -> None:
    text = print_sketch(sketch)
    parsed = parse_sketch(text, LIKE)
    assert parsed.sketch == sketch
    assert parsed.faults == ()
    assert print_sketch(parsed.sketch) == text
    assert len(text.splitlines()) == 1 + len(sketch.lines)
    assert text.encode("utf-8").decode("utf-8") == text


@settings(deadline=None)
@given(texts)
def test_quoted_text_comes_back(text: str) -> None:
    assert unquoted(quoted(text)[1:-1]) == (text, True)


def test_longest_sketch_comes_back() -> None:
    longest = line("\U000e0001" * MAX_TEXT_CHARS)
    sketch = Sketch(screen=SCREEN, lines=(longest,), app="\ud800" * MAX_TEXT_CHARS)
    assert parse_sketch(print_sketch(sketch), LIKE).sketch == sketch


@pytest.mark.parametrize(
    ("text", "read", "kinds"),
    [
        ("label=button | text='Save' | bbox=[1,2,30,40]", line(), ["form"]),
        ('- label: button | text: "Save" | bbox: (1, 2, 30, 40)', line(), ["form"]),
        ("3. label = button | text='It's' | bbox=[1, 2, 30, 40]", line("It's"), ["form"]),
        ("label = button | text=Save | bbox=[1.6, 2.0, 30, 40]", line(), ["form"]),
        ('{"label": "button", "text": "Save", "bbox": [1, 2, 30, 40]}', line(), ["form"]),
        ("label = button | text='Save' | bbox=[30, 40, 1, 2]", line(), ["clipped"]),
        ("label = button | text='Save' | bbox=[1, 2, 999, 999]", line(box=(1, 2, 200, 300)), ["clipped"]),
        ("label = button | text='Save' | bbox=[-5, 2, 30, 40]", line(box=(0, 2, 30, 40)), ["form", "clipped"]),
        ("label = button | text='a\\q' | bbox=[1, 2, 30, 40]", line("a\\q"), ["escape"]),
        ("label = button | text='Save' | bbox=[1, 2, 30, 40] | state=[glowing]", line(), ["state"]),
        ("label = 9! | text='Save' | bbox=[1, 2, 30, 40]", line(label="element"), ["form", "label"]),
        ("label = button | text='bbox=[5, 5, 6, 6]' | bbox=[1,2,30,40]", line("bbox=[5, 5, 6, 6]"), ["form"]),
        ("label = button | text='Save' | bbox=[300, 2, 330, 40]", None, ["box"]),
        ("label = button | text='Save' | bbox=[1, 2, 1, 40]", None, ["box"]),
        ("label = button | text='Save'", None, ["box"]),
        ("label = button | text='Save' | bbox=[1, 2, 30", None, ["box"]),
        ("Sure! Here is the next screen:", None, ["unreadable"]),
        ("x" * 30_000, None, ["too_long"]),
    ],
)
def test_malformed_line_is_read_as_far_as_it_can_be(text: str, read: SketchLine | None, kinds: list[str]) -> None:
    parsed = parse_sketch(print_sketch(Sketch(screen=SCREEN)) + "\n" + text, LIKE)
    assert parsed.sketch.lines == (() if read is None else (read,))
    assert [fault.kind for fault in parsed.faults] == kinds
    assert all(fault.number == 2 and str(fault) for fault in parsed.faults)
    assert parsed.lost == (read is None)


def test_code_block_and_blank_lines_are_no_faults() -> None:
    sketch = Sketch(screen=SCREEN, lines=(line(),))
    assert parse_sketch(f"```text\n{print_sketch(sketch)}\n\n```\n", LIKE) == parse_sketch(print_sketch(sketch), LIKE)


def test_missing_header_is_taken_from_the_screen_before() -> None:
    parsed = parse_sketch(print_line(line()), LIKE)
    assert parsed.sketch == replace(LIKE, lines=(line(),))
    assert [(fault.kind, fault.lost) for fault in parsed.faults] == [("header", False)]


def test_repeated_lines_are_counted_and_dropped() -> None:
    parsed = parse_sketch("\n".join([print_line(line())] * 5), LIKE)
    assert parsed.sketch.lines == (line(),)
    assert [fault.kind for fault in parsed.faults] == ["header", *["duplicate"] * 4]


def test_endless_text_is_read_to_a_limit() -> None:
    text = "\n".join(print_line(line(str(number))) for number in range(3_000))
    parsed = parse_sketch(text, LIKE)
    assert len(parsed.sketch.lines) == 2_000
    assert parsed.faults[-1].kind == "too_many"
    assert len(parse_sketch("nonsense\n" * 100_000, LIKE).faults) < 600


PIECES = [
    *("label", " = ", "=", "text='", "'", " | ", "|", "bbox=[", "]", "1", "9" * 50, ", ", "-", "\\", "\\u12", "```"),
    *("state=[", "checked", "\n", "\r", "screen=[", "app='", "window='", "\ud800", "´", "ש", "٣", "\0"),
]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)))
def test_any_text_gives_a_sketch_and_faults(text: str) -> None:
    parsed = parse_sketch(text, LIKE)
    again = parse_sketch(print_sketch(parsed.sketch), LIKE)
    assert again.sketch == parsed.sketch
    assert again.faults == ()


@settings(max_examples=80, deadline=None)
@given(sketches, st.data())
def test_damaged_sketch_is_still_read(sketch: Sketch, data: st.DataObject) -> None:
    text = print_sketch(sketch)
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.text(max_size=5)) + text[at + data.draw(st.integers(0, 5)) :]
    untouched = text[:at].count("\n") - 1
    parsed = parse_sketch(damaged, LIKE)
    # Whatever stands before the damage is as it was.
    assert set(sketch.lines[: max(0, untouched)]) <= parsed.sketch.elements


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: line(label=""), "label"),
        (lambda: line(label="a|b"), "label"),
        (lambda: line(box=(5, 5, 5, 9)), "box"),
        (lambda: line("x" * 2_000), "text"),
        (lambda: line("x", (0, 0, 1, 1), "button", "glowing"), "states"),
        (lambda: Sketch(screen=Size(0, 5)), "screen"),
        (lambda: Sketch(screen=SCREEN, lines=(line(), line())), "lines"),
        (lambda: Sketch(screen=SCREEN, lines=(line(box=(0, 0, 201, 5)),)), "box"),
        (lambda: Sketch(screen=SCREEN, app="x" * 2_000), "app"),
    ],
)
def test_what_cannot_be_printed_is_no_sketch(make: Callable[[], object], field: str) -> None:
    with pytest.raises(DataError) as raised:
        make()
    assert raised.value.field == field
