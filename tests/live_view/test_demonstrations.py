"""What a person does, as steps; the lease under which they do it. Without a browser."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake_state import ADD
from device_farm.client import FarmClient, LeaseRequest
from device_farm.embedded import embedded_farm
from device_farm.errors import CapacityError, ConfigError, LeaseError
from device_farm.types.action import Action, Click, PressKey, TypeText, Wait
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Foreground, Observation, Screenshot
from device_farm.types.trajectory import InfraError, Step, Undecided
from gui_agent.benchmarks.registry import load_suite
from gui_agent.live_view.demonstration import typed_as_one, with_waits
from gui_agent.live_view.driver import Driver
from gui_agent.live_view.leases import BorrowedLease, Leases, OwnLeases
from gui_agent.live_view.messages import Finish, Record
from gui_agent.live_view.orders import Orders
from gui_agent.live_view.studio import Studio
from gui_agent.policies.human import LOOK
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter

_CLICK = Click(at=Point(1, 1))
_FILES = Foreground(app="files")


def _step(index: int, action: Action, error: str = "") -> Step:
    seen = Observation(
        sequence=index, screen=Size(9, 9), orientation="portrait", device_time_s=0.0, foreground=Foreground(app="a")
    )
    return Step(index=index, observation=seen, action=action, error=error, decide_ms=10.0, act_ms=1.0)


def _taken(actions: Sequence[Action]) -> list[Step]:
    return [_step(index, action) for index, action in enumerate(actions)]


def _shot(number: int) -> Screenshot:
    return Screenshot(digest=f"{number:032x}", size=Size(9, 9))


def test_text_typed_key_by_key_is_one_step_with_the_screen_before_it() -> None:
    keys = [TypeText(text="H"), TypeText(text="é"), TypeText(text="日本")]
    steps = typed_as_one(_taken([_CLICK, *keys, PressKey(key="enter"), TypeText(text="x")]))
    assert [step.action for step in steps] == [
        _CLICK,
        TypeText(text="Hé日本"),
        PressKey(key="enter"),
        TypeText(text="x"),
    ]
    assert [step.index for step in steps] == [0, 1, 2, 3]
    assert (steps[1].observation.sequence, steps[1].decide_ms, steps[1].act_ms) == (1, 30.0, 3.0)


def test_correction_and_refusal_end_a_row_of_typing() -> None:
    typo = _taken([TypeText(text="ab"), PressKey(key="backspace"), TypeText(text="c")])
    assert len(typed_as_one(typo)) == 3
    refused = [
        _step(0, TypeText(text="a")),
        _step(1, TypeText(text="\x01"), "cannot be typed"),
        _step(2, TypeText(text="b")),
    ]
    assert [step.error for step in typed_as_one(refused)] == ["", "cannot be typed", ""]


@given(
    st.lists(
        st.one_of(st.text(min_size=1, max_size=3).map(lambda text: TypeText(text=text)), st.just(_CLICK)), max_size=12
    )
)
def test_joined_typing_types_the_same(actions: list[Action]) -> None:
    def played(steps: Sequence[Action | None]) -> list[str]:
        return ["".join(a.text if isinstance(a, TypeText) else "\0" for a in steps)]  # type: ignore[union-attr]

    steps = typed_as_one(_taken(actions))
    assert played([step.action for step in steps]) == played(actions)
    kinds = [isinstance(step.action, TypeText) for step in steps]
    assert not any(one and other for one, other in itertools.pairwise(kinds))


def test_look_is_a_wait_only_where_another_window_came_to_the_front() -> None:
    taken = _taken([_CLICK, LOOK, _CLICK, LOOK, TypeText(text="a"), TypeText(text="b"), LOOK, TypeText(text="c")])
    opened = [replace(step, observation=replace(step.observation, foreground=_FILES)) for step in taken[2:]]
    pauses = [replace(step, decide_ms=2310.0) if step.action == LOOK else step for step in [*taken[:2], *opened]]
    steps = with_waits(pauses)
    assert [step.action for step in steps][:3] == [_CLICK, Wait(duration_s=2.4), _CLICK]
    assert [step.action for step in typed_as_one(steps)][3:] == [TypeText(text="abc")]
    assert [step.index for step in steps] == list(range(6))
    assert [step.decide_ms for step in steps] == [10.0, 2310.0, 10.0, 2320.0, 10.0, 2320.0]
    ages = with_waits([*_taken([_CLICK]), replace(pauses[1], decide_ms=1e9), opened[0]])
    assert ages[1].action == Wait(duration_s=30.0)
    # A desktop whose panel came up while the person looked; later on, a clock that went on is nothing to wait for.
    booting = [
        replace(step, observation=replace(step.observation, screenshot=_shot(index)))
        for index, step in enumerate(taken)
    ]
    assert [type(step.action) for step in with_waits(booting[1:5])] == [Wait, Click, TypeText]
    # A pause at the end waits for nothing.
    assert [step.action for step in with_waits(taken[:2])] == [_CLICK]


def test_orders_join_text_that_waits_and_refuse_a_flood() -> None:
    async def play() -> list[object]:
        orders = Orders()
        for order in (TypeText(text="a"), TypeText(text="b"), _CLICK, TypeText(text="c")):
            orders.put(order)
        taken = [await orders.next() for _ in range(3)]
        with pytest.raises(CapacityError):
            for _ in range(1000):
                orders.put(_CLICK)
        return taken

    assert asyncio.run(play()) == [TypeText(text="ab"), _CLICK, TypeText(text="c")]


class _Heard:
    """What every page is told."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def tell(self, message: Any) -> None:
        self.messages.append(dict(message))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]


