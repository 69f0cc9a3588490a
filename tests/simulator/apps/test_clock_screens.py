"""Clock driven by taps: alarms in SQLite, timers and stopwatch in the preferences, ringing when time passes."""

from __future__ import annotations

from datetime import datetime

from hand import Hand

from device_farm.simulator.apps.clock.alarm_store import (
    DATABASE_PATH,
    PACKAGE,
    SCHEMA,
    Alarm,
    AlarmStore,
    InstanceState,
)
from device_farm.simulator.apps.clock.timer_store import ClockPreferences
from device_farm.simulator.apps.clock.timers import StopwatchState, TimerState
from device_farm.simulator.database import Database
from device_farm.simulator.intents import Intent
from device_farm.simulator.notifications import Notification


def opened(tab: str = "Alarm") -> Hand:
    """With the two alarms of a cleared app, both off."""
    hand = Hand()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    hand.tap(tab)
    return hand


def store(hand: Hand) -> AlarmStore:
    return AlarmStore(Database(hand.phone.files, DATABASE_PATH, SCHEMA))


def preferences(hand: Hand) -> ClockPreferences:
    return ClockPreferences(hand.phone.files)


def add_alarm(hand: Hand, hour: str, minute: str) -> None:
    """By the picker's keyboard mode; the clock of the phone stands at 3:34 PM."""
    hand.tap(description="Add alarm")
    hand.tap(description="Switch to text input mode for the time input.")
    hand.fill(hour, resource_id="material_hour_text_input")
    hand.fill(minute, resource_id="material_minute_text_input")
    hand.tap("OK")


def notifications(hand: Hand) -> list[Notification]:
    return [entry for entry in hand.phone.state.notifications.entries if entry.package == PACKAGE]


def open_notification(hand: Hand, entry: Notification) -> None:
    assert entry.intent is not None
    hand.phone.activities.start(entry.intent)


def alarm_at(hand: Hand, hour: int, minute: int) -> Alarm:
    found = [alarm for alarm in store(hand).alarms() if (alarm.hour, alarm.minute) == (hour, minute)]
    assert len(found) == 1, store(hand).alarms()
    return found[0]


def test_new_alarm_is_stored_with_its_next_instance() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    alarm = alarm_at(hand, 16, 5)
    assert (alarm.enabled, alarm.days) == (True, 0)
    instance = next(instance for instance in store(hand).instances() if instance.alarm_id == alarm.id)
    assert (instance.when, instance.state) == (datetime(2023, 10, 15, 16, 5), InstanceState.SILENT)
    assert any(text.startswith("Alarm set for 30 minutes") for text in hand.texts())
    assert hand.sees("4:05 PM")


def test_switch_turns_an_alarm_off_and_on() -> None:
    hand = opened()
    hand.press(hand.node(description="8:30 AM alarm", resource_id="onoff"))
    assert alarm_at(hand, 8, 30).enabled
    assert any(instance.alarm_id == alarm_at(hand, 8, 30).id for instance in store(hand).instances())
    hand.press(hand.node(description="8:30 AM alarm", resource_id="onoff"))
    assert not alarm_at(hand, 8, 30).enabled
    assert all(instance.alarm_id != alarm_at(hand, 8, 30).id for instance in store(hand).instances())


def test_card_opens_for_label_days_vibration_and_deletion() -> None:
    hand = opened()
    hand.press(hand.nodes(lambda node: node.description == "Expand alarm")[-1])
    hand.tap("Add label")
    hand.type("Market")
    hand.tap("OK")
    hand.tap(description="Wednesday")
    hand.tap(description="Sunday")
    hand.tap("Vibrate")
    alarm = alarm_at(hand, 9, 0)
    assert (alarm.label, alarm.days, alarm.vibrate) == ("Market", 4 + 32, False)
    assert hand.sees("Wed, Sat")
    hand.tap("Delete")
    assert [found for found in store(hand).alarms() if found.hour == 9] == []
    hand.tap("Undo")
    assert alarm_at(hand, 9, 0).label == "Market"


def test_time_of_an_alarm_can_be_changed() -> None:
    hand = opened()
    hand.tap("8:30 AM", resource_id="digital_clock")
    hand.tap(description="Switch to text input mode for the time input.")
    hand.fill("10", resource_id="material_hour_text_input")
    hand.tap("OK")
    assert alarm_at(hand, 10, 30).enabled


def test_alarm_rings_snoozes_and_stops() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    hand.pass_time(31 * 60)
    ringing = notifications(hand)
    assert [entry.title for entry in ringing] == ["Alarm"]
    assert [action.text for action in ringing[0].actions] == ["Snooze", "Stop"]
    open_notification(hand, ringing[0])
    hand.tap("Snooze")
    assert store(hand).instances()[0].state is InstanceState.SNOOZED
    hand.pass_time(11 * 60)
    assert notifications(hand)[0].ongoing
    open_notification(hand, notifications(hand)[0])
    hand.tap("Stop")
    assert notifications(hand) == []
    assert not alarm_at(hand, 16, 5).enabled


def test_repeating_alarm_gets_its_next_instance_after_stop() -> None:
    hand = opened()
    hand.press(hand.node(description="8:30 AM alarm", resource_id="onoff"))
    hand.pass_time(17 * 3600 - 60 * 2)
    alarm = alarm_at(hand, 8, 30)
    ringing = next(entry for entry in notifications(hand) if entry.text == "8:30 AM")
    open_notification(hand, ringing)
    hand.tap("Stop")
    assert alarm_at(hand, 8, 30).enabled
    following = [instance.when for instance in store(hand).instances() if instance.alarm_id == alarm.id]
    assert following == [datetime(2023, 10, 17, 8, 30)]


