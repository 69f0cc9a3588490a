"""Windows of the guest, by `wmctrl`: which there are, bringing one to the front, closing one, opening a file in one."""

from __future__ import annotations

import asyncio
import posixpath
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.desktop.osworld.desk import Desk
from device_farm.desktop.osworld.messages import Fields, RefusedError, answer
from device_farm.simulator.uiautomator.http import Response

WINDOW_LIMIT_S: Final = 60.0
"""How long a window may take to come: the first start of an office program on a busy machine."""
ACTIVATE_LIMIT_S: Final = 20.0
_POLL_S: Final = 0.25
_COLUMNS: Final = 8
"""`wmctrl -lxG`: id, desktop, x, y, width, height, class, host; then the title."""
_NO_CLASS: Final = "N/A"
"""The class of a picture that a program shows while it starts."""
_OPENERS: Final[dict[str, tuple[str, ...]]] = {
    "libreoffice": (
        *("odt", "ods", "odp", "odg", "doc", "docx", "dot", "dotx", "rtf", "xls", "xlsx", "xlsm", "xlt", "csv", "tsv"),
        *("ppt", "pptx", "pps", "ppsx", "fodt", "fods", "fodp"),
    ),
    "gimp": ("png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "xcf", "psd", "svg"),
    "vlc": ("mp3", "mp4", "mkv", "webm", "ogg", "ogv", "wav", "flac", "avi", "mov", "m4a", "opus"),
    "chromium": ("html", "htm", "pdf", "xhtml"),
}
"""Program to the endings of the files that it opens; the text editor opens the rest."""
_ARGUMENTS: Final = {"chromium": ("--no-sandbox", "--no-first-run", "--force-renderer-accessibility")}


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestWindow:
    """A managed window. `kind` is its WM_CLASS as `instance.Class`; sizes in pixels."""

    id: str
    kind: str
    title: str
    width: int
    height: int


async def list_windows(desk: Desk) -> list[GuestWindow]:
    """Every managed window but those without a class.

    Raises:
        RefusedError: the guest has no `wmctrl`.
    """
    result = await desk.run("wmctrl -lxG")
    if result.exit_code == 127:
        raise RefusedError(501, "the desktop has no wmctrl: apt-get install wmctrl")
    windows = []
    for line in result.stdout.decode("utf-8", "replace").splitlines():
        words = line.split(None, _COLUMNS)
        if len(words) >= _COLUMNS and words[6] != _NO_CLASS:
            title = words[_COLUMNS] if len(words) > _COLUMNS else ""
            width, height = int(words[4]), int(words[5])
            windows.append(GuestWindow(id=words[0], kind=words[6], title=title, width=width, height=height))
    return windows


async def find_window(desk: Desk, fields: Fields, *, within_s: float) -> GuestWindow:
    """The window that `window_name`, `strict` and `by_class` mean. Raises RefusedError where it does not come."""
    name, strict, by_class = fields.text("window_name"), fields.flag("strict"), fields.flag("by_class")
    deadline = time.monotonic() + within_s
    while True:
        windows = await list_windows(desk)
        for window in windows:
            said = window.kind if by_class else window.title
            if said == name or (not strict and name.lower() in said.lower()):
                return window
        if time.monotonic() > deadline:
            there = ", ".join(repr(window.title) for window in windows)
            raise RefusedError(404, f"no window {name!r:.100} came within {within_s:g} s; there are {there:.500}")
        await asyncio.sleep(_POLL_S)


async def activate_window(desk: Desk, fields: Fields) -> Response:
    """`/setup/activate_window`: waits for the window where its program has only just been started."""
    window = await find_window(desk, fields, within_s=ACTIVATE_LIMIT_S)
    await desk.run(f"wmctrl -ia {window.id}")
    return answer({"status": "success", "message": f"{window.title} is in front"})


async def close_window(desk: Desk, fields: Fields) -> Response:
    """`/setup/close_window`: asks it to close, as its close button does."""
    window = await find_window(desk, fields, within_s=_POLL_S)
    await desk.run(f"wmctrl -ic {window.id}")
    return answer({"status": "success", "message": f"{window.title} was asked to close"})


async def window_size(desk: Desk, fields: Fields) -> Response:
    """`/window_size` of the first window of a class."""
    name = fields.text("app_class_name")
    for window in await list_windows(desk):
        if name.lower() in window.kind.lower().split("."):
            return answer({"width": window.width, "height": window.height})
    raise RefusedError(404, f"no window of the class {name!r:.100}")


def opener(path: str, *, folder: bool) -> tuple[str, ...]:
    """The program that opens a file, by its name's ending."""
    ending = posixpath.splitext(path)[1].lstrip(".").lower()
    if folder:
        return ("thunar",)
    for program, endings in _OPENERS.items():
        if ending in endings:
            return (program, *_ARGUMENTS.get(program, ()))
    return ("mousepad",)


async def open_file(desk: Desk, fields: Fields) -> Response:
    """`/setup/open_file`: opens it with the program for its kind and waits for the window.

    Raises:
        RefusedError: there is no such file, no such program, or no window came.
    """
    path = await desk.expand(fields.text("path"))
    kind = await desk.run(
        f"if [ -d {shlex.quote(path)} ]; then echo d; elif [ -e {shlex.quote(path)} ]; then echo f; fi"
    )
    if not kind.stdout.strip():
        raise RefusedError(404, f"there is no file {path!r:.200}")
    program = opener(path, folder=kind.stdout.strip() == b"d")
    before = {window.id for window in await list_windows(desk)}
    await desk.start(shlex.join([*program, path]), program=program[0])
    name = posixpath.basename(path)
    titled = program[0] == "libreoffice"
    await wait_for_window(desk, lambda windows: _opened(windows, before, name, titled=titled), what=f"of {path}")
    return answer({"status": "success", "message": f"{path} is open"})


def _opened(windows: Sequence[GuestWindow], before: set[str], name: str, *, titled: bool) -> bool:
    """A window with the file's name in its title; where the program may leave it out (not `titled`), any new one."""
    if any(name in window.title for window in windows):
        return True
    return not titled and any(window.id not in before for window in windows)


async def wait_for_window(desk: Desk, there: Callable[[Sequence[GuestWindow]], bool], *, what: str) -> None:
    """Raises RefusedError where no window that `there` accepts comes in time."""
    deadline = time.monotonic() + WINDOW_LIMIT_S
    while not there(windows := await list_windows(desk)):
        if time.monotonic() > deadline:
            seen = ", ".join(repr(window.title) for window in windows)
            raise RefusedError(500, f"no window {what:.200} came within {WINDOW_LIMIT_S:g} s; there are {seen:.500}")
        await asyncio.sleep(_POLL_S)
