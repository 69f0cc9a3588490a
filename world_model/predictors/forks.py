"""Trying actions out on a device and taking them back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeAlias

from device_farm.device import Device
from device_farm.errors import ActionError, BackendError, FarmError, GuestError
from device_farm.types.action import Action
from device_farm.types.observation import Observation, ObserveRequest

_NAME: Final = "farm-imagine"
_TREE: Final = ObserveRequest(screenshot=False)


class CannotForkError(GuestError):
    """This device has no copies; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a sequence of actions. `refused` is what the device said to the last of them, "" where it took it.

    `observation` has a UI tree and no pixels. `worth` is what was said of the copy's state by who looked into it.
    """

    observation: Observation
    refused: str = ""
    worth: float | None = None


Appraise: TypeAlias = Callable[[Device], Awaitable[float | None]]
"""Looks at a device, changes nothing, and says what its state is worth; None where it cannot tell. Raises FarmError."""


class Forks(Protocol):
    """Copies of one device. One call after the other."""

    async def outcomes(self, sequences: Sequence[Sequence[Action]], *, onward: bool = False) -> tuple[Tried, ...]:
        """What each of `sequences` leads to from the device's present state, which is left as it was.

        `onward`: that state is the one of the call before, so that what is known of it may be used.

        Raises:
            CannotForkError: the device cannot be copied; it is as it was.
            BackendError: the device could not be brought back to its state.
            FarmError: the copy broke; the device is as it was.
        """
        ...


class SnapshotForks:
    """Copies by snapshots of the device itself: save once, then load, act, look for each sequence, and load at the end.

    For devices whose snapshots hold their whole state. A caller that is cancelled still leaves the device as it was.
    `appraise` is asked of every copy. `keep` saves every copy as well, so that a longer sequence goes on from there
    instead of from the start: worth it where sequences are long and snapshots quick.
    """

    def __init__(self, device: Device, appraise: Appraise | None = None, *, keep: bool = False) -> None:
        self._device = device
        self._appraise = appraise
        self._keep = keep
        self._kept: dict[tuple[Action, ...], str] = {}
        self._busy = asyncio.Lock()

    async def outcomes(self, sequences: Sequence[Sequence[Action]], *, onward: bool = False) -> tuple[Tried, ...]:
        device = self._device
        if device.info.platform != "android":
            raise CannotForkError("the snapshots of a desktop hold its files only")
        async with self._busy:
            if not onward:
                self._kept.clear()
            try:
                await device.snapshot_save(_NAME)
            except GuestError as error:
                raise CannotForkError(f"the device takes no snapshot: {error}") from error
            try:
                return tuple([await self._tried(tuple(actions), at) for at, actions in enumerate(sequences)])
            finally:
                await _to_its_end(self._back())

    async def _tried(self, actions: tuple[Action, ...], at: int) -> Tried:
        done = next((end for end in range(len(actions) - 1, 0, -1) if actions[:end] in self._kept), 0)
        if at or done:
            await self._device.snapshot_load(self._kept[actions[:done]] if done else _NAME)
        tried = await try_out(self._device, actions[done:])
        if self._appraise is not None:
            tried = replace(tried, worth=await self._appraise(self._device))
        # What was refused leads nowhere.
        if self._keep and not tried.refused:
            name = f"{_NAME}-{len(self._kept)}"
            await self._device.snapshot_save(name)
            self._kept[actions] = name
        return tried

    async def _back(self) -> None:
        try:
            await self._device.snapshot_load(_NAME)
            await self._device.snapshot_delete(_NAME)
        except FarmError as error:
            raise BackendError(f"the device is not back from what was tried on it: {error}") from error


async def try_out(device: Device, actions: Sequence[Action]) -> Tried:
    """Carries out `actions` and looks. The first that the device refuses ends it. Raises FarmError."""
    try:
        for action in actions[:-1]:
            await device.act(action)
        if actions:
            return Tried(observation=await device.act_and_observe(actions[-1], _TREE))
    except ActionError as error:
        return Tried(observation=await device.observe(_TREE), refused=str(error))
    return Tried(observation=await device.observe(_TREE))


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """A cancelled caller must not leave the device changed. Raises what `work` raises, before any cancellation: that a
    device is lost must not pass for a time limit.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error from None
        raise
