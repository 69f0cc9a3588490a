"""Widgets: the Android class, text and states that each of them shows to accessibility, and how they take touches."""

from __future__ import annotations

import pytest

from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.accessibility import ui_nodes
from device_farm.simulator.toolkit.hit import deepest, path_at
from device_farm.simulator.toolkit.layout import natural, place
from device_farm.simulator.toolkit.lower import lower
from device_farm.simulator.toolkit.node import Node
from device_farm.simulator.toolkit.scope import Scope
from device_farm.simulator.toolkit.theme import Theme
from device_farm.simulator.toolkit.view import ViewState
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode


class Host:
    """A view host that only remembers."""

    def __init__(self) -> None:
        self.state = ViewState()
        self.backs = 0

    def view(self) -> ViewState:
        return self.state

    def set_view(self, view: ViewState) -> None:
        self.state = view

    def back(self) -> None:
        self.backs += 1


def laid_out(widget: w.Widget, host: Host | None = None) -> Node:
    host = host or Host()
    node = lower(widget, Scope(host=host, theme=Theme(), view=host.state, package="com.x"))
    _, height = natural(node, 1080)
    place(node, 0, 0, 1080, min(height, 2400) or 2400)
    return node


def tree(widget: w.Widget) -> list[UiNode]:
    roots = ui_nodes(laid_out(widget), "com.x", Rect(0, 0, 1080, 2400))
    return [node for root in roots for node in root.walk()]


def nothing(*_: object) -> None:
    """A handler for widgets whose handler is not what is tested."""


@pytest.mark.parametrize(
    ("widget", "role", "states"),
    [
        (w.Text("a"), "android.widget.TextView", set()),
        (w.Button("a", on_tap=nothing), "android.widget.Button", {"clickable"}),
        (w.Button("a", enabled=False), "android.widget.Button", set()),
        (w.IconButton("add", description="a", on_tap=nothing), "android.widget.ImageButton", {"clickable"}),
        (w.Fab("add", description="a", on_tap=nothing), "android.widget.ImageButton", {"clickable"}),
        (w.Switch(True, on_change=nothing), "android.widget.Switch", {"checkable", "checked", "clickable"}),
        (w.Checkbox(False, "a", on_change=nothing), "android.widget.CheckBox", {"checkable", "clickable"}),
        (w.Radio(True, "a", on_change=nothing), "android.widget.RadioButton", {"checkable", "checked", "clickable"}),
        (w.Slider(5, on_change=nothing), "android.widget.SeekBar", {"clickable"}),
        (w.TextField(key="a", hint="b"), "android.widget.EditText", {"clickable", "editable", "long_clickable"}),
        (w.TextField(key="a", password=True), "android.widget.EditText", {"editable", "password"}),
        (w.Spinner(("a", "b"), key="a"), "android.widget.Spinner", {"clickable"}),
        (w.Chip("a", checked=True, on_tap=nothing), "android.widget.CompoundButton", {"checkable", "checked"}),
        (w.Progress(0.5), "android.widget.ProgressBar", set()),
        (w.ListRow("a", on_tap=nothing), "android.widget.LinearLayout", {"clickable"}),
        (w.SwitchRow("a", False, on_change=nothing), "android.widget.LinearLayout", {"clickable"}),
        (w.Scroll((w.Text("a"),), key="s"), "android.widget.ScrollView", set()),
        (w.LazyList(key="s"), "androidx.recyclerview.widget.RecyclerView", set()),
        (w.Tabs(("a", "b"), 1, on_pick=nothing), "android.widget.HorizontalScrollView", set()),
        (w.Image(b"no picture", width=10, height=10), "android.widget.ImageView", set()),
    ],
)
def test_widget_has_its_android_class_and_states(widget: w.Widget, role: str, states: set[str]) -> None:
    node = tree(widget)[0]
    assert node.role == role
    assert states <= node.states
    assert ("enabled" in node.states) is widget.enabled


def test_layout_only_containers_are_left_out_of_the_tree() -> None:
    assert [node.role.rpartition(".")[2] for node in tree(w.Column((w.Row((w.Text("a"),)),)))] == ["TextView"]


