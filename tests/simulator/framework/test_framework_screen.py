"""`input`, `screencap`, `uiautomator`, `wm`, `dumpsys window|display|input|activity|power`."""

from __future__ import annotations

import io
import re
import struct
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

HOME = "com.google.android.apps.nexuslauncher"


def test_screencap_png_and_raw_show_the_same_pixels(sh) -> None:  # type: ignore[no-untyped-def]
    png = np.asarray(Image.open(io.BytesIO(sh("screencap -p").stdout)).convert("RGBA"))
    raw = sh("screencap").stdout
    width, height, form, space = struct.unpack_from("<4I", raw)
    assert (width, height, form, space) == (1080, 2400, 1, 1)
    pixels = np.frombuffer(raw, dtype=np.uint8, offset=16).reshape(height, width, 4)
    assert np.array_equal(png, pixels)


def test_screencap_writes_files(sh) -> None:  # type: ignore[no-untyped-def]
    sh("screencap -p /sdcard/a.png; screencap /sdcard/b.png; screencap /sdcard/c.raw")
    assert sh.phone.files.read("/sdcard/a.png") == sh.phone.files.read("/sdcard/b.png") == sh.phone.screenshot_png()
    assert sh.phone.files.stat("/sdcard/c.raw").size == 16 + 1080 * 2400 * 4
    assert sh("screencap -p /none/a.png").exit_code == 1


def test_uiautomator_dump_is_one_line_of_xml_with_androids_attributes(sh) -> None:  # type: ignore[no-untyped-def]
    assert sh.text("uiautomator dump") == "UI hierchary dumped to: /sdcard/window_dump.xml\n"
    text = sh.phone.files.read_text("/sdcard/window_dump.xml")
    assert text.startswith(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\"><node index="
    )
    assert "\n" not in text
    first = re.search(r"<node ([^>]*)>", text)
    assert first is not None
    names = re.findall(r"([\w-]+)=\"", first.group(1))
    assert names[:18] == [
        "index", "text", "resource-id", "class", "package", "content-desc", "checkable", "checked", "clickable",
        "enabled", "focusable", "focused", "scrollable", "long-clickable", "password", "selected", "visible-to-user",
        "bounds",
    ]  # fmt: skip
    nodes = list(ElementTree.fromstring(text).iter("node"))
    assert len(nodes) == len(list(sh.phone.accessibility().walk()))
    assert all(re.fullmatch(r"\[\d+,\d+\]\[\d+,\d+\]", node.attrib["bounds"]) for node in nodes)


def test_uiautomator_dump_goes_where_it_is_told(sh) -> None:  # type: ignore[no-untyped-def]
    said = sh.text("uiautomator dump /dev/tty")
    assert said.startswith("<?xml") and said.endswith("</hierarchy>UI hierchary dumped to: /dev/tty\n")
    assert sh.text("rm -f /data/local/tmp/x; uiautomator dump --compressed /data/local/tmp/x && echo success").endswith(
        "success\n"
    )
    assert len(sh.phone.files.read("/data/local/tmp/x")) < len(said)
    assert sh("uiautomator dump /none/x").exit_code == 1
    assert sh("uiautomator nonsense").exit_code == 1


def test_input_taps_where_the_tree_says(sh) -> None:  # type: ignore[no-untyped-def]
    sh("am start -n com.android.settings/.Settings; uiautomator dump")
    root = ElementTree.fromstring(sh.phone.files.read_text("/sdcard/window_dump.xml"))
    node = next(node for node in root.iter("node") if node.attrib["text"].startswith("Display"))
    left, top, right, bottom = map(int, re.findall(r"\d+", node.attrib["bounds"]))
    before = sh.phone.accessibility()
    sh(f"input tap {(left + right) // 2} {(top + bottom) // 2}")
    assert sh.phone.accessibility() != before
    sh("input keyevent KEYCODE_BACK")
    assert [node.text for node in sh.phone.accessibility().walk()] == [node.text for node in before.walk()]


def test_input_text_types_words_with_percent_s(sh) -> None:  # type: ignore[no-untyped-def]
    sh("am start -a android.intent.action.INSERT -t vnd.android.cursor.dir/contact; uiautomator dump")
    root = ElementTree.fromstring(sh.phone.files.read_text("/sdcard/window_dump.xml"))
    field = next(node for node in root.iter("node") if node.attrib["class"] == "android.widget.EditText")
    left, top, right, bottom = map(int, re.findall(r"\d+", field.attrib["bounds"]))
    sh(f"input tap {(left + right) // 2} {(top + bottom) // 2}; input text Grace%sHopper; input keyevent 67 67")
    assert "Grace Hopp" in [node.text for node in sh.phone.accessibility().walk()]
    assert sh("input text ünïcode").exit_code == 255


def test_input_keyevents_by_name_and_number(sh) -> None:  # type: ignore[no-untyped-def]
    sh("am start -n com.android.settings/.Settings; input keyevent HOME")
    assert sh.phone.activities.top.package == HOME
    sh("input keyevent KEYCODE_POWER")
    assert not sh.phone.screen_on
    assert "mWakefulness=Asleep" in sh.text("dumpsys power")
    sh("input keyevent 224")
    assert sh.phone.screen_on


