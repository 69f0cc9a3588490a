"""A sketch as a tree in the clothes of a real screen."""

from __future__ import annotations

from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from world_model.imagined.dressing import dressed
from world_model.sketch.observed import sketch_of
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketch.tree import tree_of

SCREEN = Size(100, 200)
SEEN: frozenset[UiState] = frozenset({"enabled", "visible"})
SAVE = UiNode(
    role="android.widget.ImageButton",
    bounds=Rect(0, 20, 50, 60),
    description="Save",
    resource_id="app:id/save",
    app="app",
    states=SEEN | {"clickable", "focusable"},
)
CLOCK = UiNode(role="android.widget.TextView", bounds=Rect(0, 0, 20, 10), text="3:34", app="bars", states=SEEN)
REAL = UiTree(
    roots=(
        UiNode(
            role="android.widget.FrameLayout", bounds=Rect(0, 20, 100, 200), app="app", states=SEEN, children=(SAVE,)
        ),
        UiNode(
            role="android.widget.FrameLayout", bounds=Rect(0, 0, 100, 20), app="bars", states=SEEN, children=(CLOCK,)
        ),
    )
)
NEW = SketchLine(label="text", text="Saved", box=Rect(0, 70, 100, 90))


def seen() -> Sketch:
    return sketch_of(
        Observation(
            sequence=0,
            screen=SCREEN,
            orientation="portrait",
            device_time_s=0.0,
            foreground=Foreground(app="app", window="main"),
            ui_tree=REAL,
        )
    )


def test_what_is_still_there_is_told_as_the_device_tells_it() -> None:
    now = seen()
    tree = dressed(Sketch(screen=SCREEN, lines=(*now.lines, NEW), app="app", window="main"), REAL, "android")
    page, bars = tree.roots
    (save, saved), (clock,) = page.children, bars.children
    assert (save.role, save.description, save.text, save.resource_id) == (SAVE.role, "Save", "", "app:id/save")
    assert (saved.role, saved.text, saved.resource_id) == ("android.widget.TextView", "Saved", "")
    assert (bars.app, clock.text, clock.role) == ("bars", "3:34", CLOCK.role)
    plain = tree_of(now, "android")
    assert len(plain.roots) == 1 and {node.role for node in plain.walk()} & {SAVE.role} == set()


def test_a_screen_without_anything_of_the_real_one_is_as_before() -> None:
    other = Sketch(screen=SCREEN, lines=(NEW,), app="other", window="main")
    assert dressed(other, REAL, "android") == tree_of(other, "android")


def test_a_state_that_changed_is_the_sketch_s() -> None:
    box = Rect(0, 20, 100, 60)
    off: frozenset[UiState] = SEEN | {"checkable", "clickable"}
    switch = UiNode(
        role="android.widget.Switch", bounds=box, text="Wi-Fi", resource_id="id/wifi", app="app", states=off
    )
    line = SketchLine(label="switch", text="Wi-Fi", box=box, states=frozenset({"checked"}))
    tree = dressed(Sketch(screen=SCREEN, lines=(line,), app="app"), UiTree(roots=(switch,)), "android")
    (node,) = tree.roots[0].children
    assert node.resource_id == "id/wifi" and "checked" in node.states
