"""Experts made worse: scripts that drive another script and let less, more or something else of it through."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from random import Random
from typing import Final

from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, LongPress, SystemButton, Terminate, TerminateStatus, TypeText, Wait
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from gui_agent.benchmarks.base import LOOK, Look, Script

_MISS_PX: Final = 160
"""How far a tap goes astray on a phone of 1080 pixels: to the next row or button."""


def in_turn(scripts: Iterable[Script]) -> Script:
    """One script after the other."""
    for script in scripts:
        yield from script


def claiming(script: Script, status: TerminateStatus | None) -> Script:
    """The script, however far it gets, then the claim; None claims nothing."""
    # A script that does not find what it looks for is an agent that lost its way: it claims what it would have claimed.
    with contextlib.suppress(PolicyError):
        yield from script
    if status is not None:
        yield Terminate(status=status)


def stopped_after(script: Script, actions: int) -> Script:
    """The first `actions` actions; waits are none."""
    wanted = next(script)
    while actions > 0:
        observation = yield wanted
        actions -= not isinstance(wanted, Look | Wait)
        try:
            wanted = script.send(observation)
        except StopIteration:
            return
    script.close()


def retyped(script: Script, old: str, new: str) -> Script:
    """The script with `old` typed as `new`."""
    yield from _mapped(script, lambda action: _retype(action, old, new))


def _retype(action: Action, old: str, new: str) -> Action:
    return TypeText(text=action.text.replace(old, new)) if isinstance(action, TypeText) else action


def _mapped(script: Script, change: Callable[[Action], Action]) -> Script:
    try:
        wanted = next(script)
        while True:
            observation = yield wanted if isinstance(wanted, Look) else change(wanted)
            wanted = script.send(observation)
    except StopIteration:
        return


def clumsy(script: Script, rng: Random, rate: float) -> Script:
    """Every action goes wrong with probability `rate`: it misses, is left out, or is done twice."""
    observation = yield LOOK
    try:
        wanted = next(script)
        while True:
            if isinstance(wanted, Look | Wait) or rng.random() >= rate:
                observation = yield wanted
            else:
                for action in _spoilt(wanted, observation, rng):
                    observation = yield action
            wanted = script.send(observation)
    except StopIteration:
        return


def _spoilt(action: Action, observation: Observation, rng: Random) -> tuple[Action, ...]:
    match rng.choice(("miss", "leave out", "twice")):
        case "leave out":
            return ()
        case "twice":
            return action, action
    match action:
        case Click(at=at):
            return (Click(at=_beside(at, observation, rng)),)
        case LongPress(at=at):
            return (LongPress(at=_beside(at, observation, rng)),)
        case TypeText(text=text):
            return (TypeText(text=misspelt(text, rng)),)
        case _:
            return ()


def _beside(at: Point, observation: Observation, rng: Random) -> Point:
    dx, dy = rng.randint(-_MISS_PX, _MISS_PX), rng.choice((-1, 1)) * rng.randint(_MISS_PX // 2, _MISS_PX)
    return observation.screen.clamp(Point(at.x + dx, at.y + dy))


def misspelt(text: str, rng: Random) -> str:
    """One character wrong: a digit or letter replaced, or one left out of a longer text. Never `text` itself."""
    places = [index for index, letter in enumerate(text) if letter.isalnum()]
    if not places:
        return f"{text}x"
    at = rng.choice(places)
    if text[at].isdecimal():
        return f"{text[:at]}{(int(text[at]) + rng.randint(1, 9)) % 10}{text[at + 1 :]}"
    if len(places) > 3 and rng.random() < 0.5:
        return text[:at] + text[at + 1 :]
    letter = rng.choice([other for other in "aeiouklmnrst" if other != text[at].lower()])
    return f"{text[:at]}{letter.upper() if text[at].isupper() else letter}{text[at + 1 :]}"


def away() -> Script:
    """Leaves whatever is in front."""
    yield SystemButton(button="home")
