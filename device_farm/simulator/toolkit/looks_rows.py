"""How list lines look: icon, title, summary, trailing control; clickable as a whole."""

from __future__ import annotations

from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.containers import Column, Row, Stack
from device_farm.simulator.toolkit.content import Drawing, Icon, Text
from device_farm.simulator.toolkit.controls import CheckRow, ListRow, RadioRow, SwitchRow
from device_farm.simulator.toolkit.looks_controls import check_states, mark, toggler


def list_line(widget: ListRow | SwitchRow | CheckRow | RadioRow) -> Widget:
    """Simpler widgets that draw `widget`."""
    match widget:
        case ListRow():
            return _line(
                widget,
                widget.leading or _icon(widget.icon, widget.enabled),
                widget.trailing,
                widget.on_tap,
                ids=(widget.title_id, widget.summary_id),
                lines=(widget.max_lines, widget.summary_lines),
            )
        case SwitchRow():
            drawing = Drawing(
                "switch",
                values=(float(widget.checked),),
                colours=("primary", "on_primary", "surface_highest", "outline"),
                width=52,
                height=32,
                enabled=widget.enabled,
                class_name="android.widget.Switch",
                resource_id="android:id/switch_widget",
                states=check_states(widget.checked),
            )
            return _line(widget, _icon(widget.icon, widget.enabled), drawing, toggler(widget.checked, widget.on_change))
        case CheckRow():
            box = _mark("checkbox", "android.widget.CheckBox", "android:id/checkbox", widget)
            return _line(widget, box, None, toggler(widget.checked, widget.on_change))
        case RadioRow():
            radio = _mark("radio", "android.widget.RadioButton", "android:id/radio", widget)
            return _line(widget, radio, None, widget.on_tap)


def _mark(kind: str, class_name: str, resource_id: str, widget: CheckRow | RadioRow) -> Widget:
    return Stack(
        (mark(kind, widget.checked, widget.enabled),),
        ("center",),
        width=24,
        height=24,
        class_name=class_name,
        resource_id=resource_id,
        states=check_states(widget.checked),
        enabled=widget.enabled,
    )


def _icon(name: str, enabled: bool) -> Widget | None:
    return Icon(name, enabled=enabled) if name else None


def _line(
    widget: ListRow | SwitchRow | CheckRow | RadioRow,
    leading: Widget | None,
    trailing: Widget | None,
    on_tap: Handler | None,
    *,
    ids: tuple[str, str] = ("android:id/title", "android:id/summary"),
    lines: tuple[int, int] = (2, 2),
) -> Widget:
    texts: list[Widget] = [
        Text(widget.title, style="body_large", max_lines=lines[0], enabled=widget.enabled, resource_id=ids[0])
    ]
    if widget.summary:
        texts.append(
            Text(
                widget.summary,
                style="body",
                colour="on_surface_variant",
                max_lines=lines[1],
                enabled=widget.enabled,
                resource_id=ids[1],
            )
        )
    parts: list[Widget] = [Column(tuple(texts), weight=1)]
    if leading is not None:
        parts.insert(0, leading)
    if trailing is not None:
        parts.append(trailing)
    return Row(
        tuple(parts),
        gap=16,
        padding=(16, 12 if widget.summary else 16),
        width="fill",
        on_tap=on_tap,
        class_name="android.widget.LinearLayout",
    )
