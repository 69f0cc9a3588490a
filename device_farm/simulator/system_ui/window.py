"""A window: one laid-out tree with its owner. The screen is a stack of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device_farm.simulator.state import ViewRef
from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.layout import place
from device_farm.simulator.toolkit.lower import lower
from device_farm.simulator.toolkit.node import Node
from device_farm.simulator.toolkit.scope import Scope
from device_farm.simulator.toolkit.theme import Theme
from device_farm.simulator.toolkit.view import ViewState
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

SYSTEM_UI = "com.android.systemui"
LAUNCHER = "com.google.android.apps.nexuslauncher"
KEYBOARD = "com.android.inputmethod.latin"
PERMISSIONS = "com.google.android.permissioncontroller"


@dataclass(slots=True, kw_only=True)
class Window:
    """`ref` owns its view state. `box`, where set, is what counts as inside: a touch beside it runs `on_outside`.

    `modal` takes every touch and hides what lies below from accessibility.
    """

    name: str
    package: str
    ref: ViewRef
    root: Node
    scope: Scope
    box: Node | None = None
    on_outside: Handler | None = None
    modal: bool = False
    touchable: bool = True
    accessible: bool = True

    def outside(self, x: int, y: int) -> bool:
        return self.box is not None and not self.box.contains(x, y)


class PhoneViewHost:
    """`ViewHost` of an activity or a system screen."""

    def __init__(self, phone: SimulatedPhone, ref: ViewRef) -> None:
        self._phone = phone
        self._ref = ref

    def view(self) -> ViewState:
        return self._phone.view(self._ref)

    def set_view(self, view: ViewState) -> None:
        self._phone.set_view(self._ref, view)

    def back(self) -> None:
        if isinstance(self._ref, int):
            self._phone.activities.back(self._ref)
        else:
            self._phone.change(surface="home")


def theme_of(phone: SimulatedPhone) -> Theme:
    """Light or dark by `secure/ui_night_mode` (2 is yes), and the font scale."""
    try:
        scale = float(phone.settings.get("system", "font_scale") or 1.0)
    except ValueError:
        scale = 1.0
    dark = phone.settings.get("secure", "ui_night_mode") == "2"
    return Theme(dark=dark, font_scale=min(max(scale, 0.5), 2.0))


def make_scope(
    phone: SimulatedPhone, ref: ViewRef, package: str, *, prefix: str = "", dark: bool | None = None
) -> Scope:
    """The lowering scope of one window; `dark` overrides the theme (the shade is always dark)."""
    theme = theme_of(phone)
    return Scope(
        host=PhoneViewHost(phone, ref),
        theme=theme if dark is None else replace(theme, dark=dark),
        view=phone.view(ref),
        package=package,
        is_24_hour=phone.is_24_hour,
        prefix=prefix,
    )


def lay_out(
    phone: SimulatedPhone,
    widget: Widget,
    area: Rect,
    *,
    name: str,
    package: str,
    ref: ViewRef,
    scope: Scope | None = None,
) -> Window:
    """A window that fills `area` with `widget`."""
    scope = scope if scope is not None else make_scope(phone, ref, package)
    root = Node("stack")
    root.role = "android.widget.FrameLayout"
    root.children = [lower(widget, scope)]
    place(root, area.left, area.top, area.width, area.height)
    return Window(name=name, package=package, ref=ref, root=root, scope=scope)
