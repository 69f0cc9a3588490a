from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.errors import ConfigError, DialectError
from device_farm.types.action import Action, Click, Drag, LongPress, OpenApp, Swipe, SystemButton, Terminate, Wait
from device_farm.types.codec import computer_use, mobile_use
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.dialects import DIALECTS, dialect_by_name
from device_farm.types.codec.json import decode
from device_farm.types.codec.space import CoordinateSpace, smart_resize
from device_farm.types.codec.ui_tars import UiTars
from device_farm.types.geometry import Point, Size

_GOLDEN = {path.stem: json.loads(path.read_text("utf-8")) for path in Path(__file__).parent.glob("golden/*.json")}
_ROOT = Path(__file__).parents[2]
_DATA = Path(os.environ.get("FARM_ANDROIDCONTROL", _ROOT.parent / "shared" / "data" / "androidcontrol"))


def _space(golden: dict[str, Any]) -> CoordinateSpace:
    pointer = golden["space"].get("pointer")
    return CoordinateSpace(
        native=Size(*golden["space"]["native"]),
        model=Size(*golden["space"]["model"]),
        pointer=None if pointer is None else Point(*pointer),
    )


_CASES = [
    pytest.param(golden, case, id=f"{name}-{index}")
    for name, golden in _GOLDEN.items()
    for index, case in enumerate(golden["cases"])
]
_ERRORS = [
    pytest.param(golden, text, message, id=f"{name}-{index}")
    for name, golden in _GOLDEN.items()
    for index, (text, message) in enumerate(golden["errors"])
]


def test_golden_files_cover_every_dialect() -> None:
    assert set(_GOLDEN) == set(DIALECTS)


@pytest.mark.parametrize(("golden", "case"), _CASES)
def test_dialect_parses_golden_text(golden: dict[str, Any], case: dict[str, Any]) -> None:
    turn = DIALECTS[golden["dialect"]].parse(case["text"], _space(golden))
    assert turn.action == decode(Action, case["action"])
    assert turn.thought == case["thought"]


@pytest.mark.parametrize(("golden", "case"), [case for case in _CASES if case.values[1]["canonical"]])
def test_dialect_writes_golden_text(golden: dict[str, Any], case: dict[str, Any]) -> None:
    dialect = DIALECTS[golden["dialect"]]
    assert dialect.format(decode(Action, case["action"]), case["thought"], _space(golden)) == case["text"]


@pytest.mark.parametrize(("golden", "text", "message"), _ERRORS)
def test_dialect_error_names_what_is_wrong(golden: dict[str, Any], text: str, message: str) -> None:
    with pytest.raises(DialectError) as caught:
        DIALECTS[golden["dialect"]].parse(text, _space(golden))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("dialect", "action"),
    [
        ("ui_s1", Drag(start=Point(0, 0), end=Point(1, 1))),
        ("ui_s1", Click(at=Point(1, 1), count=2)),
        ("computer_use", OpenApp(name="x")),
        ("computer_use", SystemButton(button="back")),
        ("ui_tars", Drag(start=Point(0, 0), end=Point(1, 1))),
        ("ui_tars_desktop", Swipe(start=Point(0, 0), end=Point(1, 1))),
        ("ui_s1", Click(at=Point(5000, 1))),
    ],
)
def test_dialect_refuses_to_write_what_it_has_no_word_for(dialect: str, action: Action) -> None:
    with pytest.raises(DialectError):
        DIALECTS[dialect].format(action, "", CoordinateSpace.exact(Size(1080, 2400)))


@pytest.mark.parametrize("thought", ["a </think> b", "<action>", "<tool_call>{}</tool_call>"])
def test_thought_with_a_tag_of_the_dialect_is_refused(thought: str) -> None:
    with pytest.raises(DialectError, match="thought"):
        DIALECTS["ui_s1"].format(Wait(), thought, CoordinateSpace.exact(Size(10, 10)))


def test_box_tokens_are_written_where_asked_for() -> None:
    space = CoordinateSpace.exact(Size(10, 10))
    text = UiTars(box_tokens=True).format(Click(at=Point(1, 2)), "", space)
    assert text == "Action: click(start_box='<|box_start|>(1,2)<|box_end|>')"
    assert UiTars().parse(text, space).action == Click(at=Point(1, 2))


def test_unknown_dialect_lists_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"unknown dialect 'qwen'.*ui_tars"):
        dialect_by_name("qwen")


