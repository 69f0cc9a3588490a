"""What happens during a run, for the live table, the event log and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from device_farm.types.trajectory import Episode, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """`tasks` are still to do; `already` are in the run folder from before."""

    tasks: int
    already: int
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    worker: int
    device_id: str
    task_id: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    worker: int
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """`retried`: the attempt failed for the infrastructure's reasons, and another one follows."""

    worker: int
    device_id: str
    episode: Episode
    retried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTrouble:
    """A lease that could not be had or given back; the run goes on."""

    worker: int
    error: str


RunEvent: TypeAlias = RunStarted | AttemptStarted | StepTaken | AttemptEnded | DeviceTrouble


class Listener(Protocol):
    """Called in the event loop; must return quickly and not raise."""

    def on_event(self, event: RunEvent) -> None: ...
