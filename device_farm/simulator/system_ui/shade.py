"""The notification shade: quick settings tiles, brightness, notifications. Tiles change the real settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from device_farm.simulator.apps.settings import brightness, radios
from device_farm.simulator.apps.settings.tables import Tables
from device_farm.simulator.notifications import Notification
from device_farm.simulator.system_ui.app_window import full_screen
from device_farm.simulator.system_ui.bars import clock_text
from device_farm.simulator.system_ui.window import SYSTEM_UI, Window, lay_out, make_scope
from device_farm.simulator.toolkit.base import Colour, Direction, Handler, Widget
from device_farm.simulator.toolkit.containers import Column, Grid, Row, Scroll, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import Button, IconButton, Slider
from device_farm.simulator.toolkit.metrics import NAVIGATION_BAR_PX, SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, STATUS_BAR_PX
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

COLLAPSED_TILES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A quick settings tile; `detail` is the line under its name."""

    label: str
    icon: str
    on: bool
    detail: str
    on_tap: Handler


def tiles(phone: SimulatedPhone) -> tuple[Tile, ...]:
    """All tiles in their order."""
    on, tables = phone.settings.is_on, Tables(phone.settings)
    wifi, bluetooth = radios.wifi_on(tables), radios.bluetooth_on(tables)
    airplane, dnd = on("global", "airplane_mode_on"), on("global", "zen_mode")
    rotate = on("system", "accelerometer_rotation")
    dark = phone.settings.get("secure", "ui_night_mode") == "2"
    flashlight = phone.state.hardware.flashlight
    saver = on("global", "low_power")
    return (
        Tile(label="Internet", icon="wifi" if wifi else "wifi_off", on=wifi, detail="AndroidWifi" if wifi else "Off",
             on_tap=lambda: radios.set_wifi(tables, not wifi)),
        Tile(label="Bluetooth", icon="bluetooth", on=bluetooth, detail=_onoff(bluetooth),
             on_tap=lambda: radios.set_bluetooth(tables, not bluetooth)),
        Tile(label="Do Not Disturb", icon="do_not_disturb_on", on=dnd, detail=_onoff(dnd),
             on_tap=lambda: phone.settings.put("global", "zen_mode", "0" if dnd else "1")),
        Tile(label="Flashlight", icon="flashlight_on", on=flashlight, detail=_onoff(flashlight),
             on_tap=lambda: phone.change(hardware=replace(phone.state.hardware, flashlight=not flashlight))),
        Tile(label="Airplane mode", icon="airplanemode_active", on=airplane, detail=_onoff(airplane),
             on_tap=lambda: radios.set_airplane_mode(tables, not airplane)),
        Tile(label="Auto-rotate", icon="screen_rotation", on=rotate, detail=_onoff(rotate),
             on_tap=lambda: phone.settings.put("system", "accelerometer_rotation", "0" if rotate else "1")),
        Tile(label="Dark theme", icon="dark_mode", on=dark, detail=_onoff(dark),
             on_tap=lambda: phone.settings.put("secure", "ui_night_mode", "1" if dark else "2")),
        Tile(label="Battery Saver", icon="battery_saver", on=saver, detail=_onoff(saver),
             on_tap=lambda: phone.settings.put("global", "low_power", "0" if saver else "1")),
    )  # fmt: skip


def _onoff(on: bool) -> str:
    return "On" if on else "Off"


def shade_window(phone: SimulatedPhone) -> Window:
    """The open shade over everything but the navigation bar."""
    expanded = phone.state.shade == "settings"
    shown = tiles(phone) if expanded else tiles(phone)[:COLLAPSED_TILES]
    now = phone.local()
    parts: list[Widget] = [
        Row(
            (
                Text(clock_text(phone), style="title_large", resource_id="clock"),
                Spacer(weight=1),
                Text(f"{now:%a, %b} {now.day}", style="body", colour="on_surface_variant", resource_id="date"),
            ),
            padding=(24, 12, 24, 8),
        )
    ]
    if expanded:
        parts.append(_brightness(phone))
    parts.append(Grid(tuple(_tile(tile) for tile in shown), columns=2, gap=8, padding=(16, 8),
                      resource_id="quick_settings_panel"))  # fmt: skip
    if expanded:
        parts.append(_footer(phone))
    parts.extend(_notifications(phone))
    content = Scroll(tuple(parts), key="shade", resource_id="notification_stack_scroller",
                     on_swipe=lambda direction: _swiped(phone, direction))  # fmt: skip
    scope = make_scope(phone, "shade", SYSTEM_UI, dark=True)
    area = Rect(0, STATUS_BAR_PX, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX)
    window = lay_out(phone, content, area, name="shade", package=SYSTEM_UI, ref="shade", scope=scope)
    window.root = full_screen(window.root, 0xFF101114)
    window.root.on_swipe = lambda direction: _swiped(phone, direction)
    window.modal = True
    return window