@pytest.mark.parametrize(
    ("size", "resized"),
    [
        # Worked out by hand from the formula of qwen-vl-utils with its default bounds.
        (Size(1080, 2400), Size(672, 1484)),
        (Size(1280, 800), Size(1260, 784)),
        (Size(1092, 728), Size(1092, 728)),
        (Size(20, 20), Size(56, 56)),
    ],
)
def test_smart_resize_gives_the_numbers_of_the_reference(size: Size, resized: Size) -> None:
    assert smart_resize(size) == resized


def test_smart_resize_refuses_extreme_aspect() -> None:
    with pytest.raises(ConfigError, match="200 to 1"):
        smart_resize(Size(10, 3000))


_SIZES = st.builds(Size, st.integers(28, 4000), st.integers(28, 4000))


@given(native=_SIZES, share_x=st.floats(0, 1), share_y=st.floats(0, 1), relative=st.booleans())
@settings(max_examples=200)
def test_coordinates_return_within_half_a_cell(native: Size, share_x: float, share_y: float, relative: bool) -> None:
    space = CoordinateSpace.relative(native) if relative else CoordinateSpace.resized(native)
    point = native.clamp(Point(int(share_x * native.width), int(share_y * native.height)))
    back = space.to_native(*space.to_model(point))
    # Half a cell of the model's grid in native pixels, and half a pixel for the rounding of the native side.
    assert abs(back.x - point.x) <= 0.5 * native.width / space.model.width + 0.5
    assert abs(back.y - point.y) <= 0.5 * native.height / space.model.height + 0.5
    assert native.contains(back)


@given(native=_SIZES, share_x=st.floats(0, 1), share_y=st.floats(0, 1))
@settings(max_examples=100)
def test_coordinates_are_exact_in_the_native_space(native: Size, share_x: float, share_y: float) -> None:
    space = CoordinateSpace.exact(native)
    point = native.clamp(Point(int(share_x * native.width), int(share_y * native.height)))
    assert space.to_model(point) == (point.x, point.y)
    assert space.to_native(point.x, point.y) == point


_SCREEN = Size(1080, 2400)
_POINTS = st.builds(Point, st.integers(0, 1079), st.integers(0, 2399))
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_NAMES = _TEXT.filter(str.strip)
_KEYS = st.sampled_from(["enter", "tab", "a", "7", "f5", "page_down", "volume_up", "space", "'", "\\"])
_WAITS = st.builds(Wait, duration_s=st.sampled_from([0.5, 1.0, 2.0, 5.0]))
_TYPES = st.builds(mobile_use.TypeText, text=_TEXT)
_PHONE = st.one_of(
    st.builds(Click, at=_POINTS),
    st.builds(LongPress, at=_POINTS, duration_ms=st.sampled_from([500, 1000, 2000])),
    st.builds(Swipe, start=_POINTS, end=_POINTS),
    st.builds(OpenApp, name=_NAMES),
    st.builds(SystemButton, button=st.sampled_from(["back", "home", "recents", "enter"])),
    st.builds(mobile_use.PressKey, key=_KEYS),
    _TYPES,
    _WAITS,
    st.builds(Terminate, status=st.sampled_from(["success", "failure"])),
)
_ANSWERS = st.builds(mobile_use.Answer, text=_TEXT)
_MODIFIERS = st.lists(st.sampled_from(["ctrl", "shift", "alt", "super"]), unique=True).map(tuple)
_DESKTOP = st.one_of(
    st.builds(Click, at=_POINTS, count=st.sampled_from([1, 2])),
    st.builds(Click, at=_POINTS, button=st.just("right")),
    st.builds(Drag, start=_POINTS, end=_POINTS),
    st.builds(mobile_use.MoveTo, at=_POINTS),
    st.builds(mobile_use.Scroll, at=_POINTS, dy=st.sampled_from([-5, 5])),
    st.builds(mobile_use.Scroll, at=_POINTS, dx=st.sampled_from([-5, 5])),
    st.builds(mobile_use.PressKey, key=_KEYS, modifiers=_MODIFIERS),
    _TYPES,
    _WAITS,
    st.builds(Terminate, status=st.sampled_from(["success", "failure"])),
)
_PAIRS = st.one_of(
    st.tuples(st.sampled_from([DIALECTS["ui_s1"], DIALECTS["mobile_use"]]), st.one_of(_PHONE, _ANSWERS)),
    st.tuples(st.just(DIALECTS["computer_use"]), st.one_of(_DESKTOP, _ANSWERS)),
    st.tuples(st.sampled_from([DIALECTS["ui_tars"], UiTars(box_tokens=True)]), _PHONE),
    st.tuples(st.just(DIALECTS["ui_tars_desktop"]), _DESKTOP),
)
_THOUGHTS = _TEXT.filter(lambda text: "<" not in text and "Action:" not in text and ":" not in text)


