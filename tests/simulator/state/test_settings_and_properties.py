from __future__ import annotations

import pytest

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.logcat import Logcat, Priority
from device_farm.simulator.properties import Properties
from device_farm.simulator.settings_tables import SettingsTables


def test_settings_hold_text_and_read_numbers() -> None:
    settings = SettingsTables()
    settings.put("system", "screen_brightness", 17)
    assert settings.get("system", "screen_brightness") == "17"
    assert settings.get_int("system", "screen_brightness") == 17
    assert settings.get_int("system", "system_locales", 5) == 5
    assert settings.get("secure", "no_such_key") is None


def test_settings_tell_observers_of_real_changes_only() -> None:
    settings = SettingsTables()
    seen: list[tuple[str, str, str | None]] = []
    end = settings.observe(lambda *change: seen.append(change))
    settings.put("global", "wifi_on", 0)
    settings.put("global", "wifi_on", "0")
    settings.delete("global", "wifi_on")
    assert not settings.delete("global", "wifi_on")
    end()
    settings.put("global", "wifi_on", 1)
    assert seen == [("global", "wifi_on", "0"), ("global", "wifi_on", None)]


def test_settings_restore_and_reset() -> None:
    settings = SettingsTables()
    state = settings.snapshot()
    settings.put("system", "mine", "1")
    settings.delete("system", "font_scale")
    changed = settings.snapshot()
    assert changed is not state
    settings.reset("system")
    assert settings.tables == state
    settings.restore(changed)
    assert settings.get("system", "mine") == "1"


def test_settings_of_an_unknown_namespace_are_refused() -> None:
    settings = SettingsTables()
    for call in (lambda: settings.get("x", "k"), lambda: settings.put("x", "k", "v"), lambda: settings.list("x")):
        with pytest.raises(KeyError):
            call()


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("debug.x", "1", True),
        ("ro.new", "1", True),
        ("ro.build.type", "user", False),
        ("", "1", False),
        ("..a", "1", False),
        ("a b", "1", False),
        ("a.b", "x" * 91, True),
        ("a.b", "x" * 92, False),
        ("ro.long", "x" * 200, True),
    ],
)
def test_properties_follow_the_rules_of_init(name: str, value: str, accepted: bool) -> None:
    properties = Properties()
    assert properties.set(name, value) is accepted
    assert (properties.get(name) == value) is accepted


def test_logcat_keeps_the_latest_lines() -> None:
    log = Logcat(VirtualClock(), lines_max=3)
    for number in range(10):
        log.log("tag", f"line {number}")
    assert [line.message for line in log.lines()] == ["line 7", "line 8", "line 9"]


def test_logcat_splits_messages_and_tells_followers() -> None:
    log = Logcat(VirtualClock())
    with log.follow() as queue:
        log.log("tag", "one\ntwo", priority=Priority.ERROR)
        assert [queue.get_nowait().message for _ in range(2)] == ["one", "two"]
    log.log("tag", "three")
    assert queue.empty()


def test_logcat_drops_the_oldest_line_of_a_slow_follower() -> None:
    log = Logcat(VirtualClock(), lines_max=2)
    with log.follow() as queue:
        for number in range(5):
            log.log("tag", str(number))
        assert [queue.get_nowait().message for _ in range(queue.qsize())] == ["3", "4"]
