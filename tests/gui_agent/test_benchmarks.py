from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import pytest
from fake_suite import SUITE, CountTo
from hypothesis import given
from hypothesis import strategies as st

from device_farm.errors import ConfigError
from device_farm.types.action import Action, Click, PressKey, Swipe, TypeText, Wait
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import JsonValue
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from gui_agent.benchmarks import ui
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.params import ChoiceParam, IntParam, Param, SubsetParam, TextParam, check_params
from gui_agent.benchmarks.registry import load_suite, suite_of_task
from gui_agent.benchmarks.ui import ExpertStuck, Match

_PARAMS: list[Param] = [
    IntParam(3, 9, 2),
    ChoiceParam(("on", 1, None)),
    TextParam(("milk", "bread")),
    SubsetParam(("a", "b", "c"), 2),
]


@pytest.mark.parametrize("param", _PARAMS, ids=lambda param: type(param).__name__)
@given(seed=st.integers(0, 10_000))
def test_param_accepts_everything_that_it_samples(param: Param, seed: int) -> None:
    assert param.accepts(param.sample(Random(seed)))


@pytest.mark.parametrize(
    ("param", "value"),
    [
        (IntParam(3, 9, 2), 4),
        (IntParam(3, 9), 2),
        (IntParam(0, 9), True),
        (IntParam(0, 9), 3.0),
        (IntParam(0, 9), "3"),
        (ChoiceParam((1, 2)), True),
        (ChoiceParam(("a",)), "b"),
        (TextParam(("a",), max_length=3), "abcd"),
        (TextParam(("a",)), ""),
        (TextParam(("a",)), "two\nlines"),
        (TextParam(("a",)), 3),
        (SubsetParam(("a", "b"), 2), ["a"]),
        (SubsetParam(("a", "b"), 2), ["a", "a"]),
        (SubsetParam(("a", "b"), 2), "ab"),
    ],
)
def test_param_out_of_range_names_field_value_and_range(param: Param, value: JsonValue) -> None:
    with pytest.raises(ConfigError) as caught:
        check_params("s/T", {"p": param}, {"p": value})
    assert caught.value.field == "s/T.p"
    assert "out of range" in caught.value.message and param.range_text in caught.value.fix


@pytest.mark.parametrize(("values", "message"), [({}, "missing"), ({"p": 1, "q": 2}, "unknown parameter")])
def test_missing_and_unknown_params_are_named(values: dict[str, JsonValue], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_params("s/T", {"p": IntParam(0, 9)}, values)


def test_task_is_a_function_of_suite_template_and_seed() -> None:
    assert CountTo().task("s", 5) == CountTo().task("s", 5)
    assert len({str(CountTo().task("s", seed).params) for seed in range(20)}) > 1
    task = CountTo().task("s", 5, {"count": 3})
    assert task.id == "s/CountTo/5+count=3" and task.goal == "Press Add until the count is 3."


def test_suite_goes_round_its_templates_before_the_next_seed() -> None:
    tasks = SUITE.tasks(9, seed=2)
    names = [template.name for template in SUITE.templates]
    assert [task.template for task in tasks] == (names * 3)[:9]
    assert [task.seed for task in tasks] == [2] * 4 + [3] * 4 + [4]
    assert len({task.id for task in tasks}) == 9


def test_task_named_twice_is_meant_once() -> None:
    tasks = SUITE.tasks(2, names=("CountTo", "CountTo"))
    assert [task.id for task in tasks] == [f"{SUITE.name}/CountTo/0", f"{SUITE.name}/CountTo/1"]


def test_suite_lookup_lists_what_there_is() -> None:
    with pytest.raises(ConfigError, match=r"unknown suite 'x' \(one of: androidworld"):
        load_suite("x")
    with pytest.raises(ConfigError, match="not a Suite"):
        load_suite("os:getcwd")
    assert load_suite("fake_suite:SUITE") is SUITE


def test_stored_task_cannot_name_code_to_import() -> None:
    with pytest.raises(ConfigError, match="pass it with --suite"):
        suite_of_task("os:system")


def node(
    text: str, top: int, *states: UiState, left: int = 0, right: int = 100, height: int = 20, **more: Any
) -> UiNode:
    bounds = Rect(left, top, right, top + height)
    return UiNode(
        role="android.widget.TextView",
        bounds=bounds,
        text=text,
        states=frozenset({"visible", "enabled", *states}),
        **more,
    )


def screen(*windows: tuple[UiNode, ...]) -> Observation:
    roots = tuple(UiNode(role="window", bounds=Rect(0, 0, 100, 200), children=nodes) for nodes in windows)
    return Observation(
        sequence=0,
        screen=Size(100, 200),
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app="app", window="Main"),
        ui_tree=UiTree(roots=roots),
    )


def drive(script: Generator[Action | Look, Observation, Any], *screens: Observation) -> tuple[list[Action], Any]:
    """Plays a script: each action brings the next screen (the last one stays); its actions and what it returned."""
    actions: list[Action] = []
    left = list(screens)
    try:
        wanted = next(script)
        while True:
            if wanted is not LOOK:
                assert not isinstance(wanted, Look)
                actions.append(wanted)
                left = left[1:] or left
            wanted = script.send(left[0])
    except StopIteration as end:
        return actions, end.value


def test_tap_hits_the_middle_of_the_element() -> None:
    actions, found = drive(ui.tap(text="Save"), screen((node("Cancel", 0), node("Save", 40))))
    assert actions == [Click(at=Point(50, 50))] and found.text == "Save"


def test_tap_waits_for_an_element_that_comes_late() -> None:
    actions, _ = drive(ui.tap(text="Save"), screen((node("a", 0),)), screen((node("Save", 40),)))
    assert actions == [Wait(duration_s=ui.RETRY_S), Click(at=Point(50, 50))]


