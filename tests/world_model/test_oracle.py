"""The oracle on simulated phones: through a farm, and in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from device_farm.backends.config import SimulatorConfig
from device_farm.backends.fake import FakeDevice, FakeFaults
from device_farm.client import LeaseRequest
from device_farm.device import Device, DeviceInfo, SnapshotInfo
from device_farm.embedded import embedded_farm
from device_farm.errors import BackendError, GuestError, TransportError
from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.action import Action, Click, OpenApp, Swipe, SystemButton, TypeText, Wait
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation, ObserveRequest
from world_model.predictors.base import NOTHING_SPENT, Prediction, Question
from world_model.predictors.forks import SnapshotForks
from world_model.predictors.oracle import OraclePredictor
from world_model.predictors.phone_forks import PhoneForks
from world_model.sketch.observed import sketch_of
from world_model.sketch.sketch import Sketch

ACTIONS: Sequence[tuple[Action, ...]] = (
    (OpenApp(name="Settings"),),
    (OpenApp(name="Settings"), Click(at=Point(540, 585))),
    (OpenApp(name="Settings"), Swipe(start=Point(540, 1700), end=Point(540, 900))),
    (OpenApp(name="Contacts"), Click(at=Point(540, 2000)), TypeText(text="Zoë")),
    (SystemButton(button="recents"),),
    (Wait(duration_s=90.0),),
    (OpenApp(name="No Such App"),),
    (Click(at=Point(5000, 10)),),
)


async def ask(oracle: OraclePredictor, now: Sketch, sequences: Sequence[tuple[Action, ...]]) -> tuple[Prediction, ...]:
    return await oracle.predict(
        [
            Question(sketch=now, path=actions[:-1], action=actions[-1], goal="look around", platform="android")
            for actions in sequences
        ]
    )


async def look(device: Device) -> Sketch:
    return sketch_of(await device.observe())


def test_oracle_through_a_farm_predicts_what_happens_and_leaves_the_phone_as_it_was() -> None:
    async def run() -> None:
        async with embedded_farm([SimulatorConfig(devices=1)]) as farm, farm.lease(LeaseRequest(owner="test")) as held:
            device = held.device
            before = await device.observe()
            predicted = await ask(OraclePredictor(SnapshotForks(device)), sketch_of(before), ACTIONS)
            after = await device.observe()
            assert (after.ui_tree, after.foreground) == (before.ui_tree, before.foreground)
            assert after.screenshot is not None and before.screenshot is not None
            assert after.screenshot.digest == before.screenshot.digest
            assert after.device_time_s == before.device_time_s
            assert not await device.snapshot_list()

            # The same in this process, on a phone of the same seed.
            inside = await ask(OraclePredictor(PhoneForks(SimulatedPhone.boot(seed=0))), sketch_of(before), ACTIONS)
            assert [one.sketch for one in inside] == [one.sketch for one in predicted]
            assert [bool(one.refused) for one in inside] == [bool(one.refused) for one in predicted]

            assert "no application 'No Such App'" in predicted[6].refused
            assert "off the screen" in predicted[7].refused
            assert predicted[6].sketch == predicted[7].sketch == sketch_of(before)
            for action in ACTIONS[1]:
                await device.act(action)
            assert await look(device) == predicted[1].sketch

    asyncio.run(run())


def test_desktop_is_no_device_to_copy() -> None:
    class Desk(FakeDevice):
        @property
        def info(self) -> DeviceInfo:
            return replace(super().info, platform="desktop")

    async def run() -> tuple[Prediction, ...]:
        device = Desk("desk")
        await device.start()
        return await ask(OraclePredictor(SnapshotForks(device)), await look(device), [(Wait(),), (Wait(),)])

    predictions = asyncio.run(run())
    assert len(predictions) == 2
    assert all(one.sketch is None and one.fault is not None and one.fault.kind == "no_fork" for one in predictions)


def test_device_without_snapshots_is_a_fault_and_stays_as_it_was() -> None:
    class InTheHand(FakeDevice):
        async def snapshot_save(self, name: str) -> SnapshotInfo:
            raise GuestError("a phone in the hand has no snapshots")

    async def run() -> tuple[Prediction, Sketch, Sketch]:
        device = InTheHand("hand")
        await device.start()
        before = await look(device)
        (prediction,) = await ask(OraclePredictor(SnapshotForks(device)), before, [(Click(at=Point(30, 30)),)])
        return prediction, before, await look(device)

    prediction, before, after = asyncio.run(run())
    assert prediction.fault is not None
    assert str(prediction.fault) == "no_fork: the device takes no snapshot: a phone in the hand has no snapshots"
    assert before == after


def test_device_that_does_not_come_back_is_an_infrastructure_error() -> None:
    async def run() -> None:
        device = FakeDevice("lost", faults=FakeFaults())
        await device.start()
        now = await look(device)
        # Saved, acted and looked at once; then the wire is gone.
        device.faults.drop_after_calls = 3
        await ask(OraclePredictor(SnapshotForks(device)), now, [(Click(at=Point(30, 30)),), (Wait(),)])

    with pytest.raises(BackendError, match="not back from what was tried"):
        asyncio.run(run())


def test_cancelled_oracle_leaves_the_device_as_it_was() -> None:
    async def run() -> None:
        device = FakeDevice("slow", faults=FakeFaults())
        await device.start()
        before = await look(device)
        device.faults.call_s = 0.01
        task = asyncio.create_task(
            ask(OraclePredictor(SnapshotForks(device)), before, [(TypeText(text="typed"),)] * 20)
        )
        await asyncio.sleep(0.035)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        device.faults.call_s = 0.0
        assert await look(device) == before
        assert not await device.snapshot_list()

    asyncio.run(run())


def test_device_that_is_lost_when_time_is_up_does_not_pass_for_a_time_limit() -> None:
    class Lost(FakeDevice):
        async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
            await asyncio.sleep(30)
            return await super().act_and_observe(action, request)

        async def snapshot_load(self, name: str) -> None:
            raise TransportError("the wire is gone")

    async def run() -> None:
        device = Lost("lost")
        await device.start()
        now = await look(device)
        async with asyncio.timeout(0.02):
            await ask(OraclePredictor(SnapshotForks(device)), now, [(Wait(),)])

    with pytest.raises(BackendError, match="the wire is gone"):
        asyncio.run(run())


def test_kept_copies_spare_the_way_and_come_to_the_same() -> None:
    class Counted(FakeDevice):
        acted = 0

        async def act(self, action: Action) -> None:
            self.acted += 1
            await super().act(action)

    press, write = Click(at=Point(32, 52)), TypeText(text="a")

    async def run(keep: bool) -> tuple[list[Prediction], int, Sketch, Sketch]:
        device = Counted("counted")
        await device.start()
        before, found = await look(device), list[Prediction]()
        oracle = OraclePredictor(SnapshotForks(device, keep=keep))
        batches: Sequence[Sequence[tuple[Action, ...]]] = (
            [(press,), (write,)],
            [(press, press), (write, press)],
            [(press, press, write)],
        )
        for batch in batches:
            found += await ask(oracle, before, batch)
        # A decision later, what was kept is of another state.
        await device.act(press)
        found += await ask(oracle, before, [(press,)])
        found += await ask(oracle, before, [(press, press)])
        return [replace(one, spent=NOTHING_SPENT) for one in found], device.acted, before, await look(device)

    plain, kept = asyncio.run(run(keep=False)), asyncio.run(run(keep=True))
    assert kept[0] == plain[0] and kept[2:] == plain[2:]
    # Copies: 2 of one action, 2 of two, 1 of three, 1 of one, 1 of two; and one action on the device itself.
    assert (plain[1], kept[1]) == (2 + 4 + 3 + 1 + 2 + 1, 7 + 1)
