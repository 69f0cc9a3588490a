"""Widgets that a person operates. Values are given in at each build; changes come back through the handlers.

The exception is `TextField`: its text and cursor are view state under its key (`context.text(key)`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from device_farm.simulator.toolkit.base import Colour, Handler, Widget
from device_farm.simulator.toolkit.containers import NOTHING


@dataclass(frozen=True, slots=True)
class Button(Widget):
    """android.widget.Button with a label and, if wanted, an icon before it."""

    text: str
    style: Literal["filled", "tonal", "outlined", "text"] = "filled"
    icon: str = ""
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Fab(Widget):
    """Floating action button; `text` makes it an extended one. `colour` is that of icon and text."""

    icon: str
    text: str = ""
    colour: Colour = "on_primary_container"


@dataclass(frozen=True, slots=True)
class IconButton(Widget):
    """android.widget.ImageButton, 48 dp; give it a `description`."""

    icon: str
    colour: Colour | None = None
    style: Literal["plain", "filled", "tonal"] = "plain"
    size: float = 24.0


@dataclass(frozen=True, slots=True)
class Switch(Widget):
    checked: bool
    on_change: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class Checkbox(Widget):
    checked: bool
    text: str = ""
    on_change: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class Radio(Widget):
    checked: bool
    text: str = ""
    on_change: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class Slider(Widget):
    """android.widget.SeekBar. `on_change` gets the value at a tap and during a drag; `steps` > 0 rounds to as many
    equal steps."""

    value: float
    minimum: float = 0.0
    maximum: float = 100.0
    steps: int = 0
    on_change: Callable[[float], None] | None = None


@dataclass(frozen=True, slots=True)
class Chip(Widget):
    """A filter chip; `checked` marks it."""

    text: str
    checked: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Spinner(Widget):
    """A drop-down that shows `options[selected_index]`; a tap opens the list. Needs a `key`."""

    options: tuple[str, ...]
    selected_index: int = 0
    on_pick: Callable[[int], None] | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class TextField(Widget):
    """android.widget.EditText. Needs a `key`.

    `initial` is its text when it first appears; from then on the text is view state: read `context.text(key)`,
    replace it with `context.set_text(key, text)`. `on_change(text)` is called after each edit, `on_submit(text)` at
    Enter on a single line. `style="plain"` has no box (notes, search). `autofocus` opens the keyboard on first show.
    `text_size` in dp replaces the usual font size.
    """

    hint: str = ""
    initial: str = ""
    label: str = ""
    kind: Literal["text", "number", "phone", "email"] = "text"
    style: Literal["outlined", "filled", "plain"] = "outlined"
    password: bool = False
    multiline: bool = False
    min_lines: int = 1
    autofocus: bool = False
    monospace: bool = False
    error: str = ""
    icon: str = ""
    on_change: Callable[[str], None] | None = None
    on_submit: Callable[[str], None] | None = None
    text_size: float = 0.0


@dataclass(frozen=True, slots=True)
class ListRow(Widget):
    """A list line: icon or `leading`, title, summary, `trailing`. Clickable as a whole when it has `on_tap`.

    Its accessibility children are TextViews `android:id/title` and `android:id/summary` (or `title_id`,
    `summary_id`), as in Android's own lists.
    """

    title: str
    summary: str = ""
    icon: str = ""
    leading: Widget | None = None
    trailing: Widget | None = None
    title_id: str = "android:id/title"
    summary_id: str = "android:id/summary"
    max_lines: int = 2
    summary_lines: int = 2


@dataclass(frozen=True, slots=True)
class SwitchRow(Widget):
    """A ListRow with a Switch (`android:id/switch_widget`); a tap anywhere toggles it."""

    title: str
    checked: bool
    summary: str = ""
    icon: str = ""
    on_change: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class CheckRow(Widget):
    """A ListRow with a Checkbox (`android:id/checkbox`) at its start; a tap anywhere toggles it."""

    title: str
    checked: bool
    summary: str = ""
    on_change: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class RadioRow(Widget):
    """A ListRow with a Radio at its start; a tap anywhere calls `on_tap`."""

    title: str
    checked: bool
    summary: str = ""


def _nothing() -> None:
    """A menu line that only opens others."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of a popup or overflow menu. `checked` None: not checkable. One with `items` opens them instead."""

    text: str
    on_tap: Handler = _nothing
    icon: str = ""
    enabled: bool = True
    checked: bool | None = None
    items: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuButton(Widget):
    """A widget that opens a popup menu when tapped. Needs a `key`. Default look: the three dots."""

    items: tuple[MenuItem, ...]
    child: Widget | None = None


@dataclass(frozen=True, slots=True)
class ContextMenu(Widget):
    """Wraps `child`; a long press opens the menu. Needs a `key`."""

    items: tuple[MenuItem, ...]
    child: Widget = NOTHING
