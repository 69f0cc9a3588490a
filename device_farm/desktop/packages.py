"""The Debian packages and programs that a desktop needs, and the one command that brings them."""

from __future__ import annotations

import ctypes.util
import os
import shutil
from importlib.resources import files
from pathlib import Path

from device_farm.errors import PrerequisiteError

# Program -> package. A program that a package brings proves the package; file names are under /usr.
_PROGRAMS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "dbus-daemon": "dbus-daemon",
    "xfce4-panel": "xfce4-panel",
    "xfdesktop": "xfdesktop4",
    "mousepad": "mousepad",
    "thunar": "thunar",
    "xfce4-terminal": "xfce4-terminal",
    "libreoffice": "libreoffice-calc",
}
_FILES = {
    "/usr/bin/python3": "python3",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "/usr/lib/libreoffice/program/libvclplug_gtk3lo.so": "libreoffice-gtk3",
    "/usr/lib/libreoffice/program/libsclo.so": "libreoffice-calc",
    "/usr/share/dbus-1/session.conf": "dbus-session-bus-common",
}
_LIBRARIES = {"xcb": "libxcb1", "xcb-shm": "libxcb-shm0"}
# The desktop only ever runs programs of the system, whatever the caller's PATH says.
SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"


def packages() -> tuple[str, ...]:
    """Every package of the desktop, in the order of `packages.txt`."""
    lines = files("device_farm.desktop").joinpath("packages.txt").read_text("utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def install_command() -> str:
    """The one command that installs all of them."""
    return "apt-get install --no-install-recommends " + " ".join(packages())


def missing_packages(path: str = SYSTEM_PATH, *, root: str = "") -> list[str]:
    """The packages whose program or file is not there, below `root`, or whose library is not on this machine."""
    folders = ":".join(root + folder for folder in path.split(":"))
    missing = {package for program, package in _PROGRAMS.items() if shutil.which(program, path=folders) is None}
    missing |= {package for file, package in _FILES.items() if not os.path.exists(root + file)}
    missing |= {package for library, package in _LIBRARIES.items() if ctypes.util.find_library(library) is None}
    return sorted(missing)


def require_desktop(path: str = SYSTEM_PATH, *, root: str = "") -> None:
    """Raises PrerequisiteError, with the one command that mends it, where the desktop cannot run.

    Without bubblewrap it can, unconfined; the sandbox says so. With a `root` its programs are not this machine's.
    """
    if not Path("/proc/self/ns/pid").exists():
        raise PrerequisiteError("desktops need Linux", field="backend", fix="run the xvfb backend on a Linux machine")
    missing = missing_packages(path, root=root)
    if missing and root:
        fix = "python emulator_images/desktop/build.py --root"
        raise PrerequisiteError(f"{root} lacks {', '.join(missing)}", field="root", fix=fix)
    if missing:
        raise PrerequisiteError(f"the desktop lacks {', '.join(missing)}", field="backend", fix=install_command())
