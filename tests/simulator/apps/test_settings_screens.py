"""Settings driven by taps: every change must be in the tables, and every change by adb on the next screen."""

from __future__ import annotations

import pytest
from hand import Hand

from device_farm.simulator.apps.settings import bluetooth, wifi
from device_farm.simulator.intents import ComponentName, Intent

SETTINGS = "com.android.settings"


def opened(*path: str) -> Hand:
    hand = Hand()
    hand.open(SETTINGS)
    for title in path:
        hand.tap(title)
    return hand


def stored(hand: Hand, table: str, key: str) -> str | None:
    return hand.phone.settings.get(table, key)


def test_wifi_switch_writes_the_setting_and_follows_it() -> None:
    hand = opened("Network & internet", "Internet")
    hand.press(hand.switch_of("Wi‑Fi"))
    assert stored(hand, "global", "wifi_on") == "0"
    assert not hand.sees("Add network")
    hand.phone.settings.put("global", "wifi_on", "1")
    assert hand.sees("Add network")


def test_wifi_joins_with_the_right_password_only() -> None:
    hand = opened("Network & internet", "Internet")
    point = next(point for point in wifi.surroundings(hand.phone.files) if point.security != "open")
    store = wifi.WifiStore(hand.phone.files)
    hand.tap(point.ssid)
    hand.type("wrong-password")
    hand.tap("Connect")
    assert hand.sees("Check password and try again")
    connected = store.connected()
    assert connected is not None and connected.ssid == "AndroidWifi"
    hand.tap(point.ssid)
    hand.type(point.password)
    hand.tap("Connect")
    connected = store.connected()
    assert connected is not None and connected.ssid == point.ssid
    hand.back()
    assert hand.sees(point.ssid)


def test_wifi_connect_needs_eight_characters() -> None:
    hand = opened("Network & internet", "Internet")
    point = next(point for point in wifi.surroundings(hand.phone.files) if point.security != "open")
    hand.tap(point.ssid)
    hand.type("short")
    assert "enabled" not in hand.node("Connect").states


def test_wifi_forget_joins_another_known_network() -> None:
    hand = opened("Network & internet", "Internet")
    point = next(point for point in wifi.surroundings(hand.phone.files) if point.security == "open" and point.level < 4)
    hand.tap(point.ssid)
    hand.tap(point.ssid)
    hand.tap("Forget")
    networks = wifi.WifiStore(hand.phone.files).saved()
    assert [(network.ssid, network.connected) for network in networks] == [("AndroidWifi", True)]


def test_wifi_network_can_be_added_by_name() -> None:
    hand = opened("Network & internet", "Internet", "Add network")
    hand.type("Hidden Lab")
    hand.tap("None")
    hand.tap("WPA3-Personal")
    hand.fill("longenough", resource_id="id/password")
    hand.tap("Save")
    saved = wifi.WifiStore(hand.phone.files).find("Hidden Lab")
    assert saved == wifi.SavedNetwork(ssid="Hidden Lab", security="wpa3", password="longenough")


def test_airplane_mode_switches_the_radios_off() -> None:
    hand = opened("Network & internet")
    hand.tap("Airplane mode")
    assert stored(hand, "global", "airplane_mode_on") == "1"
    hand.tap("Internet")
    assert not hand.sees("Add network") and not hand.sees("T-Mobile")


def test_mobile_data_and_roaming_write_their_settings() -> None:
    hand = opened("Network & internet", "SIMs")
    hand.tap("Mobile data")
    hand.tap("Roaming")
    assert (stored(hand, "global", "mobile_data"), stored(hand, "global", "data_roaming")) == ("0", "1")


def test_hotspot_and_its_name() -> None:
    hand = opened("Network & internet", "Hotspot & tethering", "Wi‑Fi hotspot")
    hand.tap("Use Wi‑Fi hotspot")
    hand.tap("Hotspot name")
    hand.fill("Balcony", resource_id="id/edit")
    hand.tap("OK")
    assert (stored(hand, "global", "wifi_ap_on"), stored(hand, "global", "wifi_ap_ssid")) == ("1", "Balcony")


def test_private_dns_takes_a_host_name() -> None:
    hand = opened("Network & internet", "Private DNS", "Private DNS provider hostname")
    assert "enabled" not in hand.node("Save").states
    hand.fill("dns.example.org", resource_id="private_dns_mode_provider_hostname")
    hand.tap("Save")
    assert stored(hand, "global", "private_dns_mode") == "hostname"
    assert stored(hand, "global", "private_dns_specifier") == "dns.example.org"
    assert hand.sees("dns.example.org")


def test_bluetooth_switch_and_new_name() -> None:
    hand = opened("Connected devices", "Connection preferences", "Bluetooth")
    hand.tap("Device name")
    hand.fill("Pocket", resource_id="id/edittext")
    hand.tap("Rename")
    assert stored(hand, "secure", "bluetooth_name") == "Pocket"
    hand.tap("Use Bluetooth")
    assert stored(hand, "global", "bluetooth_on") == "0"
    assert not hand.sees("Pair new device")


