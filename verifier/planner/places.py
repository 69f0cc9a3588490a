"""Places of a device's state by name, as goals allow changes of them."""

from __future__ import annotations

import re

from verifier.planner.allowed import Allowed
from verifier.planner.clock_checks import ALARMS, PREFERENCES
from verifier.planner.wifi_check import STORE


def setting(namespace: str, key: str, *after: str) -> Allowed:
    """A setting; `key` is a pattern. With `after`, only where it has become one of these."""
    return Allowed(place=re.compile(rf"setting {namespace}/(?:{key})"), after=after)


def file(path: str) -> Allowed:
    """A file or folder and what is below it; `~` is the home folder."""
    return Allowed(place=re.compile(rf"file {_home(path)}(?:/.*)?"))


def _home(path: str) -> str:
    return rf"/.*?{re.escape(path[1:])}" if path.startswith("~") else re.escape(path)


WIFI_NETWORKS = Allowed(place=re.compile(rf"file {re.escape(STORE)}"))


def contact(name: str) -> tuple[Allowed, ...]:
    return (Allowed(place=re.compile(r"contact .*"), text=name),)


def alarms_at(hour: int, minute: int) -> tuple[Allowed, ...]:
    return (Allowed(place=re.compile(rf"row {re.escape(ALARMS)}.*"), text=f"{hour} {minute}"),)


def clock_preferences(keys: str) -> Allowed:
    return Allowed(place=re.compile(rf"preference {re.escape(PREFERENCES)} (?:{keys})"))
