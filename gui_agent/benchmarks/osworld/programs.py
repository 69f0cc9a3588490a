"""Programs of the desktop that OSWorld's tasks use, by Debian package."""

from __future__ import annotations

import glob
import shutil
from dataclasses import dataclass
from typing import Final

from device_farm.desktop.packages import SYSTEM_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`required` ones the guest API itself needs; without another, its tasks are left out.

    `file` is a pattern of paths, for what is no program but loaded by one; without it, experts of that one see nothing.
    """

    name: str
    package: str
    use: str
    required: bool = False
    file: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether this machine, whose programs its desktops run, does not have it."""
        return not glob.glob(self.file) if self.file else shutil.which(self.name, path=SYSTEM_PATH) is None


PROGRAMS: Final = (
    Program(name="wmctrl", package="wmctrl", use="windows", required=True),
    Program(name="libreoffice", package="libreoffice-calc libreoffice-gtk3", use="spreadsheets", required=True),
    Program(name="lowriter", package="libreoffice-writer", use="documents"),
    Program(name="loimpress", package="libreoffice-impress", use="presentations"),
    Program(name="chromium", package="chromium", use="the browser, as google-chrome"),
    Program(name="gimp", package="gimp", use="pictures"),
    Program(
        name="libatk-adaptor",
        package="libatk-adaptor libgail-common",
        use="what GIMP tells of its windows",
        file="/usr/lib/*/gtk-2.0/modules/libatk-bridge.so",
    ),
    Program(name="vlc", package="vlc", use="films and music"),
    Program(name="thunderbird", package="thunderbird", use="mail"),
    Program(name="xdotool", package="xdotool", use="some set-ups"),
    Program(name="ffmpeg", package="ffmpeg", use="recordings"),
    Program(name="gsettings", package="libglib2.0-bin", use="settings"),
    Program(name="xdg-mime", package="xdg-utils", use="default programs"),
)


def missing_programs() -> list[Program]:
    return [program for program in PROGRAMS if program.is_missing]