def test_resource_ids_are_completed_with_the_package() -> None:
    nodes = tree(w.Column((w.Text("a", resource_id="title"), w.Text("b", resource_id="android:id/summary"))))
    assert [node.resource_id for node in nodes] == ["com.x:id/title", "android:id/summary"]


def test_list_row_has_title_and_summary_as_children() -> None:
    row, *parts = tree(w.ListRow("Title", "Summary", icon="wifi", on_tap=nothing))
    assert row.text == ""
    assert [(part.text, part.resource_id) for part in parts] == [
        ("Title", "android:id/title"),
        ("Summary", "android:id/summary"),
    ]


def test_button_has_its_text_itself_and_no_children() -> None:
    assert [(node.text, node.children) for node in tree(w.Button("Save", on_tap=nothing))] == [("Save", ())]


def test_text_out_of_a_scrolled_part_is_not_seen() -> None:
    rows = tuple(w.ListRow(f"Row {number}") for number in range(80))
    texts = [node.text for node in tree(w.Column((w.Scroll(rows, key="rows", weight=1),), height="fill"))]
    assert "Row 0" in texts and "Row 79" not in texts


def test_class_name_and_description_can_be_given() -> None:
    node = tree(w.Column((w.Text("a"),), class_name="android.view.ViewGroup", description="group"))[0]
    assert (node.role, node.description) == ("android.view.ViewGroup", "group")


def test_back_arrow_asks_the_host() -> None:
    host = Host()
    root = laid_out(w.AppBar(title="A", navigation="back"), host)
    arrow = next(node for node in root.walk() if node.description == "Navigate up")
    assert arrow.on_tap is not None
    arrow.on_tap()
    assert host.backs == 1


def test_touch_meets_the_deepest_clickable_widget() -> None:
    hits: list[str] = []
    inner = w.Button("in", on_tap=lambda: hits.append("in"), width=100)
    root = laid_out(w.Column((w.Row((w.Text("text", weight=1), inner)),), on_tap=lambda: hits.append("out")))
    button = next(node for node in root.walk() if node.role.endswith("Button"))
    for x in (10, button.left + 5):
        found = deepest(path_at(root, x, button.top + 5), lambda node: node.on_tap is not None)
        assert found is not None and found.on_tap is not None
        found.on_tap()
    assert hits == ["out", "in"]


def test_touch_meets_what_lies_on_top() -> None:
    hits: list[str] = []
    root = laid_out(
        w.Stack(
            (
                w.Spacer(width=100, height=100, on_tap=lambda: hits.append("below")),
                w.Fab("add", on_tap=lambda: hits.append("above")),
            ),
            ("top_start", "top_start"),
        )
    )
    found = deepest(path_at(root, 20, 20), lambda node: node.on_tap is not None)
    assert found is not None and found.on_tap is not None
    found.on_tap()
    assert hits == ["above"]


def test_field_shown_first_reports_its_text_and_focus_wish() -> None:
    host = Host()
    scope = Scope(host=host, theme=Theme(), view=host.state, package="com.x", prefix="0:")
    lower(w.TextField(key="name", initial="Ann", autofocus=True), scope)
    assert scope.new_fields["0:name"].text == "Ann"
    assert scope.autofocus == "0:name"


@pytest.mark.parametrize("widget", [w.TextField(), w.Scroll(), w.LazyList(), w.Spinner(("a",)), w.MenuButton(())])
def test_widget_with_view_state_needs_a_key(widget: w.Widget) -> None:
    with pytest.raises(ValueError, match="needs a key"):
        laid_out(widget)


def test_open_menu_is_found_while_lowering() -> None:
    host = Host()
    host.state = ViewState(popup="menu")
    scope = Scope(host=host, theme=Theme(), view=host.state, package="com.x")
    lower(w.MenuButton((w.MenuItem("One", nothing),), key="menu"), scope)
    assert scope.popup is not None
    assert [item.text for item in scope.popup.items] == ["One"]


def test_foreign_widget_is_refused() -> None:
    with pytest.raises(TypeError, match="not a widget"):
        laid_out(w.Widget())
