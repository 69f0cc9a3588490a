"""What the person at the page wants done, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.errors import CapacityError, LeaseExpiredError
from device_farm.types.action import Action
from gui_agent.live_view.demonstration import joined
from gui_agent.live_view.leases import Held
from gui_agent.live_view.messages import Record

Order: TypeAlias = Action | Record
_MAX: Final = 300


class Orders:
    """A queue that joins text: what is typed while the device is busy is typed at once afterwards."""

    def __init__(self) -> None:
        self._waiting: deque[Order] = deque()
        self._came = asyncio.Event()

    def put(self, order: Order) -> None:
        """Raises CapacityError when the device is far behind."""
        if len(self._waiting) >= _MAX:
            raise CapacityError(f"{_MAX} actions wait already", field="act", fix="wait until the device has caught up")
        last = self._waiting[-1] if self._waiting else None
        text = None if isinstance(last, Record) or isinstance(order, Record) else joined(last, order)
        if text is not None:
            self._waiting[-1] = text
        else:
            self._waiting.append(order)
        self._came.set()

    def clear(self) -> None:
        self._waiting.clear()

    async def next(self) -> Order:
        while not self._waiting:
            self._came.clear()
            await self._came.wait()
        return self._waiting.popleft()


async def next_order(orders: Orders, held: Held) -> Order:
    """The next order. Raises LeaseExpiredError once the device is lost."""
    coming = asyncio.ensure_future(orders.next())
    lost = asyncio.ensure_future(held.lost.wait())
    try:
        await asyncio.wait((coming, lost), return_when=asyncio.FIRST_COMPLETED)
        if not lost.done():
            return coming.result()
    finally:
        coming.cancel()
        lost.cancel()
    raise LeaseExpiredError(held.lost_reason, field="lease", fix="take over again")


@dataclass(slots=True, kw_only=True)
class OrderHand:
    """The orders of a demonstration, as the policy of a person takes them."""

    orders: Orders
    lost: asyncio.Event

    async def next_action(self) -> Action:
        while isinstance(order := await self.orders.next(), Record):
            continue
        return order
