"""What comes and goes by itself: toasts, heads-up notifications, the volume panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.notifications import Notification
from device_farm.simulator.state import ToastState
from device_farm.simulator.system_ui.shade import notification_card
from device_farm.simulator.system_ui.window import SYSTEM_UI, Window, make_scope
from device_farm.simulator.toolkit.base import Widget
from device_farm.simulator.toolkit.containers import Column, Row
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import Slider
from device_farm.simulator.toolkit.layout import natural, place
from device_farm.simulator.toolkit.lower import lower
from device_farm.simulator.toolkit.metrics import (
    NAVIGATION_BAR_PX,
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    STATUS_BAR_PX,
    px,
)

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

_TOAST_MARGIN_PX = px(48)
VOLUME_MAX = 15


def transient_windows(phone: SimulatedPhone) -> list[Window]:
    """Those whose time has not run out."""
    state, now_s = phone.state, phone.clock.uptime_s()
    windows: list[Window] = []
    if state.toast is not None and state.toast.until_s > now_s:
        windows.append(_toast(phone, state.toast))
    entry = state.notifications.find(state.heads_up) if state.heads_up is not None else None
    if entry is not None and state.heads_up_until_s > now_s and state.shade == "closed":
        windows.append(_heads_up(phone, entry))
    if state.volume_until_s > now_s:
        windows.append(_volume(phone))
    return windows


def _floating(phone: SimulatedPhone, widget: Widget, name: str, width: int, top: int) -> Window:
    scope = make_scope(phone, name, SYSTEM_UI)
    root = lower(widget, scope)
    wide, high = natural(root, width)
    place(root, (SCREEN_WIDTH_PX - wide) // 2, top if top >= 0 else SCREEN_HEIGHT_PX + top - high, wide, high)
    root.role = "android.widget.FrameLayout"
    return Window(name=name, package=SYSTEM_UI, ref=name, root=root, scope=scope)


def _toast(phone: SimulatedPhone, toast: ToastState) -> Window:
    widget = Row(
        (Text(toast.text, colour="inverse_on_surface", max_lines=2, resource_id="android:id/message"),),
        background="inverse_surface",
        radius=24,
        padding=(20, 14),
    )
    window = _floating(phone, widget, "toast", SCREEN_WIDTH_PX - 2 * _TOAST_MARGIN_PX, -NAVIGATION_BAR_PX - px(56))
    window.package = toast.package
    window.touchable = False
    # As on a phone, where a toast is no part of the active window.
    window.accessible = False
    return window


def _heads_up(phone: SimulatedPhone, entry: Notification) -> Window:
    widget = Row((notification_card(phone, entry),), padding=(8, 4), width="fill")
    return _floating(phone, widget, "heads_up", SCREEN_WIDTH_PX, STATUS_BAR_PX)


def _volume(phone: SimulatedPhone) -> Window:
    level = phone.settings.get_int("system", "volume_music", 5)

    def changed(value: float) -> None:
        phone.settings.put("system", "volume_music", round(value))
        phone.settings.put("system", "volume_music_speaker", round(value))

    slider = Slider(float(level), maximum=float(VOLUME_MAX), steps=VOLUME_MAX, on_change=changed, description="Media",
                    weight=1)  # fmt: skip
    panel = Column(
        (Row((Icon("music_note"), slider), gap=12),),
        background="surface_high",
        radius=28,
        elevation=4,
        padding=(20, 8),
        width=340,
        resource_id="volume_dialog",
    )
    return _floating(phone, panel, "volume", SCREEN_WIDTH_PX, STATUS_BAR_PX + px(24))
