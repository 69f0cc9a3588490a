"""The dark header of Joplin's screens and its list rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from device_farm.simulator.apps.joplin.model import Note
from device_farm.simulator.toolkit import widgets as w

HEADER: Final = 0xFF494D55
ON_HEADER: Final = 0xFFFFFFFF
ACCENT: Final = 0xFF9B59B6
ADD: Final = 0xFFE74C3C
ROW_HEIGHT: Final = 56.0
_DONE: Final = "on_surface_variant"


def header(*children: w.Widget) -> w.Widget:
    return w.Row(children, background=HEADER, height=56, padding=(4, 0), elevation=5)


def header_title(text: str) -> w.Widget:
    return w.Text(text, style="title", colour=ON_HEADER, font_weight="bold", max_lines=1, weight=1, padding=(8, 0))


def header_button(icon: str, description: str, on_tap: w.Handler, *, enabled: bool = True) -> w.Widget:
    return w.IconButton(icon, description=description, colour=ON_HEADER, on_tap=on_tap, enabled=enabled)


def header_menu(items: tuple[w.MenuItem, ...]) -> w.Widget:
    dots = w.Icon("more_vert", colour=ON_HEADER, padding=12)
    return w.MenuButton(items, child=dots, key="actions", description="Actions")


def note_row(
    note: Note,
    *,
    selected: bool,
    on_open: Callable[[Note], None],
    on_hold: Callable[[Note], None],
    on_check: Callable[[Note, bool], None],
) -> w.Widget:
    done = note.is_todo and note.completed_ms > 0
    box: tuple[w.Widget, ...] = ()
    if note.is_todo:
        box = (
            w.Checkbox(
                done,
                description=f"to-do: {note.shown}",
                on_change=partial(on_check, note),
            ),
        )
    title = w.Text(note.shown, style="body_large", max_lines=2, weight=1, colour=_DONE if done else None)
    line = w.Row(
        (*box, title),
        gap=4,
        padding=(4 if box else 16, 0, 16, 0),
        height=ROW_HEIGHT - 1,
        background="secondary_container" if selected else None,
        selected=selected,
        on_tap=partial(on_open, note),
        on_long_press=partial(on_hold, note),
    )
    return w.Column((line, w.Divider()), height=ROW_HEIGHT)


def round_button(icon: str, description: str, on_tap: w.Handler) -> w.Widget:
    """The floating action button in Joplin's red."""
    return w.Fab(
        icon,
        colour=ON_HEADER,
        description=description,
        class_name="android.widget.Button",
        background=ADD,
        elevation=6,
        on_tap=on_tap,
    )
