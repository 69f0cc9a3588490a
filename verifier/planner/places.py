"""Places of a device's state, as `verifier.probes.changes` names them, of which a goal allows changes."""

from __future__ import annotations

import re

from verifier.planner.allowed import Allowed
from verifier.planner.clock_checks import ALARMS, PREFERENCES
from verifier.planner.wifi_check import STORE


def setting(namespace: str, key: str, *after: str) -> Allowed:
    """A setting; `key` is a pattern. With `after`, only where it has become one of these."""
    return Allowed(place=re.compile(rf"setting {namespace}/(?:{key})"), after=after)


def file(path: str, *, new: bool = False) -> Allowed:
    """A file or folder and what is below it; `~` is the home folder. `new`: only what was not there before."""
    return Allowed(place=re.compile(rf"file {re.escape(path)}(?:/.*)?", re.DOTALL), only="new" if new else "")


def kept_by(package: str, *, rows: bool = False) -> Allowed:
    """What an application keeps for itself: preferences and files; `rows`: its databases as well.

    For goals that have it used, and whose check compares what it is used for.
    """
    kinds = "preference|file|row" if rows else "preference|file"
    return Allowed(place=re.compile(rf"(?:{kinds}) /data/data/{re.escape(package)}/.*", re.DOTALL))


WIFI_NETWORKS = Allowed(place=re.compile(rf"file {re.escape(STORE)}"))


def contact(name: str) -> tuple[Allowed, ...]:
    """Contacts that are and were called `name`; one that got or lost this name is another contact changed."""
    return (Allowed(place=re.compile(r"contact \d+"), text=f"display_name={name},"),)


def alarms_at(hour: int, minute: int) -> tuple[Allowed, ...]:
    """Alarms that are and were at this time."""
    place = re.compile(rf"row {re.escape(ALARMS)} alarm_templates/\d+")
    return (Allowed(place=place, text=f" hour={hour}, minutes={minute},"),)


def clock_preferences(keys: str) -> Allowed:
    """What the clock stores under these keys, a pattern."""
    return Allowed(place=re.compile(rf"preference {re.escape(PREFERENCES)} (?:{keys})"))
