"""Domain values survive the wire."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.converter.action import action_from_pb, action_to_pb
from device_farm.converter.observation import fill_observation, fill_tree, observation_from_pb, tree_from_pb
from device_farm.errors import ConfigError, DataError
from device_farm.pb import types_pb2 as pb
from device_farm.types import action as actions
from device_farm.types.action import Action, Click, Terminate
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation, Screenshot
from device_farm.types.ui_tree import UiNode, UiTree

_INT = st.integers(-(2**31), 2**31 - 1)
_POINT = st.builds(Point, _INT, _INT)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_MODIFIERS = st.lists(st.sampled_from(["ctrl", "shift", "alt", "super"]), max_size=3).map(tuple)
_BUTTON = st.sampled_from(["left", "right", "middle"])
_ACTIONS = st.one_of(
    st.builds(actions.Click, at=_POINT, button=_BUTTON, count=st.integers(1, 3), modifiers=_MODIFIERS),
    st.builds(actions.MoveTo, at=_POINT),
    st.builds(actions.LongPress, at=_POINT, duration_ms=_INT),
    st.builds(actions.Drag, start=_POINT, end=_POINT, duration_ms=_INT, button=_BUTTON),
    st.builds(actions.Swipe, start=_POINT, end=_POINT, duration_ms=_INT),
    st.builds(actions.Scroll, at=_POINT, dx=_INT, dy=_INT),
    st.builds(actions.TypeText, text=_TEXT),
    st.builds(actions.PressKey, key=_TEXT, modifiers=_MODIFIERS),
    st.builds(actions.SystemButton, button=st.sampled_from(["back", "home", "recents", "enter"])),
    st.builds(actions.OpenApp, name=_TEXT),
    st.builds(actions.Wait, duration_s=st.floats(0, 1e6)),
    st.builds(actions.Answer, text=_TEXT),
    st.builds(actions.Terminate, status=st.sampled_from(["success", "failure"]), reason=_TEXT),
)
_STATES = st.frozensets(st.sampled_from(["checked", "enabled", "visible", "password", "long_clickable"]))
_LEAF = st.builds(
    UiNode,
    role=_TEXT,
    bounds=st.builds(Rect, _INT, _INT, _INT, _INT),
    text=_TEXT,
    description=_TEXT,
    hint=_TEXT,
    value=_TEXT,
    resource_id=_TEXT,
    app=_TEXT,
    states=_STATES,
)


def _with_children(nodes: st.SearchStrategy[UiNode]) -> st.SearchStrategy[UiNode]:
    children = st.lists(nodes, max_size=3).map(tuple)
    return st.builds(UiNode, role=_TEXT, bounds=st.just(Rect(0, 0, 1, 1)), states=_STATES, children=children)


_TREES = st.builds(UiTree, roots=st.lists(st.recursive(_LEAF, _with_children, max_leaves=10), max_size=3).map(tuple))


@settings(max_examples=200, deadline=None)
@given(_ACTIONS)
def test_action_survives_the_wire(action: Action) -> None:
    assert action_from_pb(pb.Action.FromString(action_to_pb(action).SerializeToString())) == action


@settings(max_examples=50, deadline=None)
@given(_TREES)
def test_tree_survives_the_wire(tree: UiTree) -> None:
    message = pb.UiTree()
    fill_tree(message, tree)
    assert tree_from_pb(pb.UiTree.FromString(message.SerializeToString())) == tree


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=12))
def test_any_child_counts_give_a_tree_or_a_data_error(counts: list[int]) -> None:
    message = pb.UiTree(nodes=[pb.UiNode(child_count=count) for count in counts])
    try:
        tree = tree_from_pb(message)
    except DataError:
        return
    assert sum(1 for _ in tree.walk()) == len(counts)


def test_observation_survives_the_wire() -> None:
    node = UiNode(role="r", bounds=Rect(1, 2, 3, 4), states=frozenset({"checked"}))
    for screenshot in (
        None,
        Screenshot(digest="d", size=Size(1, 2)),
        Screenshot(digest="d", size=Size(1, 2), data=b""),
    ):
        for tree in (None, UiTree(roots=()), UiTree(roots=(node,))):
            seen = Observation(
                sequence=7,
                screen=Size(64, 128),
                orientation="landscape",
                device_time_s=1.5,
                foreground=Foreground(app="a", window="w"),
                screenshot=screenshot,
                ui_tree=tree,
            )
            message = pb.Observation()
            fill_observation(message, seen)
            assert observation_from_pb(pb.Observation.FromString(message.SerializeToString())) == seen


def test_empty_action_and_unknown_number_are_refused() -> None:
    with pytest.raises(ConfigError, match="no action"):
        action_from_pb(pb.Action())
    with pytest.raises(DataError, match="99 is no status"):
        action_from_pb(pb.Action(terminate=pb.Terminate(status=99)))  # type: ignore[arg-type]


def test_number_that_does_not_fit_names_its_field() -> None:
    with pytest.raises(ConfigError, match="32 bits") as caught:
        action_to_pb(Click(at=Point(2**40, 0)))
    assert caught.value.field == "at"
    assert action_to_pb(Terminate(status="success")).terminate.reason == ""
