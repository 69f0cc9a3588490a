"""Numbers of AT-SPI as names: roles and states as in at-spi2-core's `atspi-constants.h`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiState

# By number, from 0. Names are what `atspi_role_get_name` gives.
ROLE_NAMES: Final = tuple(
    [
        "invalid",
        "accelerator label",
        "alert",
        "animation",
        "arrow",
        "calendar",
        "canvas",
        "check box",
        "check menu item",
        "color chooser",
        "column header",
        "combo box",
        "date editor",
        "desktop icon",
        "desktop frame",
        "dial",
        "dialog",
        "directory pane",
        "drawing area",
        "file chooser",
        "filler",
        "focus traversable",
        "font chooser",
        "frame",
        "glass pane",
        "html container",
        "icon",
        "image",
        "internal frame",
        "label",
        "layered pane",
        "list",
        "list item",
        "menu",
        "menu bar",
        "menu item",
        "option pane",
        "page tab",
        "page tab list",
        "panel",
        "password text",
        "popup menu",
        "progress bar",
        "push button",
        "radio button",
        "radio menu item",
        "root pane",
        "row header",
        "scroll bar",
        "scroll pane",
        "separator",
        "slider",
        "spin button",
        "split pane",
        "status bar",
        "table",
        "table cell",
        "table column header",
        "table row header",
        "tearoff menu item",
        "terminal",
        "text",
        "toggle button",
        "tool bar",
        "tool tip",
        "tree",
        "tree table",
        "unknown",
        "viewport",
        "window",
        "extended",
        "header",
        "footer",
        "paragraph",
        "ruler",
        "application",
        "autocomplete",
        "edit bar",
        "embedded component",
        "entry",
        "chart",
        "caption",
        "document frame",
        "heading",
        "page",
        "section",
        "redundant object",
        "form",
        "link",
        "input method window",
        "table row",
        "tree item",
        "document spreadsheet",
        "document presentation",
        "document text",
        "document web",
        "document email",
        "comment",
        "list box",
        "grouping",
        "image map",
        "notification",
        "info bar",
        "level bar",
        "title bar",
        "block quote",
        "audio",
        "video",
        "definition",
        "article",
        "landmark",
        "log",
        "marquee",
        "math",
        "rating",
        "timer",
        "static",
        "math fraction",
        "math root",
        "subscript",
        "superscript",
        "description list",
        "description term",
        "description value",
        "footnote",
        "content deletion",
        "content insertion",
        "mark",
        "suggestion",
        "push button menu",
    ]
)

SHOWING: Final = 25

_STATES: Final[dict[int, UiState]] = {
    4: "checked",
    7: "editable",
    10: "expanded",
    11: "focusable",
    12: "focused",
    23: "selected",
    24: "enabled",
    25: "visible",
    41: "checkable",
}
_CHECKABLE_ROLES: Final = frozenset(
    {"check box", "check menu item", "radio button", "radio menu item", "toggle button"}
)
_CLICKABLE_ROLES: Final = _CHECKABLE_ROLES | {
    "push button", "menu", "menu item", "page tab", "list item", "tree item", "icon", "desktop icon", "link",
    "combo box", "table cell", "text", "entry", "password text", "spin button",
}  # fmt: skip
TEXT_ROLES: Final = frozenset(
    {"text", "entry", "terminal", "paragraph", "spin button", "table cell", "document text", "heading", "link"}
)
"""Roles whose text is content; a label's text is its name already."""
VALUE_ROLES: Final = frozenset({"slider", "spin button", "progress bar", "level bar", "dial"})


def role_name(number: int) -> str:
    return ROLE_NAMES[number] if 0 <= number < len(ROLE_NAMES) else "unknown"


def state_numbers(words: Sequence[int]) -> frozenset[int]:
    """The states set in AT-SPI's two 32-bit words."""
    return frozenset(32 * place + bit for place, word in enumerate(words) for bit in range(32) if word >> bit & 1)


def ui_states(role: str, numbers: frozenset[int]) -> frozenset[UiState]:
    """Ours. A widget that is insensitive cannot be clicked."""
    states: set[UiState] = {_STATES[number] for number in numbers if number in _STATES}
    if role in _CHECKABLE_ROLES:
        states.add("checkable")
    if role == "password text":
        states.add("password")
    if role in _CLICKABLE_ROLES and "enabled" in states:
        states.add("clickable")
    if role in ("scroll pane", "viewport"):
        states.add("scrollable")
    return frozenset(states)


def clip(bounds: Rect, screen: Rect) -> Rect:
    """`bounds` on the screen; an empty box at the origin for what lies off it or has no place."""
    common = bounds.intersect(screen)
    return common if common.area else Rect(0, 0, 0, 0)
