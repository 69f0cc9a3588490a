"""Notification shade: tiles change real settings; notifications open, act and go."""

from __future__ import annotations

import pytest

from device_farm.simulator.notifications import Notification

SAMPLE = "com.example.sample"


@pytest.fixture
def shade(hand):
    """A hand before the fully opened shade."""
    hand.phone.input.swipe(540, 5, 540, 1200)
    hand.phone.input.swipe(540, 1000, 540, 1900)
    return hand


@pytest.mark.parametrize(
    ("tile", "namespace", "key", "before", "after"),
    [
        ("Internet, AndroidWifi", "global", "wifi_on", "1", "0"),
        ("Bluetooth", "global", "bluetooth_on", "1", "0"),
        ("Do Not Disturb", "global", "zen_mode", "0", "1"),
        ("Airplane mode", "global", "airplane_mode_on", "0", "1"),
        ("Auto-rotate", "system", "accelerometer_rotation", "0", "1"),
        ("Dark theme", "secure", "ui_night_mode", "1", "2"),
        ("Battery Saver", "global", "low_power", "0", "1"),
    ],
)
def test_tile_toggles_its_setting(shade, tile, namespace, key, before, after) -> None:
    settings = shade.phone.settings
    assert settings.get(namespace, key) == before
    shade.tap(tile)
    assert settings.get(namespace, key) == after
    shade.tap(tile.partition(",")[0])
    assert settings.get(namespace, key) == before


def test_airplane_mode_takes_the_radios_down_and_up_again(shade) -> None:
    settings = shade.phone.settings
    settings.put("global", "bluetooth_on", "0")
    shade.tap("Airplane mode")
    # WIFI_DISABLED_AIRPLANE_ON of AOSP: off, and to be switched on again.
    assert settings.get("global", "wifi_on") == "3"
    shade.tap("Airplane mode")
    assert settings.get("global", "wifi_on") == "1" and settings.get("global", "bluetooth_on") == "0"


def test_brightness_slider_sets_brightness(shade) -> None:
    bounds = shade.get("Display brightness").bounds
    shade.phone.input.drag(bounds.center.x, bounds.center.y, bounds.right - 1, bounds.center.y)
    assert shade.phone.settings.get("system", "screen_brightness") == "255"
    assert shade.phone.settings.get("system", "screen_brightness_float") == "1.0"


def test_one_pull_shows_few_tiles_and_two_all(hand) -> None:
    hand.phone.input.swipe(540, 5, 540, 1200)
    assert hand.sees("Flashlight") and not hand.sees("Dark theme")
    hand.phone.input.swipe(540, 1000, 540, 1900)
    assert hand.sees("Dark theme")
    hand.phone.input.key(4)
    assert not hand.sees("Flashlight")


def test_shade_hides_the_app_from_accessibility(hand) -> None:
    hand.phone.input.swipe(540, 5, 540, 1200)
    assert not hand.sees("name")


def _post(hand, **fields) -> None:
    hand.phone.notifications.post(Notification(**{"id": 1, "title": "Hello", **fields}), package=SAMPLE)


def test_tap_on_a_notification_opens_its_app_and_removes_it(hand) -> None:
    hand.phone.input.key(3)
    _post(hand)
    hand.phone.input.swipe(540, 5, 540, 1200)
    hand.tap("Hello")
    assert hand.phone.activities.top.package == SAMPLE
    assert hand.phone.notifications.list() == ()
    assert hand.phone.state.shade == "closed"


def test_notification_swiped_aside_is_gone(hand) -> None:
    _post(hand)
    hand.phone.input.swipe(540, 5, 540, 1200)
    y = hand.get("Hello").bounds.center.y
    hand.phone.input.swipe(200, y, 1000, y)
    assert hand.phone.notifications.list() == ()


def test_ongoing_notification_cannot_be_dismissed(hand) -> None:
    _post(hand, ongoing=True)
    _post(hand, id=2, title="Other")
    hand.phone.input.swipe(540, 5, 540, 1200)
    hand.tap("Clear all")
    assert [entry.title for entry in hand.phone.notifications.list()] == ["Hello"]


def test_important_notification_heads_up_and_acts(hand) -> None:
    hand.scroll_to("Later")
    hand.tap("Later")
    hand.phone.clock.advance(10)
    assert hand.sees("It is later")
    hand.tap("Again")
    assert hand.phone.notifications.list() == ()
    assert hand.phone.state.toast.text == "Again tapped"


def test_do_not_disturb_keeps_heads_up_away(hand) -> None:
    hand.phone.settings.put("global", "zen_mode", "1")
    _post(hand, importance="high")
    assert hand.phone.state.heads_up is None
    assert len(hand.phone.notifications.list()) == 1


def test_blocked_app_posts_nothing(hand) -> None:
    hand.phone.packages.revoke(SAMPLE, "android.permission.POST_NOTIFICATIONS", by_person=True)
    _post(hand)
    assert hand.phone.notifications.list() == ()


def test_new_post_with_the_same_id_replaces_the_old(hand) -> None:
    _post(hand)
    _post(hand, title="Second")
    assert [entry.title for entry in hand.phone.notifications.list()] == ["Second"]