def test_input_swipe_scrolls_and_motion_events_make_a_tap(sh) -> None:  # type: ignore[no-untyped-def]
    sh("am start -n com.android.settings/.Settings")
    before = sh.phone.accessibility()
    sh("input swipe 540 1800 540 600 300")
    assert sh.phone.accessibility() != before
    scrolled = sh.phone.accessibility()
    sh("input motionevent DOWN 300 1200; input motionevent UP 300 1200")
    assert sh.phone.accessibility() != scrolled
    assert sh("input motionevent SPIN 1 1").exit_code == 255


@pytest.mark.parametrize("command", ["input", "input tap 1", "input tap a b", "input swipe 1 2 3", "input nonsense",
                                     "input keyevent", "input text", "input tap 1 2 3"])  # fmt: skip
def test_input_refuses_bad_arguments(sh, command: str) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(command)
    assert outcome.exit_code == 255
    assert outcome.stderr


def test_wm_tells_the_size_and_refuses_another(sh) -> None:  # type: ignore[no-untyped-def]
    assert sh.text("wm size; wm density") == "Physical size: 1080x2400\nPhysical density: 420\n"
    assert sh("wm size reset; wm size 1080x2400; wm density reset").exit_code == 0
    assert sh("wm size 720x1280").exit_code == 255
    assert sh("wm size nonsense").exit_code == 255


@pytest.mark.parametrize(
    ("command", "pattern"),
    [
        ("dumpsys window windows", rf"mCurrentFocus=Window{{.*\s+{HOME}/\S+}}"),
        ("dumpsys window displays", r" cur=1080x2400 "),
        ("dumpsys window", r"mCurrentRotation=ROTATION_0"),
        ("dumpsys window", r"mFocusedApp=ActivityRecord\{\w+ u0 \S+/\S+ t\d+\}"),
        ("dumpsys display", r"orientation=0"),
        ("dumpsys input", r"logicalFrame=\[0, 0, 1080, 2400\], physicalFrame=\[0, 0, 1080, 2400\]"),
        ("dumpsys input", r"SurfaceOrientation: 0"),
        ("dumpsys power", r"mHoldingDisplaySuspendBlocker=true"),
        ("dumpsys SurfaceFlinger --display-id", r"^Display (\d+) "),
        ("dumpsys activity activities", r"mResumedActivity: ActivityRecord\{.*?\s+\S+/\S+\s.*?\}"),
        ("dumpsys activity top", r"ACTIVITY \S+/[^/\s]+ \w+ pid=\d+"),
        ("dumpsys activity recents", r"ACTIVITY MANAGER RECENT TASKS"),
        ("dumpsys battery", r"level: 100"),
        ("dumpsys telephony.registry", r"mCallState=0"),
        ("dumpsys package com.android.settings", r"versionName=\S+"),
        ("dumpsys package com.android.settings", r"firstInstallTime=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("dumpsys package no.such", r"Unable to find package: no.such"),
        ("dumpsys meminfo com.android.systemui", r"com.android.systemui \(pid \d+\)"),
        ("dumpsys nonsense", r"Can't find service: nonsense"),
        ("dumpsys -l", r"SurfaceFlinger"),
        ("ps -A", r"(?m)^\S+\s+\d+\s+\d+ .* com.android.systemui$"),
    ],
)
def test_dumpsys_says_what_programs_look_for(sh, command: str, pattern: str) -> None:  # type: ignore[no-untyped-def]
    assert re.search(pattern, sh.text(command))


@pytest.mark.parametrize("service", ["SurfaceFlinger", "activity", "alarm", "audio", "battery", "bluetooth_manager",
                                     "connectivity", "deviceidle", "diskstats", "display", "input", "location",
                                     "meminfo", "notification", "package", "power", "wifi", "window"])  # fmt: skip
def test_dumpsys_answers_for_every_service_with_an_app_open(sh, service: str) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(f"monkey -p net.gsantner.markor 1 >/dev/null 2>&1; dumpsys {service}")
    assert outcome.exit_code == 0
    assert outcome.stdout and not outcome.stderr


def test_dumpsys_shows_the_notification_shade_as_focused(sh) -> None:  # type: ignore[no-untyped-def]
    sh("cmd statusbar expand-notifications")
    assert "u0 NotificationShade}" in sh.text("dumpsys window windows | grep mCurrentFocus | head -1")
    sh("cmd statusbar collapse")
    assert HOME in sh.text("dumpsys window windows | grep mCurrentFocus | head -1")


def test_battery_can_be_set(sh) -> None:  # type: ignore[no-untyped-def]
    sh("dumpsys battery unplug; dumpsys battery set level 42")
    assert sh.text("dumpsys battery | grep -E 'AC powered|level'") == "  AC powered: false\n  level: 42\n"
    sh("dumpsys battery reset")
    assert "level: 100" in sh.text("dumpsys battery")
