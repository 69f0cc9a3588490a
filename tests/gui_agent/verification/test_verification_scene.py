"""Scenes: what a verifier does to a copy leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import pytest
from seen_phones import SeenPhones, farm_with_phones

from device_farm.device import Device
from device_farm.errors import GuestError, VerifierError
from device_farm.farm.model import LeaseRequest
from device_farm.types.action import Action, Answer, OpenApp, SystemButton, Terminate
from device_farm.types.observation import Observation
from device_farm.types.trajectory import Step
from gui_agent.runner.farm import FarmSource
from gui_agent.verification.scene import END, START, ReplayedScene, SnapshotScene, keep_start

T = TypeVar("T")
BRIGHTNESS = "settings get system screen_brightness"


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def brightness(device: Device) -> str:
    return (await device.shell(BRIGHTNESS)).stdout.decode().strip()


async def set_brightness(device: Device, value: int) -> None:
    await device.shell(f"settings put system screen_brightness {value}")


@asynccontextmanager
async def attempted() -> AsyncIterator[tuple[Device, SnapshotScene, SeenPhones]]:
    """A phone set up with brightness 10, on which an attempt made it 20 and left the settings open."""
    async with farm_with_phones() as (client, backend), client.lease(LeaseRequest(platform="android")) as held:
        device = held.device
        await set_brightness(device, 10)
        assert await keep_start(device)
        await device.act_and_observe(OpenApp(name="Settings"))
        await set_brightness(device, 20)
        yield device, SnapshotScene(device), backend


async def meddle(device: Device) -> None:
    await set_brightness(device, 99)
    await device.push("/sdcard/Download/left.txt", b"left")
    await device.act(SystemButton(button="home"))
    await device.act_and_observe(OpenApp(name="Contacts"))
    await device.shell("sqlite3 /sdcard/Download/new.db 'create table t (a)'")
    await device.shell("input tap 300 300; input text meddled; settings put secure x 1")


def test_fork_of_a_phone_leaves_the_whole_state_as_it_was() -> None:
    async def scenario() -> None:
        async with attempted() as (device, scene, backend):
            screen = (await device.observe()).screenshot
            before = backend.digests()
            async with scene.fork() as copy:
                assert await brightness(copy) == "20"
                await meddle(copy)
                changed = backend.digests()
                assert {name for name in before if changed[name] != before[name]} >= {"files", "settings", "screens"}
            assert backend.digests() == before
            again = (await scene.device.observe()).screenshot
            assert screen is not None and again is not None and again.digest == screen.digest
            assert await brightness(scene.device) == "20"

    run(scenario())


def test_start_of_a_phone_is_the_state_after_the_set_up() -> None:
    async def scenario() -> None:
        async with attempted() as (_, scene, backend):
            before = backend.digests()
            async with scene.start() as copy:
                assert await brightness(copy) == "10"
                assert "Settings" not in (await copy.observe()).foreground.window
                await meddle(copy)
            assert backend.digests() == before
            async with scene.start() as copy:
                assert await brightness(copy) == "10", "the start is kept, whatever was done to a copy of it"
            assert backend.digests() == before

    run(scenario())


def test_fork_is_taken_back_when_its_user_fails_or_is_cancelled() -> None:
    async def scenario() -> None:
        async with attempted() as (_, scene, backend):
            before = backend.digests()
            with pytest.raises(GuestError, match="broke"):
                async with scene.fork() as copy:
                    await meddle(copy)
                    raise GuestError("broke")
            assert backend.digests() == before

            async def hang() -> None:
                async with scene.fork() as copy:
                    await meddle(copy)
                    await asyncio.sleep(60)

            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await hang()
            assert backend.digests() == before

    run(scenario())


def test_second_copy_at_once_is_refused() -> None:
    async def scenario() -> None:
        async with attempted() as (_, scene, _backend):
            async with scene.fork():
                with pytest.raises(VerifierError, match="copy of this device is out"):
                    async with scene.start():
                        raise AssertionError("not reached")
            async with scene.fork() as copy:
                assert await brightness(copy) == "20"

    run(scenario())


def test_scene_whose_copy_cannot_be_taken_back_is_lost() -> None:
    async def scenario() -> None:
        async with attempted() as (_, scene, _backend):
            with pytest.raises(VerifierError, match="could not be taken back"):
                async with scene.fork() as copy:
                    await copy.snapshot_delete(END)
            with pytest.raises(VerifierError, match="no longer as the attempt left it"):
                await brightness(scene.device)

    run(scenario())


def test_start_that_was_not_kept_is_refused_and_the_end_stays() -> None:
    async def scenario() -> None:
        async with attempted() as (device, scene, backend):
            await device.snapshot_delete(START)
            before = backend.digests()
            with pytest.raises(VerifierError, match="start cannot be restored"):
                async with scene.start():
                    raise AssertionError("not reached")
            assert backend.digests() == before

    run(scenario())


async def play(device: Device, actions: Sequence[Action]) -> tuple[list[Step], Observation]:
    steps, seen = [], await device.observe()
    for index, action in enumerate(actions):
        steps.append(Step(index=index, observation=seen, action=action))
        if not isinstance(action, Answer | Terminate):
            seen = await device.act_and_observe(action)
    return steps, seen


ACTIONS = (OpenApp(name="Settings"), Answer(text="open"), OpenApp(name="Contacts"), Terminate(status="success"))


@asynccontextmanager
async def replayed(
    phones: int, actions: Sequence[Action] = ACTIONS
) -> AsyncIterator[tuple[Device, ReplayedScene, list[str]]]:
    """A scene that knows nothing of snapshots, the ids of its second devices as they come."""
    seconds: list[str] = []

    async def set_up(device: Device) -> None:
        seconds.append(device.info.id)
        await set_brightness(device, 10)

    async with (
        farm_with_phones(phones) as (client, _),
        FarmSource(client, wait_s=1.0) as source,
        source.lease("android") as device,
    ):
        await set_brightness(device, 10)
        steps, final = await play(device, actions)

        def lease() -> AbstractAsyncContextManager[Device]:
            return source.lease("android")

        yield device, ReplayedScene(device, lease=lease, set_up=set_up, steps=steps, final=final), seconds


def test_replayed_fork_is_another_device_at_the_same_end() -> None:
    async def scenario() -> None:
        async with replayed(2) as (device, scene, seconds):
            before = await device.observe()
            async with scene.fork() as copy:
                assert (await copy.observe()).foreground == before.foreground
                assert await brightness(copy) == "10"
                await meddle(copy)
            assert seconds and device.info.id not in seconds
            assert await brightness(scene.device) == "10"
            assert (await scene.device.observe()).screenshot == before.screenshot

    run(scenario())


def test_replayed_start_has_the_set_up_and_no_step() -> None:
    async def scenario() -> None:
        async with replayed(2) as (_, scene, _seconds), scene.start() as copy:
            assert await brightness(copy) == "10"
            assert "settings" not in (await copy.observe()).foreground.app
            assert "contacts" not in (await copy.observe()).foreground.app

    run(scenario())


def test_replayed_scene_without_a_second_device_is_refused() -> None:
    async def scenario() -> None:
        async with replayed(1) as (device, scene, seconds):
            with pytest.raises(VerifierError, match="no second device came"):
                async with scene.fork():
                    raise AssertionError("not reached")
            assert seconds == []
            alone = ReplayedScene(device, lease=None, set_up=lambda one: set_brightness(one, 1), steps=(), final=None)
            with pytest.raises(VerifierError, match="no second device to do the steps"):
                async with alone.start():
                    raise AssertionError("not reached")
            assert await brightness(device) == "10"

    run(scenario())


def test_replayed_fork_that_ends_elsewhere_is_refused() -> None:
    async def scenario() -> None:
        async with replayed(2, ACTIONS[:1]) as (device, scene, _seconds):
            elsewhere = (await play(device, ACTIONS[2:3]))[1]
            steps, _ = await play(device, ACTIONS[:1])

            async def nothing(one: Device) -> None:
                return

            assert scene._lease is not None
            other = ReplayedScene(device, lease=scene._lease, set_up=nothing, steps=steps, final=elsewhere)
            with pytest.raises(VerifierError, match="done again, the steps end at"):
                async with other.fork():
                    raise AssertionError("not reached")

    run(scenario())


def test_snapshots_of_an_attempt_are_gone_for_the_next_and_never_pile_up() -> None:
    async def scenario() -> None:
        async with farm_with_phones() as (client, _):
            for _attempt in range(4):
                async with client.lease(LeaseRequest(platform="android")) as held:
                    assert not await held.device.snapshot_list()
                    assert await keep_start(held.device)
                    scene = SnapshotScene(held.device)
                    for copy in (scene.fork, scene.start, scene.fork):
                        async with copy() as other:
                            await meddle(other)
                    assert {info.name for info in await held.device.snapshot_list()} == {START, END}

    run(scenario())