@given(pair=_PAIRS, thought=_THOUGHTS)
@settings(max_examples=400)
def test_dialect_round_trip_is_exact_in_the_native_space(pair: tuple[Dialect, Action], thought: str) -> None:
    dialect, action = pair
    space = CoordinateSpace.exact(_SCREEN)
    turn = dialect.parse(dialect.format(action, thought, space), space)
    assert turn.action == action
    assert turn.thought == thought.strip()


_FRAGMENTS = st.sampled_from(
    [
        "<think>",
        "</think>",
        "<action>",
        "</action>",
        "<tool_call>",
        "</tool_call>",
        '{"action": "click"',
        ', "coordinate"',
        ": [1, 2]",
        "}",
        "{",
        '"',
        "'",
        "[",
        "]",
        "Thought: ",
        "\nAction: ",
        "click(",
        "start_box=",
        "'(1,2)'",
        ")",
        "type(",
        "content=",
        "\\",
        "wait()",
        '"time": ',
        "1e999",
        "NaN",
        '{"name": "mobile_use", "arguments": ',
        "null",
        "<|box_start|>",
        '{"action": "wait", "time": ',
        "9" * 5000,
        "[" * 3000,
    ]
)


@given(text=st.one_of(st.text(max_size=80), st.lists(_FRAGMENTS, max_size=14).map("".join)))
@settings(max_examples=500)
def test_any_text_is_an_action_or_a_dialect_error(text: str) -> None:
    for dialect in DIALECTS.values():
        for space in (CoordinateSpace.exact(_SCREEN), CoordinateSpace.relative(_SCREEN)):
            try:
                turn = dialect.parse(text, space)
            except DialectError:
                continue
            assert isinstance(turn.thought, str)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_ARGUMENT = st.sampled_from(["coordinate", "coordinate2", "text", "time", "button", "status", "keys", "pixels"])
_ACTION = st.sampled_from(
    ["click", "swipe", "type", "key", "wait", "left_click", "scroll", "left_click_drag", "terminate"]
)


@given(name=_ACTION, arguments=st.dictionaries(_ARGUMENT, _JSON, max_size=4))
@settings(max_examples=300)
def test_any_arguments_are_an_action_or_a_dialect_error(name: str, arguments: dict[str, Any]) -> None:
    space = CoordinateSpace.exact(_SCREEN)
    for parse in (mobile_use.parse_action, computer_use.parse_action):
        try:
            parse({"action": name, **arguments}, space)
        except DialectError as error:
            assert error.message


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_schema_names_every_action_that_the_dialect_parses(name: str) -> None:
    schema = DIALECTS[name].schema()
    json.dumps(schema)
    described = json.dumps(schema)
    for case in _GOLDEN[name]["cases"]:
        if name.startswith("ui_tars"):
            word = case["text"].partition("Action:")[2].strip().split("(")[0]
        else:
            word = json.loads("{" + case["text"][case["text"].index('"action"') :].split("}")[0] + "}")["action"]
        assert not word or word in described


def _lines() -> list[dict[str, Any]]:
    if not _DATA.is_dir():
        if "androidcontrol" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail(f"no AndroidControl data at {_DATA}")
        pytest.skip(f"no AndroidControl data at {_DATA}; set FARM_ANDROIDCONTROL")
    return [json.loads(line) for path in sorted(_DATA.glob("*.jsonl")) for line in path.open(encoding="utf-8")]


def test_every_androidcontrol_action_parses_and_round_trips() -> None:
    space = CoordinateSpace.exact(Size(1440, 3120))
    dialect = DIALECTS["ui_s1"]
    count = 0
    for line in _lines():
        for step in line["steps"]:
            content = step["action_content"]
            action = mobile_use.parse_action(content, space)
            text = f"<think>\n{step.get('step_instruction', '')}\n</think>\n<action>\n{json.dumps(content)}\n</action>"
            assert dialect.parse(text, space).action == action
            assert dialect.parse(dialect.format(action, "", space), space).action == action
            count += 1
    assert count > 6000
