"""Programs of the desktop that OSWorld's tasks use, by Debian package."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Final

from device_farm.desktop.packages import SYSTEM_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`required` ones the guest API itself needs; without another, its tasks are left out."""

    name: str
    package: str
    use: str
    required: bool = False


PROGRAMS: Final = (
    Program(name="wmctrl", package="wmctrl", use="windows", required=True),
    Program(name="libreoffice", package="libreoffice-calc libreoffice-gtk3", use="spreadsheets", required=True),
    Program(name="lowriter", package="libreoffice-writer", use="documents"),
    Program(name="loimpress", package="libreoffice-impress", use="presentations"),
    Program(name="chromium", package="chromium", use="the browser, as google-chrome"),
    Program(name="gimp", package="gimp libatk-adaptor", use="pictures"),
    Program(name="vlc", package="vlc", use="films and music"),
    Program(name="thunderbird", package="thunderbird", use="mail"),
    Program(name="xdotool", package="xdotool", use="some set-ups"),
    Program(name="ffmpeg", package="ffmpeg", use="recordings"),
)


def missing_programs() -> list[Program]:
    """Those that this machine, whose programs its desktops run, does not have."""
    return [program for program in PROGRAMS if shutil.which(program.name, path=SYSTEM_PATH) is None]