def _swiped(phone: SimulatedPhone, direction: Direction) -> None:
    match direction:
        case "down":
            phone.change(shade="settings")
        case "up":
            phone.change(shade="closed" if phone.state.shade == "notifications" else "notifications")
        case "left" | "right":
            pass


def _tile(tile: Tile) -> Widget:
    ink: Colour = "on_primary" if tile.on else "on_surface"
    texts = Column(
        (
            Text(tile.label, style="title_small", colour=ink, max_lines=1, resource_id="tile_label"),
            Text(tile.detail, style="body_small", colour=ink if tile.on else "on_surface_variant", max_lines=1,
                 resource_id="app_label"),
        ),
        weight=1,
    )  # fmt: skip
    return Row(
        (Icon(tile.icon, colour=ink), texts),
        gap=12,
        padding=(16, 0),
        height=64,
        radius=24,
        background="primary" if tile.on else "surface_highest",
        class_name="android.widget.Switch",
        description=f"{tile.label}, {tile.detail}" if tile.label == "Internet" and tile.on else tile.label,
        a11y_text=_onoff(tile.on),
        states=("checkable", "checked") if tile.on else ("checkable",),
        on_tap=tile.on_tap,
    )


def _brightness(phone: SimulatedPhone) -> Widget:
    tables = Tables(phone.settings)
    stored = tables.number("system", "screen_brightness", 102)
    slider = Slider(
        brightness.slider_of_stored(stored),
        minimum=0.0,
        maximum=brightness.SLIDER_MAXIMUM,
        weight=1,
        description="Display brightness",
        resource_id="slider",
        on_change=lambda value: brightness.store(tables, brightness.stored_of_slider(value)),
    )
    return Row((Icon("brightness_low"), slider, Icon("brightness_high")), gap=8, padding=(20, 4))


def _footer(phone: SimulatedPhone) -> Widget:
    def settings() -> None:
        phone.change(shade="closed")
        phone.activities.launch_app("com.android.settings")

    return Row((Spacer(weight=1), IconButton("settings", description="Open settings.", on_tap=settings, style="tonal",
                                             resource_id="settings_button_container")), padding=(16, 0))  # fmt: skip


def _notifications(phone: SimulatedPhone) -> list[Widget]:
    entries = phone.notifications.list()
    if not entries:
        return [Text("No notifications", style="title_small", colour="on_surface_variant", align="center", padding=32,
                     resource_id="no_notifications")]  # fmt: skip
    parts: list[Widget] = [Row((notification_card(phone, entry),), padding=(12, 4)) for entry in entries]
    if any(not entry.ongoing for entry in entries):
        clear = Button("Clear all", style="tonal", on_tap=phone.notifications.clear, resource_id="dismiss_text")
        parts.append(Row((Spacer(weight=1), clear), padding=(16, 8)))
    return parts


def notification_card(phone: SimulatedPhone, entry: Notification) -> Widget:
    """One notification: tap opens, swipe to a side dismisses, buttons act."""
    package = phone.packages.get(entry.package)
    label = package.label if package is not None else entry.package
    colour = package.app.icon.background if package is not None else 0xFF5F6368
    head = Row(
        (
            Stack((Icon(entry.icon, size=16, colour=0xFFFFFFFF),), ("center",), width=24, height=24, radius=12,
                  background=colour),
            Text(f"{label} • {_age(phone, entry.posted_s)}", style="body_small", colour="on_surface_variant",
                 resource_id="android:id/app_name_text"),
        ),
        gap=10,
    )  # fmt: skip
    parts: list[Widget] = [head, Text(entry.title, style="title_small", max_lines=1, resource_id="android:id/title")]
    if entry.text:
        parts.append(Text(entry.text, colour="on_surface_variant", max_lines=4, resource_id="android:id/text"))
    if entry.actions:
        buttons = tuple(
            Button(action.text, style="text", resource_id="android:id/action0",
                   on_tap=lambda action=action: phone.notifications.act(entry.key, action))  # type: ignore[misc]
            for action in entry.actions
        )  # fmt: skip
        parts.append(Row(buttons))

    def swiped(direction: Direction) -> None:
        if direction in ("left", "right"):
            phone.notifications.dismiss(entry.key)
        else:
            _swiped(phone, direction)

    return Column(
        tuple(parts),
        gap=4,
        weight=1,
        padding=(16, 12),
        radius=24,
        background="surface_high",
        class_name="android.widget.FrameLayout",
        resource_id="expandableNotificationRow",
        on_tap=lambda: phone.notifications.open(entry.key),
        on_swipe=swiped,
    )


def _age(phone: SimulatedPhone, posted_s: float) -> str:
    minutes = int(max(0.0, phone.clock.now_s() - posted_s) // 60)
    if minutes < 1:
        return "now"
    return f"{minutes}m" if minutes < 60 else f"{minutes // 60}h" if minutes < 1440 else f"{minutes // 1440}d"
