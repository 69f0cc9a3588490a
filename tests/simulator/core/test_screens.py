"""Apps on the phone: typing, dialogs, menus, results, permissions, scheduled events, crashes."""

from __future__ import annotations

import pytest

from device_farm.simulator.phone import SimulatedPhone


def test_field_gets_what_is_typed_and_tells_the_app(hand) -> None:
    hand.tap("name")
    hand.phone.input.text("ab")
    assert hand.get("name").text == "ab"
    assert "focused" in hand.get("name").states
    assert hand.log() == "name=ab"


def test_text_without_focus_goes_nowhere(hand) -> None:
    hand.phone.input.text("lost")
    assert hand.get("name").text == ""


def test_number_field_drops_letters_and_masks_a_password(hand) -> None:
    hand.tap("pin")
    hand.phone.input.text("1a2b")
    assert hand.get("pin").text == "••"
    assert "password" in hand.get("pin").states
    hand.phone.input.key(29, meta=0x1000)
    hand.phone.input.key(278)
    assert hand.phone.clipboard == ""


def test_line_feed_is_kept_by_a_field_of_several_lines_only(hand) -> None:
    hand.tap("body")
    hand.phone.input.text("one\ntwo")
    assert hand.get("body").text == "one\ntwo"
    hand.tap("name")
    hand.phone.input.text("x\ny")
    # Enter went on to the next field, which takes digits only.
    assert hand.get("name").text == "x"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((67,), "hell"),
        ((21, 67), "helo"),
        ((122, 112), "ello"),
        ((122, 22, 67), "ello"),
        ((21, 21, 123, 67), "hell"),
    ],
)
def test_editing_keys_change_the_text_at_the_cursor(hand, keys, expected) -> None:
    hand.tap("name")
    hand.phone.input.text("hello")
    for key in keys:
        hand.phone.input.key(key)
    assert hand.get("name").text == expected


def test_clipboard_copies_cuts_and_pastes_a_selection(hand) -> None:
    key = hand.phone.input.key
    hand.tap("name")
    hand.phone.input.text("word")
    key(29, meta=0x1000)
    key(277)
    assert hand.get("name").text == ""
    assert hand.phone.clipboard == "word"
    key(50, meta=0x1000)
    key(279)
    assert hand.get("name").text == "wordword"


def test_double_tap_selects_a_word_and_offers_to_copy_it(hand) -> None:
    hand.tap("name")
    hand.phone.input.text("first second")
    field = hand.get("name").bounds
    hand.phone.input.double_tap(field.left + 70, field.center.y)
    hand.tap("Copy")
    assert hand.phone.clipboard == "first"


def test_upper_case_key_needs_shift(hand) -> None:
    hand.tap("name")
    hand.phone.input.key(29)
    hand.phone.input.key(29, meta=1)
    assert hand.get("name").text == "aA"


def test_disabled_button_does_nothing(hand) -> None:
    hand.scroll_to("Off")
    assert "enabled" not in hand.get("Off").states
    hand.tap("Off")
    hand.phone.input.swipe(540, 600, 540, 2000)
    assert "never" not in hand.log()


def test_switch_row_toggles_wherever_it_is_tapped(hand) -> None:
    assert "checked" not in hand.get("switch_widget").states
    hand.tap("Toggle")
    assert "checked" in hand.get("switch_widget").states
    hand.tap("switch_widget")
    assert "checked" not in hand.get("switch_widget").states


