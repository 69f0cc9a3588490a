"""Scenes: the device as an attempt left it, a copy to change, and the state in which its task began."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import ActionError, CapacityError, DeadlineError, FarmError, GuestError, VerifierError
from device_farm.types.action import Answer, Terminate
from device_farm.types.observation import Observation
from device_farm.types.trajectory import Step
from gui_agent.policies.replay import ReplaySession, pauses_at_most

START: Final = "farm-verify-start"
END: Final = "farm-verify-end"

Lease: TypeAlias = Callable[[], AbstractAsyncContextManager[Device]]
"""Gives a second, freshly reset device of the same kind. Raises CapacityError or DeadlineError where none comes."""
SetUp: TypeAlias = Callable[[Device], Coroutine[Any, Any, object]]
"""Brings such a device into the state in which the task began."""


async def keep_start(device: Device) -> bool:
    """Keeps the state of `device` for `SnapshotScene.start`; call it after the set-up, before the first step.

    False where its snapshots do not hold the whole of it: desktops' keep files only, a phone on a cable has none.

    Raises:
        TransportError: the device cannot be reached.
    """
    if device.info.platform != "android":
        return False
    try:
        await device.snapshot_save(START)
    except GuestError:
        return False
    return True


class SnapshotScene:
    """Copies by snapshots of the same device: save, act, load back. For phones; `keep_start` was called before.

    While a copy is out, `device` is that copy. A copy that could not be taken back leaves no scene at all: every later
    use raises VerifierError.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._copied = False
        self._lost = ""

    @property
    def device(self) -> Device:
        """Raises VerifierError once the attempt's own state is gone."""
        if self._lost:
            raise VerifierError(f"the device is no longer as the attempt left it: {self._lost}")
        return self._device

    def fork(self) -> AbstractAsyncContextManager[Device]:
        """Raises VerifierError where a copy is out already, or the device takes no snapshot."""
        return self._copy(None)

    def start(self) -> AbstractAsyncContextManager[Device]:
        """Raises VerifierError where a copy is out already, or the start was not kept."""
        return self._copy(START)

    @asynccontextmanager
    async def _copy(self, loaded: str | None) -> AsyncIterator[Device]:
        device = self.device
        if self._copied:
            raise VerifierError("a copy of this device is out already", fix="leave it before another is taken")
        try:
            await device.snapshot_save(END)
        except FarmError as error:
            raise VerifierError(f"the device cannot be copied: {error}") from error
        self._copied = True
        try:
            if loaded is not None:
                try:
                    await device.snapshot_load(loaded)
                except FarmError as error:
                    raise VerifierError(f"the start cannot be restored: {error}") from error
            yield device
        finally:
            await _to_its_end(self._back())
            self._copied = False
        if self._lost:
            raise VerifierError(f"the copy could not be taken back: {self._lost}")

    async def _back(self) -> None:
        try:
            await self._device.snapshot_load(END)
        except FarmError as error:
            self._lost = f"{type(error).__name__}: {error}"


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """A cancelled verifier must not leave the device changed: whoever asks it next would see what was tried out."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise


class ReplayedScene:
    """Copies by doing everything again on another lease. For desktops, and phones without snapshots.

    Without `lease` there are none. A copy in which the steps end somewhere else than in the attempt is refused.
    """

    def __init__(
        self, device: Device, *, lease: Lease | None, set_up: SetUp, steps: Sequence[Step], final: Observation | None
    ) -> None:
        self._device = device
        self._lease = lease
        self._set_up = set_up
        self._steps = tuple(steps)
        self._final = final

    @property
    def device(self) -> Device:
        return self._device

    @asynccontextmanager
    async def fork(self) -> AsyncIterator[Device]:
        """Raises VerifierError where there is no second device, or the steps lead elsewhere on it."""
        async with self.start() as device:
            last = await _carry_out(device, self._steps)
            if self._final is not None and last.foreground != self._final.foreground:
                there, here = self._final.foreground, last.foreground
                raise VerifierError(f"done again, the steps end at {here.app} {here.window}, not {there.app}")
            yield device

    @asynccontextmanager
    async def start(self) -> AsyncIterator[Device]:
        """Raises VerifierError where there is no second device, or the set-up fails on it."""
        if self._lease is None:
            fix = "give the run one device more than it has workers"
            raise VerifierError("there is no second device to do the steps on again", fix=fix)
        async with AsyncExitStack() as stack:
            try:
                device = await stack.enter_async_context(self._lease())
            except (CapacityError, DeadlineError) as error:
                raise VerifierError(f"no second device came to do the steps on again: {error}") from error
            try:
                await self._set_up(device)
            except FarmError as error:
                raise VerifierError(f"the set-up failed on the second device: {error}") from error
            yield device


async def _carry_out(device: Device, steps: Sequence[Step]) -> Observation:
    """The steps of the attempt once more, waiting for its windows as a replay does; the screen after the last."""
    session = ReplaySession(steps)
    observation = await device.observe()
    for _ in range(pauses_at_most(len(steps)) + len(steps)):
        action = (await session.decide(observation)).action
        match action:
            case Terminate() | None:
                break
            case Answer():
                continue
            case _:
                try:
                    observation = await device.act_and_observe(action)
                except ActionError:
                    # What the attempt's device refused, this one refuses as well.
                    observation = await device.observe()
    return observation
