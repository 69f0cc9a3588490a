"""A person: actions come from the page of `farm watch`, through `Hand`."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from device_farm.device import DeviceInfo
from device_farm.types.action import Action, Wait
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession

NAME: Final = "human"


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
    """Every action is taken on a fresh look: a person acts on the screen as it is by then, not as it was before."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        action = asyncio.ensure_future(self._hand.next_action())
        lost = asyncio.ensure_future(self._hand.lost.wait())
        try:
            await asyncio.wait((action, lost), return_when=asyncio.FIRST_COMPLETED)
            # Without the device the look before this wait fails, and that is the infrastructure's failure.
            decided = action.result() if action.done() else Wait(duration_s=0.0)
        finally:
            action.cancel()
            lost.cancel()
        return Decision(action=decided, look_again=True)


class HumanPolicy(LocalPolicy):
    """One person at one device."""

    name = NAME

    def __init__(self, hand: Hand) -> None:
        self._hand = hand

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> HumanSession:
        return HumanSession(self._hand)
