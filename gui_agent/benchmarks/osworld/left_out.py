"""Which tasks cannot be run, and why: looked up in the task file, before any desktop is leased."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.taskfile import TaskFile

ACCOUNT_STEPS: Final = frozenset({"googledrive", "login"})
ACCOUNT_GETTERS: Final = frozenset({"googledrive_file"})
BROWSER_STEPS: Final = frozenset({"chrome_open_tabs", "chrome_close_tabs"})
BROWSER_GETTERS: Final = frozenset(
    {
        *("active_tab_info", "active_tab_html_parse", "active_tab_url_parse", "open_tabs_info", "page_info"),
        *("gotoRecreationPage_and_get_html_content", "number_of_search_results", "url_dashPart", "url_path_parse"),
        *("macys_product_url_parse", "pdf_from_url", "info_from_website"),
    }
)
"""Getters that ask the browser by its debugging port."""
PLAYER_GETTERS: Final = frozenset({"vlc_playing_info"})
"""Getters that ask VLC by its own HTTP server."""
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
_PROGRAMS: Final[Mapping[str, str]] = {"google-chrome": "chromium", "/usr/bin/thunderbird": "thunderbird"}
_NEEDS_ROOT: Final = re.compile(r"\bsudo\b|(^|[;&|]\s*)(apt|apt-get|snap|dpkg)\s")
_NEEDS_PACKAGES: Final = re.compile(r"\b(pip3?|conda)\s+install\b")
_NEEDS_GNOME: Final = re.compile(r"\bgsettings\b|\bgnome-(shell|extensions)\b|\bdconf\b")
_NEEDS_SYSTEM: Final = re.compile(r"\b(timedatectl|systemctl|pactl|pulseaudio|bluetoothctl|nmcli)\b")
_WEB: Final = re.compile(r"https?://(?!localhost|127\.0\.0\.1)", re.IGNORECASE)


_ASKED_FOR: Final[Mapping[str, str]] = {
    "bb5e4c0d-f964-439c-97b6-bdb9747de3f4": "needs a browser of 2023: the search engine has another name since",
    "480bcfea-d68f-4aaa-a0a9-2589ef319381": "needs a browser of 2023: the flags that it asks for are gone",
    "48d05431-6cd5-4e76-82eb-12b60d823f7d": "needs the live web: conda and a package are to be installed",
    "94d95f96-9699-4208-98ba-3c3119edf9c2": "needs the live web: Spotify is to be installed",
    "f8369178-fafe-40c2-adc4-b9b08a125456": "needs the live web: a theme is to be downloaded",
    "e1fc0df3-c8b9-4ee7-864c-d0b590d3aa56": "needs the live web: an extension is to be downloaded",
}
"""Tasks that say only in their words what they need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What there is to run tasks with. `has_program` says whether the desktops have a program.

    `browser_port` and `player_port` say whether a desktop's debugging port and VLC's HTTP port can be reached.
    """

    mirror: Mirror
    has_program: Callable[[str], bool]
    browser_port: bool = False
    player_port: bool = False


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
    yield from _absent_programs(task, offer)
    if (getters & BROWSER_GETTERS or steps & BROWSER_STEPS) and not offer.browser_port:
        yield "needs the browser's debugging port, which the desktops do not offer"
    if getters & PLAYER_GETTERS and not offer.player_port:
        yield "needs VLC's HTTP port, which the desktops do not offer"
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


def _absent_programs(task: TaskFile, offer: Offer) -> Iterator[str]:
    needed = [_APPS[app] for app in task.document.get("related_apps") or () if app in _APPS]
    for step in task.steps:
        if step["type"] == "launch":
            command = step["parameters"].get("command")
            words = _words(command)
            needed += [_PROGRAMS.get(words[0], words[0])] if words else []
    for program in dict.fromkeys(needed):
        if not offer.has_program(program):
            yield f"needs the program {program}, which the desktops do not have"


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
