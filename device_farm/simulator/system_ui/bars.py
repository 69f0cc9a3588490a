"""Status bar and navigation bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.apps.settings import radios
from device_farm.simulator.apps.settings.tables import Tables
from device_farm.simulator.system_ui.window import SYSTEM_UI, Window, lay_out, make_scope, theme_of
from device_farm.simulator.toolkit.base import Colour, Widget
from device_farm.simulator.toolkit.containers import Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.metrics import (
    DENSITY,
    NAVIGATION_BAR_PX,
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    STATUS_BAR_PX,
)
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

BACK_KEY, HOME_KEY, RECENTS_KEY = 4, 3, 187
_NOTIFICATION_ICONS_MAX = 4


def clock_text(phone: SimulatedPhone) -> str:
    """The time of day as the status bar shows it: `15:34` or `3:34`."""
    now = phone.local()
    return f"{now:%H:%M}" if phone.is_24_hour else f"{now.hour % 12 or 12}:{now:%M}"


def status_bar(phone: SimulatedPhone, *, light_ink: bool) -> Window:
    """Clock and notification icons at the left, state of the radios and battery at the right."""
    ink: Colour = 0xFFFFFFFF if light_ink else 0xFF1B1C1F
    parts: list[Widget] = [
        Text(clock_text(phone), style="title_small", colour=ink, resource_id="clock", description=_spoken_time(phone))
    ]
    for entry in phone.state.notifications.entries[:_NOTIFICATION_ICONS_MAX]:
        package = phone.packages.get(entry.package)
        label = package.label if package is not None else entry.package
        parts.append(Icon(entry.icon, size=16, colour=ink, description=f"{label} notification: {entry.title}"))
    parts.append(Spacer(weight=1))
    parts.extend(Icon(name, size=16, colour=ink, description=description) for name, description in state_icons(phone))
    if phone.settings.is_on("system", "status_bar_show_battery_percent"):
        parts.append(Text(f"{phone.state.hardware.battery_percent}%", style="label", colour=ink))
    parts.append(_battery(phone, ink))
    row = Row(tuple(parts), gap=6, padding=(20, 0, 16, 0), resource_id="status_bar_contents")
    area = Rect(0, 0, SCREEN_WIDTH_PX, STATUS_BAR_PX)
    # The status bar keeps its size whatever the font scale.
    scope = make_scope(phone, "status_bar", SYSTEM_UI)
    scope.theme = type(scope.theme)(dark=scope.theme.dark)
    window = lay_out(phone, row, area, name="status_bar", package=SYSTEM_UI, ref="status_bar", scope=scope)
    window.touchable = False
    return window


def _spoken_time(phone: SimulatedPhone) -> str:
    return clock_text(phone) if phone.is_24_hour else f"{clock_text(phone)} {phone.local():%p}"


def state_icons(phone: SimulatedPhone) -> list[tuple[str, str]]:
    """(icon, description) of everything that is on, in the order of the status bar."""
    on, tables = phone.settings.is_on, Tables(phone.settings)
    icons: list[tuple[str, str]] = []
    if any(item.event.startswith("alarm") for item in phone.state.scheduled):
        icons.append(("alarm", "Alarm set."))
    if on("global", "zen_mode"):
        icons.append(("do_not_disturb_on", "Do Not Disturb."))
    if phone.settings.get("global", "mode_ringer") == "1":
        icons.append(("vibration", "Ringer vibrate."))
    elif phone.settings.get("global", "mode_ringer") == "0":
        icons.append(("notifications_off", "Ringer silent."))
    if radios.bluetooth_on(tables):
        icons.append(("bluetooth", "Bluetooth on."))
    if radios.wifi_on(tables):
        icons.append(("signal_wifi_4_bar", "Wifi signal full."))
    if on("global", "airplane_mode_on"):
        icons.append(("airplanemode_active", "Airplane mode."))
    else:
        icons.append(("signal_cellular_alt", "Phone signal full."))
    return icons


def _battery(phone: SimulatedPhone, ink: Colour) -> Widget:
    hardware = phone.state.hardware
    level = hardware.battery_percent
    state = f"Battery {'charging, ' if hardware.charging else ''}{level} percent."
    if hardware.charging:
        name = "battery_charging_full"
    elif level <= 15:
        name = "battery_alert"
    elif level >= 95:
        name = "battery_full"
    else:
        name = f"battery_{min(6, level * 7 // 100)}_bar"
    return Icon(name, size=16, colour=ink, description=state, resource_id="battery")


def navigation_bar(phone: SimulatedPhone, *, light_ink: bool) -> Window:
    """Three buttons; with `secure/navigation_mode` 2 only the gesture handle."""
    ink: Colour = 0xFFFFFFFF if light_ink else 0xFF44474E
    height = NAVIGATION_BAR_PX / DENSITY
    keys = phone.input

    def button(icon: str, key: int, description: str, resource_id: str, size: float) -> Widget:
        return Stack(
            (Icon(icon, size=size, colour=ink),),
            ("center",),
            width=80,
            height=height,
            description=description,
            resource_id=resource_id,
            class_name="android.widget.ImageView",
            on_tap=lambda: keys.press_system_key(key),
        )

    if phone.settings.get("secure", "navigation_mode") == "2":
        handle = Spacer(width=108, height=4, radius=2, background=ink)
        widget: Widget = Stack((handle,), ("center",), on_swipe=lambda _: keys.press_system_key(HOME_KEY))
    else:
        widget = Row(
            (
                button("arrow_back_ios_new", BACK_KEY, "Back", "back", 18),
                button("circle", HOME_KEY, "Home", "home_button", 20),
                button("stop", RECENTS_KEY, "Overview", "recent_apps", 26),
            ),
            main="center",
            gap=48,
            class_name="android.widget.FrameLayout",
        )
    area = Rect(0, SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX)
    window = lay_out(phone, widget, area, name="navigation_bar", package=SYSTEM_UI, ref="navigation_bar")
    window.root.resource_id = f"{SYSTEM_UI}:id/navigation_bar_frame"
    return window


def bars_on_dark(phone: SimulatedPhone) -> bool:
    """Whether the bars lie on something dark."""
    return theme_of(phone).dark or phone.state.surface != "task" or phone.state.shade != "closed"
