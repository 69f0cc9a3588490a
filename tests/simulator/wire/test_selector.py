"""UiSelector semantics and the XML dump, on a tree made by hand."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.uiautomator.hierarchy import hierarchy_xml, object_info
from device_farm.simulator.uiautomator.selector import SelectorError, select
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode, UiState, UiTree


def node(role: str, text: str = "", *children: UiNode, states: frozenset[UiState] = frozenset(), **more: str) -> UiNode:
    return UiNode(
        role=f"android.widget.{role}",
        bounds=Rect(0, 0, 10, 10),
        text=text,
        children=children,
        states=states,
        app="com.example",
        **more,  # type: ignore[arg-type]
    )


def row(text: str, *, checked: bool) -> UiNode:
    states: frozenset[UiState] = frozenset({"checkable", "checked"}) if checked else frozenset({"checkable"})
    return node("LinearLayout", "", node("TextView", text), node("Switch", "", states=states), resource_id="app:id/row")


TEXT = "android.widget.TextView"
TITLE = node("TextView", "Settings")
TREE = UiTree(
    roots=(
        node(
            "FrameLayout", "", node("TextView", "Settings"), row("Wi-Fi", checked=True), row("Bluetooth", checked=False)
        ),
        node("FrameLayout", "", node("TextView", "12:00", description="Clock. 12:00")),
    )
)


def texts(selector: dict[str, Any], *, all_instances: bool = False) -> list[str]:
    return [place.node.text for place in select(TREE, selector, all_instances=all_instances)]


def child(kind: str, outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return {**outer, "mask": 1, "childOrSibling": [kind], "childOrSiblingSelector": [inner]}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"text": "Wi-Fi"}, ["Wi-Fi"]),
        ({"text": "Wi"}, []),
        ({"textContains": "tooth"}, ["Bluetooth"]),
        ({"textStartsWith": "Set"}, ["Settings"]),
        ({"textMatches": "[BW].*"}, ["Wi-Fi", "Bluetooth"]),
        ({"textMatches": "Wi"}, []),
        ({"className": TEXT}, ["Settings", "Wi-Fi", "Bluetooth", "12:00"]),
        ({"className": TEXT, "instance": 2}, ["Bluetooth"]),
        ({"className": TEXT, "instance": 9}, []),
        ({"classNameMatches": ".*TextView", "index": 0, "textContains": "i"}, ["Settings", "Wi-Fi"]),
        ({"description": "Clock. 12:00"}, ["12:00"]),
        ({"resourceId": "app:id/row", "index": 2}, [""]),
        ({"packageName": "com.other"}, []),
        ({"text": "Wi-Fi", "checked": False}, ["Wi-Fi"]),
        (child("sibling", {"text": "Wi-Fi"}, {"checked": True}), [""]),
        (child("sibling", {"text": "Bluetooth"}, {"checked": True}), []),
        (child("child", {"resourceId": "app:id/row"}, {"className": TEXT}), ["Wi-Fi", "Bluetooth"]),
        (child("child", {"resourceId": "app:id/row"}, {"className": TEXT, "instance": 1}), ["Bluetooth"]),
        (child("child", {"resourceId": "app:id/row", "instance": 1}, {"textContains": ""}), ["Bluetooth", ""]),
    ],
)  # fmt: skip
def test_selector_picks_nodes(selector: dict[str, Any], expected: list[str]) -> None:
    assert texts(selector) == expected


def test_selector_counts_all_instances_where_asked() -> None:
    assert len(texts({"className": TEXT, "instance": 2}, all_instances=True)) == 4


@pytest.mark.parametrize(
    "selector",
    [{"txt": "a"}, {"textMatches": "("}, {"text": 3}, {"text": "Wi-Fi", "instance": -1}, {"descriptionEnds": "x"},
     {"childOrSibling": ["child"], "childOrSiblingSelector": []},
     {"childOrSibling": ["parent"], "childOrSiblingSelector": [{}]}],
)  # fmt: skip
def test_selector_refuses_what_it_does_not_know(selector: dict[str, Any]) -> None:
    with pytest.raises(SelectorError):
        select(TREE, selector)


@settings(max_examples=40)
@given(st.text(st.characters(), max_size=20), st.text(max_size=20))
def test_dump_is_well_formed_for_any_text(text: str, description: str) -> None:
    tree = UiTree(roots=(node("TextView", text, description=description),))
    root = ElementTree.fromstring(hierarchy_xml(tree, rotation=0).encode("utf-8", "replace"))
    (shown,) = root
    if text.isprintable():
        assert shown.get("text") == text


def test_dump_names_flags_bounds_and_depth() -> None:
    root = ElementTree.fromstring(hierarchy_xml(TREE, rotation=1))
    assert root.get("rotation") == "1"
    switch = root[0][1][1]
    assert (switch.get("class"), switch.get("checked"), switch.get("bounds")) == (
        "android.widget.Switch", "true", "[0,0][10,10]",
    )  # fmt: skip
    shallow = ElementTree.fromstring(hierarchy_xml(TREE, rotation=0, max_depth=2))
    assert len(shallow[0]) == 3
    assert len(shallow[0][1]) == 0


def test_object_info_has_what_uiautomator2_reads() -> None:
    (switch,) = select(TREE, {"checked": True})
    info = object_info(switch)
    assert info["bounds"] == {"left": 0, "top": 0, "right": 10, "bottom": 10} == info["visibleBounds"]
    assert info["checked"] is True and info["checkable"] is True and info["longClickable"] is False
    assert info["packageName"] == "com.example"
