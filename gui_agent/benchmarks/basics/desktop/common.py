"""What the desktop templates share: the home folder, starting applications from the panel, file dialogs."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.errors import GuestError
from device_farm.types.action import Click, PressKey, TypeText
from gui_agent.benchmarks.ui import Match, Plain, tap, wait_for

# Programs need a moment to draw their first window; LibreOffice takes up to three seconds.
START_TRIES = 16


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


def open_path(path: str, title: str) -> Plain:
    """Ctrl+O, the path typed into the file dialog, Enter; waits for the window's new title."""
    yield PressKey(key="o", modifiers=("ctrl",))
    yield from wait_for(Match(where=lambda node: node.role == "file chooser"), tries=START_TRIES)
    # A slash opens the dialog's location field with that character in it.
    yield TypeText(text=path)
    yield PressKey(key="enter")
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
