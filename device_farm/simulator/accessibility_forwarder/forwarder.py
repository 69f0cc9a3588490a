"""Sends the screen's accessibility tree to the listener that a broadcast has named.

android_env listens on a port of its host and tells the phone by `am broadcast -a …SET_GRPC --ei port N`; from then on
the phone is the client. What the listener has must never be older than what the phone has answered, so whatever answers
for the phone (a shell command, a screenshot) first calls `flush`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import time
from collections.abc import Callable
from typing import Final

from device_farm.simulator.accessibility_forwarder.app import PACKAGE
from device_farm.simulator.accessibility_forwarder.forest import encode_forest
from device_farm.simulator.accessibility_forwarder.link import Link
from device_farm.simulator.intents import Intent
from device_farm.types.ui_tree import UiTree

logger = logging.getLogger(__name__)


HOST_OF_EMULATOR: Final = "10.0.2.2"
"""The machine that an emulator runs on, seen from inside."""

POLL_S: Final = 0.1
"""A change that nobody asks about is sent within this time."""
HEARTBEAT_S: Final = 1.0
"""An unchanged tree is sent again after this time: a listener may have thrown the last one away."""


class AccessibilityForwarder:
    """The forwarder of one phone. `look` returns the tree now, or None while the phone has none to send.

    The listener's address and the switch belong to the host that set them, so they outlive resets of the phone.
    """

    def __init__(self, look: Callable[[], UiTree | None]) -> None:
        self._look = look
        self._trees = False
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._encoded: tuple[UiTree, bytes] | None = None
        self._sent: UiTree | None = None
        self._sent_at = 0.0

    @property
    def target(self) -> str | None:
        """host:port of the listener, where there is one."""
        return self._link.target if self._link is not None else None

    def receive(self, intent: Intent, told: tuple[str, ...]) -> None:
        """Takes a broadcast that the packages `told` have received."""
        if PACKAGE not in told:
            return
        match intent.action:
            case "accessibility_forwarder.intent.action.SET_GRPC":
                self._set_listener(intent)
            case "accessibility_forwarder.intent.action.ENABLE_ACCESSIBILITY_TREE_LOGS":
                self._trees = True
            case "accessibility_forwarder.intent.action.DISABLE_ACCESSIBILITY_TREE_LOGS":
                self._trees = False

    def _set_listener(self, intent: Intent) -> None:
        port = intent.extras.get("port")
        host = _local_host(intent.text_extra("host", HOST_OF_EMULATOR))
        if not isinstance(port, int) or not 0 < port < 65536 or host is None:
            logger.warning("ignored an accessibility listener that is not on this machine: %s", dict(intent.extras))
            return
        if self._task is not None:
            self._task.cancel()
        self._link = link = Link(f"{host}:{port}")
        self._sent = None
        self._task = asyncio.get_running_loop().create_task(self._serve(link))

    async def flush(self) -> None:
        """Returns when the listener has the tree of now; at once where there is none or it cannot be reached.

        An unchanged tree is sent again too: a listener throws away what comes while it resets its environment.
        """
        if self._link is None or not self._trees:
            return
        async with self._lock:
            if self._link is not None and not self._link.resting:
                await self._send(self._link)

    async def close(self) -> None:
        """Forgets the listener. Idempotent."""
        task, self._task, self._link = self._task, None, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _serve(self, link: Link) -> None:
        """Keeps `link` until it is replaced or its listener has gone."""
        async with link:
            while not link.gone:
                await asyncio.sleep(POLL_S)
                if self._trees and not link.resting and self._is_due():
                    async with self._lock:
                        await self._send(link)
        if self._link is link:
            self._link = self._task = None

    def _is_due(self) -> bool:
        tree = self._look()
        return tree is not None and (time.monotonic() - self._sent_at > HEARTBEAT_S or tree != self._sent)

    async def _send(self, link: Link) -> None:
        tree = self._look()
        if tree is None:
            return
        if self._encoded is None or self._encoded[0] is not tree:
            self._encoded = (tree, encode_forest(tree))
        if await link.send(self._encoded[1]):
            self._sent, self._sent_at = tree, time.monotonic()


def _local_host(name: str) -> str | None:
    """The address on this machine that `name` means to the phone; None for any other machine.

    A simulated phone reaches nothing but the machine that it runs on.
    """
    if name in (HOST_OF_EMULATOR, "localhost"):
        return "127.0.0.1"
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(name).is_loopback:
            return f"[{name}]" if ":" in name else name
    return None
