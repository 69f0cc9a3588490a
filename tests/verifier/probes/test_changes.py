from __future__ import annotations

import asyncio
import time

import pytest
from phones import phone_tools, seen_phone

from verifier.probes.changes import Change, StateView, difference, state_of
from verifier.probes.read_only import ReadOnlyDevice

ALARMS = "/data/data/com.google.android.deskclock/databases/alarms.db"


def view(unread: tuple[str, ...] = (), **facts: str) -> StateView:
    return StateView(
        facts={place.replace("_", " "): text for place, text in facts.items()}, unread=dict.fromkeys(unread, "why")
    )


def test_difference_names_what_came_went_and_changed() -> None:
    old, new = view(file_a="1", file_b="2", file_c="3"), view(file_b="2", file_c="4", file_d="5")
    assert [str(change) for change in difference(old, new)] == ["- file a: 1", "~ file c: 3 → 4", "+ file d: 5"]
    assert difference(old, old) == ()


@pytest.mark.parametrize("unread", ["old", "new"])
def test_difference_says_nothing_of_what_one_side_could_not_read(unread: str) -> None:
    old = view(contact_1="Ann", row_x="1")
    new = view(contact_2="Bob")
    hidden = ("contact", "application data")
    if unread == "old":
        old = StateView(facts=old.facts, unread=dict.fromkeys(hidden, "why"))
    else:
        new = StateView(facts=new.facts, unread=dict.fromkeys(hidden, "why"))
    assert difference(old, new) == ()


def test_state_of_a_phone_shows_each_kind_of_change_and_leaves_it_as_it_was() -> None:
    async def scenario() -> None:
        async with phone_tools() as (tools, device, digest):
            assert tools.device is not None
            for line in (
                "settings put system font_scale 1.3",
                "echo hi > /sdcard/x.txt",
                "mkdir /sdcard/New",
                "rm /sdcard/Documents/letter.txt",
                "content insert --uri content://sms/inbox --bind address:s:123 --bind body:s:hello",
                f"sqlite3 {ALARMS} 'update alarm_templates set hour = 9 where _id = 1'",
                "content delete --uri content://com.android.contacts/raw_contacts/1",
                "pm uninstall ca.zgrs.clipper",
            ):
                assert (await device.shell(line)).exit_code == 0, line
            before = digest()
            now = await state_of(tools.device)
            async with tools.start() as start:
                then = await state_of(start)
            assert digest() == before
            changes = {change.place: change for change in difference(then, now)}
            assert changes.pop("setting system/font_scale") == Change(
                place="setting system/font_scale", before="1.0", after="1.3"
            )
            assert changes.pop("file /storage/emulated/0/x.txt").before is None
            assert changes.pop("file /storage/emulated/0/New").after == "folder"
            assert changes.pop("file /storage/emulated/0/Documents/letter.txt").after is None
            assert "address=123" in str(changes.pop("message 1").after)
            alarm = changes.pop(f"row {ALARMS} alarm_templates/1")
            assert "hour=8, minutes=30" in str(alarm.before) and "hour=9, minutes=30" in str(alarm.after)
            assert "display_name=Olga Silva" in str(changes.pop("contact 1").before)
            assert changes.pop("package ca.zgrs.clipper").after is None
            assert all(place.startswith("preference /data/data/ca.zgrs.clipper/") for place in changes)

    asyncio.run(scenario())


def test_state_of_an_untouched_phone_is_the_same_twice_and_quick() -> None:
    async def scenario() -> None:
        async with seen_phone() as (device, _):
            looked = ReadOnlyDevice(device)
            first = await state_of(looked)
            begun_s = time.process_time()
            second = await state_of(looked)
            # Processor time, the phone's included: this machine may be busy with other things.
            assert time.process_time() - begun_s < 0.2
            assert difference(first, second) == ()
            assert first.unread == {}

    asyncio.run(scenario())


def test_state_keeps_names_with_line_feeds_and_blanks() -> None:
    async def scenario() -> None:
        async with seen_phone() as (device, _):
            await device.push("/sdcard/a b\nc  d.txt", b"x")
            places = (await state_of(ReadOnlyDevice(device))).facts
            assert "file /storage/emulated/0/a b\nc  d.txt" in places

    asyncio.run(scenario())