def _driver(leases: Leases, studio: Studio | None, heard: _Heard) -> Driver:
    return Driver(leases, studio, platform=lambda: "android", tell=heard.tell, changed=lambda: None, poke=lambda: None)


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


def _studio(client: FarmClient, writer: RunWriter) -> Studio:
    del client
    return Studio(writer, load_suite("basics"))


def test_two_drivers_of_one_device_wait_for_each_other_in_the_farms_queue() -> None:
    async def play() -> None:
        async with embedded_farm([FakeConfig(devices=1)]) as client:
            ada = _driver(OwnLeases(client, "fake-0", owner="ada"), None, _Heard())
            bob = _driver(OwnLeases(client, "fake-0", owner="bob"), None, _Heard())
            ada.take("page a")
            await _until(lambda: ada.phase == "driving")
            bob.take("page b")
            await _until(lambda: bob.place is not None and bob.place.position == 1)
            with pytest.raises(LeaseError, match="waiting"):
                bob.act("page b", _CLICK)
            with pytest.raises(LeaseError, match="another page"):
                ada.take("page c")
            with pytest.raises(LeaseError, match="take over first"):
                ada.act("page c", _CLICK)
            ada.give_back("page a")
            await _until(lambda: bob.phase == "driving")
            assert [lease.owner for lease in await client.leases()] == ["bob"]
            await bob.close()
            await _until(lambda: not bob.key)
            assert await client.leases() == []

    asyncio.run(play())


def test_lease_lost_while_recording_is_an_infrastructure_error_never_a_reward(tmp_path: Path) -> None:
    async def play() -> None:
        heard = _Heard()
        with RunWriter(tmp_path / "run", {}, resume=True) as writer:
            async with embedded_farm([FakeConfig(devices=1)]) as client:
                driver = _driver(OwnLeases(client, "fake-0", owner="ada"), _studio(client, writer), heard)
                driver.take("a")
                await _until(lambda: driver.phase == "driving")
                driver.record("a", Record(type="record", goal="count"))
                await _until(lambda: driver.phase == "recording")
                driver.act("a", Click(at=ADD.center))
                await _until(lambda: heard.of("did"))
                (lease,) = await client.leases()
                held = driver.held
                assert held is not None and lease.owner == "ada"
                await held.release()  # type: ignore[attr-defined]
                held._lose("it was taken away")  # type: ignore[attr-defined]
                await _until(lambda: not driver.key)
                assert heard.of("said")[-1]["kind"] == "lost" and "taken away" in heard.of("said")[-1]["text"]

    asyncio.run(play())
    (stored,) = RunReader(tmp_path / "run").episodes()
    outcome = stored.episode.outcome
    assert isinstance(outcome, InfraError) and (outcome.error, outcome.phase) == ("LeaseExpiredError", "run")


