"""Home screen, app drawer, recents, navigation buttons."""

from __future__ import annotations

import pytest

SAMPLE = "com.example.sample"


@pytest.fixture
def home(hand):
    hand.phone.input.key(3)
    return hand


def test_swipe_up_opens_the_drawer_and_swipe_down_closes_it(home) -> None:
    home.phone.input.swipe(540, 1500, 540, 800)
    assert home.sees("Sample") and home.sees("Settings")
    home.phone.input.swipe(540, 1000, 540, 1800)
    assert home.phone.state.surface == "home"


def test_drawer_search_filters_and_enter_opens_the_first(home) -> None:
    home.tap("Search")
    assert home.sees("keyboard_area")
    home.phone.input.text("samp")
    assert home.sees("Sample") and not home.sees("Settings")
    home.phone.input.key(66)
    assert home.phone.activities.top.package == SAMPLE


def test_drawer_says_when_nothing_is_found(home) -> None:
    home.tap("Search")
    home.phone.input.text("zzz")
    assert home.sees("No apps found matching “zzz”")


def test_drawer_opens_afresh(home) -> None:
    home.tap("Search")
    home.phone.input.text("zzz")
    home.phone.input.key(3)
    home.phone.input.swipe(540, 1500, 540, 800)
    assert home.sees("Settings")


def test_dock_icon_opens_its_app(home) -> None:
    home.tap("Settings")
    assert home.phone.activities.top.package == "com.android.settings"


def test_navigation_buttons_go_back_home_and_to_recents(hand) -> None:
    hand.tap("Overview")
    assert hand.phone.state.surface == "recents"
    hand.tap("Home")
    assert hand.phone.state.surface == "home"
    hand.open("Sample")
    hand.tap("Back")
    assert hand.phone.state.surface == "home"


def test_gesture_navigation_has_no_buttons_but_a_handle(hand) -> None:
    hand.phone.settings.put("secure", "navigation_mode", "2")
    assert not hand.sees("Overview")
    hand.phone.input.swipe(540, 2380, 540, 1200)
    assert hand.phone.state.surface == "home"


def test_recents_card_resumes_its_task(hand) -> None:
    hand.tap("name")
    hand.phone.input.text("kept")
    hand.open("Settings")
    hand.phone.input.key(187)
    assert hand.get("task").description == "Sample", "the older card stands at the left"
    hand.phone.input.swipe(300, 1000, 900, 1000)
    card = next(node for node in hand.all() if node.description == "Sample")
    hand.phone.input.tap(card.bounds.center.x, card.bounds.center.y)
    assert hand.get("name").text == "kept"


def test_recents_card_swiped_up_ends_its_task(hand) -> None:
    hand.phone.input.key(187)
    hand.phone.input.swipe(540, 1500, 540, 500)
    assert hand.phone.activities.tasks == ()
    assert hand.phone.state.surface == "home"


def test_clear_all_ends_every_task(hand) -> None:
    hand.open("Settings")
    hand.phone.input.key(187)
    hand.tap("Clear all")
    assert hand.phone.activities.tasks == ()


def test_recents_key_twice_goes_to_the_previous_app(hand) -> None:
    hand.open("Settings")
    hand.phone.input.key(187)
    hand.phone.input.key(187)
    assert hand.phone.activities.top.package == "com.android.settings"


def test_recents_without_tasks_say_so(home) -> None:
    home.phone.activities.clear_tasks()
    home.phone.input.key(187)
    assert home.sees("No recent items")
    home.phone.input.key(4)
    assert home.phone.state.surface == "home"


def test_status_bar_shows_clock_and_radios(home) -> None:
    assert home.sees("Wifi signal full.")
    home.phone.settings.put("global", "airplane_mode_on", "1")
    home.phone.settings.put("global", "wifi_on", "0")
    assert home.sees("Airplane mode.") and not home.sees("Wifi signal full.")
    home.phone.settings.put("system", "time_12_24", "24")
    assert any(node.text == "15:34" for node in home.all())


def test_clock_follows_the_time_zone(home) -> None:
    assert home.phone.properties.set("persist.sys.timezone", "Asia/Tokyo")
    assert any(node.text == "12:34" for node in home.all())
