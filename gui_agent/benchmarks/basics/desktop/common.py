"""What the desktop templates share: the home folder, starting applications from the panel, file dialogs."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.errors import GuestError
from device_farm.types.action import Click, PressKey, TypeText
from gui_agent.benchmarks.ui import Match, Plain, tap, wait_for, wait_gone

# Programs need a moment to draw their first window; LibreOffice takes up to three seconds.
START_TRIES = 16
MAX_STEPS = 40
"""Generous: every look that waits for a window is a step."""


async def home(device: Device) -> str:
    """The guest's home folder, absolute."""
    result = await device.shell('printf %s "$HOME"')
    path = result.stdout.decode("utf-8", "replace")
    if result.exit_code != 0 or not path.startswith("/"):
        raise GuestError(f"the guest's home folder is unknown: {path!r}")
    return path


async def put_document(device: Device, name: str, data: bytes) -> None:
    """Puts a file into the Documents folder."""
    await device.push(f"{await home(device)}/Documents/{name}", data)


def start(launcher: str, title: str) -> Plain:
    """Clicks a launcher of the panel and waits for a window whose title contains `title`."""
    yield from tap(Match(text=launcher, role="push button"))
    yield from wait_window(title)


def wait_window(title: str) -> Plain:
    yield from wait_for(Match(contains=title, where=lambda node: node.role in ("frame", "dialog")), tries=START_TRIES)


def wait_closed(title: str) -> Plain:
    """Waits until no window's title contains `title`: keys sent before would still go to it."""
    yield from wait_gone(Match(contains=title, role="dialog"), tries=START_TRIES)


def choose_path(path: str, button: str) -> Plain:
    """In a file dialog: types the path and clicks the button, once the dialog has understood the path."""
    yield from wait_for(Match(where=lambda node: node.role == "file chooser"), tries=START_TRIES)
    yield TypeText(text=path)
    yield from tap(Match(text=button, role="push button", state="clickable"), tries=START_TRIES)


def open_path(path: str, title: str) -> Plain:
    """Ctrl+O and the path; waits for the window's new title."""
    yield PressKey(key="o", modifiers=("ctrl",))
    # The path begins with a slash: that opens the dialog's location field.
    yield from choose_path(path, "Open")
    yield from wait_window(title)


def go_to(folder: str) -> Plain:
    """Thunar: types a folder into the location field."""
    field = Match(role="text", where=lambda node: node.value.startswith("/"))
    node = yield from wait_for(field, tries=START_TRIES)
    yield Click(at=node.bounds.center, count=3)
    yield TypeText(text=f"{folder}\n")
    yield from wait_window(folder.rpartition("/")[2])


def select(name: str) -> Plain:
    """Thunar: selects one entry by its name."""
    yield PressKey(key="s", modifiers=("ctrl",))
    yield from wait_window("Select by Pattern")
    yield TypeText(text=f"{name}\n")
    yield from wait_closed("Select by Pattern")
