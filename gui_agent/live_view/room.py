"""One device and everybody who looks at it: pages, the feed of its screens, the driver."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final, assert_never

from device_farm.errors import DataError, FarmError
from device_farm.farm.model import DeviceStatus
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiTree
from gui_agent.live_view.driver import Driver
from gui_agent.live_view.feed import Feed, Looking
from gui_agent.live_view.leases import Leases
from gui_agent.live_view.messages import (
    Act,
    Cancel,
    Finish,
    GiveBack,
    Overlay,
    Record,
    Shown,
    Take,
    parse_action,
    parse_message,
)
from gui_agent.live_view.page import Page
from gui_agent.live_view.studio import Studio
from gui_agent.live_view.websocket import POLICY, WebSocket

_TICK_S: Final = 2.0
_MAX_NODES: Final = 1500


class Room:
    """`status` is what the farm says of the device now, None where it knows none of this id. Use as `async with`."""

    def __init__(
        self,
        device_id: str,
        onlooker: Looking,
        leases: Leases,
        studio: Studio | None,
        *,
        status: Callable[[], DeviceStatus | None],
    ) -> None:
        self.device_id = device_id
        self.pages: set[Page] = set()
        self._onlooker = onlooker
        self._status = status
        self._studio = studio
        self._tasks: list[asyncio.Task[None]] = []
        self.feed = Feed(
            self._looking,
            wanted=lambda: bool(self.pages),
            tree_wanted=lambda: any(page.overlay for page in self.pages),
            told=self.changed,
        )
        self.driver = Driver(
            leases, studio, platform=self._platform, tell=self._tell, changed=self.changed, poke=self.feed.poke
        )

    async def __aenter__(self) -> Room:
        self._tasks = [asyncio.create_task(self.feed.run()), asyncio.create_task(self._tick())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self.driver.close()

    def _looking(self) -> Looking:
        """The driver's own device while there is one: its looks prove that the lease holds."""
        held = self.driver.held
        return self._onlooker if held is None else held.device

    def _platform(self) -> Platform:
        held, status = self.driver.held, self._status()
        if held is not None:
            return held.device.info.platform
        return status.info.platform if status is not None else "android"

    def changed(self) -> None:
        """Every page is brought up to date when its turn comes."""
        for page in self.pages:
            page.wake()

    async def _tick(self) -> None:
        """What changes by itself: the farm's word on a preemption, a lease that nobody renews."""
        while True:
            await asyncio.sleep(_TICK_S)
            self.changed()

    def _tell(self, message: Mapping[str, Any]) -> None:
        for page in self.pages:
            page.say(message)

    # --- pages --------------------------------------------------------------------------------------------------
    async def visit(self, socket: WebSocket, key: str) -> None:
        """One page from its opening to its end. Raises BrokenSocketError."""
        page = Page(socket, key)
        page.say(self._hello())
        self.pages.add(page)
        self.driver.came(key)
        self.feed.poke()
        self.changed()
        sending = asyncio.create_task(self._send(page))
        try:
            while (text := await socket.receive()) is not None:
                try:
                    self._take_in(page, text)
                except DataError as error:
                    await socket.close(POLICY, f"not understood: {error}")
                    return
                except FarmError as error:
                    page.say({"type": "refused", "what": error.field, "text": str(error)})
        finally:
            self.pages.discard(page)
            if key not in {other.key for other in self.pages}:
                self.driver.left(key)
            sending.cancel()
            self.changed()

    async def _send(self, page: Page) -> None:
        with contextlib.suppress(ConnectionError):
            await page.send_all(lambda: self.feed.picture, self._states)

    def _take_in(self, page: Page, text: str) -> None:
        """Raises DataError for what no page of ours says, other FarmErrors for what cannot be done now."""
        message = parse_message(text)
        match message:
            case Shown(frame=number):
                page.shown(number)
            case Overlay(on=on):
                page.overlay = on
                self.feed.poke()
            case Take():
                self.driver.take(page.key)
            case GiveBack():
                self.driver.give_back(page.key)
            case Act():
                self.driver.act(page.key, parse_action(message))
            case Record():
                self.driver.record(page.key, message)
            case Finish():
                self.driver.finish(page.key, message)
            case Cancel():
                self.driver.cancel(page.key)
            case _:
                assert_never(message)

    # --- what pages are told ------------------------------------------------------------------------------------
    def _hello(self) -> dict[str, Any]:
        """What stays the same while the page is open."""
        studio = self._studio
        offers = [] if studio is None else studio.offers(self._platform())
        return {
            "type": "hello",
            "device": self.device_id,
            "resets": self.driver.resets,
            "studio": None
            if studio is None
            else {
                "folder": str(studio.folder),
                "suite": studio.suite_name,
                "proposal": dataclasses.asdict(studio.proposal),
                "tasks": [{"name": offer.name, "goal": offer.goal} for offer in offers],
            },
        }

    def _states(self, page: Page) -> dict[str, dict[str, Any]]:
        states = {"state": self._state(page)}
        if page.overlay and self.feed.tree is not None:
            states["tree"] = {"type": "tree", "nodes": boxes(self.feed.tree)}
        return states

    def _state(self, page: Page) -> dict[str, Any]:
        status, driver, feed = self._status(), self.driver, self.feed
        info = driver.held.device.info if driver.held is not None else (status.info if status is not None else None)
        demonstration = driver.demonstration
        return {
            "type": "state",
            "backend": info.backend if info is not None else "",
            "platform": self._platform(),
            "image": info.image if info is not None else "",
            "device_state": status.state if status is not None else "",
            "reason": status.reason if status is not None else "the farm does not name this device",
            "owner": status.owner if status is not None else "",
            "app": feed.foreground.app,
            "window": feed.foreground.window,
            "trouble": feed.trouble,
            "watchers": len(self.pages),
            "driver": "" if not driver.key else "you" if driver.key == page.key else "other",
            "phase": driver.phase if driver.key else "",
            "place": None if driver.place is None else [driver.place.position, driver.place.length],
            "preempted_at_s": None if driver.held is None else driver.held.preempted_at_s,
            "recording": None
            if demonstration is None
            else {
                "task": demonstration.task.id,
                "goal": demonstration.task.goal,
                "since_s": demonstration.since_s,
                "steps": demonstration.steps,
            },
        }


def boxes(tree: UiTree) -> list[dict[str, Any]]:
    """The visible elements with an area, in document order: box, label, role, whether it takes clicks; at most 1500."""
    found: list[dict[str, Any]] = []
    for node in tree.walk():
        if "visible" not in node.states or node.bounds.area == 0:
            continue
        box = node.bounds
        found.append(
            {
                "box": [box.left, box.top, box.right, box.bottom],
                "label": node.label[:80],
                "role": node.role.rpartition(".")[2],
                "active": bool(node.states & {"clickable", "editable", "checkable", "focusable"}),
            }
        )
        if len(found) == _MAX_NODES:
            break
    return found
