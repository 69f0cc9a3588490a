"""One open page: what it is still to be told, and which screens it has shown."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from gui_agent.live_view.feed import Picture
from gui_agent.live_view.messages import pack_frame
from gui_agent.live_view.websocket import LATER, WebSocket

_MAX_WAITING: Final = 500
_LATENCIES: Final = 60


class Page:
    """`key` is the page's own: the same after it has lost its connection and come back."""

    def __init__(self, socket: WebSocket, key: str) -> None:
        self.socket = socket
        self.key = key
        self.overlay = False
        self.latencies_ms: deque[float] = deque(maxlen=_LATENCIES)
        self._waiting: deque[str] = deque()
        self._said: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._sent = 0
        self._unshown: dict[int, float] = {}

    def say(self, message: Mapping[str, Any]) -> None:
        """Tells the page, in order, when its turn comes."""
        self._waiting.append(json.dumps(message))
        self._wake.set()

    def wake(self) -> None:
        """Something may have changed."""
        self._wake.set()

    def shown(self, number: int) -> None:
        """The page has drawn the screen `number`, and with it all before."""
        for sent in [sent for sent in self._unshown if sent <= number]:
            taken_s = self._unshown.pop(sent)
            if sent == number:
                self.latencies_ms.append((time.monotonic() - taken_s) * 1000)
        self._wake.set()

    async def send_all(
        self, picture: Callable[[], Picture | None], states: Callable[[Page], Mapping[str, Mapping[str, Any]]]
    ) -> None:
        """Sends what there is until it is cancelled. `states` are messages by name, each sent when it has changed.

        Raises:
            ConnectionError: the page is gone.
        """
        while True:
            self._wake.clear()
            if len(self._waiting) > _MAX_WAITING:
                await self.socket.close(LATER, "this page is too slow")
                return
            while self._waiting:
                await self.socket.send_text(self._waiting.popleft())
            for name, message in states(self).items():
                text = json.dumps(message)
                if self._said.get(name) != text:
                    self._said[name] = text
                    await self.socket.send_text(text)
            newest = picture()
            if newest is not None and newest.number != self._sent and not self._unshown:
                await self._send(newest)
                continue
            await self._wake.wait()

    async def _send(self, picture: Picture) -> None:
        self._sent = picture.number
        self._unshown[picture.number] = picture.taken_s
        head = {
            "frame": picture.number,
            "width": picture.size.width,
            "height": picture.size.height,
            "format": picture.format,
            "digest": picture.digest,
            "latency_ms": round(statistics.median(self.latencies_ms), 1) if self.latencies_ms else None,
        }
        await self.socket.send_bytes(pack_frame(head, picture.data))
