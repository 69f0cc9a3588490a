"""All windows of the screen, bottom first: a function of the phone's state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.state import PhoneState, ViewRef
from device_farm.simulator.system_ui.app_window import app_windows
from device_farm.simulator.system_ui.bars import bars_on_dark, navigation_bar, status_bar
from device_farm.simulator.system_ui.home import drawer_window, home_window
from device_farm.simulator.system_ui.keyboard import KEYBOARD_TOP_PX, keyboard_window
from device_farm.simulator.system_ui.popup import popup_window
from device_farm.simulator.system_ui.prompts import chooser_window, crash_window, permission_window
from device_farm.simulator.system_ui.recents import recents_window
from device_farm.simulator.system_ui.reveal import revealed
from device_farm.simulator.system_ui.shade import shade_window
from device_farm.simulator.system_ui.transient import transient_windows
from device_farm.simulator.system_ui.window import Window
from device_farm.simulator.toolkit.metrics import NAVIGATION_BAR_PX, SCREEN_HEIGHT_PX

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

# Focus, keyboard and scroll settle in two rounds; more would be a screen that never comes to rest.
ROUNDS_MAX = 4


def surface_ref(state: PhoneState) -> ViewRef:
    """Owner of the view state that fields on the screen belong to."""
    front = state.front
    return front.id if front is not None else ("home" if state.surface == "task" else state.surface)


def compose(phone: SimulatedPhone) -> tuple[Window, ...]:
    """The windows now. Fields shown for the first time, and a focus that they ask for, go into the view state."""
    windows: tuple[Window, ...] = ()
    for _ in range(ROUNDS_MAX):
        windows = _stack(phone)
        if not _commit(phone, windows):
            break
    return windows


def _stack(phone: SimulatedPhone) -> tuple[Window, ...]:
    if not phone.state.screen_on:
        return ()
    front = phone.state.front
    if front is not None:
        phone.callbacks.created(front.id)
    ref = surface_ref(phone.state)
    view = phone.view(ref)
    typing = bool(view.focus) and not phone.state.keyboard.hidden and phone.state.shade == "closed"
    bottom = KEYBOARD_TOP_PX if typing else SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX
    windows = _surface(phone, bottom)
    popup = popup_window(phone, windows[-1])
    if typing:
        field = next((window.scope.fields[view.focus] for window in reversed(windows)
                      if view.focus in window.scope.fields), None)  # fmt: skip
        windows.append(keyboard_window(phone, field))
    if popup is not None:
        # As on Android, where a menu needs no keyboard and so lies over it.
        windows.append(popup)
    windows.extend(transient_windows(phone))
    if phone.state.shade != "closed":
        windows.append(shade_window(phone))
    windows.extend(_questions(phone))
    light_ink = bars_on_dark(phone) and not (phone.state.surface in ("drawer", "recents") and _is_light(phone))
    windows.append(status_bar(phone, light_ink=light_ink))
    windows.append(navigation_bar(phone, light_ink=light_ink))
    return tuple(windows)


def _is_light(phone: SimulatedPhone) -> bool:
    return phone.settings.get("secure", "ui_night_mode") != "2" and phone.state.shade == "closed"


def _surface(phone: SimulatedPhone, bottom: int) -> list[Window]:
    front = phone.state.front
    if front is not None:
        built = phone.callbacks.guarded(front.component.package, lambda: app_windows(phone, front, bottom))
        if built:
            return built
        # The app has just crashed or its package is gone: what is below it shows.
        if phone.state.front is not None:
            phone.change(surface="home")
    match phone.state.surface:
        case "drawer":
            return [drawer_window(phone, bottom)]
        case "recents":
            return [recents_window(phone)]
        case "home" | "task":
            return [home_window(phone)]


def _questions(phone: SimulatedPhone) -> list[Window]:
    state = phone.state
    windows: list[Window] = []
    if state.prompt is not None:
        windows.append(permission_window(phone, state.prompt))
    if state.chooser is not None:
        windows.append(chooser_window(phone, state.chooser))
    if state.crash is not None:
        windows.append(crash_window(phone, state.crash))
    return windows


def _commit(phone: SimulatedPhone, windows: tuple[Window, ...]) -> bool:
    """Takes over what the layout found out. True where the screen has to be laid out again."""
    again = False
    ref = surface_ref(phone.state)
    view = phone.view(ref)
    own = [window for window in windows if window.ref == ref]
    fields = {key: field for window in own for key, field in window.scope.fields.items()}
    new = {key: state for window in own for key, state in window.scope.new_fields.items()}
    if new:
        view = replace(view, fields={**view.fields, **new})
    autofocus = next((window.scope.autofocus for window in reversed(own) if window.scope.autofocus), "")
    if autofocus:
        view = view.focused(autofocus)
        phone.show_keyboard()
        again = True
    elif view.focus and view.focus not in fields:
        view = replace(view, focus="")
        again = True
    if view.reveal and not again:
        moved = revealed(view, own)
        again = moved.scroll != view.scroll
        view = moved
    if view is not phone.view(ref):
        phone.set_view(ref, view)
    return again
