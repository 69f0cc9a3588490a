"""What a matcher answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device_farm.types.action import Action
from gui_agent.datasets.types import ExpertStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a reply compares with the expert's action: each level implies the one before.

    `format`: it parsed; `type`: the same kind of action; `exact`: the same in effect. `reason` says why not. `fatal`:
    the released scorer crashes here; its metric gives the whole task nothing then. `thought` says whether the reply has
    one, where the matcher reads replies in its own way, and is None elsewhere.
    """

    format: bool
    type: bool
    exact: bool
    reason: str = ""
    fatal: bool = False
    thought: bool | None = None


class Matcher(Protocol):
    """Pure. `text` is the model's reply, `predicted` what a dialect made of it, None where it did not parse."""

    @property
    def name(self) -> str: ...

    def match(self, text: str, predicted: Action | None, expert: ExpertStep) -> Match: ...
