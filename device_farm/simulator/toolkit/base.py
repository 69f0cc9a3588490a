"""What every widget has: identity, accessibility, size, padding and taps.

Widgets are immutable descriptions made anew at each build. Sizes are dp (density-independent pixels). Importing
this module loads no renderer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.types.ui_tree import UiState

Handler: TypeAlias = Callable[[], None]
Extent: TypeAlias = float | Literal["fill"] | None
"""A size in dp, the whole room there is, or (None) as much as the content needs."""

Padding: TypeAlias = float | tuple[float, float] | tuple[float, float, float, float]
"""dp: all sides; (horizontal, vertical); or (left, top, right, bottom)."""

ColourRole: TypeAlias = Literal[
    "primary",
    "on_primary",
    "primary_container",
    "on_primary_container",
    "secondary",
    "secondary_container",
    "on_secondary_container",
    "tertiary",
    "tertiary_container",
    "on_tertiary_container",
    "error",
    "on_error",
    "error_container",
    "on_error_container",
    "surface",
    "surface_low",
    "surface_container",
    "surface_high",
    "surface_highest",
    "on_surface",
    "on_surface_variant",
    "outline",
    "outline_variant",
    "inverse_surface",
    "inverse_on_surface",
    "scrim",
]
Colour: TypeAlias = ColourRole | int
"""A role of the theme (follows light and dark), or a fixed 0xAARRGGBB."""

TextStyle: TypeAlias = Literal[
    "display_large",
    "display",
    "headline",
    "title_large",
    "title",
    "title_small",
    "body_large",
    "body",
    "body_small",
    "label_large",
    "label",
    "label_small",
]
"""Material 3 type scale: 57, 45, 28, 22, 16, 14, 16, 14, 12, 14, 12, 11 sp."""

FontWeight: TypeAlias = Literal["regular", "medium", "bold"]
CrossAlign: TypeAlias = Literal["start", "center", "end", "stretch"]
MainAlign: TypeAlias = Literal["start", "center", "end", "between"]
Direction: TypeAlias = Literal["left", "right", "up", "down"]
"""Where the finger moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """Base of all widgets; every field may be given by keyword to any of them.

    `key` names the widget's view state (text of a field, scroll offset, open menu): unique on a screen and stable
    between builds. `resource_id` is `name` (becomes `PACKAGE:id/name`) or a full `package:id/name`. `description` is
    Android's content description. `class_name` replaces the widget's usual Android class. `weight` is the share of
    the free space along the main axis of the Row or Column around it. `on_swipe(direction)` runs when a finger is
    dragged over the widget and nothing under it scrolls that way. `states`, `a11y_text` add to what accessibility
    reports; `decorative` hides the widget itself (not its children) from it.
    """

    key: str = ""
    resource_id: str = ""
    description: str = ""
    class_name: str = ""
    enabled: bool = True
    selected: bool = False
    on_tap: Handler | None = None
    on_long_press: Handler | None = None
    on_swipe: Callable[[Direction], None] | None = None
    weight: float = 0.0
    width: Extent = None
    height: Extent = None
    padding: Padding = 0.0
    background: Colour | None = None
    radius: float = 0.0
    border: Colour | None = None
    elevation: float = 0.0
    states: tuple[UiState, ...] = ()
    a11y_text: str = ""
    decorative: bool = False
