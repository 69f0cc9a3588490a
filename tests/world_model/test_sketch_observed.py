from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch_strategies import SCREEN, sketches

from device_farm.errors import DataError
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from world_model.sketch.digest import sketch_digest
from world_model.sketch.labels import label_of, role_of
from world_model.sketch.observed import sketch_of
from world_model.sketch.printing import print_line, print_sketch
from world_model.sketch.ranking import in_reading_order, task_related_first, within_budget
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketch.tokens import estimated_tokens
from world_model.sketch.tree import tree_of

SEEN: frozenset[UiState] = frozenset({"visible", "enabled"})


def node(role: str, box: tuple[int, int, int, int], *states: UiState, text: str = "", **rest: object) -> UiNode:
    return UiNode(role=role, bounds=Rect(*box), text=text, states=SEEN | frozenset(states), **rest)  # type: ignore[arg-type]


def seen(*nodes: UiNode, screen: Size = SCREEN) -> Observation:
    root = node("android.widget.FrameLayout", (0, 0, screen.width, screen.height), children=nodes)
    return Observation(
        sequence=1,
        screen=screen,
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app="com.example", window=".Main"),
        ui_tree=UiTree(roots=(root,)),
    )


def printed(*nodes: UiNode) -> list[str]:
    return [print_line(line) for line in sketch_of(seen(*nodes)).lines]


def test_phone_row_is_called_by_its_title_which_is_no_line_of_its_own() -> None:
    row = node(
        "android.widget.LinearLayout",
        (0, 20, 200, 60),
        "clickable",
        children=(
            node("android.widget.TextView", (10, 22, 100, 40), text="Wi-Fi"),
            node("android.widget.TextView", (10, 41, 100, 58), text="Connected"),
            node("android.widget.Switch", (150, 25, 190, 55), "clickable", "checkable", "checked"),
        ),
    )
    assert printed(row) == [
        "label = item | text='Wi-Fi' | bbox=[0, 20, 200, 60]",
        "label = text | text='Connected' | bbox=[10, 41, 100, 58]",
        "label = switch | text='' | bbox=[150, 25, 190, 55] | state=[checked]",
    ]


def test_desktop_roles_share_the_labels_of_phones() -> None:
    lines = printed(
        node("push button", (0, 0, 50, 20), "clickable", "focusable", text="Save"),
        node("text", (0, 30, 150, 50), "editable", "focused", text="File name", value="notes.txt"),
        node("check box", (0, 60, 90, 80), "checkable", text="Hidden files"),
        node("scroll pane", (0, 100, 200, 290), "scrollable"),
        node("panel", (0, 85, 200, 99)),
    )
    assert lines == [
        "label = button | text='Save' | bbox=[0, 0, 50, 20]",
        "label = field | text='notes.txt' | bbox=[0, 30, 150, 50] | state=[focused]",
        "label = checkbox | text='Hidden files' | bbox=[0, 60, 90, 80] | state=[unchecked]",
        "label = list | text='' | bbox=[0, 100, 200, 290]",
    ]


def test_what_a_label_does_not_say_stands_as_a_state() -> None:
    disabled = UiNode(
        role="android.widget.Button", bounds=Rect(0, 0, 50, 20), text="Send", states=frozenset({"visible"})
    )
    assert printed(disabled, node("android.widget.TextView", (0, 30, 90, 50), "clickable", text="More")) == [
        "label = button | text='Send' | bbox=[0, 0, 50, 20] | state=[disabled]",
        "label = text | text='More' | bbox=[0, 30, 90, 50] | state=[clickable]",
    ]


def test_long_text_is_cut_and_equal_elements_are_one() -> None:
    same = node("android.widget.TextView", (0, 0, 90, 20), text="x" * 900)
    (line,) = sketch_of(seen(same)).lines
    assert line.text == "x" * 300


def test_observation_without_a_tree_names_the_fix() -> None:
    bare = Observation(
        sequence=1, screen=SCREEN, orientation="portrait", device_time_s=0.0, foreground=Foreground(app="a")
    )
    with pytest.raises(DataError, match="sketch from pixels"):
        sketch_of(bare)


@pytest.mark.parametrize(
    ("role", "label"),
    [
        ("android.widget.Button", "button"),
        ("androidx.appcompat.widget.AppCompatButton", "button"),
        ("androidx.recyclerview.widget.RecyclerView", "list"),
        ("android.widget.FrameLayout", "item"),
        ("com.example.FancyKnob2", "fancy knob2"),
        ("push button", "button"),
        ("spreadsheet thing", "spreadsheet thing"),
        ("", "element"),
        ("日本", "element"),
    ],
)
def test_role_has_a_label(role: str, label: str) -> None:
    assert label_of(role) == label


def test_label_comes_back_from_its_role_on_either_platform() -> None:
    for label in (
        "button",
        "text",
        "field",
        "image",
        "checkbox",
        "radio",
        "switch",
        "slider",
        "choice",
        "list",
        "item",
    ):
        assert label_of(role_of(label, "android")) == label
        assert label_of(role_of(label, "desktop")) == label


