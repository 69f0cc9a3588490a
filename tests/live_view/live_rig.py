"""A live view over a farm in this process, and what tests ask of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from headless_browser import Browser, Tab, chromium

from device_farm.backends.config import BackendConfig, XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.client import FarmClient
from device_farm.embedded import embedded_farm
from device_farm.errors import PrerequisiteError
from device_farm.farm.pool import Template
from gui_agent.benchmarks.registry import load_suite
from gui_agent.config import RunConfig
from gui_agent.live_view.hall import Hall
from gui_agent.live_view.leases import OwnLeases
from gui_agent.live_view.site import Site
from gui_agent.live_view.studio import Proposal, Studio
from gui_agent.policies.config import HumanConfig
from gui_agent.store.writer import RunWriter


def require_desktop_here() -> None:
    """Skips where no desktop can run, fails where the tests were told that one can."""
    try:
        XvfbBackend(XvfbConfig(devices=1)).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail(str(error))
        pytest.skip(str(error))


DRIVES = "document.getElementById('who').textContent.startsWith('You drive')"
_RECORDS = "document.body.classList.contains('recording') && !document.getElementById('done').disabled"
SHOWN = "document.getElementById('screen').dataset.digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is served, and the farm behind it."""

    client: FarmClient
    hall: Hall
    site: Site

    def page(self, device_id: str) -> str:
        return f"{self.site.url}device?id={device_id}"


@asynccontextmanager
async def viewed(
    configs: Sequence[BackendConfig] | Sequence[Template],
    *,
    record: Path | None = None,
    proposal: Proposal | None = None,
) -> AsyncIterator[View]:
    """With `record`, demonstrations of the suite basics are stored there."""
    async with embedded_farm(configs) as client:
        writer = None if record is None else RunWriter(record, _dump(configs), resume=True)
        if writer is None:
            async with _served(client, None) as view:
                yield view
            return
        with writer:
            async with _served(client, Studio(writer, load_suite("basics"), proposal=proposal)) as view:
                yield view


def _dump(configs: Sequence[BackendConfig] | Sequence[Template]) -> dict[str, object]:
    backends = tuple(config for config in configs if not isinstance(config, Template))
    return RunConfig(policy=HumanConfig(), backends=backends, devices=1).model_dump(mode="json")


@asynccontextmanager
async def _served(client: FarmClient, studio: Studio | None) -> AsyncIterator[View]:
    hall = Hall(
        client,
        leases_of=lambda device_id: OwnLeases(client, device_id, owner="ada"),
        studio=studio,
        looking=client.onlooker,
    )
    async with hall, Site(hall.on_socket) as site:
        yield View(client=client, hall=hall, site=site)


@asynccontextmanager
async def browsed(view: View, device_id: str, *, width: int = 1280, height: int = 860) -> AsyncIterator[Tab]:
    """The page of a device in a Chromium, once it shows a screen. The pages must not have complained at the end."""
    async with chromium() as browser:
        tab = await opened(browser, view, device_id, width=width, height=height)
        yield tab
        assert browser.problems == []


async def opened(browser: Browser, view: View, device_id: str, *, width: int = 1280, height: int = 860) -> Tab:
    tab = await browser.open(view.page(device_id), width=width, height=height)
    await tab.until(SHOWN, seconds=60)
    return tab


async def take_over(tab: Tab) -> None:
    await tab.press("#take")
    await tab.until(DRIVES)


async def record(tab: Tab) -> None:
    """Presses Record, and waits until the task is set up."""
    await tab.press("#record")
    await tab.until(_RECORDS, seconds=60)


async def place_of(tab: Tab, x: int, y: int) -> tuple[float, float]:
    """Where the device's pixel is in the window: its middle."""
    left, top, width, height, across, down = await tab.run(
        "(() => { const c = document.getElementById('screen');"
        " c.scrollIntoView({ block: 'nearest', behavior: 'instant' });"
        " const b = c.getBoundingClientRect();"
        " return [b.x, b.y, b.width, b.height, c.width, c.height]; })()"
    )
    return left + (x + 0.5) * width / across, top + (y + 0.5) * height / down


async def click_on(tab: Tab, x: int, y: int, *, button: str = "left") -> None:
    """Clicks the device's pixel through the page."""
    await tab.click(*await place_of(tab, x, y), button=button)


PIXELS = """
(async () => {
  const c = document.getElementById('screen');
  const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  const hash = await crypto.subtle.digest('SHA-256', data);
  return [c.width, c.height, [...new Uint8Array(hash)].map((b) => b.toString(16).padStart(2, '0')).join('')];
})()
"""
"""Width, height and SHA-256 of the canvas's RGBA bytes."""
