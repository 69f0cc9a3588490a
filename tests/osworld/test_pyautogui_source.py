"""pyautogui source: what it does as actions, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.errors import DialectError
from device_farm.types.action import (
    Action,
    Click,
    Drag,
    LongPress,
    MoveTo,
    PressKey,
    Scroll,
    TypeText,
    Wait,
)
from device_farm.types.codec.pyautogui_hand import Hand
from device_farm.types.codec.pyautogui_source import mentions_pyautogui, parse_source, without_preamble
from device_farm.types.codec.pyautogui_text import format_source
from device_farm.types.geometry import Point, Size

SCREEN = Size(1920, 1080)
HEAD = "import pyautogui; import time; pyautogui.FAILSAFE = False; "
MIDDLE = Point(960, 540)


def done(source: str, hand: Hand | None = None) -> list[Action]:
    return (hand or Hand.at_rest(SCREEN)).all_actions(parse_source(f"{HEAD}\n{source}"))


@pytest.mark.parametrize(
    ("source", "actions"),
    [
        ("pyautogui.click(100, 200)", [Click(at=Point(100, 200))]),
        ("pyautogui.click()", [Click(at=MIDDLE)]),
        ("pyautogui.click((7, 8))", [Click(at=Point(7, 8))]),
        (
            "pyautogui.click(button='right', x=3, y=4, clicks=2)",
            [Click(at=Point(3, 4), button="right", count=2)],
        ),
        ("pyautogui.click(99999, -5)", [Click(at=Point(1919, 0))]),
        ("pyautogui.doubleClick(x=1, y=2)", [Click(at=Point(1, 2), count=2)]),
        ("pyautogui.rightClick(x=1, y=2)", [Click(at=Point(1, 2), button="right")]),
        ("pyautogui.moveTo(5, 6, 0.7, pyautogui.easeInQuad)", [MoveTo(at=Point(5, 6))]),
        ("pyautogui.moveTo(10, 20)\npyautogui.moveRel(5, -6)\npyautogui.click()", [
            MoveTo(at=Point(10, 20)), MoveTo(at=Point(15, 14)), Click(at=Point(15, 14))]),
        ("pyautogui.moveTo(1, 2); pyautogui.dragTo(30, 40, duration=1.0, button='left', mouseDownUp=True)", [
            MoveTo(at=Point(1, 2)), Drag(start=Point(1, 2), end=Point(30, 40), duration_ms=1000)]),
        ("pyautogui.mouseDown(1, 2); pyautogui.moveTo(9, 9); pyautogui.mouseUp(30, 40)", [
            MoveTo(at=Point(1, 2)), Drag(start=Point(1, 2), end=Point(30, 40), duration_ms=500)]),
        ("pyautogui.mouseDown(); pyautogui.mouseUp()", [Click(at=MIDDLE)]),
        ("pyautogui.mouseDown(); time.sleep(1.5); pyautogui.mouseUp()", [LongPress(at=MIDDLE, duration_ms=1500)]),
        ("pyautogui.scroll(-3)", [Scroll(at=MIDDLE, dy=3)]),
        ("pyautogui.scroll(2, x=5, y=6)", [Scroll(at=Point(5, 6), dy=-2)]),
        ("pyautogui.hscroll(2)", [Scroll(at=MIDDLE, dx=2)]),
        ("pyautogui.scroll(120)", [Scroll(at=MIDDLE, dy=-50), Scroll(at=MIDDLE, dy=-50), Scroll(at=MIDDLE, dy=-20)]),
        ("pyautogui.write('a<b>ß漢')", [TypeText(text="a<b>ß漢")]),
        ("pyautogui.typewrite('x\\n', interval=0.1)", [TypeText(text="x\n")]),
        ("pyautogui.press('enter')", [PressKey(key="enter")]),
        ("pyautogui.press('<')", [TypeText(text="<")]),
        ("pyautogui.press(['tab', 'tab'])", [PressKey(key="tab")] * 2),
        ("pyautogui.press('pgdn', presses=3)", [PressKey(key="page_down")] * 3),
        ("pyautogui.hotkey('ctrl', 'shift', 't')", [PressKey(key="t", modifiers=("ctrl", "shift"))]),
        ("pyautogui.hotkey(['alt', 'f4'])", [PressKey(key="f4", modifiers=("alt",))]),
        ("pyautogui.hotkey('win')", [PressKey(key="super")]),
        ("pyautogui.hotkey('ctrl', 'A')", [PressKey(key="a", modifiers=("ctrl", "shift"))]),
        ("pyautogui.keyDown('ctrl'); pyautogui.click(1, 2); pyautogui.keyUp('ctrl'); pyautogui.click(3, 4)", [
            Click(at=Point(1, 2), modifiers=("ctrl",)), Click(at=Point(3, 4))]),
        ("with pyautogui.hold('shift'):\n    pyautogui.press('down')", [PressKey(key="down", modifiers=("shift",))]),
        ("for _ in range(2):\n    pyautogui.press('tab')", [PressKey(key="tab")] * 2),
        ("for name in ['up', 'down']:\n    pyautogui.press(name)", [PressKey(key="up"), PressKey(key="down")]),
        ("x, y = 10, 2 * 10\npyautogui.click(x + 1, y)", [Click(at=Point(11, 20))]),
        ("time.sleep(0.5)", [Wait(duration_s=0.5)]),
        ("pyautogui.sleep(3600)", [Wait(duration_s=60.0)]),
        ("import pyperclip; pyperclip.copy('hé'); pyautogui.hotkey('ctrl', 'v')", [TypeText(text="hé")]),
        ("from pyautogui import press as p\np('f5')", [PressKey(key="f5")]),
        ("pyautogui.press('nosuchkey')", []),
        ("pass", []),
    ],
)  # fmt: skip
def test_source_becomes_these_actions(source: str, actions: list[Action]) -> None:
    assert done(source) == actions


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("__import__('os').system('id')", "not allowed"),
        ("import os", "import of os"),
        ("from pyautogui import screenshot", "pyautogui.screenshot"),
        ("open('/etc/passwd')", "open is not allowed"),
        ("pyautogui.screenshot('x.png')", "pyautogui.screenshot is not allowed"),
        ("pyautogui.__dict__['click']()", "not allowed"),
        ("time.copy('x')", "time.copy"),
        ("pyautogui.click(pyautogui.locateOnScreen('a.png'))", "no constant"),
        ("while True:\n    pyautogui.click()", "While"),
        ("exec('1')", "exec is not allowed"),
        ("x = (lambda: 1)()", "no constant"),
        ("for i in range(10**9):\n    pass", "no constant"),
        ("for i in range(1000000000):\n    pass", "10000 statements"),
        ("for i in range(2000):\n    pyautogui.click()", "1000 calls"),
        ("t = 'a' * 1000000", "no constant"),
        ("pyautogui.click(1, 2, 3, 4, 'left', 5, None, None, None, 6)", "at most"),
        ("pyautogui.click(colour=1)", "no argument 'colour'"),
        ("pyautogui.click(x='button.png')", "not a number"),
        ("pyautogui.click(button='thumb')", "thumb"),
        ("pyautogui.click(**{})", "`**`"),
        ("time.sleep(-1)", "less than 0"),
        ("pyautogui.keyDown('ctrl'); pyautogui.scroll(3)", "while ctrl is held"),
        ("pyautogui.press(3)", "no key name"),
        ("pyautogui.write()", "no text"),
        ("pyautogui.click(1e999, 2)", "not a number"),
        ("pyautogui.click(1/0, 2)", "division"),
        ("pyautogui.click(", "was never closed"),
        ("range(3)", "range is not allowed"),
        ("del pyautogui", "Delete"),
        ("pyautogui.click = print", "cannot be set"),
    ],
)
def test_source_is_refused_with_the_reason(source: str, said: str) -> None:
    with pytest.raises(DialectError, match=said.replace("*", r"\*").replace("(", r"\(")):
        done(source)


def test_refused_source_leaves_the_hand_as_it_was() -> None:
    hand = Hand.at_rest(SCREEN)
    with pytest.raises(DialectError):
        done("pyautogui.keyDown('ctrl'); pyautogui.moveTo(1, 1); pyautogui.click(button='thumb')", hand)
    assert (hand.pointer, hand.held) == (MIDDLE, [])


def test_hand_holds_keys_and_buttons_from_source_to_source() -> None:
    hand = Hand.at_rest(SCREEN)
    assert done("pyautogui.keyDown('shift')", hand) == []
    assert done("pyautogui.press('down')", hand) == [PressKey(key="down", modifiers=("shift",))]
    assert done("pyautogui.keyUp('shift'); pyautogui.mouseDown(1, 1)", hand) == [MoveTo(at=Point(1, 1))]
    assert done("pyautogui.moveTo(50, 60, 2.0)", hand) == []
    assert done("pyautogui.mouseUp()", hand) == [Drag(start=Point(1, 1), end=Point(50, 60), duration_ms=2000)]


def test_hand_names_the_keys_that_it_passes_over() -> None:
    hand = Hand.at_rest(SCREEN)
    done("pyautogui.press(['launchmail', 'a'])", hand)
    assert hand.ignored == ["launchmail"]


@pytest.mark.parametrize(
    ("source", "mentions"),
    [
        (HEAD + "pyautogui.click(1, 2)", True),
        (HEAD + "import platform; print(platform.system())", False),
        (HEAD + "from pyautogui import click; click()", True),
        (HEAD + "import pyautogui as pg; pg.click()", True),
        ("print('pyautogui')", False),
        ("pyautogui.click(", True),
        ("print(", False),
        (HEAD, False),
    ],
)
def test_source_that_only_imports_pyautogui_is_a_program_of_the_guest(source: str, mentions: bool) -> None:
    assert mentions_pyautogui(source) is mentions


def test_preamble_is_taken_off_a_guest_program() -> None:
    assert without_preamble(HEAD + "import platform; print(platform.system())") == (
        "import time\nimport platform\nprint(platform.system())"
    )


@given(st.text(max_size=60))
def test_typed_text_comes_through_unchanged(text: str) -> None:
    assert done(f"pyautogui.write({text!r})") == ([TypeText(text=text)] if text else [])


_POINTS = st.builds(Point, st.integers(0, 1919), st.integers(0, 1079))
_ACTIONS = st.one_of(
    st.builds(Click, at=_POINTS, button=st.sampled_from(["left", "right", "middle"]), count=st.integers(1, 3)),
    st.builds(Click, at=_POINTS, modifiers=st.sampled_from([("ctrl",), ("shift", "alt"), ("super",)])),
    st.builds(Scroll, at=_POINTS, dy=st.integers(1, 50)),
    st.builds(Scroll, at=_POINTS, dx=st.integers(-50, -1)),
    st.builds(TypeText, text=st.text(min_size=1, max_size=20)),
    st.builds(PressKey, key=st.sampled_from(["enter", "page_up", "f5", "menu", "caps_lock", "left"])),
    st.builds(PressKey, key=st.just("s"), modifiers=st.sampled_from([("ctrl",), ("ctrl", "shift"), ("super",)])),
)


@given(_ACTIONS)
def test_action_written_as_source_is_read_as_itself(action: Action) -> None:
    assert done(format_source(action)) == [action]


@given(_POINTS, _POINTS, st.integers(500, 3000))
def test_drag_written_as_source_is_read_as_itself(start: Point, end: Point, duration_ms: int) -> None:
    drag = Drag(start=start, end=end, duration_ms=duration_ms)
    assert done(format_source(drag)) == [MoveTo(at=start), drag]
