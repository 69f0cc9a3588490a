"""How buttons, chips, avatars and section headers look."""

from __future__ import annotations

from device_farm.simulator.toolkit.base import Colour, Widget
from device_farm.simulator.toolkit.containers import Row, Stack
from device_farm.simulator.toolkit.content import Avatar, Icon, SectionHeader, Text
from device_farm.simulator.toolkit.controls import Button, Chip, Fab, IconButton
from device_farm.simulator.toolkit.theme import AVATAR_COLOURS

_BUTTON_COLOURS: dict[str, tuple[Colour | None, Colour, Colour | None]] = {
    "filled": ("primary", "on_primary", None),
    "tonal": ("secondary_container", "on_secondary_container", None),
    "outlined": (None, "primary", "outline"),
    "text": (None, "primary", None),
}
_FADED = 0x1F808080


def basic(widget: Avatar | SectionHeader | Button | Fab | IconButton | Chip) -> Widget:
    """Simpler widgets that draw `widget`."""
    match widget:
        case Avatar():
            return _avatar(widget)
        case SectionHeader():
            return Text(widget.text, style="title_small", colour="primary", padding=(16, 20, 16, 8))
        case Button():
            return _button(widget)
        case Fab():
            return _fab(widget)
        case IconButton():
            return _icon_button(widget)
        case Chip():
            return _chip(widget)


def _avatar(widget: Avatar) -> Widget:
    seed = widget.seed or widget.text or widget.icon
    fill = widget.colour if widget.colour is not None else AVATAR_COLOURS[sum(seed.encode()) % len(AVATAR_COLOURS)]
    inner: Widget
    if widget.icon:
        inner = Icon(widget.icon, size=widget.size * 0.6, colour=0xFFFFFFFF)
    else:
        style = "headline" if widget.size >= 64 else "body_large"
        inner = Text(widget.text[:1].upper(), style=style, colour=0xFFFFFFFF, decorative=True)  # type: ignore[arg-type]
    return Stack((inner,), ("center",), width=widget.size, height=widget.size, radius=widget.size / 2, background=fill)


def _button(widget: Button) -> Widget:
    fill, ink, border = _BUTTON_COLOURS[widget.style]
    if widget.colour is not None:
        fill, ink = (widget.colour, ink) if widget.style in ("filled", "tonal") else (fill, widget.colour)
    if not widget.enabled:
        fill, ink, border = (_FADED if fill else None), "on_surface", (_FADED if border else None)
    label = Text(widget.text, style="label_large", colour=ink, max_lines=1, enabled=widget.enabled, decorative=True)
    parts: tuple[Widget, ...] = (label,)
    if widget.icon:
        parts = (Icon(widget.icon, size=18, colour=ink, enabled=widget.enabled), label)
    side = 12.0 if widget.style == "text" else 24.0
    face = Row(
        parts,
        gap=8,
        main="center",
        padding=(16 if widget.icon and side > 12 else side, 0, side, 0),
        height=40,
        radius=20,
        background=fill,
        border=border,
    )
    # The 48 dp touch target around the 40 dp face, as Material asks.
    return Stack((face,), ("fill",), height=48, class_name="android.widget.Button", a11y_text=widget.text)


def _fab(widget: Fab) -> Widget:
    icon = Icon(widget.icon, colour=widget.colour)
    look = {"background": "primary_container", "radius": 16.0, "elevation": 3.0}
    if not widget.text:
        return Stack((icon,), ("center",), width=56, height=56, class_name="android.widget.ImageButton", **look)  # type: ignore[arg-type]
    label = Text(widget.text, style="label_large", colour=widget.colour, decorative=True)
    return Row(
        (icon, label),
        gap=12,
        padding=(16, 0, 20, 0),
        height=56,
        class_name="android.widget.Button",
        a11y_text=widget.text,
        **look,  # type: ignore[arg-type]
    )


def _icon_button(widget: IconButton) -> Widget:
    plain: Colour = "on_surface_variant"
    fill, ink = {
        "plain": (None, plain),
        "filled": ("primary", "on_primary"),
        "tonal": ("secondary_container", "on_secondary_container"),
    }[widget.style]
    colour = widget.colour if widget.colour is not None else ink
    icon = Icon(widget.icon, size=widget.size, colour=colour, enabled=widget.enabled)
    side = max(40.0, widget.size + 16)
    face = Stack((icon,), ("center",), width=side, height=side, radius=side / 2, background=fill)  # type: ignore[arg-type]
    return Stack((face,), ("center",), width=side + 8, height=side + 8, class_name="android.widget.ImageButton")


def _chip(widget: Chip) -> Widget:
    ink: Colour = "on_secondary_container" if widget.checked else "on_surface_variant"
    parts: list[Widget] = [Text(widget.text, style="label_large", colour=ink, max_lines=1, decorative=True)]
    icon = "check" if widget.checked else widget.icon
    if icon:
        parts.insert(0, Icon(icon, size=18, colour=ink))
    return Row(
        tuple(parts),
        gap=8,
        main="center",
        padding=(8 if icon else 16, 0, 16, 0),
        height=32,
        radius=8,
        background="secondary_container" if widget.checked else None,
        border=None if widget.checked else "outline_variant",
        class_name="android.widget.CompoundButton",
        a11y_text=widget.text,
        states=("checkable", "checked") if widget.checked else ("checkable",),
    )
