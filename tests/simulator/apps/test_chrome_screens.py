"""Chrome on a phone: first run, pages from Files, touching, typing, drawing, links, alerts, and what goes wrong."""

from __future__ import annotations

import numpy as np
from hand import Hand

from device_farm.simulator.apps.chrome.state import PACKAGE, address_of, shown_address
from device_farm.simulator.intents import Intent

PAGE = "/storage/emulated/0/Download/page.html"


def showing(source: str) -> Hand:
    """Chrome with that page, opened by another app."""
    hand = Hand()
    hand.phone.files.write(PAGE, source.encode())
    hand.phone.activities.start(Intent(action="android.intent.action.VIEW", data=f"file://{PAGE}", type="text/html"))
    hand.tap("Chrome")
    return hand


def test_cleared_chrome_asks_its_questions_and_then_shows_the_page() -> None:
    hand = Hand()
    hand.phone.files.write(PAGE, b"<h1>Hello</h1>")
    hand.phone.packages.clear(PACKAGE)
    hand.open("com.google.android.documentsui")
    hand.tap("page.html")
    assert hand.sees("Open with")
    hand.tap("Chrome")
    hand.tap("Accept & continue")
    hand.tap("No thanks")
    assert not hand.sees("Hello")
    hand.tap("No thanks")
    assert hand.sees("Hello")


def test_granted_notifications_are_not_asked_for() -> None:
    hand = Hand()
    hand.phone.packages.clear(PACKAGE)
    hand.phone.packages.grant(PACKAGE, "android.permission.POST_NOTIFICATIONS")
    hand.open(PACKAGE)
    hand.tap("Accept & continue")
    hand.tap("No thanks")
    assert hand.sees("Search or type web address") and not hand.sees("No thanks")


def test_web_nodes_have_the_classes_of_a_web_view() -> None:
    hand = showing("<h1>Title</h1><p>Some <b>bold</b> text</p><button id=go>Go</button><input placeholder=Name>"
                   "<input type=checkbox><a href=x>more</a>")  # fmt: skip
    classes = {node.text or node.hint: node.role for node in hand.nodes(lambda node: bool(node.text or node.hint))}
    assert classes["Title"] == classes["Some bold text"] == "android.widget.TextView"
    assert classes["Go"] == "android.widget.Button" and classes["Name"] == "android.widget.EditText"
    assert hand.node("Go").resource_id.endswith("go") and "clickable" in hand.node("more").states
    assert hand.nodes(lambda node: node.role == "android.widget.CheckBox")


def test_button_changes_the_page() -> None:
    hand = showing('<p id=n>0</p><button onclick="n.textContent++">More</button>')
    hand.tap("More")
    hand.tap("More")
    assert hand.sees("2")


def test_typed_text_reaches_the_page_and_the_page_can_change_it() -> None:
    hand = showing("<input id=i placeholder=Name oninput='o.textContent = i.value.toUpperCase()'><p id=o></p>"
                   "<button onclick=\"i.value = 'set'\">Set</button>")  # fmt: skip
    hand.fill("abc", hint="Name")
    assert hand.sees("ABC")
    hand.back()
    hand.tap("Set")
    assert hand.node(hint="Name").text == "set"


def test_finger_on_a_canvas_draws_what_the_script_draws() -> None:
    hand = showing(
        """<meta name=viewport content="width=device-width"><body style="margin: 0">
        <canvas id=c width=300 height=300 style="touch-action: none"></canvas><script>
        const x = c.getContext('2d'); x.fillStyle = '#ff0000';
        c.addEventListener('touchmove', (e) => {
          const r = c.getBoundingClientRect(); const t = e.touches[0];
          x.fillRect(t.clientX - r.left - 5, t.clientY - r.top - 5, 10, 10) })</script>"""
    )
    box = hand.nodes(lambda node: node.role == "android.widget.Image")[0].bounds
    hand.phone.input.swipe(box.left + 100, box.top + 400, box.left + 700, box.top + 400, 400)
    assert np.array_equal(hand.phone.frame()[box.top + 400, box.left + 400, :3], (255, 0, 0))
    assert np.array_equal(hand.phone.frame()[box.top + 500, box.left + 400, :3], (255, 255, 255))


