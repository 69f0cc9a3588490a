"""The page in headless Chromium, on simulated phones and on a desktop."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from headless_browser import chromium
from live_rig import (
    DRIVES,
    PIXELS,
    SHOWN,
    browsed,
    click_on,
    opened,
    place_of,
    record,
    require_desktop_here,
    take_over,
    viewed,
)
from person import play_by_hand

from device_farm.backends.config import BackendConfig, FakeConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.fake_state import ADD
from device_farm.client import LeaseRequest
from device_farm.types.action import Action, OpenApp, TypeText
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.trajectory import Scored, Undecided
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.registry import load_suite
from gui_agent.commands.replaying import run_replay
from gui_agent.live_view.studio import Proposal
from gui_agent.store.reader import RunReader

pytestmark = pytest.mark.usefixtures("browser_here")
PHONE = "simulator-0"


def _node(seen: Observation, label: str) -> UiNode:
    assert seen.ui_tree is not None
    found = seen.ui_tree.find_all(lambda node: node.label == label)
    assert found, f"nothing is labelled {label!r}"
    return found[-1]


def _pixels(seen: Observation) -> list[object]:
    """What `PIXELS` says of a canvas that shows this screen."""
    assert seen.screenshot is not None and seen.screenshot.data is not None
    image = cv2.imdecode(np.frombuffer(seen.screenshot.data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    rgba = cv2.cvtColor(image, cv2.COLOR_BGR2RGBA)
    return [rgba.shape[1], rgba.shape[0], hashlib.sha256(rgba.tobytes()).hexdigest()]


def test_page_shows_the_pixels_of_a_phone_that_somebody_else_drives() -> None:
    async def play() -> None:
        async with (
            viewed([SimulatorConfig(devices=1)]) as view,
            browsed(view, PHONE) as tab,
            view.client.lease(LeaseRequest(owner="agent")) as held,
        ):
            seen = await held.device.act_and_observe(OpenApp(name="Settings"))
            assert seen.screenshot is not None
            await tab.until(f"{SHOWN} === {seen.screenshot.digest!r}")
            assert await tab.run(PIXELS) == _pixels(seen)
            await tab.until("document.getElementById('who').textContent.startsWith('agent has the device')")
            await tab.until("document.getElementById('app').textContent.includes('settings')")
            assert [lease.owner for lease in await view.client.leases()] == ["agent"]

    asyncio.run(play())


@pytest.mark.parametrize(("width", "height", "zoom"), [(1280, 860, 1.0), (700, 980, 2.0)])
def test_click_in_the_page_opens_an_application_and_typed_text_arrives(width: int, height: int, zoom: float) -> None:
    async def play() -> None:
        async with (
            viewed([SimulatorConfig(devices=1)]) as view,
            browsed(view, PHONE, width=width, height=height) as tab,
        ):
            await tab.resize(width, height, zoom=zoom)
            onlooker = view.client.onlooker(PHONE)
            await take_over(tab)
            icon = _node(await onlooker.observe(), "Settings").bounds.center
            await click_on(tab, icon.x, icon.y)
            await tab.until("document.getElementById('app').textContent.includes('settings')")
            field = _node(await onlooker.observe(), "Search settings").bounds.center
            await click_on(tab, field.x, field.y)
            await tab.until("document.getElementById('log').childElementCount >= 2")
            for character in "Wi":
                await tab.key(character, text=character)
            await tab.compose(["ニ", "ニホ", "日本 é"])
            await tab.key("Backspace")
            await tab.until("document.getElementById('log').innerText.includes('backspace')")
            async with asyncio.timeout(10):
                while "Wi日本 " not in _texts(await onlooker.observe(ObserveRequest(screenshot=False))):
                    await asyncio.sleep(0.05)

    asyncio.run(play())


def _texts(seen: Observation) -> set[str]:
    assert seen.ui_tree is not None
    return {node.text for node in seen.ui_tree.walk()}


def test_second_driver_is_refused_and_sees_what_the_first_does() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view, chromium() as browser:
            first = await opened(browser, view, "fake-0")
            second = await opened(browser, view, "fake-0")
            await second.until("document.getElementById('watchers').textContent === '2'")
            await take_over(first)
            await second.until("document.getElementById('who').textContent.includes('from another page')")
            assert await second.run("document.getElementById('take').disabled")
            # A page that asks all the same is refused by the server.
            assert await second.run("document.getElementById('take').disabled = false") is False
            await second.press("#take")
            await second.until(
                "document.getElementById('log').innerText.includes('drives this device from another page')"
            )
            before = await second.run(SHOWN)
            await click_on(first, ADD.center.x, ADD.center.y)
            await second.until("document.getElementById('log').innerText.includes('click at 32,52')")
            await second.until(f"{SHOWN} !== {before!r}")
            await first.press("#give")
            await second.until("document.getElementById('who').textContent.startsWith('Nobody drives')")
            assert browser.problems == []

    asyncio.run(play())


def test_driver_that_comes_back_after_a_lost_connection_still_drives() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view, browsed(view, "fake-0") as tab:
            await take_over(tab)
            (room,) = view.hall._rooms.values()
            (page,) = room.pages
            page.socket._writer.transport.abort()
            await tab.until("!document.getElementById('strip').hidden")
            await tab.until(f"document.getElementById('strip').hidden && {DRIVES}")
            await click_on(tab, 32, 40)
            await tab.until("document.getElementById('log').innerText.includes('click at 32,40')")
            assert [lease.owner for lease in await view.client.leases()] == ["ada"]

    asyncio.run(play())


def test_lease_that_ends_is_told_and_can_be_had_again() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view, browsed(view, "fake-0") as tab:
            await take_over(tab)
            (room,) = view.hall._rooms.values()
            held = room.driver.held
            assert held is not None
            held._lose("it was taken away")  # type: ignore[attr-defined]
            await tab.until("document.getElementById('log').innerText.includes('it was taken away (take over again)')")
            await take_over(tab)

    asyncio.run(play())


def _replay_args(folder: Path) -> argparse.Namespace:
    flags = {"farm": None, "backend": [], "apps": [], "devices": None, "desktops": None}
    chosen = {"run": folder, "episode": [], "suite": None, "strict": False, "report": False, "json": True}
    return argparse.Namespace(**flags, **chosen)


_ON_A_PHONE = (SimulatorConfig(devices=1), PHONE, "PhoneWriteNote")
_ON_A_DESKTOP = (XvfbConfig(devices=1), "xvfb-0", "DesktopWriteFile")


@pytest.mark.parametrize(
    ("made", "again"),
    [(_ON_A_PHONE, True), (_ON_A_DESKTOP, False), pytest.param(_ON_A_DESKTOP, True, marks=pytest.mark.slow)],
)
def test_demonstration_is_stored_scored_and_replays_to_the_same_end(
    made: tuple[BackendConfig, str, str], again: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, device_id, template = made
    folder = tmp_path / "demonstrations"
    if isinstance(config, XvfbConfig):
        require_desktop_here()

    async def play() -> list[Action]:
        async with (
            viewed([config], record=folder, proposal=Proposal(task=template, seed=3)) as view,
            browsed(view, device_id) as tab,
        ):
            await take_over(tab)
            await record(tab)
            suite = load_suite("basics")
            task = suite.template(template).task("basics", 3)
            assert await tab.run("document.getElementById('running-goal').textContent") == task.goal
            done = await play_by_hand(tab, view.client.onlooker(device_id), suite.template(template).expert(task))
            await tab.press("#done")
            await tab.until("document.getElementById('log').innerText.includes('is stored')", seconds=60)
            return done

    done = asyncio.run(play())
    (stored,) = RunReader(folder).episodes()
    episode = stored.episode
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0
    assert (episode.provenance.policy, episode.claimed, episode.id) == ("human", "success", f"basics.{template}.3.a1")
    typed = [action.text for action in done if isinstance(action, TypeText)]
    assert [step.action.text for step in episode.steps if isinstance(step.action, TypeText)] == typed
    assert all(step.observation.screenshot is not None for step in episode.steps) and all(stored.trees)
    assert (folder / "report.html").exists()
    if not again:
        return
    assert asyncio.run(run_replay(_replay_args(folder))) == 0
    compared = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (compared["replayed"], compared["rewards_agree"]) == (1, 1)


def test_demonstration_that_is_thrown_away_leaves_no_episode(tmp_path: Path) -> None:
    async def play() -> None:
        async with (
            viewed([FakeConfig(devices=1)], record=tmp_path / "run") as view,
            browsed(view, "fake-0") as tab,
        ):
            await take_over(tab)
            await tab.run("document.getElementById('goal').value = 'count to one'")
            await record(tab)
            await click_on(tab, ADD.center.x, ADD.center.y)
            await tab.until("document.getElementById('running-what').textContent.includes('1 step')")
            await tab.press("#throw")
            await tab.until("document.getElementById('log').innerText.includes('was thrown away')")
            assert RunReader(tmp_path / "run").episode_ids() == []
            # The next one begins on a device that was reset, and is stored undecided.
            await record(tab)
            await click_on(tab, ADD.center.x, ADD.center.y)
            await tab.until("document.getElementById('running-what').textContent.includes('1 step')")
            await tab.press("#failed")
            await tab.until("document.getElementById('log').innerText.includes('is stored')")

    asyncio.run(play())
    (stored,) = RunReader(tmp_path / "run").episodes()
    assert isinstance(stored.episode.outcome, Undecided) and stored.episode.claimed == "failure"
    assert (stored.episode.task.goal, len(stored.episode.steps)) == ("count to one", 2)


def test_place_of_a_pixel_is_inside_the_canvas_at_every_corner() -> None:
    async def play() -> None:
        async with viewed([FakeConfig(devices=1)]) as view, browsed(view, "fake-0", width=900, height=500) as tab:
            await take_over(tab)
            for x, y in ((0, 0), (63, 0), (0, 127), (63, 127)):
                where = await place_of(tab, x, y)
                await tab.click(*where)
                await tab.until(f"document.getElementById('log').innerText.includes('click at {x},{y}')")

    asyncio.run(play())
