"""The applications of the desktop and how a name finds one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from device_farm.errors import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One entry of the menu. `names` are what people call it, beside the names in its desktop file."""

    desktop_id: str
    names: tuple[str, ...]


# Under `/usr/share/applications`. A later set (writer, GIMP) is added here and in packages.txt.
APPLICATIONS = (
    Application(desktop_id="org.xfce.mousepad.desktop", names=("text editor", "editor", "notepad")),
    Application(desktop_id="thunar.desktop", names=("thunar", "file manager", "files")),
    Application(desktop_id="xfce4-terminal.desktop", names=("terminal", "console")),
    Application(desktop_id="libreoffice-calc.desktop", names=("calc", "libreoffice calc", "spreadsheet")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopEntry:
    """What a desktop file says: its id, names and command line without field codes."""

    desktop_id: str
    name: str
    generic: str
    argv: tuple[str, ...]

    def names(self) -> set[str]:
        """Every name that means this entry, in lower case."""
        stem = self.desktop_id.removesuffix(".desktop")
        known = [names for entry in APPLICATIONS if entry.desktop_id == self.desktop_id for names in entry.names]
        program = self.argv[0].rpartition("/")[2]
        all_names = (self.desktop_id, stem, stem.rpartition(".")[2], self.name, self.generic, *known)
        # `libreoffice --calc` is not the only entry that starts `libreoffice`.
        return {name.lower() for name in (*all_names, *([program] if len(self.argv) == 1 else [])) if name}


def parse_entries(applications: Mapping[str, Mapping[str, Any]]) -> list[DesktopEntry]:
    """Entries from the agent's answer to `applications`."""
    return [
        DesktopEntry(desktop_id=name, name=entry["name"], generic=entry["generic"], argv=tuple(entry["argv"]))
        for name, entry in applications.items()
    ]


def find_application(name: str, entries: Sequence[DesktopEntry]) -> DesktopEntry:
    """The entry that `name` means: one of its names, else the only entry that has a name containing it.

    Raises:
        ActionError: no entry, or more than one; names what there is.
    """
    wanted = name.strip().lower()
    exact = [entry for entry in entries if wanted in entry.names()]
    near = exact or [entry for entry in entries if wanted and any(wanted in known for known in entry.names())]
    if len(near) == 1 or exact:
        return near[0]
    there = ", ".join(sorted(entry.name for entry in entries))
    what = "more than one application matches" if near else "no application is called"
    raise ActionError(f"{what} {name!r}", field="name", fix=f"there are: {there}")