def test_unanswered_alarm_is_missed() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    hand.pass_time(31 * 60)
    hand.pass_time(10 * 60)
    assert [entry.title for entry in notifications(hand)] == ["Missed alarm"]
    assert not alarm_at(hand, 16, 5).enabled


def test_alarm_long_past_does_not_ring() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    hand.pass_time(400 * 86400)
    assert notifications(hand) == []


def test_alarm_inserted_by_adb_shows_and_rings_after_a_boot() -> None:
    hand = opened()
    store(hand).insert(Alarm(hour=15, minute=50, label="From adb"))
    assert hand.sees("3:50 PM") and hand.sees("From adb")
    hand.phone.reboot()
    hand.pass_time(17 * 60)
    assert [entry.title for entry in notifications(hand)] == ["From adb"]


def test_timer_counts_down_pauses_and_ends() -> None:
    hand = opened("Timer")
    assert hand.node("00h 00m 00s").description == "0 hours, 0 minutes, 0 seconds"
    for digit in ("1", "3", "0"):
        hand.tap(digit)
    assert hand.node("00h 01m 30s").description == "0 hours, 1 minutes, 30 seconds"
    hand.tap(description="Start")
    (timer,) = preferences(hand).timers()
    assert (timer.length_ms, timer.state) == (90_000, TimerState.RUNNING)
    hand.pass_time(30)
    hand.tap(description="Pause")
    (timer,) = preferences(hand).timers()
    assert timer.state is TimerState.PAUSED and 58_000 < timer.left_ms < 61_000
    hand.tap(description="Add 1 minute")
    hand.tap(description="Start")
    hand.pass_time(121)
    assert [entry.title for entry in notifications(hand)] == ["Time’s up"]
    assert hand.sees("Time’s up")
    hand.tap(description="Stop")
    (timer,) = preferences(hand).timers()
    assert (timer.state, timer.left_ms) == (TimerState.RESET, 90_000)
    assert notifications(hand) == []


def test_keypad_deletes_and_takes_six_digits() -> None:
    hand = opened("Timer")
    for digit in ("0", "1", "2", "3", "4", "5", "6", "7"):
        hand.press(hand.node(description=digit))
    assert hand.sees("12h 34m 56s")
    hand.press(hand.node(description="Delete"))
    assert hand.sees("01h 23m 45s")


def test_several_timers_run_and_one_is_deleted() -> None:
    hand = opened("Timer")
    hand.press(hand.node(description="5"))
    hand.tap(description="Start")
    hand.tap(description="Add timer")
    hand.press(hand.node(description="7"))
    hand.tap(description="Start")
    assert [timer.length_ms for timer in preferences(hand).timers()] == [5000, 7000]
    hand.pass_time(8)
    assert len(notifications(hand)) == 2
    hand.pass_time(30)
    hand.press(hand.nodes(lambda node: node.description == "Delete timer")[0])
    assert [timer.length_ms for timer in preferences(hand).timers()] == [5000]
    assert len(notifications(hand)) == 1


def test_stopwatch_runs_laps_pauses_and_resets() -> None:
    hand = opened("Stopwatch")
    assert [text for text in hand.texts() if text == "Stopwatch"] == ["Stopwatch", "Stopwatch"]
    hand.tap(description="Start")
    hand.pass_time(10)
    hand.tap("Lap")
    assert hand.node(description="Pause") and hand.node(description="Lap")
    hand.tap(description="Pause")
    watch = preferences(hand).stopwatch()
    assert watch.state is StopwatchState.PAUSED and len(watch.laps_ms) == 1 and watch.accumulated_ms >= 10_000
    hand.tap("Reset")
    assert preferences(hand).stopwatch().state is StopwatchState.RESET
    assert hand.sees("0.00")


def test_world_clock_adds_and_removes_cities() -> None:
    hand = opened("Clock")
    hand.tap(description="Cities")
    hand.type("tokyo")
    hand.tap("Tokyo, Japan")
    hand.back()
    hand.back()
    assert hand.sees("Tokyo") and hand.sees("Tomorrow, 9 hours ahead") and hand.sees("12:34 AM")
    hand.long_press("Tokyo")
    hand.tap("Remove")
    assert preferences(hand).city_ids() == () and not hand.sees("Tokyo")


def test_24_hour_setting_changes_the_faces() -> None:
    hand = opened()
    hand.phone.settings.put("system", "time_12_24", "24")
    assert hand.sees("08:30") and not hand.sees("8:30 AM")


def test_clearing_the_app_brings_back_the_first_two_alarms() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    hand.phone.packages.clear(PACKAGE)
    assert [(alarm.hour, alarm.minute) for alarm in store(hand).alarms()] == [(8, 30), (9, 0)]


def test_alarm_passed_over_by_the_clock_counts_as_missed() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    hand.pass_time(3 * 3600)
    assert [entry.title for entry in notifications(hand)] == ["Missed alarm"]


def test_setting_the_clock_plans_alarms_anew() -> None:
    hand = opened()
    add_alarm(hand, "4", "05")
    hand.phone.clock.set(hand.phone.clock.now_s() - 86400)
    hand.phone.callbacks.broadcast(Intent(action="android.intent.action.TIME_SET"))
    assert [instance.when for instance in store(hand).instances()] == [datetime(2023, 10, 14, 16, 5)]
    hand.pass_time(31 * 60)
    assert [entry.title for entry in notifications(hand)] == ["Alarm"]