def test_bluetooth_pairing_renaming_and_forgetting() -> None:
    hand = opened("Connected devices", "Pair new device")
    device = bluetooth.surroundings(hand.phone.files)[0]
    hand.tap(device.name)
    assert hand.sees(device.code)
    hand.tap("Pair")
    store = bluetooth.BondStore(hand.phone.files)
    bonded = store.find(device.address)
    assert bonded is not None and bonded.connected
    hand.tap(device.name)
    hand.tap(description="Rename")
    hand.fill("Kitchen", resource_id="id/edittext")
    hand.tap("Rename")
    hand.tap("Disconnect")
    bonded = store.find(device.address)
    assert bonded is not None and (bonded.name, bonded.connected) == ("Kitchen", False)
    hand.tap("Forget")
    hand.tap("Forget device")
    assert store.bonded() == ()


@pytest.mark.parametrize(("share", "value"), [(0.0, "1"), (1.0, "255")])
def test_brightness_slider_reaches_its_ends(share: float, value: str) -> None:
    hand = opened("Display", "Brightness level")
    hand.tap_at(hand.node(description="Display brightness"), share)
    assert stored(hand, "system", "screen_brightness") == value


def test_display_switches_and_timeout() -> None:
    hand = opened("Display")
    hand.tap("Adaptive brightness")
    hand.tap("Dark theme")
    hand.tap("Auto‑rotate screen")
    hand.tap("Screen timeout")
    hand.tap("5 minutes")
    hand.back()
    assert hand.sees("After 5 minutes of inactivity")
    assert [
        stored(hand, "system", "screen_brightness_mode"),
        stored(hand, "secure", "ui_night_mode"),
        stored(hand, "system", "accelerometer_rotation"),
        stored(hand, "system", "screen_off_timeout"),
    ] == ["1", "2", "1", "300000"]


def test_font_size_steps() -> None:
    hand = opened("Display", "Display size and text")
    hand.tap(description="Make larger")
    assert stored(hand, "system", "font_scale") == "1.15"
    hand.tap_at(hand.node(description="Font size"), 0.0)
    assert stored(hand, "system", "font_scale") == "0.85"


@pytest.mark.parametrize(
    ("title", "key", "top"),
    [
        ("Media volume", "volume_music", "15"),
        ("Call volume", "volume_voice", "7"),
        ("Ring & notification volume", "volume_ring", "7"),
        ("Alarm volume", "volume_alarm", "7"),
    ],
)
def test_volume_sliders(title: str, key: str, top: str) -> None:
    hand = opened("Sound & vibration")
    hand.tap_at(hand.node(description=title), 1.0)
    assert (stored(hand, "system", key), stored(hand, "system", f"{key}_speaker")) == (top, top)


def test_do_not_disturb_and_ringtone() -> None:
    hand = opened("Sound & vibration", "Do Not Disturb")
    hand.press(hand.node(resource_id="switch_widget"))
    assert stored(hand, "global", "zen_mode") == "1"
    hand.back()
    hand.tap("Phone ringtone")
    hand.tap("Zen")
    assert "title=Zen" in str(stored(hand, "system", "ringtone"))
    assert hand.sees("Zen")


def test_app_info_stops_clears_and_denies() -> None:
    hand = Hand()
    phone = hand.phone
    hand.open("com.google.android.contacts")
    hand.open(SETTINGS)
    hand.tap("Apps")
    hand.tap("Contacts")
    hand.tap("Force stop")
    hand.tap("OK")
    contacts = phone.packages.get("com.google.android.contacts")
    assert contacts is not None and contacts.stopped
    hand.tap("Notifications")
    hand.tap("Permissions")
    hand.tap("Contacts")
    hand.tap("Don’t allow")
    contacts = phone.packages.get("com.google.android.contacts")
    assert contacts is not None and not contacts.granted
    assert "android.permission.POST_NOTIFICATIONS" in contacts.denied


def test_app_storage_clears_data_after_a_question() -> None:
    hand = opened("Apps")
    hand.phone.files.write("/data/data/com.google.android.deskclock/files/x", b"x" * 5000)
    hand.phone.files.write("/data/data/com.google.android.deskclock/cache/y", b"y" * 2000)
    hand.tap(next(text for text in hand.texts() if text.startswith("See all")))
    hand.tap("Clock")
    hand.tap("Storage & cache")
    hand.tap("Clear cache")
    assert hand.phone.files.list("/data/data/com.google.android.deskclock/cache") == []
    hand.tap("Clear storage")
    hand.tap("Cancel")
    assert hand.phone.files.exists("/data/data/com.google.android.deskclock/files/x")
    hand.tap("Clear storage")
    hand.tap("OK")
    assert not hand.phone.files.exists("/data/data/com.google.android.deskclock/files/x")


