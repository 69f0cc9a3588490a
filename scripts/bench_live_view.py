"""The live view in headless Chromium: how soon the page shows what happens, and what watching a screen at rest costs.

`farm watch` is a process of its own; farm, simulated phone and, where one can run, desktop are in this one.

- `hand_to_page`: from the mouse button's release in the page to the first new screen drawn in the page; through the
  page's WebSocket, the farm, the device's reaction and back.
- `agent_to_page`: from an agent's call that acts under its own lease to the first new screen drawn in a page that only
  watches. `act` is how long that call takes alone: the device's own part.
- `look_to_page`: what the page shows as its latency, from the look at the device to the drawn picture.
- `idle_share`: share of one core, with one page open and a screen at rest: `watch` by the `farm watch` process,
  `farm` what the process with farm and device uses more than without a page.

Prints one JSON line: `phone` and `desktop` (null where none can run) with these figures, then the machine.

    python scripts/bench_live_view.py [--rounds 15] [--idle-s 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_common import machine, percentiles_ms
from headless_browser import Browser, Tab, chromium

from device_farm.backends.config import BackendConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.client import FarmClient, LeaseRequest
from device_farm.embedded import embedded_farm
from device_farm.errors import PrerequisiteError
from device_farm.types.action import Action, Click, PressKey, SystemButton
from device_farm.types.geometry import Point

_WARM_UP = 6
_REST_S = 0.7
# Times are the wall clock's, in milliseconds: the page, this process and the device are on one machine.
_WATCHER = """
window.drawnAt = []; window.releasedAt = 0;
new MutationObserver(() => window.drawnAt.push(performance.timeOrigin + performance.now()))
  .observe(document.getElementById('screen'), { attributes: true, attributeFilter: ['data-frame'] });
document.getElementById('glass').addEventListener('pointerup',
  () => { window.releasedAt = performance.timeOrigin + performance.now(); }, true);
"""


@dataclass(frozen=True)
class Kind:
    """A device, what is clicked there and what an agent does, one after the other, each with a visible effect."""

    config: BackendConfig
    clicks: tuple[Point, Point]
    actions: tuple[Action, Action]


def phone() -> Kind:
    """The settings, opened by their icon, and the home screen by the bar below."""
    icon, home = Point(940, 1940), Point(540, 2330)
    return Kind(
        config=SimulatorConfig(devices=1),
        clicks=(icon, home),
        actions=(Click(at=icon), SystemButton(button="home")),
    )


def desktop() -> Kind:
    """The panel's menu, opened and closed."""
    menu = Point(40, 788)
    return Kind(
        config=XvfbConfig(devices=1, width=1280, height=800),
        clicks=(menu, Point(900, 300)),
        actions=(Click(at=menu), PressKey(key="escape")),
    )


@asynccontextmanager
async def watching(address: str, device_id: str) -> AsyncIterator[tuple[str, int]]:
    """A `farm watch` on the farm at `address`: its page's address, its process id."""
    child = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("farm")), "watch", device_id, "--farm", address, "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        yield json.loads(await child.stdout.readline())["url"], child.pid
    finally:
        child.send_signal(signal.SIGINT)
        await child.wait()


def cpu_s(pid: int) -> float:
    """Seconds of processor time that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def idle_share(pids: list[int], seconds: float) -> list[float]:
    before = [cpu_s(pid) for pid in pids]
    await asyncio.sleep(seconds)
    return [(cpu_s(pid) - was) / seconds for pid, was in zip(pids, before, strict=True)]


async def drawn_after(tab: Tab, moment_ms: float) -> float:
    """When the first picture after `moment_ms` was drawn, milliseconds."""
    drawn = await tab.until(f"window.drawnAt.find((at) => at > {moment_ms})")
    return float(drawn)


async def by_hand(tab: Tab, kind: Kind, rounds: int) -> list[float]:
    """Seconds from release to picture; the device rests before each."""
    times_s = []
    for number in range(-_WARM_UP, rounds):
        point = kind.clicks[number % 2]
        box = await tab.run(
            "(() => { const c = document.getElementById('screen'), b = c.getBoundingClientRect();"
            f" return [b.x + {point.x + 0.5} * b.width / c.width, b.y + {point.y + 0.5} * b.height / c.height]; }})()"
        )
        await tab.run("(() => { window.releasedAt = 0; window.drawnAt = []; })()")
        await tab.click(*box)
        released = float(await tab.until("window.releasedAt"))
        taken_s = (await drawn_after(tab, released) - released) / 1000
        if number >= 0:
            times_s.append(taken_s)
        await asyncio.sleep(_REST_S)
    return times_s


async def by_agent(client: FarmClient, tab: Tab, kind: Kind, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds from an agent's call to the picture, and of the call alone."""
    times_s, calls_s = [], []
    async with client.lease(LeaseRequest(owner="bench")) as held:
        for number in range(-_WARM_UP, rounds):
            await tab.run("(() => { window.drawnAt = []; })()")
            asked_s = time.time()
            await held.device.act(kind.actions[number % 2])
            called_s = time.time() - asked_s
            taken_s = await drawn_after(tab, asked_s * 1000) / 1000 - asked_s
            if number >= 0:
                times_s.append(taken_s)
                calls_s.append(called_s)
            await asyncio.sleep(_REST_S)
    return times_s, calls_s


async def measure_kind(browser: Browser, kind: Kind, rounds: int, idle_s: float) -> dict[str, Any]:
    async with embedded_farm([kind.config]) as client:
        device_id = f"{kind.config.type}-0"
        async with client.lease(LeaseRequest(owner="bench")):
            (alone,) = await idle_share([os.getpid()], idle_s)
        async with watching(client.address, device_id) as (url, pid):
            tab = await browser.open(url)
            await tab.until("document.getElementById('screen').dataset.frame", seconds=60)
            await tab.run(_WATCHER)
            agent_s, calls_s = await by_agent(client, tab, kind, rounds)
            await asyncio.sleep(3)
            watch, farm = await idle_share([pid, os.getpid()], idle_s)
            await tab.press("#take")
            await tab.until("document.getElementById('who').textContent.startsWith('You drive')")
            await asyncio.sleep(1)
            hand_s = await by_hand(tab, kind, rounds)
            shown = await tab.run("document.getElementById('latency').textContent")
            await tab.close()
    return {
        "hand_to_page": percentiles_ms(hand_s),
        "agent_to_page": percentiles_ms(agent_s),
        "act": percentiles_ms(calls_s),
        "look_to_page_ms": float(shown.removesuffix(" ms")),
        "idle_share": {"watch": round(watch, 4), "farm": round(farm - alone, 4)},
        "rounds": rounds,
    }


async def measure(rounds: int, idle_s: float) -> dict[str, Any]:
    result: dict[str, Any] = {"benchmark": "live_view"}
    async with chromium() as browser:
        result["browser"] = (await browser.call("Browser.getVersion"))["product"]
        result["phone"] = await measure_kind(browser, phone(), rounds, idle_s)
        try:
            load_backend(desktop().config).preflight()
        except PrerequisiteError:
            result["desktop"] = None
        else:
            result["desktop"] = await measure_kind(browser, desktop(), rounds, idle_s)
    return {**result, "machine": machine()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="clicks of each kind")
    parser.add_argument("--idle-s", type=float, default=10.0, help="seconds of rest that are measured")
    arguments = parser.parse_args()
    if arguments.rounds < 2 or arguments.idle_s < 1:
        parser.error("--rounds must be at least 2, --idle-s at least 1")
    print(json.dumps(asyncio.run(measure(arguments.rounds, arguments.idle_s))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
