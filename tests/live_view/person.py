"""A person at the page: carries an expert's script out with mouse and keyboard, through the browser alone."""

from __future__ import annotations

import asyncio
from typing import Final

from headless_browser import Tab
from live_rig import click_on, place_of

from device_farm.client import Onlooker
from device_farm.types.action import Action, Click, OpenApp, PressKey, Swipe, SystemButton, TypeText, Wait
from device_farm.types.geometry import Point
from device_farm.types.observation import ObserveRequest
from gui_agent.benchmarks.base import Look, Script
from gui_agent.benchmarks.ui import Match, find

_KEYS: Final = {"enter": "Enter", "backspace": "Backspace", "escape": "Escape", "tab": "Tab", "end": "End"}
_BITS: Final = {"alt": 1, "ctrl": 2, "super": 4, "shift": 8}
_LOG: Final = "document.getElementById('log')"
_TOLD: Final = f"Number({_LOG}.dataset.told || 0)"
_TREE: Final = ObserveRequest(screenshot=False)


async def play_by_hand(tab: Tab, onlooker: Onlooker, script: Script) -> list[Action]:
    """What the script did; the person looks at the device as it is after each action."""
    done: list[Action] = []
    try:
        wanted = next(script)
        while True:
            if not isinstance(wanted, Look):
                await carry_out(tab, onlooker, wanted)
                done.append(wanted)
            wanted = script.send(await onlooker.observe(_TREE))
    except StopIteration:
        return done


async def carry_out(tab: Tab, onlooker: Onlooker, action: Action) -> None:
    before = await tab.run(_TOLD)
    match action:
        case Click(at=at, count=count):
            for _ in range(count):
                await click_on(tab, at.x, at.y)
        case TypeText(text=text):
            for character in text:
                await tab.key(character, text=character)
        case PressKey(key=key, modifiers=modifiers):
            await tab.key(_KEYS.get(key, key), modifiers=sum(_BITS[name] for name in modifiers))
        case SystemButton(button=button):
            await tab.press(f'[data-button="{button}"]')
        case Swipe(start=start, end=end):
            await drag(tab, start, end)
        case OpenApp(name=name):
            await _open(tab, onlooker, name)
            return
        case Wait(duration_s=duration_s):
            await asyncio.sleep(duration_s)
            return
        case _:
            raise AssertionError(f"no hand for {action}")
    await taken_in(tab, before)


async def taken_in(tab: Tab, before: int) -> None:
    """Until the log has told more than `before` things, and for a moment nothing else."""
    told = await tab.until(f"{_TOLD} > {before} && {_TOLD}")
    while True:
        await asyncio.sleep(0.4)
        if told == (told := await tab.run(_TOLD)):
            return


async def drag(tab: Tab, start: Point, end: Point) -> None:
    x, y = await place_of(tab, start.x, start.y)
    to_x, to_y = await place_of(tab, end.x, end.y)
    await tab.mouse("mouseMoved", x, y, button="none")
    await tab.mouse("mousePressed", x, y, clickCount=1)
    for part in (0.3, 0.6, 1.0):
        await tab.mouse("mouseMoved", x + (to_x - x) * part, y + (to_y - y) * part, buttons=1)
        await asyncio.sleep(0.05)
    await tab.mouse("mouseReleased", to_x, to_y, clickCount=1)


async def _open(tab: Tab, onlooker: Onlooker, name: str) -> None:
    """By its icon: on the home screen, among all applications, or on the desktop's panel."""
    seen = await onlooker.observe(_TREE)
    icon = find(seen, Match(text=name)) or find(seen, Match(description=name))
    if icon is None:
        await carry_out(tab, onlooker, SystemButton(button="home"))
        low, high = (
            Point(seen.screen.width // 2, seen.screen.height * 7 // 10),
            Point(seen.screen.width // 2, seen.screen.height // 5),
        )
        await carry_out(tab, onlooker, Swipe(start=low, end=high))
        icon = find(await onlooker.observe(_TREE), Match(text=name))
    assert icon is not None, f"no icon {name!r}"
    await carry_out(tab, onlooker, Click(at=icon.bounds.center))
