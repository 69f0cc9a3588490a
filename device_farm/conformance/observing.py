"""Checks of `observe` and `stream`."""

from __future__ import annotations

import asyncio

from device_farm.conformance.expectations import PIXELS, TREE, digest_of, labels_of, nodes_of, steady_digest, until
from device_farm.conformance.subject import CheckFailure, Facts, Subject, expect
from device_farm.types.action import OpenApp
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Observation, ObserveRequest, image_digest


async def observe_is_complete(subject: Subject, facts: Facts) -> None:
    """A full observation names its screen, foreground, time, pixels and tree."""
    seen = await subject.device.observe()
    info = subject.device.info
    expect(seen.screen.width > 0 and seen.screen.height > 0, f"screen size {seen.screen}")
    expect(info.screen == seen.screen, f"info says {info.screen}, the observation {seen.screen}")
    expect(bool(info.id and info.backend and info.image), f"the device's info is incomplete: {info}")
    expect(seen.device_time_s > 1_000_000_000, f"device time {seen.device_time_s} is no Unix time of this century")
    digest_of(seen)
    nodes_of(seen)


async def screenshot_decodes(subject: Subject, facts: Facts) -> None:
    """The image decodes to the size that it claims, and its digest is that of its bytes."""
    import cv2
    import numpy as np

    seen = await subject.device.observe(PIXELS)
    shot = seen.screenshot
    if shot is None or shot.data is None:
        raise CheckFailure("a first screenshot came without pixels")
    pixels = cv2.imdecode(np.frombuffer(shot.data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise CheckFailure(f"{len(shot.data)} bytes of {shot.format} do not decode")
    size = Size(pixels.shape[1], pixels.shape[0])
    expect(size == shot.size == seen.screen, f"decoded {size}, claimed {shot.size}, screen {seen.screen}")
    expect(image_digest(shot.data) == shot.digest, "the digest is not that of the bytes")
    expect(int(pixels.max()) > int(pixels.min()), "every pixel has the same colour")


async def known_digest_saves_pixels(subject: Subject, facts: Facts) -> None:
    """Whoever holds the digest is sent no pixels; a stale digest brings them."""
    digest = await steady_digest(subject.device, patience=facts.patience)
    again = await subject.device.observe(ObserveRequest(ui_tree=False, known_digest=digest))
    expect(digest_of(again) == digest, "an untouched screen changed its digest")
    expect(again.screenshot is not None and again.screenshot.data is None, "pixels came for a known digest")
    stale = await subject.device.observe(ObserveRequest(ui_tree=False, known_digest="0" * 32))
    expect(stale.screenshot is not None and stale.screenshot.data is not None, "no pixels came for a stale digest")


async def observe_leaves_out_parts(subject: Subject, facts: Facts) -> None:
    """What is not asked for does not come."""
    pixels = await subject.device.observe(PIXELS)
    tree = await subject.device.observe(TREE)
    neither = await subject.device.observe(ObserveRequest(screenshot=False, ui_tree=False))
    expect(pixels.ui_tree is None and pixels.screenshot is not None, "ui_tree=False was not heeded")
    expect(tree.screenshot is None and tree.ui_tree is not None, "screenshot=False was not heeded")
    expect(neither.screenshot is None and neither.ui_tree is None, "something came that was not asked for")


async def sequence_grows(subject: Subject, facts: Facts) -> None:
    """Sequence numbers grow and device time does not run backwards."""
    seen = [await subject.device.observe(ObserveRequest(screenshot=False, ui_tree=False)) for _ in range(4)]
    numbers = [one.sequence for one in seen]
    expect(numbers == sorted(set(numbers)), f"sequence numbers {numbers} do not grow")
    times = [one.device_time_s for one in seen]
    expect(times == sorted(times), f"device time ran backwards: {times}")


async def tree_lies_on_screen(subject: Subject, facts: Facts) -> None:
    """Every box lies on the screen, and an application's tree has labels to read."""
    await subject.device.act(OpenApp(name=facts.app))
    seen = await until(
        subject.device,
        TREE,
        lambda one: bool(labels_of(nodes_of(one))),
        "a tree with any label",
        patience=facts.patience,
    )
    screen = Rect(0, 0, seen.screen.width, seen.screen.height)
    for node in nodes_of(seen):
        box = node.bounds
        inside = 0 <= box.left <= box.right <= screen.right and 0 <= box.top <= box.bottom <= screen.bottom
        expect(inside, f"{node.role} {node.label!r} has bounds {box} on a screen of {seen.screen}")
        expect(bool(node.role), f"a node at {box} has no role")


async def concurrent_observes(subject: Subject, facts: Facts) -> None:
    """Eight looks at once all succeed, each with a number of its own."""
    seen: list[Observation] = await asyncio.gather(*[subject.device.observe() for _ in range(8)])
    numbers = {one.sequence for one in seen}
    expect(len(numbers) == len(seen), f"8 concurrent observations share sequence numbers: {sorted(numbers)}")
    for one in seen:
        digest_of(one)
        nodes_of(one)


async def stream_yields_changes(subject: Subject, facts: Facts) -> None:
    """A stream starts with the screen as it is and yields again once it has changed."""
    await steady_digest(subject.device, patience=facts.patience)
    stream = subject.device.stream(interval_s=0.05)
    limit_s = 30 * facts.patience
    try:
        async with asyncio.timeout(limit_s):
            first = digest_of(await anext(stream))
            await subject.device.act(OpenApp(name=facts.app))
            second = await anext(stream)
    except TimeoutError:
        raise CheckFailure(f"within {limit_s:g} s the stream did not tell of an application that was opened") from None
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
    expect(digest_of(second) != first, "the stream yielded the same screen twice")
    expect(second.ui_tree is None, "a stream carries no UI tree")
