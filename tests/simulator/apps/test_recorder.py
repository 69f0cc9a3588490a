"""The audio recorder: first run, recording, names, the list; and its files, box by box."""

from __future__ import annotations

import struct

import pytest
from hand import Hand

from device_farm.simulator.apps.recorder.sound import FRAME_SAMPLES, Format, SoundSpec, duration_s, silence
from device_farm.simulator.apps.recorder.store import PACKAGE, RECORDS


def opened() -> Hand:
    hand = Hand()
    hand.open(PACKAGE)
    hand.tap("Get started")
    hand.tap("Apply")
    return hand


def recorded(hand: Hand, seconds: float = 5.0) -> None:
    hand.tap(resource_id="btn_record")
    hand.pass_time(seconds)
    hand.tap(resource_id="btn_record_stop")


def files(hand: Hand) -> list[str]:
    return sorted(hand.phone.files.list(RECORDS))


def boxes(data: bytes) -> dict[bytes, bytes]:
    """Top-level boxes of an ISO base media file; fails where the sizes do not add up."""
    found: dict[bytes, bytes] = {}
    place = 0
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        assert 8 <= size <= len(data) - place
        found[kind] = data[place + 8 : place + size]
        place += size
    return found


@pytest.mark.parametrize("format", ["m4a", "3gp"])
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_file_points_at_its_frames(format: Format, channels: int) -> None:
    data = silence(2.0, SoundSpec(format=format, channels=channels))
    found = boxes(data)
    assert list(found) == [b"ftyp", b"mdat", b"moov"]
    index = found[b"moov"]
    size, count = struct.unpack_from(">II", index, index.find(b"stsz") + 8)
    offset = struct.unpack_from(">I", index, index.find(b"stco") + 12)[0]
    assert size * count == len(found[b"mdat"]) and data[offset : offset + size] == found[b"mdat"][:size]
    assert duration_s(data) == pytest.approx(count * FRAME_SAMPLES / 44100) == pytest.approx(2.0, abs=0.03)


def test_wave_file_has_its_length() -> None:
    data = silence(1.5, SoundSpec(format="wav", sample_rate_hz=8000, channels=1))
    assert data[:4] == b"RIFF" and len(data) == 44 + 24000 and duration_s(data) == 1.5


def test_something_else_has_no_length() -> None:
    assert duration_s(b"") == duration_s(b"not a sound") == duration_s(b"....mvhd") == 0.0


def test_recording_is_saved_under_the_next_name() -> None:
    hand = opened()
    recorded(hand)
    assert files(hand) == ["Record-1.m4a"] and hand.sees("New name")
    hand.tap("Save")
    assert duration_s(hand.phone.files.read(f"{RECORDS}/Record-1.m4a")) == pytest.approx(5.5, abs=0.6)
    recorded(hand)
    hand.tap("Cancel")
    assert files(hand) == ["Record-1.m4a", "Record-2.m4a"]


def test_recording_gets_the_name_that_is_typed() -> None:
    hand = opened()
    recorded(hand)
    hand.fill("choir 7.m4a", resource_id="input_name")
    hand.tap("Save")
    assert files(hand) == ["choir 7.m4a.m4a"] and hand.sees("choir 7.m4a")


def test_name_that_is_taken_is_refused() -> None:
    hand = opened()
    recorded(hand)
    hand.tap("Save")
    recorded(hand)
    hand.fill("Record-1", resource_id="input_name")
    hand.tap("Save")
    assert files(hand) == ["Record-1.m4a", "Record-2.m4a"]
    toast = hand.phone.state.toast
    assert toast is not None and toast.text == "File with this name is already exists!"


def test_pause_does_not_count_and_discarding_saves_nothing() -> None:
    hand = opened()
    hand.tap(resource_id="btn_record")
    hand.pass_time(3)
    hand.tap(resource_id="btn_record")
    assert hand.sees("Paused")
    hand.pass_time(60)
    assert hand.sees("00:03")
    hand.tap(description="Delete")
    hand.tap("Yes")
    assert files(hand) == [] and not hand.sees("Paused")


def test_recording_counts_the_time_that_passes_whatever_the_date_and_ends_after_an_hour() -> None:
    hand = opened()
    hand.tap(resource_id="btn_record")
    hand.phone.clock.set(hand.phone.clock.now_s() + 40 * 86_400)
    hand.pass_time(2)
    assert hand.sees("00:02")
    hand.pass_time(86_400)
    assert hand.sees("01:00:00")
    hand.tap(resource_id="btn_record_stop")
    assert duration_s(hand.phone.files.read(f"{RECORDS}/Record-1.m4a")) == pytest.approx(3600, abs=0.1)


def test_list_plays_renames_and_deletes() -> None:
    hand = opened()
    recorded(hand)
    hand.tap("Save")
    hand.tap(resource_id="btn_records_list")
    hand.tap("Record-1")
    assert hand.sees("00:00")
    hand.tap(resource_id="list_item_more")
    hand.tap("Rename")
    hand.fill("waltz", resource_id="input_name")
    hand.tap("Save")
    assert files(hand) == ["waltz.m4a"]
    hand.tap(resource_id="list_item_more")
    hand.tap("Delete")
    hand.tap("Yes")
    assert files(hand) == [] and hand.sees("Records is empty")


def test_cleared_app_asks_for_the_microphone() -> None:
    hand = opened()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    hand.tap("Get started")
    hand.tap("Apply")
    hand.tap(resource_id="btn_record")
    hand.tap("Don’t allow")
    assert not hand.sees("Recording…")
    assert hand.phone.files.is_dir(RECORDS)


def test_other_format_and_broken_preferences_do_not_break_it() -> None:
    hand = opened()
    hand.tap(description="Settings")
    hand.tap("Wav")
    hand.back()
    recorded(hand)
    assert files(hand) == ["Record-1.wav"]
    hand.phone.files.write(f"/data/data/{PACKAGE}/shared_prefs/{PACKAGE}.data.PrefsImpl.xml", b"\x00broken")
    hand.phone.activities.force_stop(PACKAGE)
    hand.open(PACKAGE)
    assert hand.sees("Get started")
