"""How text fields and search bars look."""

from __future__ import annotations

from device_farm.simulator.toolkit.base import Colour, Padding, Widget
from device_farm.simulator.toolkit.chrome import SearchBar
from device_farm.simulator.toolkit.containers import Column, Row, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import TextField
from device_farm.simulator.toolkit.field_box import FieldBox
from device_farm.simulator.toolkit.scope import Scope


def text_field(widget: TextField, scope: Scope) -> Widget:
    """The box with its floating label and error line.

    The outer widget has no identity of its own: the box is the EditText.
    """
    focused = scope.view.focus == scope.key(widget.key)
    state = scope.view.fields.get(scope.key(widget.key))
    filled = bool(state.text if state is not None else widget.initial)
    box = _box(widget, focused)
    if not (widget.label or widget.error):
        return box
    parts: list[Widget] = [box]
    if widget.label and (focused or filled or widget.hint):
        label = Text(
            widget.label,
            style="body_small",
            colour="error" if widget.error else "primary" if focused else "on_surface_variant",
            background="surface_high" if scope.prefix else "surface",
            padding=(4, 0),
            decorative=True,
        )
        boxed = Column((box,), padding=(0, 8, 0, 0), weight=widget.weight)
        parts = [Stack((boxed, Row((label,), padding=(12, 0, 0, 0))), ("fill", "top_start"))]
    elif widget.label:
        parts = [Column((box,), padding=(0, 8, 0, 0))]
    if widget.error:
        parts.append(Text(widget.error, style="body_small", colour="error", padding=(16, 4, 16, 0),
                          resource_id="textinput_error"))  # fmt: skip
    return Column(tuple(parts))


def _box(widget: TextField, focused: bool) -> FieldBox:
    padding: Padding = 16.0
    radius = 4.0
    border: Colour | None = None
    background: Colour | None = widget.background
    match widget.style:
        case "outlined":
            border = "error" if widget.error else "primary" if focused else "outline"
        case "filled":
            radius, background = 12.0, background if background is not None else "surface_highest"
            border = "primary" if focused else None
        case "plain":
            padding, radius = widget.padding or (16.0, 8.0), widget.radius
    grows = widget.multiline and (widget.weight or widget.height is not None)
    return FieldBox(
        widget,
        padding=padding,
        radius=radius,
        border=border,
        background=background,
        height="fill" if grows else None,
        width="fill",
        resource_id=widget.resource_id,
        description=widget.description,
        class_name=widget.class_name,
        enabled=widget.enabled,
    )


def search_bar(widget: SearchBar) -> Widget:
    """A rounded field when it has a key, otherwise a button that looks like one."""
    if not widget.key:
        inner = (Icon(widget.leading), Text(widget.hint, style="body_large", colour="on_surface_variant", weight=1))
        bar: Widget = Row(
            inner,
            gap=16,
            padding=(16, 0),
            height=56,
            radius=28,
            background="surface_high",
            on_tap=widget.on_tap,
            description=widget.description,
            resource_id=widget.resource_id,
        )
        return Column((bar,))
    field = TextField(
        key=widget.key,
        hint=widget.hint,
        style="plain",
        icon=widget.leading,
        autofocus=widget.autofocus,
        on_change=widget.on_change,
        on_submit=widget.on_submit,
        resource_id=widget.resource_id,
        description=widget.description,
        background="surface_high",
        radius=28,
        padding=(16, 16),
    )
    return Column((field,))
