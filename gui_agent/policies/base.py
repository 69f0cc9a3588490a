"""The policy port: a policy is shared by all devices, a session is its part in one episode."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from device_farm.device import Device, DeviceInfo
from device_farm.errors import BackendError
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import ModelTurn, StepLookahead, StepReview


class DeviceSpoiledError(BackendError):
    """A session tried something out on the device and could not take it back. The one error of a policy that is the
    infrastructure's.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the policy wants done. No `action` but an `error`: the model's text did not parse; still a step.

    `review` is how critics came to this action, where any were asked; `lookahead` what was imagined before it.
    """

    action: Action | None
    turn: ModelTurn | None = None
    error: str = ""
    review: StepReview | None = None
    lookahead: StepLookahead | None = None


class PolicySession(Protocol):
    """One episode. Raises PolicyError when the policy or its model fails; never for what the device did."""

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        """The next action. `refused` says why the device would not carry out the one before."""
        ...

    async def close(self) -> None:
        """Frees what the session holds; called once, whatever happened."""
        ...


class Policy(Protocol):
    """`name` and `dialect` go into the provenance of every episode. Use as `async with`."""

    @property
    def name(self) -> str: ...

    @property
    def dialect(self) -> str: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> PolicySession:
        """A session for one attempt at `task` on a device; does not touch the device."""
        ...


@runtime_checkable
class OnDevice(Protocol):
    """A policy whose sessions try things out on the device, on snapshots of it, and leave it as it was."""

    async def start_on(self, device: Device, task: Task, *, attempt: int = 1) -> PolicySession:
        """As `Policy.start`, with the device itself. Its sessions also raise DeviceSpoiledError."""
        ...


class LocalPolicy:
    """Base of the policies that need no connection: entering and leaving does nothing."""

    dialect = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


class LocalSession:
    """Base of sessions that hold nothing."""

    async def close(self) -> None:
        return