def test_app_can_be_disabled_and_enabled() -> None:
    hand = opened("Apps")
    hand.tap(next(text for text in hand.texts() if text.startswith("See all")))
    hand.fill("clo", hint="Search apps")
    hand.tap("Clock")
    hand.tap("Disable")
    hand.tap("Disable app")
    clock = hand.phone.packages.get("com.google.android.deskclock")
    assert clock is not None and not clock.enabled
    hand.tap("Enable")
    clock = hand.phone.packages.get("com.google.android.deskclock")
    assert clock is not None and clock.enabled


def test_app_can_be_uninstalled() -> None:
    hand = opened("Apps")
    hand.tap(next(text for text in hand.texts() if text.startswith("See all")))
    hand.tap("Markor")
    hand.tap("Uninstall")
    hand.tap("OK")
    assert hand.phone.packages.get("net.gsantner.markor") is None


def test_storage_counts_files_by_kind() -> None:
    hand = opened("Storage")
    hand.phone.files.write("/sdcard/Music/long.mp3", b"\0" * 3_000_000)
    assert any(text.startswith("3.0") and text.endswith("MB") for text in hand.texts())


def test_date_and_time() -> None:
    hand = opened("System", "Date & time")
    hand.tap("Use 24‑hour format")
    assert stored(hand, "system", "time_12_24") == "24"
    hand.tap("Set time zone automatically")
    hand.tap("Time zone")
    hand.fill("tokyo", hint="Search regions and cities")
    hand.tap("Japan, Tokyo")
    assert hand.phone.properties.get("persist.sys.timezone") == "Asia/Tokyo"
    assert hand.sees("GMT+09:00 Japan, Tokyo")
    hand.tap("Set time automatically")
    assert stored(hand, "global", "auto_time") == "0"


def test_about_phone_renames_the_device() -> None:
    hand = opened("About phone", "Device name")
    hand.fill("My Pixel", resource_id="id/edit")
    hand.tap("OK")
    assert (stored(hand, "global", "device_name"), stored(hand, "secure", "bluetooth_name")) == ("My Pixel", "My Pixel")
    hand.back()
    assert hand.sees("My Pixel")


def test_search_leads_to_the_screen() -> None:
    hand = opened("Search settings")
    hand.type("dark")
    hand.tap("Dark theme")
    assert hand.phone.activities.top.short == "com.android.settings/.Settings$DisplaySettingsActivity"


def test_every_screen_builds_in_both_themes() -> None:
    hand = Hand()
    app = hand.phone.packages.get(SETTINGS)
    assert app is not None
    for theme in ("1", "2"):
        hand.phone.settings.put("secure", "ui_night_mode", theme)
        for entry in app.app.activities:
            component = ComponentName.parse(f"{SETTINGS}/{entry.class_name}")
            intent = Intent(component=component, extras={"package": SETTINGS, "ssid": "AndroidWifi", "address": "none"})
            hand.phone.activities.start(intent)
            assert hand.phone.activities.top == component
            assert hand.phone.state.crash is None, entry.class_name
            assert hand.texts()


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("android.settings.WIFI_SETTINGS", "Internet"),
        ("android.settings.BLUETOOTH_SETTINGS", "Bluetooth"),
        ("android.settings.DISPLAY_SETTINGS", "Display"),
        ("android.settings.DATE_SETTINGS", "Date & time"),
        ("android.settings.SETTINGS", "Settings"),
    ],
)
def test_intent_actions_open_their_screen(action: str, title: str) -> None:
    hand = Hand()
    hand.phone.activities.start(Intent(action=action))
    assert hand.sees(title)


def test_app_details_open_by_package_uri() -> None:
    hand = Hand()
    hand.phone.activities.start(
        Intent(action="android.settings.APPLICATION_DETAILS_SETTINGS", data="package:net.gsantner.markor")
    )
    assert hand.sees("Markor") and hand.sees("Uninstall")


def test_switches_with_other_values_than_0_and_1() -> None:
    hand = opened("Accessibility")
    hand.tap("Remove animations")
    assert [
        stored(hand, "global", key)
        for key in ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
    ] == ["0.0", "0.0", "0.0"]
    hand.tap("Power button ends call")
    assert stored(hand, "secure", "incall_power_button_behavior") == "2"
    hand.back()
    hand.tap("System")
    hand.tap("Gestures")
    hand.tap("Quickly open camera")
    assert stored(hand, "secure", "camera_double_tap_power_gesture_disabled") == "1"


def test_nfc_lies_in_the_preferences_of_its_service() -> None:
    hand = opened("Connected devices", "Connection preferences", "NFC")
    text = hand.phone.files.read_text("/data/data/com.android.nfc/shared_prefs/NfcServicePrefs.xml")
    assert '<boolean name="nfc_on" value="true" />' in text
