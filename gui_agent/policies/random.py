"""A seeded monkey that looks at the UI tree: taps elements, swipes, types words, presses buttons."""

from __future__ import annotations

from random import Random

from device_farm.device import DeviceInfo
from device_farm.types.action import Action, Click, PressKey, Scroll, Swipe, SystemButton, Terminate, TypeText
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Observation
from device_farm.types.task import Platform, Task
from device_farm.types.ui_tree import UiNode
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession

_WORDS = ("hello", "milk", "2026", "Ada Lovelace", "notes", "7:30", "test")
_KEYS = ("tab", "enter", "escape", "backspace", "down", "up")
# Weights of tap, swipe, type, button, anywhere; terminating is decided apart from them.
_WEIGHTS = (60, 15, 12, 10, 3)
_END_CHANCE = 0.02


class RandomSession(LocalSession):
    """The same task, seed, attempt and screens give the same actions."""

    def __init__(self, rng: Random, platform: Platform) -> None:
        self._rng = rng
        self._platform = platform

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        return Decision(action=self._action(observation))

    def _action(self, observation: Observation) -> Action:
        if self._rng.random() < _END_CHANCE:
            return Terminate(status=self._rng.choice(("success", "failure")))
        kind = self._rng.choices(("tap", "swipe", "type", "button", "anywhere"), _WEIGHTS)[0]
        nodes = _targets(observation)
        if kind == "tap" and nodes:
            return Click(at=observation.screen.clamp(self._rng.choice(nodes).bounds.center))
        if kind == "swipe":
            return self._swipe(observation.screen)
        if kind == "type" and any("focused" in node.states and "editable" in node.states for node in nodes):
            return TypeText(text=self._rng.choice(_WORDS))
        if kind == "button":
            return self._button()
        return Click(at=_anywhere(self._rng, observation.screen))

    def _swipe(self, screen: Size) -> Action:
        start = _anywhere(self._rng, screen)
        if self._platform == "desktop":
            return Scroll(at=start, dy=self._rng.choice((-3, 3)))
        return Swipe(start=start, end=_anywhere(self._rng, screen))

    def _button(self) -> Action:
        if self._platform == "desktop":
            return PressKey(key=self._rng.choice(_KEYS))
        return SystemButton(button=self._rng.choice(("back", "back", "home", "recents", "enter")))


def _anywhere(rng: Random, screen: Size) -> Point:
    return Point(rng.randrange(screen.width), rng.randrange(screen.height))


def _targets(observation: Observation) -> list[UiNode]:
    if observation.ui_tree is None:
        return []
    wanted = {"clickable", "checkable", "editable", "long_clickable"}
    nodes = [node for node in observation.ui_tree.walk() if "visible" in node.states and node.bounds.area > 0]
    return [node for node in nodes if node.states & wanted] or nodes


class RandomPolicy(LocalPolicy):
    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> RandomSession:
        return RandomSession(Random(f"{self._seed}/{task.id}/{attempt}"), info.platform)
