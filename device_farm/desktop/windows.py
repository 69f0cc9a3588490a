"""What the window manager knows: the active window, the stacking order, names and boxes. Runs in the X thread."""

from __future__ import annotations

from dataclasses import dataclass

import xcffib.xproto

from device_farm.desktop.display import Display
from device_farm.types.geometry import Rect

# The panel and the wallpaper: windows of the desktop itself, always there.
SHELL_WINDOWS = frozenset({"xfce4-panel", "xfdesktop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A top-level window. `app` is its WM_CLASS class in lower case, `bounds` its content in screen pixels."""

    id: int
    app: str
    title: str
    pid: int
    bounds: Rect
    hidden: bool = False


def _bounds(display: Display, window: int) -> Rect:
    try:
        geometry = display.core.GetGeometry(window).reply()
        corner = display.core.TranslateCoordinates(window, display.root, 0, 0).reply()
    except (xcffib.xproto.WindowError, xcffib.xproto.DrawableError):
        return Rect(0, 0, 0, 0)
    return Rect(corner.dst_x, corner.dst_y, corner.dst_x + geometry.width, corner.dst_y + geometry.height)


def read_window(display: Display, window: int) -> Window:
    """What `window` says of itself; empty words where it is gone."""
    names = display.property_text(window, "WM_CLASS").split("\0")
    title = display.property_text(window, "_NET_WM_NAME") or display.property_text(window, "WM_NAME")
    pids = display.property32(window, "_NET_WM_PID")
    state = display.property32(window, "_NET_WM_STATE")
    return Window(
        id=window,
        app=(names[1] if len(names) > 1 else names[0]).lower(),
        title=title,
        pid=pids[0] if pids else 0,
        bounds=_bounds(display, window),
        hidden=display.atom("_NET_WM_STATE_HIDDEN") in state,
    )


def active_window(display: Display) -> Window | None:
    """The window with the keyboard, or None where the desktop itself has it."""
    ids = display.property32(display.root, "_NET_ACTIVE_WINDOW")
    return read_window(display, ids[0]) if ids and ids[0] else None


def stacked_windows(display: Display) -> list[Window]:
    """Every managed window, the topmost last."""
    return [read_window(display, window) for window in display.property32(display.root, "_NET_CLIENT_LIST_STACKING")]


def managed_windows(display: Display) -> frozenset[int]:
    """The ids of every managed window."""
    return frozenset(display.property32(display.root, "_NET_CLIENT_LIST"))


def show_desktop(display: Display) -> None:
    """Hides every window, as a desktop's home button does."""
    display.send_message(display.root, "_NET_SHOWING_DESKTOP", [1, 0, 0, 0, 0])
