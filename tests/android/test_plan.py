"""Which commands each action becomes."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.android.plan import LaunchApp, PasteText, RunCommand, plan
from device_farm.errors import ActionError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    MoveTo,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point, Size

SCREEN = Size(1080, 2400)
P, Q = Point(540, 1200), Point(100, 300)


def lines(action: Action) -> list[str]:
    orders = plan(action, SCREEN)
    assert all(isinstance(order, RunCommand) for order in orders)
    return [order.line for order in orders if isinstance(order, RunCommand)]


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        (Click(at=P), ["input tap 540 1200"]),
        (Click(at=P, count=2), ["input tap 540 1200; input tap 540 1200"]),
        (Click(at=Point(0, 0)), ["input tap 0 0"]),
        (Click(at=Point(1079, 2399)), ["input tap 1079 2399"]),
        (MoveTo(at=P), []),
        (LongPress(at=P), ["input swipe 540 1200 540 1200 1000"]),
        (Drag(start=P, end=Q), ["input draganddrop 540 1200 100 300 1000"]),
        (Swipe(start=P, end=Q), ["input swipe 540 1200 100 300 300"]),
        (Scroll(at=P, dy=2), ["input swipe 540 1200 540 600 400"]),
        (Scroll(at=P, dy=-2), ["input swipe 540 1200 540 1800 400"]),
        (Scroll(at=P, dx=1), ["input swipe 540 1200 405 1200 400"]),
        (Scroll(at=P), []),
        (PressKey(key="enter"), ["input keyevent KEYCODE_ENTER"]),
        (PressKey(key="A"), ["input keyevent KEYCODE_A"]),
        (PressKey(key="f5"), ["input keyevent KEYCODE_F5"]),
        (PressKey(key="["), ["input keyevent KEYCODE_LEFT_BRACKET"]),
        (PressKey(key="backspace"), ["input keyevent KEYCODE_DEL"]),
        (
            PressKey(key="z", modifiers=("ctrl", "shift")),
            ["input keycombination KEYCODE_CTRL_LEFT KEYCODE_SHIFT_LEFT KEYCODE_Z"],
        ),
        (SystemButton(button="back"), ["input keyevent KEYCODE_BACK"]),
        (SystemButton(button="home"), ["input keyevent KEYCODE_HOME"]),
        (SystemButton(button="recents"), ["input keyevent KEYCODE_APP_SWITCH"]),
        (SystemButton(button="enter"), ["input keyevent KEYCODE_ENTER"]),
        (Wait(duration_s=2), ["sleep 2.000"]),
        (Wait(duration_s=0), []),
        (Answer(text="42"), []),
        (Terminate(status="success"), []),
        (TypeText(text=""), []),
        (TypeText(text="hello"), ["input text 'hello'"]),
        (TypeText(text="a b"), ["input text 'a%sb'"]),
        (TypeText(text="it's"), ["input text 'it'\\''s'"]),
        (TypeText(text="100%sure"), ["input text '100%' && input text 'sure'"]),
        (TypeText(text="a\nb\r\n"), ["input text 'a' && input keyevent KEYCODE_ENTER && input text 'b'"
                                     " && input keyevent KEYCODE_ENTER"]),
        (TypeText(text="\t"), ["input keyevent KEYCODE_TAB"]),
    ],
)  # fmt: skip
def test_plan_becomes_these_commands(action: Action, wanted: list[str]) -> None:
    assert lines(action) == wanted


def test_plan_leaves_what_needs_the_phone_to_the_phone() -> None:
    assert plan(OpenApp(name="Clock"), SCREEN) == (LaunchApp(name="Clock"),)
    first, paste, last = plan(TypeText(text="Zoë 1"), SCREEN)
    assert isinstance(first, RunCommand) and first.line == "input text 'Zo'"
    assert paste == PasteText(text="ë")
    assert isinstance(last, RunCommand) and last.line == "input text '%s1'"


OFF = Point(1080, 5)


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        (Click(at=OFF), "at", "(1080, 5)"),
        (Click(at=Point(-1, 5)), "at", "(-1, 5)"),
        (Click(at=Point(5, 2400)), "at", "(5, 2400)"),
        (MoveTo(at=OFF), "at", "(1080, 5)"),
        (LongPress(at=OFF), "at", "(1080, 5)"),
        (Drag(start=P, end=OFF), "end", "(1080, 5)"),
        (Swipe(start=OFF, end=P), "start", "(1080, 5)"),
        (Scroll(at=OFF, dy=1), "at", "(1080, 5)"),
        (Click(at=P, button="right"), "button", "right"),
        (Click(at=P, button="middle"), "button", "middle"),
        (Click(at=P, count=0), "count", "0"),
        (Click(at=P, modifiers=("ctrl",)), "modifiers", "modifier"),
        (Drag(start=P, end=Q, button="right"), "button", "right"),
        (LongPress(at=P, duration_ms=-1), "duration_ms", "-1"),
        (Swipe(start=P, end=Q, duration_ms=10**9), "duration_ms", "1000000000"),
        (Scroll(at=P, dy=1000), "dy", "1000"),
        (PressKey(key="entr"), "key", "enter"),
        (PressKey(key=""), "key", "''"),
        (PressKey(key="é"), "key", "é"),
        (Wait(duration_s=-1), "duration_s", "-1"),
        (Wait(duration_s=float("nan")), "duration_s", "nan"),
        (Wait(duration_s=1e9), "duration_s", "1000000000"),
    ],
)
def test_plan_refuses_and_names_field_and_value(action: Action, field: str, value: str) -> None:
    with pytest.raises(ActionError) as caught:
        plan(action, SCREEN)
    assert caught.value.field == field
    assert value in str(caught.value)


def test_an_off_screen_error_names_the_screen() -> None:
    with pytest.raises(ActionError, match="1080x2400"):
        plan(Click(at=OFF), SCREEN)


def typed(commands: list[str]) -> str:
    """What Android's `input text` makes of `commands`: AOSP InputShellCommand.sendText, and keys by name."""
    out = ""
    for line in commands:
        words = shlex.split(line)
        # Always `input VERB ARGUMENT`, joined by `&&`.
        for index in range(0, len(words), 4):
            name, verb, argument = words[index : index + 3]
            assert name == "input"
            if verb == "keyevent":
                out += {"KEYCODE_ENTER": "\n", "KEYCODE_TAB": "\t"}[argument]
            else:
                assert verb == "text"
                out += argument.replace("%s", " ")
    return out


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from([*map(chr, range(32, 127)), "\n", "\t"]), max_size=60))
def test_typed_ascii_arrives_as_it_is(text: str) -> None:
    assert typed(lines(TypeText(text=text))) == text


@settings(max_examples=100)
@given(
    st.integers(-50, 50),
    st.builds(Point, st.integers(0, 1079), st.integers(0, 2399)),
    st.sampled_from([SCREEN, Size(720, 1280), Size(2400, 1080)]),
)
def test_scroll_moves_by_its_notches_and_stays_on_the_screen(notches: int, at: Point, screen: Size) -> None:
    at = screen.clamp(at)
    orders = plan(Scroll(at=at, dy=notches), screen)
    moved = 0
    for order in orders:
        assert isinstance(order, RunCommand)
        for command in order.line.split("; "):
            x1, y1, x2, y2, _ = map(int, command.split()[2:])
            assert x1 == x2 == at.x
            assert screen.contains(Point(x1, y1)) and screen.contains(Point(x2, y2))
            moved += y1 - y2
    sign = 1 if notches >= 0 else -1
    assert moved == sign * (abs(notches) * screen.height // 8)