def test_expert_that_is_stuck_names_what_it_sought_and_what_was_there() -> None:
    with pytest.raises(ExpertStuck) as caught:
        drive(ui.tap(text="Save", tries=3), screen((node("Cancel", 0), node("Help", 40))))
    assert "text='Save'" in str(caught.value)
    assert "'Cancel', 'Help'" in str(caught.value) and "app Main" in str(caught.value)


@pytest.mark.parametrize(
    ("match", "top"),
    [
        (Match(text="Row"), 0),
        (Match(text="Row", index=1), 40),
        (Match(text="Row", index=-1), 80),
        (Match(contains="ow"), 0),
        (Match(resource_id="save"), 120),
        (Match(resource_id="com.app:id/save"), 120),
        (Match(description="Store it"), 120),
        (Match(text="Store it"), 120),
        (Match(role="TextView", state="checked"), 160),
        (Match(where=lambda found: found.bounds.top == 80), 80),
        (Match(text="Row", within=Rect(0, 70, 100, 100)), 80),
    ],
)
def test_match_means_the_right_element(match: Match, top: int) -> None:
    seen = screen((
        node("Row", 0), node("Row", 40), node("Row", 80),
        node("", 120, description="Store it", resource_id="com.app:id/save"), node("Box", 160, "checked"),
    ))  # fmt: skip
    found = ui.find(seen, match)
    assert found is not None and found.bounds.top == top


def test_window_above_wins_and_hidden_elements_do_not_count() -> None:
    hidden = UiNode(role="r", bounds=Rect(0, 0, 9, 9), text="OK", states=frozenset({"enabled"}))
    seen = screen((node("OK", 0),), (hidden, node("OK", 100)))
    found = ui.find(seen, Match(text="OK"))
    assert found is not None and found.bounds.top == 100


def test_enabled_element_wins_over_a_disabled_one() -> None:
    grey = UiNode(role="r", bounds=Rect(0, 0, 9, 9), text="OK", states=frozenset({"visible"}))
    found = ui.find(screen((grey, node("OK", 100))), Match(text="OK"))
    assert found is not None and found.bounds.top == 100


def test_toggle_taps_the_switch_beside_the_label_once() -> None:
    off = screen((node("Wi-Fi", 40), node("", 44, "checkable", left=80, height=10), node("", 90, "checkable", left=80)))
    on = screen((node("Wi-Fi", 40), node("", 44, "checkable", "checked", left=80, height=10)))
    actions, _ = drive(ui.toggle(text="Wi-Fi", on=True), off, on)
    assert actions == [Click(at=Point(90, 49))]
    assert drive(ui.toggle(text="Wi-Fi", on=True), on)[0] == []


def test_toggle_that_does_not_take_is_stuck() -> None:
    off = screen((node("Wi-Fi", 40, "checkable"),))
    with pytest.raises(ExpertStuck, match="did not turn on"):
        drive(ui.toggle(text="Wi-Fi", on=True), off)


def test_type_into_clears_what_was_there_and_not_a_hint() -> None:
    full = screen((node("old", 0, "editable", "focused", resource_id="f"),))
    empty = screen((node("Name", 0, "editable", "focused", resource_id="f", hint="Name"),))
    actions, _ = drive(ui.type_into("new", resource_id="f"), full, full, full, empty)
    select_all = PressKey(key="a", modifiers=("ctrl",))
    assert actions == [Click(at=Point(50, 10)), select_all, PressKey(key="backspace"), TypeText(text="new")]
    assert drive(ui.type_into("new", resource_id="f"), empty)[0] == [Click(at=Point(50, 10)), TypeText(text="new")]


def test_field_that_keeps_its_text_is_emptied_letter_by_letter() -> None:
    full = screen((node("ab", 0, "editable", "focused"),))
    actions, _ = drive(ui.clear_field(Match(state="focused")), full)
    assert actions[2:] == [
        PressKey(key="end", modifiers=("ctrl",)),
        PressKey(key="backspace"),
        PressKey(key="backspace"),
    ]


def test_scroll_to_swipes_the_list_until_the_row_shows() -> None:
    pages = [screen((node("list", 40, "scrollable", height=100), node(name, 60))) for name in ("A", "B", "C")]
    actions, found = drive(ui.scroll_to("C"), *pages)
    assert found.text == "C" and len(actions) == 2
    assert all(isinstance(action, Swipe) and action.start.y > action.end.y for action in actions)
    assert all(isinstance(action, Swipe) and action.end.y >= 40 and action.start.y < 140 for action in actions)


def test_scroll_to_turns_round_at_the_end_and_then_gives_up() -> None:
    end = screen((node("list", 40, "scrollable", height=100), node("Z", 60)))
    with pytest.raises(ExpertStuck, match="text='C'"):
        drive(ui.scroll_to("C"), end)


@pytest.mark.parametrize(("direction", "dx", "dy"), [("down", 0, -1), ("up", 0, 1), ("right", -1, 0), ("left", 1, 0)])
def test_swipe_brings_into_view_what_lies_in_its_direction(direction: Any, dx: int, dy: int) -> None:
    action = ui.swipe_action(screen(()), direction)
    assert (action.end.x - action.start.x > 0) - (action.end.x - action.start.x < 0) == dx
    assert (action.end.y - action.start.y > 0) - (action.end.y - action.start.y < 0) == dy


def test_key_combination_is_spelled_with_plus() -> None:
    assert drive(ui.key("ctrl+shift+s"), screen(()))[0] == [PressKey(key="s", modifiers=("ctrl", "shift"))]
