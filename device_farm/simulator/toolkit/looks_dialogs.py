"""How dialogs and bottom sheets look, and how their buttons close them."""

from __future__ import annotations

from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.chrome import BottomSheet, ChoiceDialog, Dialog, DialogButton
from device_farm.simulator.toolkit.containers import Column, Row, Scroll, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import Button, RadioRow
from device_farm.simulator.toolkit.scope import Scope

DIALOG_WIDTH_DP = 340.0


def overlay(widget: Dialog | ChoiceDialog | BottomSheet, scope: Scope) -> Widget:
    """The box of the overlay; the window around it adds the scrim."""
    match widget:
        case Dialog():
            return _dialog(widget, scope)
        case ChoiceDialog():
            lines = tuple(_choice(widget, index, scope) for index in range(len(widget.options)))
            title = Text(widget.title, style="title_large", padding=(24, 24, 24, 12), resource_id="alertTitle")
            parts = (
                title if widget.title else Spacer(height=16),
                Scroll(lines, key="choices", class_name="android.widget.ListView"),
                Spacer(height=16),
            )
            return box(Column(parts))
        case BottomSheet():
            handle = Row((Spacer(width=32, height=4, radius=2, background="outline"),), main="center", padding=(0, 16))
            return Column((handle, widget.body), background="surface_low", radius=28, width="fill")


def box(content: Widget) -> Widget:
    """The rounded surface of a dialog."""
    return Stack((content,), background="surface_high", radius=28, width=DIALOG_WIDTH_DP, elevation=6)


def closer(scope: Scope, button: DialogButton) -> Handler:
    """Runs the button's handler, then closes its dialog if that is still open."""
    level = int(scope.prefix.partition(":")[0] or 0)
    opened = scope.view.overlays[level] if level < len(scope.view.overlays) else None

    def press() -> None:
        if button.on_tap is not None:
            button.on_tap()
        if button.dismiss:
            view = scope.host.view()
            if level < len(view.overlays) and view.overlays[level] is opened:
                scope.host.set_view(view.without_overlay(level))

    return press


def button_row(buttons: tuple[DialogButton, ...], scope: Scope) -> Widget:
    """Text buttons at the right; Android ids button3, button2, button1 from the left."""
    count = len(buttons)
    shown = tuple(
        Button(
            button.text,
            style="text",
            enabled=button.enabled,
            on_tap=closer(scope, button),
            resource_id=f"android:id/button{min(count - index, 3)}",
        )
        for index, button in enumerate(buttons)
    )
    return Row(shown, main="end", gap=8, padding=(24, 8, 24, 16))


def _dialog(widget: Dialog, scope: Scope) -> Widget:
    parts: list[Widget] = []
    if widget.icon:
        parts.append(Row((Icon(widget.icon, colour="secondary"),), main="center", padding=(24, 24, 24, 0)))
    if widget.title:
        parts.append(
            Text(
                widget.title,
                style="headline" if len(widget.title) < 24 else "title_large",
                align="center" if widget.icon else "start",
                padding=(24, 16 if widget.icon else 24, 24, 8),
                resource_id="alertTitle",
            )
        )
    inner: list[Widget] = []
    if widget.text:
        inner.append(Text(widget.text, colour="on_surface_variant", resource_id="android:id/message", padding=(24, 8)))
    if widget.body is not None:
        inner.append(Column((widget.body,), padding=(24, 8)))
    if inner:
        parts.append(Scroll(tuple(inner), key="content", padding=(0, 0 if widget.title else 16, 0, 8)))
    parts.append(button_row(widget.buttons, scope) if widget.buttons else Spacer(height=16))
    return box(Column(tuple(parts)))


def _choice(widget: ChoiceDialog, index: int, scope: Scope) -> Widget:
    def pick() -> None:
        if widget.on_pick is not None:
            widget.on_pick(index)

    line = DialogButton(widget.options[index], pick)
    return RadioRow(line.text, index == widget.selected_index, padding=(24, 12), on_tap=closer(scope, line))