def test_select_and_checkbox_answer() -> None:
    hand = showing("<select id=s onchange='o.textContent = s.value'><option>red<option>blue</select>"
                   "<label><input type=checkbox onchange=\"o.append('!')\">sure</label><p id=o></p>")  # fmt: skip
    hand.tap("red")
    hand.tap("blue")
    assert hand.node("blue").role
    hand.tap("sure")
    assert hand.sees("blue!")


def test_alert_covers_the_page_until_it_is_closed() -> None:
    hand = showing("<button onclick=\"alert('Mind the gap'); alert('Twice')\">Go</button>")
    hand.tap("Go")
    assert hand.sees("Mind the gap")
    hand.tap("OK")
    assert hand.sees("Twice")
    hand.tap("OK")
    assert not hand.sees("Twice") and hand.sees("Go")


def test_link_leads_to_the_next_file_and_back_returns() -> None:
    hand = Hand()
    hand.phone.files.write("/storage/emulated/0/Download/two.html", b"<p>Second")
    hand.phone.files.write(PAGE, b"<p id=n>First</p><a href='two.html'>on</a>")
    hand.phone.activities.start(Intent(action="android.intent.action.VIEW", data=f"file://{PAGE}", type="text/html"))
    hand.tap("Chrome")
    hand.tap("on")
    assert hand.sees("Second")
    hand.back()
    assert hand.sees("First")


def test_timer_of_a_page_changes_the_screen_without_a_touch() -> None:
    hand = showing("<p id=o>wait</p><script>setTimeout(() => { o.textContent = 'done' }, 3000)</script>")
    assert hand.sees("wait")
    hand.pass_time(3)
    assert hand.sees("done")


def test_snapshot_brings_back_the_page_as_it_was() -> None:
    hand = showing('<p id=n>0</p><button onclick="n.textContent++">More</button>')
    hand.tap("More")
    snapshot = hand.phone.snapshot()
    png = hand.phone.screenshot_png()
    hand.tap("More")
    assert hand.sees("2")
    hand.phone.restore(snapshot)
    assert hand.sees("1") and hand.phone.screenshot_png() == png
    hand.tap("More")
    assert hand.sees("2")


def test_page_that_hangs_gives_way_to_aw_snap_and_chrome_lives() -> None:
    hand = showing("<button onclick='for (;;);'>Hang</button>")
    hand.tap("Hang")
    assert hand.sees("Aw, Snap!") and hand.phone.state.crash is None


def test_there_is_no_internet() -> None:
    hand = Hand()
    hand.open(PACKAGE)
    hand.fill("example.org", resource_id="url_bar")
    hand.phone.input.key(66)
    assert hand.sees("No internet")


def test_file_that_is_gone_or_no_page_is_told() -> None:
    hand = Hand()
    hand.phone.activities.start(
        Intent(action="android.intent.action.VIEW", data="file:///sdcard/none.html", type="text/html")
    )
    hand.tap("Chrome")
    assert hand.sees("ERR_FILE_NOT_FOUND")
    assert showing("").phone.state.crash is None
    hand = Hand()
    hand.phone.files.write(PAGE, bytes(range(256)) * 10)
    hand.phone.activities.start(Intent(action="android.intent.action.VIEW", data=f"file://{PAGE}", type="text/html"))
    hand.tap("Chrome")
    assert hand.phone.state.crash is None


def test_console_goes_to_the_log() -> None:
    hand = showing("<button onclick=\"console.log('spoken', {a: 1}); nothing()\">Go</button>")
    hand.tap("Go")
    lines = [line.message for line in hand.phone.logcat.lines() if line.tag == "chromium"]
    assert any('spoken {"a":1}' in line for line in lines) and any("nothing" in line for line in lines)


def test_addresses() -> None:
    assert address_of("b.html", "file:///x/a.html") == "file:///x/b.html"
    assert address_of("example.org", "chrome://newtab/") == "https://example.org"
    assert address_of("two words", "file:///x/a.html").startswith("https://www.google.com/search?q=two%20words")
    assert shown_address("https://example.org/a%20b") == "example.org/a b"
