"""What the tests of the desktop share: an event loop for all desktops, and reading of trees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.device import DesktopDevice
from device_farm.types.action import Click
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.ui_tree import UiNode

T = TypeVar("T")
TREE = ObserveRequest(screenshot=False)


class Rig:
    """One event loop for all desktops of the tests, as the farm has."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.backend = XvfbBackend(XvfbConfig(width=1024, height=700, standby=0))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    def boot(self, name: str) -> DesktopDevice:
        async def started() -> DesktopDevice:
            device = await self.backend.create(name)
            try:
                await device.start()
            except BaseException:
                await device.close()
                raise
            return device

        return self.run(started())

    async def until(
        self, device: DesktopDevice, holds: Callable[[Observation], object], what: str, within_s: float = 20.0
    ) -> Observation:
        """Observes until `holds`; fails with `what` otherwise."""
        ends = self.loop.time() + within_s
        while True:
            seen = await device.observe(TREE)
            if holds(seen):
                return seen
            assert self.loop.time() < ends, f"{what} did not come about; the tree holds {labels(seen)}"
            await asyncio.sleep(0.1)

    async def go_to_cell(self, device: DesktopDevice, name: str) -> None:
        """Clicks the cell until it has the focus, each time where it is by then: a sheet that is still being laid out
        moves down when its toolbars come.
        """
        for _ in range(20):
            seen = await self.until(device, lambda seen: cell_of(seen, name), f"the cell {name}")
            found = cell_of(seen, name)
            assert found is not None
            await device.act_and_observe(Click(at=found.bounds.center), TREE)
            for _ in range(10):
                found = cell_of(await device.observe(TREE), name)
                if found is not None and "focused" in found.states:
                    return
                await asyncio.sleep(0.1)
        raise AssertionError(f"{name} did not take the focus")


def cell_of(seen: Observation, name: str) -> UiNode | None:
    return next((node for node in nodes(seen) if node.role == "table cell" and node.text == name), None)


def nodes(seen: Observation) -> list[UiNode]:
    assert seen.ui_tree is not None
    return list(seen.ui_tree.walk())


def labels(seen: Observation) -> set[str]:
    return {text for node in nodes(seen) for text in (node.text, node.value) if text}
