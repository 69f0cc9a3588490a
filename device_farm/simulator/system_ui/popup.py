"""Open menus: popup and overflow menus, drop-downs, and the toolbar over selected text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.editing import TOOLBAR
from device_farm.simulator.system_ui.window import Window, make_scope
from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.containers import Column, Row, Scroll, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import Button, MenuItem
from device_farm.simulator.toolkit.layout import natural, place
from device_farm.simulator.toolkit.looks_controls import check_states, mark
from device_farm.simulator.toolkit.lower import lower
from device_farm.simulator.toolkit.metrics import (
    NAVIGATION_BAR_PX,
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    STATUS_BAR_PX,
    px,
)
from device_farm.simulator.toolkit.node import Node
from device_farm.simulator.toolkit.scope import SUBMENU, PopupRequest, Scope

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

MENU_DP = 224.0
MARGIN_PX = px(8)


def popup_window(phone: SimulatedPhone, below: Window) -> Window | None:
    """The open menu of window `below`, placed at the widget that it belongs to."""
    request = below.scope.popup
    if request is not None:
        return _menu(phone, below, request)
    if below.scope.view.popup == TOOLBAR and below.scope.view.focus:
        return _toolbar(phone, below)
    return None


def _menu(phone: SimulatedPhone, below: Window, request: PopupRequest) -> Window:
    scope = make_scope(phone, below.ref, below.package)
    checkable = any(item.checked is not None for item in request.items)
    lines: tuple[Widget, ...] = tuple(
        _line(phone, below, index, item, checkable) for index, item in enumerate(request.items)
    )
    if request.title:
        lines = (Text(request.title, style="title_small", colour="primary", padding=(16, 14)), *lines)
    anchor = request.anchor
    width = anchor.right - anchor.left if request.match_anchor else px(MENU_DP)
    menu = Column(
        (Spacer(height=8), Scroll(lines, key="menu"), Spacer(height=8)),
        background="surface_container",
        radius=8,
        elevation=4,
        class_name="android.widget.ListView",
    )
    box = lower(menu, scope)
    room = SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX - STATUS_BAR_PX - 2 * MARGIN_PX
    height = min(natural(box, width)[1], room)
    # Over the anchor, its right edge with the anchor's, moved as far as the screen asks.
    left = anchor.left if request.match_anchor or anchor.left < SCREEN_WIDTH_PX // 3 else anchor.right - width
    left = min(max(left, MARGIN_PX), SCREEN_WIDTH_PX - width - MARGIN_PX)
    top = min(max(anchor.top, STATUS_BAR_PX + MARGIN_PX), SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX - height - MARGIN_PX)
    return _over(phone, below, box, (left, top, width, height), scope)


def _over(phone: SimulatedPhone, below: Window, box: Node, area: tuple[int, int, int, int], scope: Scope) -> Window:
    root = Node("stack")
    root.children = [box]
    root.left, root.top, root.right, root.bottom = 0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX
    place(box, *area)
    return Window(
        name="popup",
        package=below.package,
        ref=below.ref,
        root=root,
        scope=scope,
        box=box,
        on_outside=lambda: close_popup(phone, below),
        modal=True,
    )


def close_popup(phone: SimulatedPhone, below: Window) -> None:
    phone.set_view(below.ref, replace(phone.view(below.ref), popup=""))


def _line(phone: SimulatedPhone, below: Window, index: int, item: MenuItem, checkable: bool) -> Widget:
    def pick() -> None:
        view = phone.view(below.ref)
        if item.items:
            phone.set_view(below.ref, replace(view, popup=f"{view.popup}{SUBMENU}{index}"))
            return
        close_popup(phone, below)
        item.on_tap()

    parts: list[Widget] = [
        Text(item.text, style="body_large", enabled=item.enabled, weight=1, max_lines=1, resource_id="android:id/title")
    ]
    if item.icon:
        parts.insert(0, Icon(item.icon, enabled=item.enabled))
    if checkable and item.checked is not None:
        box = Stack((mark("checkbox", item.checked, item.enabled),), class_name="android.widget.CheckBox",
                    states=check_states(item.checked), resource_id="android:id/checkbox")  # fmt: skip
        parts.append(box)
    if item.items:
        parts.append(Icon("arrow_right", enabled=item.enabled))
    return Row(tuple(parts), gap=12, padding=(16, 0), height=48, enabled=item.enabled, on_tap=pick,
               class_name="android.widget.LinearLayout")  # fmt: skip


def _toolbar(phone: SimulatedPhone, below: Window) -> Window | None:
    """Cut, Copy, Paste, Select all above the focused field."""
    field = next((node for node in below.root.walk() if node.field_key == below.scope.view.focus), None)
    if field is None:
        return None
    editor = phone.input.editor
    state = below.scope.view.fields.get(below.scope.view.focus)
    chosen = state is not None and state.cursor != state.anchor

    def cut() -> None:
        editor.copy(cut=True)

    def select_all() -> None:
        editor.select_all()
        editor.show_toolbar()

    actions: list[tuple[str, Callable[[], None]]] = [("Cut", cut), ("Copy", editor.copy)] if chosen else []
    if phone.clipboard:
        actions.append(("Paste", editor.paste))
    actions.append(("Select all", select_all))
    buttons = tuple(Button(text, style="text", on_tap=_closing(phone, below, action)) for text, action in actions)
    scope = make_scope(phone, below.ref, below.package)
    box = lower(Row(buttons, background="surface_container", radius=24, elevation=4, padding=(8, 0)), scope)
    width, height = natural(box, SCREEN_WIDTH_PX - 2 * MARGIN_PX)
    left = min(max(field.left, MARGIN_PX), SCREEN_WIDTH_PX - width - MARGIN_PX)
    top = max(field.top - height - MARGIN_PX, STATUS_BAR_PX)
    place(box, left, top, width, height)
    # Unlike a menu it leaves the rest of the screen in use.
    return Window(
        name="popup",
        package=below.package,
        ref=below.ref,
        root=box,
        scope=scope,
        on_outside=lambda: close_popup(phone, below),
    )


def _closing(phone: SimulatedPhone, below: Window, action: Handler) -> Handler:
    def run() -> None:
        close_popup(phone, below)
        action()

    return run
