"""The frame of a screen: app bar, tabs, bottom navigation, search bar; and what lies over it: dialogs, sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.containers import NOTHING
from device_farm.simulator.toolkit.controls import MenuItem


@dataclass(frozen=True, slots=True)
class AppBar(Widget):
    """The bar at the top. `navigation="back"` goes back (as the system's Back) unless `on_navigation` is given;
    `navigation_description` replaces the usual content description of its button.

    `overflow` items lie behind the three dots (`More options`). `large` puts the title on a line of its own, as in
    Settings. `title_widget` takes the title's place (a search field).
    """

    title: str = ""
    subtitle: str = ""
    navigation: Literal["back", "close", "menu"] | None = None
    on_navigation: Handler | None = None
    actions: tuple[Widget, ...] = ()
    overflow: tuple[MenuItem, ...] = ()
    large: bool = False
    title_widget: Widget | None = None
    navigation_description: str = ""


@dataclass(frozen=True, slots=True)
class Tabs(Widget):
    """A row of tabs; `icons` may be empty."""

    titles: tuple[str, ...]
    selected_index: int = 0
    on_pick: Callable[[int], None] | None = None
    icons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavItem:
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class BottomNavigation(Widget):
    items: tuple[NavItem, ...]
    selected_index: int = 0
    on_pick: Callable[[int], None] | None = None


@dataclass(frozen=True, slots=True)
class SearchBar(Widget):
    """A rounded bar. With a `key` it is a text field (`context.text(key)`); with `on_tap` only a button."""

    hint: str = "Search"
    leading: str = "search"
    autofocus: bool = False
    on_change: Callable[[str], None] | None = None
    on_submit: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Screen(Widget):
    """What `Activity.build` returns: bar on top, body, floating button, something at the bottom."""

    body: Widget = NOTHING
    app_bar: AppBar | None = None
    fab: Widget | None = None
    bottom: Widget | None = None


@dataclass(frozen=True, slots=True)
class DialogButton:
    """Runs `on_tap`, then closes the dialog unless `dismiss` is false."""

    text: str
    on_tap: Handler | None = None
    dismiss: bool = True
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Dialog(Widget):
    """A modal box. Buttons from left to right; Android ids button2, button1 (the last is the positive one)."""

    title: str = ""
    text: str = ""
    body: Widget | None = None
    buttons: tuple[DialogButton, ...] = ()
    icon: str = ""
    on_dismiss: Handler | None = None


@dataclass(frozen=True, slots=True)
class ChoiceDialog(Widget):
    """A dialog with one radio line an option; a tap calls `on_pick(index)` and closes it."""

    title: str
    options: tuple[str, ...]
    selected_index: int = -1
    on_pick: Callable[[int], None] | None = None
    on_dismiss: Handler | None = None


@dataclass(frozen=True, slots=True)
class TimePickerDialog(Widget):
    """Hour and minute by tapping a clock face, or typed in keyboard mode. `on_pick(hour, minute)` at OK."""

    hour: int = 0
    minute: int = 0
    on_pick: Callable[[int, int], None] | None = None
    title: str = "Select time"
    on_dismiss: Handler | None = None


@dataclass(frozen=True, slots=True)
class DatePickerDialog(Widget):
    """A month at a time. `on_pick(year, month, day)` at OK; month and day count from 1."""

    year: int = 1970
    month: int = 1
    day: int = 1
    on_pick: Callable[[int, int, int], None] | None = None
    title: str = "Select date"
    on_dismiss: Handler | None = None


@dataclass(frozen=True, slots=True)
class BottomSheet(Widget):
    """A modal panel that rises from the bottom edge."""

    body: Widget = NOTHING
    on_dismiss: Handler | None = None


Overlay: TypeAlias = Dialog | ChoiceDialog | TimePickerDialog | DatePickerDialog | BottomSheet
