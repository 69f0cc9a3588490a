"""A note's Markdown as widgets; the boxes of a check list can be ticked."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from device_farm.simulator.apps.notes.markdown import Block, parse_markdown
from device_farm.simulator.apps.notes.preview import block_widget
from device_farm.simulator.toolkit import widgets as w

_BOX = re.compile(r"^(\s*[-*+]\s+\[)([ xX])(\]\s)")


def body_widgets(body: str, on_change: Callable[[str], None]) -> tuple[w.Widget, ...]:
    """The blocks of `body`; ticking a box calls `on_change` with the changed text."""
    found: list[w.Widget] = []
    boxes = 0
    for block in parse_markdown(body):
        if block.kind in ("checked", "unchecked"):
            found.append(_check_line(block, partial(_toggled, body, boxes, on_change)))
            boxes += 1
        else:
            found.append(block_widget(block))
    return tuple(found)


def _toggled(body: str, number: int, on_change: Callable[[str], None], done: bool) -> None:
    on_change(with_box(body, number, done))


def with_box(body: str, number: int, done: bool) -> str:
    """`body` with its check box number `number` (from 0) ticked or not; code blocks hold no boxes."""
    lines, seen, code = body.split("\n"), 0, False
    for place, line in enumerate(lines):
        if line.strip().startswith("```"):
            code = not code
        elif not code and _BOX.match(line):
            if seen == number:
                lines[place] = _BOX.sub(rf"\g<1>{'x' if done else ' '}\g<3>", line)
            seen += 1
    return "\n".join(lines)


def _check_line(block: Block, on_change: Callable[[bool], None]) -> w.Widget:
    done = block.kind == "checked"
    text = w.Text(block.text, style="body_large", weight=1, strike=done)
    return w.Row((w.Spacer(width=16.0 * block.level), w.Checkbox(done, on_change=on_change), text))