def test_slider_follows_tap_and_drag(hand) -> None:
    bounds = hand.get("level").bounds
    hand.phone.input.tap(bounds.left + bounds.width // 2, bounds.center.y)
    assert float(hand.get("level").text) == pytest.approx(50, abs=2)
    hand.phone.input.drag(bounds.center.x, bounds.center.y, bounds.right - 1, bounds.center.y)
    assert float(hand.get("level").text) == pytest.approx(100)


def test_spinner_opens_a_list_and_back_closes_it(hand) -> None:
    hand.tap("red")
    assert hand.sees("blue")
    hand.phone.input.key(4)
    assert not hand.sees("blue")
    hand.tap("red")
    hand.tap("green")
    assert hand.sees("green") and not hand.sees("red")


def test_dialog_hides_the_screen_below_from_accessibility(hand) -> None:
    hand.scroll_to("Dialog")
    hand.tap("Dialog")
    assert not hand.sees("Sample")
    assert "focused" in hand.get("answer").states


def test_dialog_button_reads_its_field_and_closes(hand) -> None:
    hand.scroll_to("Dialog")
    hand.tap("Dialog")
    hand.phone.input.text("42")
    hand.tap("OK")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "answer=42"
    hand.scroll_to("Dialog")
    hand.tap("Dialog")
    assert hand.get("answer").text == "", "a dialog opens afresh"


def test_back_closes_keyboard_then_dialog_then_leaves(hand) -> None:
    phone = hand.phone
    hand.scroll_to("Dialog")
    hand.tap("Dialog")
    assert hand.sees("Delete")
    phone.input.key(4)
    assert not hand.sees("Delete") and hand.sees("answer")
    phone.input.key(4)
    assert not hand.sees("answer")
    assert phone.activities.top.package == "com.example.sample"
    phone.input.key(4)
    assert phone.state.surface == "home"
    phone.activities.launch_app("com.example.sample")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "dismissed"


def test_touch_beside_a_dialog_dismisses_it(hand) -> None:
    hand.scroll_to("Choice")
    hand.tap("Choice")
    hand.phone.input.tap(540, 150)
    assert not hand.sees("Choose")


def test_choice_dialog_reports_the_index(hand) -> None:
    hand.scroll_to("Choice")
    hand.tap("Choice")
    hand.tap("two")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "choice1"


def test_time_picker_goes_from_hour_to_minute(hand) -> None:
    hand.scroll_to("Time")
    hand.tap("Time")
    hand.tap("9 o'clock")
    hand.tap("45 minutes")
    hand.tap("PM")
    hand.tap("OK")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "21:45"


def test_time_picker_takes_typed_numbers(hand) -> None:
    hand.scroll_to("Time")
    hand.tap("Time")
    hand.tap("material_timepicker_mode_button")
    hand.tap("material_minute_text_input")
    hand.phone.input.key(29, meta=0x1000)
    hand.phone.input.text("07")
    hand.tap("OK")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "7:07"


def test_time_picker_shows_24_hours_where_set(hand) -> None:
    hand.phone.settings.put("system", "time_12_24", "24")
    hand.scroll_to("Time")
    hand.tap("Time")
    hand.tap("17 o'clock")
    hand.tap("OK")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "17:30"


def test_date_picker_turns_months(hand) -> None:
    hand.scroll_to("Date")
    hand.tap("Date")
    hand.tap("Change to next month")
    hand.tap("Thursday, November 9")
    hand.tap("OK")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "2023-11-9"


def test_long_press_opens_the_context_menu(hand) -> None:
    hand.scroll_to("Hold me")
    hand.hold("Hold me")
    hand.tap("Second")
    hand.scroll_to("Hold me")
    hand.tap("Hold me")
    hand.phone.input.swipe(540, 600, 540, 2300)
    assert hand.log() == "second tapped"


def test_menu_key_opens_the_overflow_menu(hand) -> None:
    hand.phone.input.key(82)
    hand.tap("About")
    assert hand.log() == "about"


def test_result_comes_back_to_the_starter(hand) -> None:
    hand.scroll_to("Pick")
    hand.tap("Pick")
    hand.tap("Line 3")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "line:True:line3"


def test_back_from_a_picker_is_a_cancelled_result(hand) -> None:
    hand.scroll_to("Pick")
    hand.tap("Pick")
    hand.tap("Navigate up")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "line:False:"


@pytest.mark.parametrize(("button", "granted"), [("Allow", True), ("Don’t allow", False)])
def test_permission_prompt_decides_once(hand, button, granted) -> None:
    hand.scroll_to("Camera")
    hand.tap("Camera")
    assert hand.get(button).app == "com.google.android.permissioncontroller"
    hand.tap(button)
    assert hand.phone.packages.has_permission("com.example.sample", "android.permission.CAMERA") is granted
    hand.tap("Camera")
    assert not hand.sees(button), "it does not ask twice"
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == f"camera:{granted} camera:{granted}"


def test_snackbar_button_reaches_the_activity(hand) -> None:
    hand.scroll_to("Snack")
    hand.tap("Snack")
    hand.tap("Undo")
    hand.phone.input.swipe(540, 600, 540, 2200)
    assert hand.log() == "undo"


def test_snackbar_and_toast_go_by_themselves(hand) -> None:
    hand.scroll_to("Snack")
    hand.tap("Snack")
    hand.tap("Toast")
    before = hand.phone.screenshot_png()
    assert hand.sees("Undo")
    hand.phone.clock.advance(10)
    assert not hand.sees("Undo")
    assert hand.phone.screenshot_png() != before


def test_scheduled_event_posts_its_notification_when_the_clock_gets_there(hand) -> None:
    phone = hand.phone
    hand.scroll_to("Later")
    hand.tap("Later")
    phone.clock.advance(5)
    phone.settle()
    assert phone.notifications.list() == ()
    phone.clock.advance(5)
    phone.settle()
    assert [entry.title for entry in phone.notifications.list()] == ["It is later"]


def test_crash_ends_the_app_alone_and_is_logged(hand) -> None:
    phone = hand.phone
    hand.scroll_to("Crash")
    hand.tap("Crash")
    assert hand.sees("Sample has stopped")
    assert any("broken on purpose" in line.message for line in phone.logcat.lines())
    hand.tap("Close app")
    assert phone.state.surface == "home"
    hand.open("Sample")
    assert hand.log() == "-"


def test_font_scale_makes_text_larger(hand) -> None:
    normal = hand.get("Toggle").bounds.height
    hand.phone.settings.put("system", "font_scale", "1.5")
    assert hand.get("Toggle").bounds.height == pytest.approx(normal * 1.5, abs=3)


def test_dark_theme_changes_pixels_but_not_the_tree(hand) -> None:
    tree, png = hand.phone.accessibility(), hand.phone.screenshot_png()
    hand.phone.settings.put("secure", "ui_night_mode", "2")
    assert hand.phone.accessibility() == tree
    assert hand.phone.screenshot_png() != png
    assert hand.phone.frame()[1200, 5, :3].max() < 60


def test_screen_off_is_black_and_deaf(phone: SimulatedPhone) -> None:
    phone.input.key(26)
    assert not phone.screen_on
    assert phone.frame()[:, :, :3].max() == 0
    phone.input.tap(540, 2330)
    phone.input.key(3)
    assert not phone.screen_on
    phone.input.key(224)
    assert phone.screen_on
