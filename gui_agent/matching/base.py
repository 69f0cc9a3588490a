"""What a matcher answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device_farm.types.action import Action
from gui_agent.datasets.types import ExpertStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a reply compares with the expert's action: each level implies the one before.

    `format`: it parsed; `type`: the same kind of action; `exact`: the same in effect. `reason` says why not.
    """

    format: bool
    type: bool
    exact: bool
    reason: str = ""


class Matcher(Protocol):
    """Pure. `predicted` is None where the reply did not parse."""

    @property
    def name(self) -> str: ...

    def match(self, predicted: Action | None, expert: ExpertStep) -> Match: ...
