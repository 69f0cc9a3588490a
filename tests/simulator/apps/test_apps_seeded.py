"""Seeds, snapshots and the list of apps."""

from __future__ import annotations

import pytest
from hand import Hand

from device_farm.simulator.apps import BUILTIN_APPS
from device_farm.simulator.apps.clock.alarm_store import DATABASE_PATH, SCHEMA, AlarmStore
from device_farm.simulator.apps.contacts.schema import CONTACTS_PACKAGE
from device_farm.simulator.database import Database
from device_farm.simulator.phone import SimulatedPhone

WITH_ICON = tuple(app for app in BUILTIN_APPS if app.activities)


def play(hand: Hand) -> list[bytes]:
    """A walk through every app; the screens seen on the way."""
    seen = []
    for app in WITH_ICON:
        hand.open(app.package)
        seen.append(hand.phone.screenshot_png())
        hand.phone.input.tap(540, 900)
        hand.type("abc")
        seen.append(hand.phone.screenshot_png())
        hand.back()
    return seen


def test_same_seed_and_actions_give_the_same_bytes() -> None:
    assert play(Hand(seed=7)) == play(Hand(seed=7))


def test_another_seed_gives_other_content() -> None:
    def content(seed: int) -> list[tuple[str, bytes]]:
        phone = SimulatedPhone.boot(seed=seed)
        paths = [path for root in ("/sdcard", "/data/data") for path, _ in phone.files.walk(phone.files.realpath(root))]
        return [(path, phone.files.read(path)) for path in paths if phone.files.is_file(path)]

    assert content(1) == content(1)
    assert content(1) != content(2)


def test_seed_decides_the_alarms_that_are_on() -> None:
    def alarms(seed: int) -> list[tuple[int, int, bool, str]]:
        found = AlarmStore(Database(SimulatedPhone.boot(seed=seed).files, DATABASE_PATH, SCHEMA)).alarms()
        return [(alarm.hour, alarm.minute, alarm.enabled, alarm.label) for alarm in found]

    assert {(hour, minute) for hour, minute, _, _ in alarms(1)} == {(8, 30), (9, 0)}
    assert len({tuple(alarms(seed)) for seed in range(6)}) > 2


def test_snapshot_takes_everything_back() -> None:
    hand = Hand()
    saved, before = hand.phone.snapshot(), play(Hand())
    hand.phone.packages.clear("com.android.providers.contacts")
    hand.phone.files.remove("/sdcard/Documents", recursive=True)
    hand.phone.restore(saved)
    assert play(hand) == before


@pytest.mark.parametrize("app", WITH_ICON, ids=lambda app: app.label)
def test_every_app_starts_from_its_icon(app: object) -> None:
    hand = Hand()
    package = next(entry.package for entry in WITH_ICON if entry is app)
    hand.open(package)
    assert hand.phone.activities.top.package == package
    assert hand.phone.state.crash is None


@pytest.mark.parametrize("app", BUILTIN_APPS, ids=lambda app: app.package)
def test_every_app_survives_clearing_its_data(app: object) -> None:
    hand = Hand()
    package = next(entry.package for entry in BUILTIN_APPS if entry is app)
    assert hand.phone.packages.clear(package)
    if hand.phone.packages.launcher(package) is not None:
        hand.open(package)
        assert hand.texts() and hand.phone.state.crash is None


def test_missing_databases_and_folders_come_back() -> None:
    hand = Hand()
    hand.phone.files.remove("/data/data/com.android.providers.contacts/databases", recursive=True)
    hand.phone.files.remove("/data/data/com.google.android.deskclock", recursive=True)
    hand.phone.files.remove("/sdcard/Documents/Markor", recursive=True)
    hand.open(CONTACTS_PACKAGE)
    assert hand.sees("No contacts yet")
    hand.open("com.google.android.deskclock")
    assert hand.sees("8:30 AM")
    hand.open("net.gsantner.markor")
    hand.tap(description="Create a new file or folder")
    hand.type("again")
    hand.tap("OK")
    assert hand.phone.files.exists("/sdcard/Documents/Markor/again.md")
