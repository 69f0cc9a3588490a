"""What is in front on a phone, its screen, orientation and clock, by one shell line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from device_farm.errors import GuestError
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground, Orientation

_WINDOW_SECTIONS = ("displays", "windows", "")
"""Where `mCurrentFocus` stands: `displays` since Android 11, `windows` before, without a section in all."""

_PATTERN = "mCurrentFocus=|mFocusedApp=| cur=|mRotation="
_COMPONENT = re.compile(r"([A-Za-z][\w.]*)/([\w.$]+)")
_CURRENT_FOCUS = re.compile(r"mCurrentFocus=(?:Window\{\S+ (?:u\d+ )?(.*?)\}|null)")
_FOCUSED_APP = re.compile(r"mFocusedApp=.*?ActivityRecord\{\S+ (?:u\d+ )?(\S+)")
_CURRENT_SIZE = re.compile(r" cur=(\d+)x(\d+)")
_ROTATION = re.compile(r"mRotation=(?:ROTATION_)?(\d+)")
_CLOCK = re.compile(r"^FARM_TIME=(\d+)(?:\.(\d+))?", re.MULTILINE)

_SYSTEM_UI = "com.android.systemui"
_SYSTEM_WINDOWS = ("NotificationShade", "StatusBar", "NavigationBar", "VolumeDialog", "ShellDropTarget", "Recents")

_ORIENTATIONS: dict[int, Orientation] = {
    0: "portrait",
    1: "landscape",
    2: "portrait_reversed",
    3: "landscape_reversed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneState:
    """`time_s` is the phone's Unix time; `screen` in the current orientation."""

    foreground: Foreground
    screen: Size
    orientation: Orientation
    time_s: float


def state_command(section: str) -> str:
    """The shell line whose output `parse_state` reads."""
    dump = f"dumpsys window {section}".strip()
    return f'{dump} | grep -E "{_PATTERN}"; date +FARM_TIME=%s.%N'


def state_candidates() -> tuple[str, ...]:
    """State lines to try, the likeliest first; the first whose output parses is the device's own."""
    return tuple(state_command(section) for section in _WINDOW_SECTIONS)


def parse_state(output: str) -> PhoneState:
    """Reads the output of a `state_command`.

    Raises:
        GuestError: it tells neither the screen's size nor the time, so this is not the line for this device.
    """
    size, clock = _CURRENT_SIZE.search(output), _CLOCK.search(output)
    if size is None or clock is None or "mCurrentFocus=" not in output:
        raise GuestError(f"the device's window state is unreadable: {output.strip()[:200]!r}")
    screen = Size(int(size[1]), int(size[2]))
    return PhoneState(
        foreground=_foreground(output),
        screen=screen,
        orientation=_orientation(output, screen),
        time_s=float(f"{clock[1]}.{clock[2] or '0'}"),
    )


def _foreground(output: str) -> Foreground:
    focus = _CURRENT_FOCUS.search(output)
    title = (focus[1] or "") if focus else ""
    component = _COMPONENT.fullmatch(title)
    if component is not None:
        return _from_component(component)
    if title.startswith(_SYSTEM_WINDOWS):
        return Foreground(app=_SYSTEM_UI, window=title)
    focused = _FOCUSED_APP.search(output)
    behind = _COMPONENT.fullmatch(focused[1]) if focused else None
    if behind is None:
        return Foreground(app="", window=title)
    # A pop-up or dialog window of the app behind it, or no focus for the moment.
    return Foreground(app=behind[1], window=title) if title else _from_component(behind)


def _from_component(found: re.Match[str]) -> Foreground:
    package, activity = found[1], found[2]
    return Foreground(app=package, window=package + activity if activity.startswith(".") else activity)


def _orientation(output: str, screen: Size) -> Orientation:
    found = _ROTATION.search(output)
    if found is None:
        return "landscape" if screen.width > screen.height else "portrait"
    number = int(found[1])
    # ROTATION_90 or the bare quarter turns.
    return _ORIENTATIONS[(number // 90 if number >= 90 else number) % 4]