def test_driver_whose_page_stays_away_loses_the_device_and_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui_agent.live_view.driver.AWAY_S", 0.1)

    async def play() -> None:
        with RunWriter(tmp_path / "run", {}, resume=True) as writer:
            async with embedded_farm([FakeConfig(devices=1)]) as client:
                driver = _driver(OwnLeases(client, "fake-0", owner="ada"), _studio(client, writer), _Heard())
                driver.take("a")
                await _until(lambda: driver.phase == "driving")
                driver.record("a", Record(type="record", goal="count"))
                await _until(lambda: driver.phase == "recording")
                driver.left("a")
                driver.came("a")
                await asyncio.sleep(0.3)
                assert driver.key == "a"
                driver.left("a")
                await _until(lambda: not driver.key)
                assert await client.leases() == []

    asyncio.run(play())
    assert RunReader(tmp_path / "run").episode_ids() == []
    assert list((tmp_path / "run" / "episodes").iterdir()) == []


def test_demonstrations_under_a_borrowed_lease_leave_it_with_its_holder(tmp_path: Path) -> None:
    async def play() -> None:
        heard = _Heard()
        with RunWriter(tmp_path / "run", {}, resume=True) as writer:
            async with (
                embedded_farm([FakeConfig(devices=1)]) as client,
                client.lease(LeaseRequest(owner="holder")) as held,
            ):
                await held.device.act(Click(at=ADD.center))
                driver = _driver(BorrowedLease(client, held.handle), _studio(client, writer), heard)
                for number in (1, 2):
                    driver.take("a")
                    await _until(lambda: driver.phase == "driving")
                    driver.record("a", Record(type="record", goal=f"number {number}"))
                    await _until(lambda: driver.phase == "recording")
                    driver.act("a", Click(at=ADD.center))
                    driver.finish("a", Finish(type="finish", status="success", answer="42"))
                    await _until(lambda wanted=number: len(heard.of("recorded")) == wanted)  # type: ignore[misc]
                    driver.give_back("a")
                    await _until(lambda: not driver.key)
                # The holder's device was neither reset nor given back: it counts three clicks.
                seen = await held.device.observe()
                assert seen.ui_tree is not None
                assert any("3" in node.label for node in seen.ui_tree.walk())

    asyncio.run(play())
    episodes = [stored.episode for stored in RunReader(tmp_path / "run").episodes()]
    assert [(episode.id, episode.task.goal, episode.answer) for episode in episodes] == [
        ("free.goal.0.a1", "number 1", "42"),
        ("free.goal.1.a1", "number 2", "42"),
    ]
    assert all(isinstance(episode.outcome, Undecided) for episode in episodes)
    assert [[type(step.action).__name__ for step in episode.steps] for episode in episodes] == [
        ["Click", "Answer", "Terminate"]
    ] * 2


def test_wishes_that_nothing_can_become_of_are_refused_with_the_reason(tmp_path: Path) -> None:
    async def play() -> None:
        with RunWriter(tmp_path / "run", {}, resume=True) as writer:
            studio = Studio(writer, load_suite("basics"))
            with pytest.raises(ConfigError, match="say what is to be done"):
                await studio.task("", 0, "  ", "android")
            with pytest.raises(ConfigError, match="no task 'PhoneFly'"):
                await studio.task("PhoneFly", 0, "", "android")
            with pytest.raises(ConfigError, match="for desktop devices"):
                await studio.task("DesktopWriteFile", 0, "", "android")
            async with embedded_farm([FakeConfig(devices=1)]) as client:
                heard = _Heard()
                driver = _driver(OwnLeases(client, "fake-0", owner="ada"), studio, heard)
                driver.take("a")
                await _until(lambda: driver.phase == "driving")
                with pytest.raises(ConfigError, match="nothing is being recorded"):
                    driver.finish("a", Finish(type="finish", status="success"))
                driver.record("a", Record(type="record", task="PhoneFly"))
                await _until(lambda: heard.of("said"))
                assert "no task 'PhoneFly'" in heard.of("said")[0]["text"] and driver.phase == "driving"
                await driver.close()
                nothing = _driver(OwnLeases(client, "fake-0", owner="ada"), None, heard)
                nothing.take("a")
                with pytest.raises(ConfigError, match="--record DIR"):
                    nothing.record("a", Record(type="record", goal="x"))
                await nothing.close()

    asyncio.run(play())
    assert RunReader(tmp_path / "run").episode_ids() == []
