"""A person: actions come from the page of `farm watch`, through `Hand`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

from device_farm.device import DeviceInfo
from device_farm.types.action import Action, Wait
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession

NAME: Final = "human"
QUICK_S: Final = 0.3
LOOK: Final = Wait(duration_s=0.0)


class Hand(Protocol):
    """Where a person's actions come from."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when the device was taken away: no more actions come."""
        ...

    async def next_action(self) -> Action:
        """The next one, waited for as long as it takes."""
        ...


class HumanSession(LocalSession):
    """A person acts on the screen as it is by then: an action that was `QUICK_S` in coming is preceded by a look.

    The look is a step whose action is `LOOK`, a wait of no time at all; its `decide_ms` says how long the person took.
    `gui_agent.live_view.demonstration` makes an honest wait of it, or leaves it out.
    """

    def __init__(self, hand: Hand, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._hand = hand
        self._clock_s = clock_s
        self._decided: Action | None = None

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if self._decided is not None:
            decided, self._decided = self._decided, None
            return Decision(action=decided)
        began_s = self._clock_s()
        action = await self._next()
        if action is not None and self._clock_s() - began_s < QUICK_S:
            return Decision(action=action)
        # Where the device is lost the look fails, and that is the infrastructure's failure.
        self._decided = action
        return Decision(action=LOOK)

    async def _next(self) -> Action | None:
        """The person's next action; None once the device is lost."""
        action = asyncio.ensure_future(self._hand.next_action())
        lost = asyncio.ensure_future(self._hand.lost.wait())
        try:
            await asyncio.wait((action, lost), return_when=asyncio.FIRST_COMPLETED)
            return action.result() if action.done() else None
        finally:
            action.cancel()
            lost.cancel()


class HumanPolicy(LocalPolicy):
    """One person at one device."""

    name = NAME

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> HumanSession:
        return HumanSession(self._hand)
