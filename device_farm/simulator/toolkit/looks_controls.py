"""How switches, check boxes, radios, sliders and drop-downs look, and what a tap on them does."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.containers import Column, Row, Stack
from device_farm.simulator.toolkit.content import Drawing, Icon, Text
from device_farm.simulator.toolkit.controls import Checkbox, MenuItem, Radio, Slider, Spinner, Switch
from device_farm.types.ui_tree import UiState


def control(widget: Switch | Checkbox | Radio | Slider) -> Widget:
    """Simpler widgets that draw `widget`."""
    match widget:
        case Switch():
            drawing = Drawing(
                "switch",
                values=(float(widget.checked),),
                colours=("primary", "on_primary", "surface_highest", "outline"),
                width=52,
                height=32,
                enabled=widget.enabled,
            )
            return Stack(
                (drawing,),
                ("center",),
                width=60,
                height=48,
                class_name="android.widget.Switch",
                states=check_states(widget.checked),
                on_tap=toggler(widget.checked, widget.on_change),
            )
        case Checkbox():
            return _marked("checkbox", "android.widget.CheckBox", widget)
        case Radio():
            return _marked("radio", "android.widget.RadioButton", widget)
        case Slider():
            return _slider(widget)


def check_states(checked: bool) -> tuple[UiState, ...]:
    return ("checkable", "checked") if checked else ("checkable",)


def toggler(checked: bool, on_change: Callable[[bool], None] | None) -> Handler | None:
    """A tap handler that reports the other value; None where nobody listens."""
    return (lambda: on_change(not checked)) if on_change is not None else None


def mark(kind: str, checked: bool, enabled: bool) -> Drawing:
    """The 20 dp drawing of a check box or radio."""
    return Drawing(
        kind,
        values=(float(checked),),
        colours=("primary", "on_primary", "on_surface_variant"),
        width=20,
        height=20,
        enabled=enabled,
    )


def _marked(kind: str, class_name: str, widget: Checkbox | Radio) -> Widget:
    box = Stack((mark(kind, widget.checked, widget.enabled),), ("center",), width=48, height=48)
    on_tap = toggler(widget.checked, widget.on_change)
    if not widget.text:
        return Stack((box,), class_name=class_name, states=check_states(widget.checked), on_tap=on_tap)
    label = Text(widget.text, style="body_large", enabled=widget.enabled, decorative=True, weight=1)
    return Row(
        (box, label),
        class_name=class_name,
        a11y_text=widget.text,
        states=check_states(widget.checked),
        on_tap=on_tap,
    )


def _slider(widget: Slider) -> Widget:
    span = widget.maximum - widget.minimum
    fraction = (widget.value - widget.minimum) / span if span else 0.0
    on_change = widget.on_change

    def moved(x: float, _y: float) -> None:
        part = min(max(x, 0.0), 1.0)
        if widget.steps:
            part = round(part * widget.steps) / widget.steps
        if on_change is not None:
            on_change(widget.minimum + part * span)

    return Drawing(
        "slider",
        values=(min(max(fraction, 0.0), 1.0),),
        colours=("primary", "surface_highest"),
        on_drag=moved if on_change is not None and widget.enabled else None,
        width="fill",
        height=48,
        enabled=widget.enabled,
        class_name="android.widget.SeekBar",
        a11y_text=f"{widget.value:g}",
    )


def spinner_face(widget: Spinner) -> Widget:
    """The closed drop-down."""
    shown = widget.options[widget.selected_index] if 0 <= widget.selected_index < len(widget.options) else ""
    texts: list[Widget] = [Text(shown, style="body_large", max_lines=1, enabled=widget.enabled)]
    if widget.label:
        texts.insert(0, Text(widget.label, style="body_small", colour="on_surface_variant"))
    return Row(
        (Column(tuple(texts), weight=1), Icon("arrow_drop_down", enabled=widget.enabled)),
        padding=(16, 8, 12, 8),
        height=56,
        radius=8,
        background="surface_high",
        class_name="android.widget.Spinner",
    )


def spinner_items(widget: Spinner) -> tuple[MenuItem, ...]:
    """The lines of the open drop-down."""

    def picker(index: int) -> Handler:
        return lambda: widget.on_pick(index) if widget.on_pick is not None else None

    return tuple(MenuItem(option, picker(index)) for index, option in enumerate(widget.options))
