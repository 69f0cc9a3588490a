"""The windows of an activity: its screen, its dialogs, its open menu."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.state import ActivityRecord
from device_farm.simulator.system_ui.window import Window, lay_out, make_scope
from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.chrome import BottomSheet, Overlay, Screen
from device_farm.simulator.toolkit.containers import Column, Row, Stack
from device_farm.simulator.toolkit.content import Text
from device_farm.simulator.toolkit.controls import Button
from device_farm.simulator.toolkit.layout import place
from device_farm.simulator.toolkit.lower import lower
from device_farm.simulator.toolkit.metrics import NAVIGATION_BAR_PX, SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, STATUS_BAR_PX
from device_farm.simulator.toolkit.node import Node
from device_farm.simulator.toolkit.view import SnackbarState
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


def app_windows(phone: SimulatedPhone, record: ActivityRecord, bottom: int) -> list[Window]:
    """The activity's screen, and over it every open dialog; content ends at `bottom` (the keyboard's top edge)."""
    package = record.component.package
    activity = phone.callbacks.activity(record)
    if activity is None:
        return []
    context = phone.callbacks.context(record)
    widget = activity.build(context)
    snackbar = record.view.snackbar
    if snackbar is not None and snackbar.until_s > phone.clock.uptime_s():
        widget = _with_snackbar(widget, _snackbar(phone, record, snackbar))
    windows = [_screen(phone, record, widget, bottom)]
    for level, overlay in enumerate(record.view.overlays):
        described = activity.dialog(phone.callbacks.context(record, f"{level}:"), overlay.name, overlay.argument)
        windows.append(_dialog(phone, record, described, level, bottom))
    for window in windows:
        window.package = package
    return windows


def _screen(phone: SimulatedPhone, record: ActivityRecord, widget: Widget, bottom: int) -> Window:
    area = Rect(0, STATUS_BAR_PX, SCREEN_WIDTH_PX, bottom)
    window = lay_out(phone, widget, area, name="app", package=record.component.package, ref=record.id)
    content = window.root
    content.role = "android.widget.FrameLayout"
    content.resource_id = "android:id/content"
    return replace(window, root=full_screen(window.root, window.scope.theme.colour("surface")))


def full_screen(content: Node, background: int) -> Node:
    """A root that covers the screen, so that the surface goes on under the bars."""
    root = Node("stack")
    root.role = "android.widget.FrameLayout"
    root.background = background
    root.children = [content]
    root.left, root.top, root.right, root.bottom = 0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX
    return root


def _dialog(phone: SimulatedPhone, record: ActivityRecord, overlay: Overlay, level: int, bottom: int) -> Window:
    def dismiss() -> None:
        close_overlay(phone, record.id, level, overlay.on_dismiss)

    return modal_window(phone, overlay, ref=record.id, package=record.component.package, prefix=f"{level}:",
                        bottom=bottom, on_outside=dismiss)  # fmt: skip


def close_overlay(phone: SimulatedPhone, record_id: int, level: int, on_dismiss: Handler | None) -> None:
    """Closes a dialog without an answer."""
    phone.set_view(record_id, phone.view(record_id).closed(level))
    if on_dismiss is not None:
        on_dismiss()


def modal_window(
    phone: SimulatedPhone,
    overlay: Overlay,
    *,
    ref: int | str,
    package: str,
    prefix: str = "0:",
    bottom: int = SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX,
    on_outside: Handler | None = None,
) -> Window:
    """A dialog or sheet over a scrim."""
    scope = make_scope(phone, ref, package, prefix=prefix)
    sheet = isinstance(overlay, BottomSheet)
    box = lower(overlay, scope)
    box.role = "android.widget.FrameLayout"
    root = Node("stack")
    root.background = scope.theme.colour("scrim")
    root.padding = (0, STATUS_BAR_PX, 0, SCREEN_HEIGHT_PX - bottom)
    root.children = [box]
    root.places = ("bottom",) if sheet else ("center",)
    place(root, 0, 0, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX)
    return Window(name="dialog", package=package, ref=ref, root=root, scope=scope, box=box, on_outside=on_outside,
                  modal=True)  # fmt: skip


def _with_snackbar(widget: Widget, bar: Widget) -> Widget:
    """On a Screen the bar lies above the bottom navigation and lifts the floating button, so that it covers neither."""
    if not isinstance(widget, Screen):
        return Stack((widget, bar), ("fill", "bottom"))
    return replace(widget, bottom=bar if widget.bottom is None else Column((bar, widget.bottom)))


def _snackbar(phone: SimulatedPhone, record: ActivityRecord, snackbar: SnackbarState) -> Widget:
    def act() -> None:
        phone.set_view(record.id, replace(phone.view(record.id), snackbar=None))
        phone.callbacks.activity_event(record.id, snackbar.event, snackbar.argument)

    parts: list[Widget] = [
        Text(snackbar.text, colour="inverse_on_surface", weight=1, max_lines=2, resource_id="snackbar_text")
    ]
    if snackbar.action:
        ink = 0xFFA8C7FA if not make_scope(phone, record.id, "").theme.dark else 0xFF0B57D0
        parts.append(Button(snackbar.action, style="text", colour=ink, on_tap=act, resource_id="snackbar_action"))
    bar = Row(tuple(parts), background="inverse_surface", radius=4, padding=(16, 8, 8, 8), height=56, elevation=3)
    return Row((Stack((bar,), weight=1),), padding=(8, 8))