@settings(max_examples=60, deadline=None)
@given(sketches, st.sampled_from(["android", "desktop"]))
def test_tree_of_a_sketch_keeps_every_line_in_what_holds_it(sketch: Sketch, platform: Platform) -> None:
    (root,) = tree_of(sketch, platform).roots
    nodes = list(root.walk())
    assert sorted((node.text, str(node.bounds)) for node in nodes[1:]) == sorted(
        (line.text, str(line.box)) for line in sketch.lines
    )
    assert all(child.bounds.intersect(node.bounds) == child.bounds for node in nodes for child in node.children)


def test_boxes_nested_a_thousand_times_make_no_deep_tree() -> None:
    screen = Size(4000, 4000)
    lines = tuple(SketchLine(label="item", text="", box=Rect(at, at, 4000 - at, 4000 - at)) for at in range(1500))
    tree = tree_of(Sketch(screen=screen, lines=lines), "android")
    assert len(list(tree.walk())) == 1501
    assert tree == tree_of(Sketch(screen=screen, lines=lines[::-1]), "android")


def test_sketch_of_an_imagined_tree_is_the_sketch() -> None:
    sketch = Sketch(
        screen=SCREEN,
        app="com.example",
        window=".Main",
        lines=(
            SketchLine(label="list", text="", box=Rect(0, 50, 200, 290)),
            SketchLine(label="switch", text="Wi-Fi", box=Rect(0, 60, 200, 90), states=frozenset({"checked"})),
            SketchLine(label="text", text="More", box=Rect(10, 100, 90, 120), states=frozenset({"clickable"})),
            SketchLine(label="item", text="Row", box=Rect(0, 200, 200, 280)),
            SketchLine(label="text", text="in the row", box=Rect(10, 210, 190, 270)),
            SketchLine(label="button", text="Send", box=Rect(10, 130, 90, 150), states=frozenset({"disabled"})),
            SketchLine(label="field", text="a b", box=Rect(10, 160, 90, 190), states=frozenset({"focused"})),
        ),
    )
    platforms: tuple[Platform, ...] = ("android", "desktop")
    for platform in platforms:
        again = Observation(
            sequence=1,
            screen=SCREEN,
            orientation="portrait",
            device_time_s=0.0,
            foreground=Foreground(app="com.example", window=".Main"),
            ui_tree=tree_of(sketch, platform),
        )
        assert sketch_of(again).elements == sketch.elements


def text_at(top: int, text: str, label: str = "text", left: int = 0) -> SketchLine:
    return SketchLine(label=label, text=text, box=Rect(left, top, left + 50, top + 10))


def test_lines_that_share_words_with_the_goal_come_first() -> None:
    lines = (text_at(0, "Display"), text_at(20, "Search", "field"), text_at(40, "Turn Wi-Fi on", "switch"))
    ordered = task_related_first(Sketch(screen=SCREEN, lines=lines), "Turn on the Wi-Fi.")
    assert [line.text for line in ordered.lines] == ["Turn Wi-Fi on", "Search", "Display"]


def test_budget_keeps_the_first_lines_that_fit() -> None:
    sketch = Sketch(screen=SCREEN, lines=tuple(text_at(20 * at, f"row {at}") for at in range(10)))
    whole = estimated_tokens(print_sketch(sketch))
    assert within_budget(sketch, whole + 20) == sketch
    half = within_budget(sketch, whole // 2)
    assert half.lines == sketch.lines[: len(half.lines)]
    assert 2 <= len(half.lines) <= 5
    assert estimated_tokens(print_sketch(half)) <= whole // 2
    assert within_budget(sketch, 0).lines == ()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        *[
            ("", 0),
            ("a", 1),
            ("word", 1),
            ("words", 2),
            ("two words", 3),
            ("1080", 4),
            ("[1, 2]", 5),
            ("é", 1),
            ("日本", 3),
        ],
        *[("a\n\nb", 4), ("   ", 2), ("日本", 3)],
    ],
)
def test_tokens_are_estimated(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


@settings(max_examples=60, deadline=None)
@given(sketches, st.randoms())
def test_digest_and_reading_order_do_not_depend_on_order(sketch: Sketch, random: Random) -> None:
    lines = list(sketch.lines)
    random.shuffle(lines)
    other = Sketch(screen=sketch.screen, lines=tuple(lines), app=sketch.app, window=sketch.window)
    assert sketch_digest(other) == sketch_digest(sketch)
    assert in_reading_order(other) == in_reading_order(sketch)
    assert sketch_digest(Sketch(screen=sketch.screen, lines=sketch.lines, app=sketch.app + "x")) != sketch_digest(
        sketch
    )


def test_button_at_the_edge_of_a_list_is_not_cut_off_by_it() -> None:
    lines = (
        SketchLine(label="list", text="", box=Rect(0, 50, 200, 290)),
        SketchLine(label="button", text="Add", box=Rect(150, 240, 200, 290)),
    )
    (root,) = tree_of(Sketch(screen=SCREEN, lines=lines), "android").roots
    assert [child.text for child in root.children] == ["", "Add"]
