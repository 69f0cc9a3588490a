"""The dark blue-grey look that the recorder's screens share."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.base import Handler

BACKGROUND = 0xFF37474F
PANEL = 0xFF455A64
INK = 0xFFFFFFFF
FAINT = 0xB3FFFFFF
RED = 0xFFF44336
ACCENT = 0xFF80CBC4


def page(*children: w.Widget) -> w.Widget:
    return w.Column(children, background=BACKGROUND, width="fill", height="fill")


def bar(title: str, back: Handler, *actions: w.Widget, subtitle: str = "") -> w.Widget:
    """Back arrow, title and buttons. As in the real app the arrow has no description."""
    titles: list[w.Widget] = [w.Text(title, style="title_large", colour=INK, resource_id="txt_title")]
    if subtitle:
        titles.append(w.Text(subtitle, style="body", colour=FAINT, resource_id="txt_sub_title"))
    return w.Row(
        (
            w.IconButton("arrow_back", colour=INK, resource_id="btn_back", on_tap=back),
            w.Column(tuple(titles), weight=1, padding=(12, 0)),
            *actions,
        ),
        height=64,
        padding=(4, 0),
        resource_id="toolbar",
    )


def raised(text: str, resource_id: str, on_tap: Handler) -> w.Widget:
    return w.Stack(
        (w.Text(text.upper(), style="label_large", colour=INK, decorative=True),),
        ("center",),
        height=48,
        weight=1,
        radius=4,
        background=PANEL,
        elevation=1,
        class_name="android.widget.Button",
        a11y_text=text,
        resource_id=resource_id,
        on_tap=on_tap,
    )


def chips(title: str, options: tuple[str, ...], selected: int, pick: Callable[[int], None], *, key: str) -> w.Widget:
    """A setting with one chip an option, at most four in a row."""
    rows = tuple(
        w.Row(
            tuple(_chip(options[place], place == selected, place, pick) for place in places),
            gap=8,
            padding=(16, 4),
        )
        for places in (range(start, min(start + 4, len(options))) for start in range(0, len(options), 4))
    )
    return w.Column(
        (w.Text(title, style="title", colour=INK, padding=(16, 8, 16, 4)), *rows), resource_id=f"setting_{key}"
    )


def _chip(text: str, on: bool, place: int, pick: Callable[[int], None]) -> w.Widget:
    return w.Row(
        (w.Text(text, style="label_large", colour=BACKGROUND if on else INK, decorative=True),),
        height=36,
        padding=(14, 0),
        radius=18,
        background=ACCENT if on else PANEL,
        class_name="android.widget.TextView",
        a11y_text=text,
        selected=on,
        on_tap=lambda: pick(place),
    )
