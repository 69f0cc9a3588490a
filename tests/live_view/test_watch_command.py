"""`farm watch` as a program, and the live view over a farm that goes away and comes back."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from headless_browser import chromium
from live_rig import DRIVES, SHOWN

from device_farm.backends.config import FakeConfig
from device_farm.backends.fake import FakeBackend
from device_farm.client import FarmClient, LeaseRequest
from device_farm.embedded import embedded_farm, running_farm
from device_farm.farm.pool import Template
from gui_agent.live_view.hall import Hall
from gui_agent.live_view.leases import OwnLeases
from gui_agent.live_view.site import Site

_FARM = str(Path(sys.executable).with_name("farm"))


async def _started(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(_FARM, "watch", *arguments, stdout=pipe, stderr=pipe)


async def _refused(*arguments: str) -> tuple[int, str]:
    """Exit code and what was said of it."""
    child = await _started(*arguments)
    async with asyncio.timeout(60):
        _, errors = await child.communicate()
    assert child.returncode is not None
    return child.returncode, errors.decode()


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        data: bytes = answer.read()
        return data


def test_watch_starts_a_device_of_its_own_and_ends_on_an_interrupt(tmp_path: Path) -> None:
    async def play() -> None:
        folder = tmp_path / "run"
        child = await _started("fake", "--json", "--record", str(folder), "--goal", "count")
        assert child.stdout is not None and child.stderr is not None
        async with asyncio.timeout(60):
            line = json.loads(await child.stdout.readline())
        assert line["device"] == "fake-0" and line["record"] == str(folder)
        assert line["url"].startswith(f"http://127.0.0.1:{line['port']}/") and "device?id=fake-0" in line["url"]
        assert b'id="screen"' in await asyncio.to_thread(_get, line["url"])
        child.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            _, errors = await child.communicate()
        assert (child.returncode, errors.decode()) == (130, "")
        assert 'type = "human"' in (folder / "config.toml").read_text("utf-8")

    asyncio.run(play())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("fake", "--goal", "x"), 2, "--goal: nothing is recorded (add --record DIR)"),
        (("fake", "--task", "a", "--record", "runs/x", "--goal", "x"), 2, "give a task or a goal, not both"),
        (("fake", "--task", "PhoneFly", "--record", "DIR"), 2, "no task 'PhoneFly'"),
        (("simulator=0",), 2, "DEVICE"),
        (("fake-0", "--farm", "127.0.0.1:1"), 1, "TransportError"),
        (("fake-0", "--farm", "nowhere"), 2, "--farm"),
        (("fake", "--lease", "/nonexistent"), 2, "--lease"),
    ],
)
def test_watch_says_what_is_wrong_before_it_serves(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    given = [str(tmp_path / "run") if word == "DIR" else word for word in arguments]
    exit_code, errors = asyncio.run(_refused(*given))
    assert exit_code == code and words in errors and "Traceback" not in errors


def test_watch_of_a_device_that_the_farm_has_not_names_those_that_it_has() -> None:
    async def play() -> None:
        async with embedded_farm([FakeConfig(devices=2)]) as client:
            code, errors = await _refused("fake-7", "--farm", client.address)
            assert code == 2 and "it has fake-0, fake-1" in errors

    asyncio.run(play())


def test_watch_under_a_lease_shows_its_device(tmp_path: Path) -> None:
    async def play() -> None:
        async with (
            embedded_farm([FakeConfig(devices=2)]) as client,
            client.lease(LeaseRequest(owner="me", device_id="fake-1")) as held,
        ):
            held.handle.write(tmp_path / "lease.json")
            code, errors = await _refused("fake-0", "--lease", str(tmp_path / "lease.json"))
            assert code == 2 and "the lease is of fake-1, not of fake-0" in errors
            child = await _started("--lease", str(tmp_path / "lease.json"), "--json")
            assert child.stdout is not None
            async with asyncio.timeout(60):
                line = json.loads(await child.stdout.readline())
            assert line["device"] == "fake-1"
            child.send_signal(signal.SIGTERM)
            await child.communicate()
            # The lease stays with its holder.
            assert [lease.owner for lease in await client.leases()] == ["me"]

    asyncio.run(play())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _farm(port: int) -> AsyncIterator[None]:
    template = Template(name="fake", backend=FakeBackend(FakeConfig(devices=1)), devices=1)
    async with running_farm([template], port=port):
        yield


@pytest.mark.usefixtures("browser_here")
def test_page_outlives_its_farm() -> None:
    """The farm ends under a driver and comes back: the page says so, and the device can be had again."""

    async def play() -> None:
        port = _free_port()
        async with chromium() as browser, AsyncExitStack() as first:
            await first.enter_async_context(_farm(port))
            async with FarmClient.connect(f"127.0.0.1:{port}") as client:
                hall = Hall(
                    client,
                    leases_of=lambda name: OwnLeases(client, name, owner="ada"),
                    studio=None,
                    looking=client.onlooker,
                )
                async with hall, Site(hall.on_socket) as site:
                    tab = await browser.open(f"{site.url}device?id=fake-0")
                    await tab.until(SHOWN)
                    await tab.press("#take")
                    await tab.until(DRIVES)
                    await first.aclose()
                    await tab.until("document.getElementById('strip').innerText.includes('looking again')")
                    async with _farm(port):
                        await tab.until("document.getElementById('strip').hidden", seconds=40)
                        await tab.until("!document.getElementById('take').hidden", seconds=40)
                        await tab.press("#take")
                        await tab.until(DRIVES, seconds=40)
            assert browser.problems == []

    asyncio.run(play())
