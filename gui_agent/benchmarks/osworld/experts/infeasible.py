"""Tasks that cannot be done: the right ending is to say so."""

from __future__ import annotations

from device_farm.types.action import Terminate
from gui_agent.benchmarks.base import LOOK, Script


def give_up() -> Script:
    """Looks, and ends with failure, which is OSWorld's FAIL."""
    yield LOOK
    yield Terminate(status="failure", reason="the task is infeasible")
