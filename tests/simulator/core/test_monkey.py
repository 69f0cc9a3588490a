"""Random events: nothing that a person can do breaks the phone, and what is seen lies on the screen."""

from __future__ import annotations

import random

import pytest

from device_farm.simulator.phone import SimulatedPhone

KEYS = (3, 4, 187, 66, 67, 61, 24, 82, 83, 93, 279, 26, 224, 29, 111)


def _act(phone: SimulatedPhone, chance: random.Random) -> None:
    x, y = chance.randrange(1080), chance.randrange(2400)
    match chance.randrange(8):
        case 0 | 1 | 2:
            targets = [node for node in phone.accessibility().walk() if "clickable" in node.states]
            if targets:
                center = chance.choice(targets).bounds.center
                phone.input.tap(center.x, center.y)
        case 3:
            phone.input.long_press(x, y)
        case 4:
            phone.input.swipe(x, y, chance.randrange(1080), chance.randrange(2400), chance.choice((50, 300)))
        case 5:
            phone.input.text(chance.choice(("abc", "1", "\n", "日本\U0001f600", "\ud800", "\t")))
        case 6:
            phone.input.key(chance.choice(KEYS), meta=chance.choice((0, 1, 0x1000)))
        case _:
            phone.activities.launch_app(chance.choice(phone.packages.launchable()).name)


@pytest.mark.parametrize("seed", range(3))
def test_random_events_never_break_the_phone_or_an_app(seed: int) -> None:
    phone, chance = SimulatedPhone.boot(seed=seed), random.Random(seed)
    for _ in range(150):
        _act(phone, chance)
        if not phone.screen_on:
            phone.input.key(224)
        for node in phone.accessibility().walk():
            assert 0 <= node.bounds.left < node.bounds.right <= 1080
            assert 0 <= node.bounds.top < node.bounds.bottom <= 2400
    phone.screenshot_png()
    assert [line.message for line in phone.logcat.lines() if line.tag == "AndroidRuntime"] == []
