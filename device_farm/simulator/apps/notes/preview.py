"""A document drawn as it reads: Markdown by its blocks, everything else as plain text."""

from __future__ import annotations

from typing import assert_never

from device_farm.simulator.apps.notes.filetypes import is_markdown_name
from device_farm.simulator.apps.notes.markdown import Block, parse_markdown
from device_farm.simulator.toolkit import widgets as w

_HEADINGS: tuple[w.TextStyle, ...] = ("headline", "title_large", "title_large", "title", "title", "title_small")


def preview_widgets(name: str, text: str) -> tuple[w.Widget, ...]:
    if is_markdown_name(name):
        return tuple(block_widget(block) for block in parse_markdown(text))
    return tuple(w.Text(line or " ", style="body_large") for line in text.splitlines())


def block_widget(block: Block) -> w.Widget:
    """A block as it reads; a check box only shows its state."""
    match block.kind:
        case "heading":
            return w.Text(block.text, style=_HEADINGS[block.level - 1], font_weight="medium", padding=(0, 8))
        case "rule":
            return w.Divider()
        case "code":
            return w.Text(block.text, style="body", background="surface_high", padding=12, radius=8)
        case "quote":
            return w.Text(block.text, style="body_large", colour="on_surface_variant", padding=(16, 4))
        case "bullet":
            return _item("•", block)
        case "number":
            return _item(f"{block.number}.", block)
        case "checked":
            return _item("☑", block)
        case "unchecked":
            return _item("☐", block)
        case "text":
            return w.Text(block.text, style="body_large", padding=(0, 4))
        case _:
            assert_never(block.kind)


def _item(mark: str, block: Block) -> w.Widget:
    glyphs = {"☑": "check_box", "☐": "check_box_outline_blank"}
    sign: w.Widget = w.Icon(glyphs[mark], size=20) if mark in glyphs else w.Text(mark, style="body_large", width=24)
    text = w.Text(block.text, style="body_large", weight=1)
    return w.Row((w.Spacer(width=16.0 * block.level), sign, text), gap=6, cross="start", padding=(0, 2))
