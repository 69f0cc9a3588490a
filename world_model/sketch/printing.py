"""A sketch as text; `parsing` is the exact inverse."""

from __future__ import annotations

from world_model.sketch.escapes import quoted
from world_model.sketch.sketch import LINE_STATES, Sketch, SketchLine


def print_line(line: SketchLine) -> str:
    """`label = … | text='…' | bbox=[x1, y1, x2, y2]`, and ` | state=[…]` where it has any; no line feed."""
    box = line.box
    states = ", ".join(state for state in LINE_STATES if state in line.states)
    return (
        f"label = {line.label} | text={quoted(line.text)}"
        f" | bbox=[{box.left}, {box.top}, {box.right}, {box.bottom}]"
        f"{f' | state=[{states}]' if states else ''}"
    )


def print_header(sketch: Sketch) -> str:
    """`screen=[width, height] | app='…' | window='…'`."""
    size = sketch.screen
    return f"screen=[{size.width}, {size.height}] | app={quoted(sketch.app)} | window={quoted(sketch.window)}"


def print_sketch(sketch: Sketch) -> str:
    """The header and one line an element, in order, without a line feed at the end."""
    return "\n".join((print_header(sketch), *map(print_line, sketch.lines)))
