"""What the phone app's main screen remembers while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device_farm.simulator.toolkit.app import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class DialerState:
    """`tab` 0 favorites, 1 recents, 2 contacts; `dialling` while the key pad shows."""

    tab: int = 1
    dialling: bool = False
    number: str = ""


DialerContext: TypeAlias = Context[DialerState]
