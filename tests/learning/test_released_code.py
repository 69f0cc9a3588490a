"""Legacy scoring against UI-S1's own code, where a copy of it is at hand.

UI_S1_CODE=/path/to/MobileAgent/UI-S1 python -m pytest tests/learning/test_released_code.py
"""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import sys
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from device_farm.types.action import Wait
from device_farm.types.codec.space import smart_resize
from device_farm.types.geometry import Size
from gui_agent.datasets.images import ImageFiles
from gui_agent.datasets.types import ExpertStep, ScreenRef
from gui_agent.matching.legacy import LegacyRewardMatcher

SCREEN = Size(1080, 2400)
CODE = os.environ.get("UI_S1_CODE", "")


@pytest.fixture(scope="module")
def released() -> ModuleType:
    if not CODE:
        pytest.skip("UI_S1_CODE does not name a copy of UI-S1's code")
    # The file imports what its scoring does not use.
    for name in ("requests", "torch"):
        if importlib.util.find_spec(name) is None:
            sys.modules[name] = ModuleType(name)
    path = Path(CODE) / "verl" / "utils" / "reward_score" / "gui_utils" / "utils.py"
    spec = importlib.util.spec_from_file_location("released_utils", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn_action(random: Random, width: int, height: int) -> dict[str, Any]:
    """An action of the released format, now and then with a field that is missing or of another type."""
    kind = random.choice(["click", "long_press", "swipe", "type", "answer", "key", "open", "wait", "terminate"])
    kind = random.choice([kind, kind, "system_button", "click"])
    action: dict[str, Any] = {"action": kind}
    if kind in ("click", "long_press", "swipe"):
        action["coordinate"] = [random.randrange(width), random.randrange(height)]
    if kind == "swipe":
        action["coordinate2"] = [random.randrange(width), random.randrange(height)]
    if kind in ("type", "answer", "key", "open"):
        action["text"] = random.choice(["", "a", "Maps", " maps ", "google maps", "other"])
    if kind == "system_button":
        action["button"] = random.choice(["Back", "back ", "Home"])
    spoilt = random.random()
    if spoilt < 0.1 and len(action) > 1:
        action.pop(random.choice(sorted(set(action) - {"action"})))
    elif spoilt < 0.2:
        action[random.choice(sorted(action))] = random.choice([None, 3, "x", [], [1], {}])
    return action


def near(random: Random, target: dict[str, Any], size: Size) -> dict[str, Any]:
    """The target as a reply would have it, a little beside it, in pixels of the resized image."""
    reply = copy.deepcopy(target)
    for name in ("coordinate", "coordinate2"):
        if isinstance(reply.get(name), list) and len(reply[name]) == 2:
            x, y = reply[name]
            shift = random.choice([0, 0, 30, 44, 90])
            reply[name] = [
                round(x * size.width / SCREEN.width + random.uniform(-shift, shift)),
                round(y * size.height / SCREEN.height + random.uniform(-2 * shift, 2 * shift)),
            ]
    return reply


def drawn_case(random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """A target that a file may hold, and a reply."""
    resized = smart_resize(SCREEN)
    target = drawn_action(random, SCREEN.width, SCREEN.height)
    while not is_whole(target):
        target = drawn_action(random, SCREEN.width, SCREEN.height)
    if target["action"] in ("click", "long_press") and random.random() < 0.5:
        x, y = target["coordinate"]
        target["candidate_bbox"] = random.choice([[], [x - 50, y - 30, x + 50, y + 30]])
    if target["action"] == "swipe" and random.random() < 0.3:
        target["direction"] = random.choice(["up", "down", "left", "right"])
    reply = (
        near(random, target, resized) if random.random() < 0.6 else drawn_action(random, resized.width, resized.height)
    )
    return target, reply


def is_whole(target: dict[str, Any]) -> bool:
    """Files hold what their format says; replies need not."""
    if not isinstance(target.get("action"), str) or target["action"] not in FIELDS:
        return False
    for name in FIELDS[target["action"]]:
        value: Any = target.get(name)
        if not isinstance(value, KINDS[name]) or not isinstance(value, list | str) or len(value) == 1:
            return False
    return [] not in target.values()


KINDS: dict[str, type] = {"coordinate": list, "coordinate2": list, "text": str, "button": str}
FIELDS: dict[str, tuple[str, ...]] = {
    "click": ("coordinate",),
    "long_press": ("coordinate",),
    "swipe": ("coordinate", "coordinate2"),
    "type": ("text",),
    "answer": ("text",),
    "key": ("text",),
    "open": ("text",),
    "system_button": ("button",),
    "wait": (),
    "terminate": (),
}


@pytest.mark.parametrize("seed", range(4))
def test_legacy_reward_is_that_of_the_released_code(seed: int, released: ModuleType) -> None:
    random, resized = Random(seed), smart_resize(SCREEN)
    raised = exact = 0
    for _ in range(2000):
        target, reply = drawn_case(random)
        try:
            found = released.check_response_match(
                reply, target, SCREEN.width, SCREEN.height, resized.width, resized.height
            )
            wanted: Any = tuple(map(bool, found))
        except Exception:  # noqa: BLE001 - the released code raises whatever comes, and catches it all
            wanted = None
        text = f"<think>why</think>\n<action>\n{json.dumps(reply)}\n</action>"
        ref = ScreenRef(key="none.png", size=SCREEN, source=ImageFiles(Path("nowhere")))
        step = ExpertStep(screen=ref, action=Wait(), raw={"action_content": target, "check_options": target})
        match = LegacyRewardMatcher().match(text, None, step)
        ours = None if match.fatal else (match.type, match.exact)
        assert ours == wanted, (target, reply)
        raised += wanted is None
        exact += wanted == (True, True)
    assert raised > 5 and exact > 300
