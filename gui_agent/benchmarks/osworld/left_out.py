"""Which tasks cannot be run, and why: looked up in the task file, before any desktop is leased."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from device_farm.desktop.osworld.desk import SHIMS
from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.taskfile import TaskFile

ACCOUNT_STEPS: Final = frozenset({"googledrive", "login"})
ACCOUNT_GETTERS: Final = frozenset({"googledrive_file"})
_APPS: Final[Mapping[str, str]] = {
    "libreoffice_calc": "localc",
    "libreoffice_impress": "loimpress",
    "libreoffice_writer": "lowriter",
    "chrome": "chromium",
    "gimp": "gimp",
    "vlc": "vlc",
    "thunderbird": "thunderbird",
    "vscode": "code",
    "vs_code": "code",
}
"""OSWorld's `related_apps`, by the program that is theirs here."""
_PROGRAMS: Final[Mapping[str, str]] = {
    "google-chrome": "chromium",
    "google-chrome-stable": "chromium",
    "/usr/bin/thunderbird": "thunderbird",
}
_GETTERS: Final[Mapping[str, str]] = {"default_video_player": "xdg-mime"}
"""Getters that run a program of the desktop."""
_TOOLS: Final = re.compile(r"\b(gsettings|pactl|pulseaudio)\b")
"""Programs that evaluators' commands need and that a bare desktop need not have."""
_NEEDS_ROOT: Final = re.compile(r"\bsudo\b|(^|[;&|]\s*)(apt|apt-get|snap|dpkg)\s")
_NEEDS_PACKAGES: Final = re.compile(r"\b(pip3?|conda)\s+install\b")
_SETTINGS: Final = r"org\.gnome\.(desktop|system)\."
"""Schemas that every desktop has, by Debian's gsettings-desktop-schemas; those of GNOME's own programs it has not."""
_NEEDS_GNOME: Final = re.compile(rf"\bgsettings\s+\w+\s+(?!{_SETTINGS})|\bgnome-(shell|extensions)\b|\bdconf\b")
_NEEDS_SYSTEM: Final = re.compile(r"\b(timedatectl|systemctl|bluetoothctl|nmcli)\b")
_WEB: Final = re.compile(r"https?://(?!localhost|127\.0\.0\.1)", re.IGNORECASE)


_ASKED_FOR: Final[Mapping[str, str]] = {
    "bb5e4c0d-f964-439c-97b6-bdb9747de3f4": "needs a browser of 2023: the search engine has another name since",
    "480bcfea-d68f-4aaa-a0a9-2589ef319381": "needs a browser of 2023: the flags that it asks for are gone",
    "48d05431-6cd5-4e76-82eb-12b60d823f7d": "needs the live web: conda and a package are to be installed",
    "94d95f96-9699-4208-98ba-3c3119edf9c2": "needs the live web: Spotify is to be installed",
    "f8369178-fafe-40c2-adc4-b9b08a125456": "needs the live web: a theme is to be downloaded",
    "e1fc0df3-c8b9-4ee7-864c-d0b590d3aa56": "needs the live web: an extension is to be downloaded",
    "873cafdd-a581-47f6-8b33-b9696ddb7b05": "needs the live web: extensions are to be installed",
    "68a25bd4-59c7-4f4d-975e-da0c8509c848": "needs the live web: a paper is to be downloaded",
    "a82b78bb-7fde-4cb3-94a4-035baf10bcf0": "needs the live web: authors' pages are to be found",
    "48c46dc7-fe04-4505-ade7-723cba1aa6f6": "needs GNOME's file manager and terminal, by their windows' names",
}
"""Tasks that say only in their words what they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What there is to run tasks with. `has_program` says whether the desktops have a program."""

    mirror: Mirror
    has_program: Callable[[str], bool]


def reason_left_out(task: TaskFile, offer: Offer) -> str | None:
    """Why the task cannot be run with what there is; None where it can."""
    return next(_reasons(task, offer), None)


def _reasons(task: TaskFile, offer: Offer) -> Iterator[str]:
    getters = {str(getter["type"]) for getter in task.getters()}
    steps = {str(step["type"]) for step in (*task.steps, *task.closing_steps)}
    if steps & ACCOUNT_STEPS or getters & ACCOUNT_GETTERS:
        yield "needs a Google account"
    if task.id in _ASKED_FOR:
        yield _ASKED_FOR[task.id]
    if match := _WEB.search(task.instruction):
        yield f"needs the live web: {task.instruction[match.start() :].split()[0]:.120}"
    if task.document.get("proxy"):
        yield "needs a proxy to the live web"
    for url in _opened_pages(task):
        yield f"needs the live web: {url:.120}"
    for program in needed_programs(task):
        if not offer.has_program(program):
            yield f"needs the program {program}, which the desktops do not have"
    for line in _commands(task):
        yield from _of_command(line)
    missing = offer.mirror.missing(task)
    if missing:
        where = "no folder of assets was named" if offer.mirror.folder is None else "the assets do not hold"
        count = f"{len(missing)} file{'s' if len(missing) > 1 else ''}"
        yield f"needs {count}, and {where}: {missing[0].url:.200} (farm osworld fetch brings them)"


def _of_command(line: str) -> Iterator[str]:
    for pattern, what in (
        (_NEEDS_ROOT, "root"),
        (_NEEDS_PACKAGES, "packages from the network"),
        (_NEEDS_GNOME, "GNOME's settings"),
        (_NEEDS_SYSTEM, "the system's services"),
    ):
        if pattern.search(line):
            yield f"needs {what}, which the desktops do not have: {line:.100}"


def _opened_pages(task: TaskFile) -> Iterator[str]:
    for step in task.steps:
        if step["type"] == "chrome_open_tabs":
            yield from (url for url in step["parameters"].get("urls_to_open") or () if _WEB.match(str(url)))
    for getter in task.getters():
        yield from (str(getter[key]) for key in ("url", "goto_url") if _WEB.match(str(getter.get(key) or "")))
        if str(getter.get("goto_prefix") or "").startswith("http"):
            yield str(getter["goto_prefix"])


def needed_programs(task: TaskFile) -> tuple[str, ...]:
    """The programs of the desktop that the task names, each once; not what every desktop is given for OSWorld."""
    needed = [_APPS[app] for app in task.document.get("related_apps") or () if app in _APPS]
    for step in task.steps:
        if step["type"] == "launch":
            words = _words(step["parameters"].get("command"))
            needed += [_PROGRAMS.get(words[0], words[0])] if words else []
    needed += [_GETTERS[str(getter["type"])] for getter in task.getters() if getter["type"] in _GETTERS]
    for line in _commands(task):
        needed += _TOOLS.findall(line)
    return tuple(program for program in dict.fromkeys(needed) if program not in SHIMS)


def _words(command: Any) -> list[str]:
    if isinstance(command, list):
        return [str(part) for part in command]
    try:
        return shlex.split(str(command or ""))
    except ValueError:
        return []


def _commands(task: TaskFile) -> Iterator[str]:
    for step in (*task.steps, *task.closing_steps):
        if step["type"] in ("execute", "command", "launch"):
            yield _line(step["parameters"].get("command"))
    for getter in task.getters():
        if getter["type"] in ("vm_command_line", "vm_command_error"):
            yield _line(getter.get("command"))


def _line(command: Any) -> str:
    words = command if isinstance(command, list) else str(command or "").split()
    return " ".join(str(part) for part in words)
