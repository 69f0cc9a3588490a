"""One person at a time at one device: the lease, what is done under it, and the demonstration that is recorded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from device_farm.device import Device
from device_farm.errors import ConfigError, FarmError, LeaseError
from device_farm.farm.model import QueuePosition
from device_farm.types.action import Action, Answer, Terminate
from device_farm.types.action_text import action_text
from device_farm.types.codec.json import encode
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, Scored, Step
from gui_agent.live_view.leases import Held, Leases
from gui_agent.live_view.messages import Finish, Record
from gui_agent.live_view.orders import OrderHand, Orders, next_order
from gui_agent.live_view.studio import Studio
from gui_agent.policies.human import LOOK

Phase: TypeAlias = Literal["waiting", "driving", "setting_up", "recording", "judging"]
Tell: TypeAlias = Callable[[Mapping[str, Any]], None]
AWAY_S: Final = 30.0
"""How long a driver whose page has lost its connection keeps the device."""


@dataclass(slots=True, kw_only=True)
class Demonstration:
    """The one that is being recorded."""

    task: Task
    since_s: float
    steps: int = 0


class Driver:
    """`key` is the page that drives, "" nobody. `tell` reaches every page, `changed` is called when the state has,
    `poke` before and after an action.
    """

    def __init__(
        self,
        leases: Leases,
        studio: Studio | None,
        *,
        platform: Callable[[], Platform],
        tell: Tell,
        changed: Callable[[], None],
        poke: Callable[[], None],
    ) -> None:
        self.key = ""
        self.phase: Phase = "waiting"
        self.place: QueuePosition | None = None
        self.demonstration: Demonstration | None = None
        self.held: Held | None = None
        self._leases = leases
        self._studio = studio
        self._platform = platform
        self._tell = tell
        self._changed = changed
        self._poke = poke
        self._orders = Orders()
        self._task: asyncio.Task[None] | None = None
        self._recording: asyncio.Task[Episode] | None = None
        self._away: asyncio.TimerHandle | None = None

    @property
    def resets(self) -> bool:
        """Whether a device that is taken over was reset before, and is reset afterwards."""
        return self._leases.resets

    # --- what pages ask for -------------------------------------------------------------------------------------
    def take(self, key: str) -> None:
        """Raises LeaseError when another page drives."""
        if self.key and self.key != key:
            fix = "ask them to give it back, or watch"
            raise LeaseError("somebody drives this device from another page", field="take", fix=fix)
        if not self.key:
            self.key, self.phase, self.place = key, "waiting", None
            self._orders.clear()
            self._task = asyncio.create_task(self._drive())
            self._changed()

    def give_back(self, key: str) -> None:
        """Also ends the wait for the device. A demonstration that is being recorded is thrown away."""
        self._require(key)
        self._end()

    def act(self, key: str, action: Action) -> None:
        """Raises LeaseError when the page does not drive, CapacityError when the device is far behind."""
        self._require(key)
        if self.phase not in ("driving", "recording"):
            raise LeaseError(f"not yet: the device is {self.phase.replace('_', ' ')}", field="act")
        self._orders.put(action)

    def record(self, key: str, wish: Record) -> None:
        """Raises LeaseError, ConfigError when nothing is recorded here or one is being recorded."""
        self._require(key)
        if self._studio is None:
            raise ConfigError("nothing is recorded here", field="record", fix="start farm watch with --record DIR")
        if self.phase != "driving":
            raise ConfigError("one at a time", field="record", fix="finish or cancel the one that is being recorded")
        self._orders.put(wish)

    def finish(self, key: str, wish: Finish) -> None:
        """Raises LeaseError, ConfigError when nothing is being recorded."""
        self._require(key)
        if self.phase != "recording":
            raise ConfigError("nothing is being recorded", field="finish", fix="start a recording first")
        if wish.answer:
            self._orders.put(Answer(text=wish.answer))
        self._orders.put(Terminate(status=wish.status))

    def cancel(self, key: str) -> None:
        """Throws away what is being recorded. Raises LeaseError."""
        self._require(key)
        if self._recording is not None and self.phase in ("setting_up", "recording"):
            self._recording.cancel()

    def came(self, key: str) -> None:
        """A page is there, perhaps again."""
        if key == self.key and self._away is not None:
            self._away.cancel()
            self._away = None

    def left(self, key: str) -> None:
        """A page is gone; when it does not come back within `AWAY_S`, so is its person."""
        if key and key == self.key and self._away is None:
            self._away = asyncio.get_running_loop().call_later(AWAY_S, self._end)

    async def close(self) -> None:
        """Gives the device back. Idempotent."""
        task = self._task
        self._end()
        if task is not None:
            await asyncio.wait({task})

    def _require(self, key: str) -> None:
        if not key or key != self.key:
            raise LeaseError("this page does not drive the device", field="page", fix="take over first")

    def _end(self) -> None:
        if self._away is not None:
            self._away.cancel()
            self._away = None
        if self._task is not None:
            self._task.cancel()

    # --- under the lease ----------------------------------------------------------------------------------------
    async def _drive(self) -> None:
        try:
            wish: Record | None = None
            while True:
                self.phase = "waiting"
                self._changed()
                async with self._leases.held(self._queued) as held:
                    self.held = held
                    wish = await self._hold(held, wish)
                self.held = None
        except FarmError as error:
            self._tell(said("lost", str(error)))
        finally:
            self.key, self.held, self.place, self._task = "", None, None, None
            self._orders.clear()
            self._changed()

    def _queued(self, position: QueuePosition) -> None:
        self.place = position
        self._changed()

    async def _hold(self, held: Held, wish: Record | None) -> Record:
        """Does what is ordered. Returns a recording that needs a device that nothing was done to: another lease."""
        untouched = True
        while True:
            if wish is not None:
                await self._demonstrate(held, wish)
                untouched = False
            self.phase, self.place = "driving", None
            self._changed()
            order = await next_order(self._orders, held)
            wish = order if isinstance(order, Record) else None
            if isinstance(order, Record):
                if self.resets and not untouched:
                    return order
            else:
                untouched = False
                await self._act(held.device, order)

    async def _act(self, device: Device, action: Action) -> None:
        """Raises LeaseError; what else goes wrong is told."""
        began_s, error = time.monotonic(), ""
        self._poke()
        try:
            await device.act(action)
        except LeaseError:
            raise
        except FarmError as problem:
            error = str(problem)
        self._poke()
        self._tell(did(action, (time.monotonic() - began_s) * 1000, error))

    # --- demonstrations -----------------------------------------------------------------------------------------
    async def _demonstrate(self, held: Held, wish: Record) -> None:
        assert self._studio is not None
        self._orders.clear()
        try:
            task = await self._studio.task(wish.task, wish.seed, wish.goal, self._platform())
            self.demonstration = Demonstration(task=task, since_s=time.time())
            self.phase = "setting_up"
            self._changed()
            hand = _ReadyHand(orders=self._orders, lost=held.lost, ready=self._set_up)
            self._recording = asyncio.create_task(self._studio.record(held.device, task, hand, self._stepped))
            await self._recorded(self._recording)
        except FarmError as error:
            self._tell(said("trouble", f"the demonstration was not recorded: {error}"))
        finally:
            self.demonstration = self._recording = None
            self._orders.clear()

    async def _recorded(self, recording: asyncio.Task[Episode]) -> None:
        try:
            await asyncio.wait({recording})
        finally:
            recording.cancel()
            await asyncio.wait({recording})
        if recording.cancelled():
            self._tell(said("note", "the demonstration was thrown away"))
            return
        episode = recording.result()
        self._tell(recorded(episode))

    def _set_up(self) -> None:
        if self.phase == "setting_up":
            self.phase = "recording"
            self._changed()

    def _stepped(self, step: Step) -> None:
        if step.action == LOOK:
            return
        if self.demonstration is not None:
            self.demonstration.steps += 1
        if isinstance(step.action, Terminate):
            self.phase = "judging"
        if step.action is not None:
            self._tell(did(step.action, step.act_ms, step.error))
        self._poke()
        self._changed()


@dataclass(slots=True, kw_only=True)
class _ReadyHand(OrderHand):
    """Says when the first action is waited for: the set-up is over."""

    ready: Callable[[], None]

    async def next_action(self) -> Action:
        self.ready()
        return await OrderHand.next_action(self)


def did(action: Action, ms: float, error: str) -> dict[str, Any]:
    """An action for the log."""
    return {
        "type": "did",
        "at_s": time.time(),
        "text": action_text(action, None),
        "action": encode(action, Action),
        "ms": round(ms, 1),
        "error": error,
    }


def said(kind: str, text: str) -> dict[str, Any]:
    """A sentence for the log; `lost` and `trouble` are shown as such."""
    return {"type": "said", "kind": kind, "at_s": time.time(), "text": text}


def recorded(episode: Episode) -> dict[str, Any]:
    """What became of a demonstration."""
    outcome = episode.outcome
    reason = "" if isinstance(outcome, Scored) else getattr(outcome, "reason", getattr(outcome, "message", ""))
    return {
        "type": "recorded",
        "at_s": time.time(),
        "episode": episode.id,
        "steps": len(episode.steps),
        "outcome": outcome.kind,
        "reward": outcome.reward if isinstance(outcome, Scored) else None,
        "reason": reason,
    }
