"""Small helpers that several checks share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from device_farm.conformance.subject import CheckFailure, expect
from device_farm.device import Device
from device_farm.errors import FarmError
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.ui_tree import UiNode

PIXELS = ObserveRequest(ui_tree=False)
TREE = ObserveRequest(screenshot=False)
_UNTIL_S = 15.0
_STEADY_S = 10.0


async def expect_error(kinds: tuple[type[FarmError], ...], call: Awaitable[object], what: str) -> FarmError:
    """The error of one of `kinds` that awaiting `call` must raise."""
    names = " or ".join(kind.__name__ for kind in kinds)
    try:
        await call
    except kinds as error:
        return error
    except FarmError as error:
        raise CheckFailure(f"{what}: raised {type(error).__name__} ({error}) instead of {names}") from error
    raise CheckFailure(f"{what}: raised nothing, {names} was due")


def digest_of(seen: Observation) -> str:
    """The digest of the screenshot, which must be there."""
    if seen.screenshot is None:
        raise CheckFailure("the observation has no screenshot though one was asked for")
    return seen.screenshot.digest


def nodes_of(seen: Observation) -> list[UiNode]:
    """All nodes of the tree, which must be there."""
    if seen.ui_tree is None:
        raise CheckFailure("the observation has no UI tree though one was asked for")
    return list(seen.ui_tree.walk())


def labels_of(nodes: Iterable[UiNode]) -> set[str]:
    return {text for node in nodes for text in (node.text, node.description, node.value) if text}


async def until(
    device: Device, request: ObserveRequest, holds: Callable[[Observation], bool], what: str, *, patience: float = 1.0
) -> Observation:
    """Observes until `holds`: a desktop application may need seconds where a simulated phone is at once there."""
    within_s = _UNTIL_S * patience
    loop = asyncio.get_running_loop()
    ends = loop.time() + within_s
    while True:
        seen = await device.observe(request)
        if holds(seen):
            return seen
        expect(loop.time() < ends, f"within {within_s:g} s {what} did not come about")
        await asyncio.sleep(0.1)


async def steady_digest(device: Device, *, patience: float = 1.0) -> str:
    """The digest of a screen that has come to rest: two looks in a row agree."""
    within_s = _STEADY_S * patience
    loop = asyncio.get_running_loop()
    ends = loop.time() + within_s
    before = digest_of(await device.observe(PIXELS))
    while True:
        await asyncio.sleep(0.05)
        now = digest_of(await device.observe(PIXELS))
        if now == before:
            return now
        expect(loop.time() < ends, f"the screen did not come to rest within {within_s:g} s")
        before = now
