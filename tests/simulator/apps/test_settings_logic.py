"""Radios, brightness, Wi-Fi and Bluetooth stores, permissions, search of Settings."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.simulator.apps.settings import bluetooth, brightness, radios, wifi
from device_farm.simulator.apps.settings.sound import STREAMS, set_volume, volume
from device_farm.simulator.apps.settings.tables import Tables
from device_farm.simulator.apps.settings.top import found_entries
from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.settings_tables import SettingsTables
from device_farm.simulator.system_image import build_files


def test_brightness_reaches_both_ends() -> None:
    assert brightness.stored_of_slider(0) == 1
    assert brightness.stored_of_slider(brightness.SLIDER_MAXIMUM) == 255
    assert (brightness.percent(1), brightness.percent(255)) == (0, 100)


@given(st.integers(1, 255))
def test_brightness_slider_is_the_inverse_of_the_stored_value(stored: int) -> None:
    assert brightness.stored_of_slider(brightness.slider_of_stored(stored)) == stored


@pytest.mark.parametrize(("wifi_on", "bluetooth_on"), [("1", "1"), ("0", "1"), ("1", "0"), ("0", "0")])
def test_airplane_mode_brings_back_what_was_on(wifi_on: str, bluetooth_on: str) -> None:
    settings = SettingsTables()
    settings.put("global", "wifi_on", wifi_on)
    settings.put("global", "bluetooth_on", bluetooth_on)
    tables = Tables(settings)
    radios.set_airplane_mode(tables, True)
    assert settings.get("global", "airplane_mode_on") == "1"
    assert not radios.wifi_on(tables) and not radios.bluetooth_on(tables) and not radios.mobile_data_on(tables)
    radios.set_airplane_mode(tables, False)
    assert (settings.get("global", "wifi_on"), settings.get("global", "bluetooth_on")) == (wifi_on, bluetooth_on)


def test_wifi_switched_on_in_airplane_mode_is_stored_as_2() -> None:
    settings = SettingsTables()
    tables = Tables(settings)
    radios.set_airplane_mode(tables, True)
    radios.set_wifi(tables, True)
    assert settings.get("global", "wifi_on") == "2" and radios.wifi_on(tables)


def test_tables_read_nonsense_as_the_default() -> None:
    settings = SettingsTables()
    settings.put("system", "screen_brightness", "bright")
    assert Tables(settings).number("system", "screen_brightness", 7) == 7


def test_saved_networks_come_back_from_the_store() -> None:
    files = build_files(VirtualClock())
    store = wifi.WifiStore(files)
    assert store.saved() == ()
    home = wifi.SavedNetwork(ssid='Ho"me & <co>', security="wpa3", password="geheim&<>1", auto_join=False)
    store.save(home)
    store.connect(wifi.SavedNetwork(ssid="Cafe", security="open"))
    assert store.find(home.ssid) == home
    assert store.connected() == wifi.SavedNetwork(ssid="Cafe", security="open", connected=True)
    store.disconnect()
    store.forget("Cafe")
    assert store.connected() is None and [network.ssid for network in store.saved()] == [home.ssid]


def test_broken_surroundings_are_empty() -> None:
    files = build_files(VirtualClock())
    assert wifi.surroundings(files) == () == bluetooth.surroundings(files)
    files.mkdir("/data/vendor/simulator", parents=True)
    files.write(wifi.SURROUNDINGS_PATH, b'[{"unknown": 1}]')
    files.write(bluetooth.SURROUNDINGS_PATH, b"{")
    assert wifi.surroundings(files) == () == bluetooth.surroundings(files)


def test_seeded_surroundings_follow_from_the_seed() -> None:
    points = wifi.seeded_surroundings(random.Random(1))
    assert points == wifi.seeded_surroundings(random.Random(1)) and len({point.ssid for point in points}) == 6
    assert all(bool(point.password) == (point.security != "open") for point in points)
    assert bluetooth.seeded_surroundings(random.Random(1)) == bluetooth.seeded_surroundings(random.Random(1))


def test_paired_devices_come_back_from_the_store() -> None:
    store = bluetooth.BondStore(build_files(VirtualClock()))
    device = bluetooth.BluetoothDevice(address="AA:BB:CC:DD:EE:FF", name="Buds = 50% [x]", kind="watch", connected=True)
    store.save(device)
    assert store.find(device.address) == bluetooth.BluetoothDevice(
        address=device.address, name=device.name, kind="watch", connected=True
    )
    store.rename(device.address, "Mine")
    assert [bonded.name for bonded in store.bonded()] == ["Mine"]
    store.forget(device.address)
    assert store.bonded() == ()


def test_volume_stays_in_its_stream_and_silences_the_ringer() -> None:
    settings = SettingsTables()
    tables = Tables(settings)
    media, call, ring, _ = STREAMS
    set_volume(tables, media, 99)
    set_volume(tables, call, 0)
    set_volume(tables, ring, 0)
    assert (volume(tables, media), volume(tables, call), volume(tables, ring)) == (15, 1, 0)
    assert settings.get("global", "mode_ringer") == "1"
    assert settings.get("system", "volume_music_speaker") == "15"


@pytest.mark.parametrize(
    ("query", "first"),
    [("wifi", "Wi‑Fi"), ("bright", "Brightness level"), ("time zone", "Time zone"), ("disp", "Display")],
)
def test_search_finds_entries_by_the_start_of_words(query: str, first: str) -> None:
    assert first in [title for title, _, _ in found_entries(query)]


def test_search_without_words_finds_nothing() -> None:
    assert found_entries("  ") == () == found_entries("zzzz")
