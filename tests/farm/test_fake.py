"""The fake device reacts to what is done to it."""

import asyncio
import zlib

import pytest

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend, FakeDevice, FakeFaults
from device_farm.backends.fake_state import ADD, FIELD, SCREEN
from device_farm.errors import ActionError, BackendError, GuestError, TransportError
from device_farm.types.action import Click, OpenApp, TypeText
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest


async def _started() -> FakeDevice:
    device = FakeDevice("f")
    await device.start()
    return device


def test_fake_screen_changes_with_typing_and_repeats_with_the_same_actions() -> None:
    async def play() -> list[str]:
        device = await _started()
        digests = []
        for action in (Click(at=FIELD.center), TypeText(text="hi"), Click(at=ADD.center), OpenApp(name="notes")):
            seen = await device.act_and_observe(action)
            assert seen.screenshot is not None and seen.screenshot.data is not None
            digests.append(seen.screenshot.digest)
        return digests

    first, second = asyncio.run(play()), asyncio.run(play())
    assert first == second
    assert len(set(first)) == 4


def test_fake_screenshot_is_a_whole_png() -> None:
    async def png() -> bytes:
        seen = await (await _started()).observe()
        assert seen.screenshot is not None and seen.screenshot.data is not None
        return seen.screenshot.data

    data = asyncio.run(png())
    start = data.index(b"IDAT") + 4
    rows = zlib.decompress(data[start : data.index(b"IEND") - 8])
    assert len(rows) == SCREEN.height * (1 + 3 * SCREEN.width)


def test_fake_known_digest_gets_no_pixels() -> None:
    async def play() -> None:
        device = await _started()
        first = (await device.observe()).screenshot
        assert first is not None
        again = (await device.observe(ObserveRequest(known_digest=first.digest))).screenshot
        assert again is not None and again.data is None and again.digest == first.digest

    asyncio.run(play())


def test_fake_refused_action_changes_nothing() -> None:
    async def play() -> None:
        device = await _started()
        before = await device.observe()
        with pytest.raises(ActionError, match="off the screen"):
            await device.act(Click(at=Point(64, 0)))
        with pytest.raises(ActionError, match="no application"):
            await device.act(OpenApp(name="absent"))
        after = await device.observe()
        assert before.screenshot == after.screenshot

    asyncio.run(play())


def test_fake_files_shell_and_snapshots_hold_together() -> None:
    async def play() -> None:
        device = await _started()
        await device.push("/sdcard/a.txt", b"one")
        assert (await device.shell("cat /sdcard/a.txt")).stdout == b"one"
        await device.snapshot_save("s")
        await device.shell("rm /sdcard/a.txt")
        with pytest.raises(GuestError):
            await device.pull("/sdcard/a.txt")
        await device.snapshot_load("s")
        assert await device.pull("/sdcard/a.txt") == b"one"
        assert (await device.shell("nonsense")).exit_code == 127
        await device.reset()
        assert await device.snapshot_list() == []

    asyncio.run(play())


def test_fake_faults_happen_as_told() -> None:
    async def play() -> None:
        backend = FakeBackend(FakeConfig(start_failures=1), faults=FakeFaults(drop_after_calls=2))
        device = await backend.create("a")
        with pytest.raises(BackendError):
            await device.start()
        device = await backend.create("a")
        await device.start()
        await device.observe()
        await device.observe()
        with pytest.raises(TransportError):
            await device.observe()
        with pytest.raises(TransportError):
            await device.health()

    asyncio.run(play())
