"""Sketches for property tests: any text, any label, boxes on the screen."""

from __future__ import annotations

from hypothesis import strategies as st

from device_farm.types.geometry import Rect, Size
from world_model.sketch.sketch import LINE_STATES, Sketch, SketchLine, is_label

SCREEN = Size(200, 300)

texts = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="'\"|\\\n\r\t \u2028\u0085x[]=,abשלוםمرحبا👨\u200d\ud800", max_size=30),
    st.sampled_from(
        ["it's", "a | text='b' | bbox=[1, 2, 3, 4]", "```", "\\n", "\\", "'", "", " ", "مرحبا | ", "שלום'"]
    ),
)
labels = st.one_of(
    st.sampled_from(["button", "text", "field", "switch", "item", "list", "image", "menu item"]),
    st.text(alphabet="abcXYZ09 _.-", min_size=1, max_size=40).filter(is_label),
)
states = st.frozensets(st.sampled_from(LINE_STATES), max_size=3)


@st.composite
def boxes(draw: st.DrawFn) -> Rect:
    left, top = draw(st.integers(0, SCREEN.width - 1)), draw(st.integers(0, SCREEN.height - 1))
    return Rect(left, top, draw(st.integers(left + 1, SCREEN.width)), draw(st.integers(top + 1, SCREEN.height)))


lines = st.builds(SketchLine, label=labels, text=texts, box=boxes(), states=states)
sketches = st.builds(
    Sketch,
    screen=st.just(SCREEN),
    lines=st.lists(lines, max_size=12, unique=True).map(tuple),
    app=texts,
    window=texts,
)
