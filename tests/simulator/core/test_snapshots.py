"""Snapshots, forks and determinism: the same seed and the same events give the same bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zlib

import numpy as np
import pytest

from device_farm.simulator.clock import RealClock
from device_farm.simulator.phone import SimulatedPhone

SCRIPT = """
import hashlib, json
from device_farm.simulator.phone import SimulatedPhone
phone = SimulatedPhone.boot(seed=11)
out = []
def look():
    out.append(hashlib.sha256(phone.screenshot_png()).hexdigest())
    out.append(hashlib.sha256(repr([(n.role, n.bounds, n.text, n.description, n.resource_id, sorted(n.states))
        for n in phone.accessibility().walk()]).encode()).hexdigest())
look()
phone.input.swipe(540, 1500, 540, 700); look()
phone.input.tap(540, 120); phone.input.text("set"); look()
phone.input.key(66); look()
phone.input.swipe(540, 1800, 540, 600, 150); look()
phone.input.tap(540, 1200); look()
phone.input.key(4); phone.input.key(187); look()
phone.input.swipe(540, 5, 540, 1200); look()
print(json.dumps(out))
"""


def _run(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_same_seed_and_events_give_the_same_bytes_in_every_process() -> None:
    assert _run("0") == _run("4711")


def _digest(phone: SimulatedPhone) -> str:
    return hashlib.sha256(phone.screenshot_png()).hexdigest()


def _wander(phone: SimulatedPhone) -> list[str]:
    seen = [_digest(phone)]
    for x, y in ((540, 1900), (540, 800), (540, 1100)):
        phone.input.tap(x, y)
        seen.append(_digest(phone))
    phone.input.swipe(540, 1600, 540, 700)
    seen.append(_digest(phone))
    return seen


def test_restore_brings_back_screen_files_settings_and_clock(hand) -> None:
    phone = hand.phone
    hand.tap("name")
    phone.input.text("kept")
    before, saved = _digest(phone), phone.snapshot()
    tree, now_s = phone.accessibility(), phone.clock.now_s()
    phone.input.text(" and lost")
    phone.settings.put("secure", "ui_night_mode", "2")
    phone.files.write("/sdcard/lost.txt", b"lost")
    phone.input.key(3)
    phone.restore(saved)
    assert (_digest(phone), phone.accessibility(), phone.clock.now_s()) == (before, tree, now_s)
    assert not phone.files.exists("/sdcard/lost.txt")
    phone.input.text("!")
    assert hand.get("name").text == "kept!"


def test_restored_phone_repeats_itself(phone: SimulatedPhone) -> None:
    saved = phone.snapshot()
    first = _wander(phone)
    phone.restore(saved)
    assert _wander(phone) == first


def test_snapshot_continues_on_another_phone(hand) -> None:
    twin = SimulatedPhone(hand.phone.profile, seed=7)
    twin.restore(hand.phone.snapshot())
    assert _wander(twin) == _wander(hand.phone)


def test_forks_do_not_see_each_other() -> None:
    one, two = SimulatedPhone.boot(seed=3), SimulatedPhone.boot(seed=3)
    one.files.write("/sdcard/a.txt", b"a")
    one.settings.put("system", "font_scale", "1.3")
    assert not two.files.exists("/sdcard/a.txt")
    assert two.settings.get("system", "font_scale") == "1.0"


def test_seeds_give_different_content() -> None:
    contents = {SimulatedPhone.boot(seed=seed).files.root.total_bytes for seed in range(4)}
    trees = set()
    for seed in range(4):
        phone = SimulatedPhone.boot(seed=seed)
        phone.activities.launch_app("com.google.android.contacts")
        trees.add(tuple(node.text for node in phone.accessibility().walk()))
    assert len(trees) > 1 or len(contents) > 1


def test_shared_surface_never_leaks_into_another_phone(phone: SimulatedPhone) -> None:
    other = SimulatedPhone.boot(seed=8)
    alone = _wander(other)
    other = SimulatedPhone.boot(seed=8)
    mixed = [_digest(other)]
    for x, y in ((540, 1900), (540, 800), (540, 1100)):
        phone.input.tap(x, y)
        phone.screenshot_png()
        other.input.tap(x, y)
        mixed.append(_digest(other))
        phone.frame()
    other.input.swipe(540, 1600, 540, 700)
    mixed.append(_digest(other))
    assert mixed == alone


def test_png_holds_exactly_the_frame(hand) -> None:
    cv2 = pytest.importorskip("cv2")
    hand.tap("name")
    hand.phone.input.text("ab")
    hand.phone.screenshot_png()
    hand.phone.input.text("c")
    png = hand.phone.screenshot_png()
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA), hand.phone.frame())


def test_unchanged_screen_costs_no_new_frame(phone: SimulatedPhone) -> None:
    png, number = phone.screenshot_png(), phone.frame_number
    phone.clock.advance(1)
    assert phone.screenshot_png() is png
    assert phone.frame_number == number
    phone.clock.advance(60)
    assert phone.screenshot_png() is not png
    assert phone.frame_number == number + 1


def test_png_checksum_is_that_of_its_data(phone: SimulatedPhone) -> None:
    png = phone.screenshot_png()
    length = int.from_bytes(png[33:37])
    assert len(zlib.decompress(png[41 : 41 + length])) == 2400 * (1 + 1080 * 4)


def test_events_move_a_virtual_clock_by_half_a_second(phone: SimulatedPhone) -> None:
    before = phone.clock.now_s()
    phone.input.tap(5, 500)
    phone.input.key(24)
    phone.input.text("x")
    phone.input.swipe(540, 500, 600, 500)
    assert phone.clock.now_s() - before == pytest.approx(2.0)


def test_real_clock_is_left_alone() -> None:
    now = [100.0]
    phone = SimulatedPhone.boot(seed=3, clock=RealClock(1_700_000_000.0, monotonic_s=lambda: now[0]))
    phone.input.tap(5, 500)
    assert phone.clock.now_s() == pytest.approx(1_700_000_000.0)
    now[0] += 90
    assert any(node.text == "10:14" for node in phone.accessibility().walk())
