from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_farm.errors import DataError
from device_farm.types.action import Action, Click, TypeText
from device_farm.types.codec.json import decode, dumps, encode, from_document, loads, to_document
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation, Screenshot
from device_farm.types.task import Task
from device_farm.types.trajectory import (
    Episode,
    Evidence,
    ImaginedScreen,
    InfraError,
    ModelTurn,
    Outcome,
    PolicyFailed,
    Provenance,
    Scored,
    Step,
    StepLookahead,
    StepOpinion,
    StepReview,
    TimedOut,
    Undecided,
)
from device_farm.types.ui_tree import UiNode, UiTree

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_TEXT = st.text(max_size=12)
_RECT = st.builds(Rect, *[st.integers(-9, 5000)] * 4)
_SIZE = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))
_POINT = st.builds(Point, st.integers(-9, 5000), st.integers(-9, 5000))
st.register_type_strategy(Point, _POINT)
st.register_type_strategy(Rect, _RECT)
st.register_type_strategy(Size, _SIZE)
st.register_type_strategy(str, _TEXT)
st.register_type_strategy(float, _FINITE)
_STATES = st.frozensets(st.sampled_from(["clickable", "checked", "visible", "enabled"]))


def _node(children: st.SearchStrategy[Any]) -> st.SearchStrategy[UiNode]:
    return st.builds(
        UiNode, role=_TEXT, bounds=_RECT, text=_TEXT, value=_TEXT, resource_id=_TEXT, states=_STATES, children=children
    )


_NODES = st.recursive(_node(st.just(())), lambda inner: _node(st.lists(inner, max_size=3).map(tuple)), max_leaves=5)
_TREES = st.builds(UiTree, roots=st.lists(_NODES, max_size=2).map(tuple))
_SHOTS = st.builds(Screenshot, digest=_TEXT, size=_SIZE, data=st.none() | st.binary(max_size=20))
_OBSERVATIONS = st.builds(
    Observation,
    sequence=st.integers(),
    screen=_SIZE,
    orientation=st.sampled_from(["portrait", "landscape"]),
    device_time_s=_FINITE,
    foreground=st.builds(Foreground, app=_TEXT, window=_TEXT),
    screenshot=st.none() | _SHOTS,
    ui_tree=st.none() | _TREES,
)
_ACTIONS = st.one_of(*(st.from_type(kind) for kind in get_args(Action)))
_EVIDENCE = st.lists(st.builds(Evidence), max_size=2).map(tuple)
_OUTCOMES = st.one_of(
    st.builds(Scored, reward=_FINITE, evidence=_EVIDENCE),
    st.builds(Undecided, reason=_TEXT, evidence=_EVIDENCE),
    st.builds(InfraError, phase=st.sampled_from(["lease", "set_up", "run", "evaluate"])),
    st.builds(TimedOut, budget_s=_FINITE),
    st.builds(PolicyFailed),
)
_OPINIONS = st.builds(
    StepOpinion,
    right=st.none() | st.booleans(),
    confidence=_FINITE,
    faults=st.lists(_TEXT, max_size=2).map(tuple),
)
_REVIEWS = st.builds(
    StepReview,
    proposed=_ACTIONS,
    critique=_OPINIONS,
    corrected=st.none() | _ACTIONS,
    second=st.none() | _OPINIONS,
    chosen=st.sampled_from(["proposed", "corrected"]),
)
_IMAGINED = st.builds(ImaginedScreen, action=_ACTIONS, screen=st.none() | _TEXT)
_LOOKAHEADS = st.builds(
    StepLookahead,
    reactive=_ACTIONS,
    branches=st.lists(st.lists(_IMAGINED, max_size=2).map(tuple), max_size=2).map(tuple),
    shown=st.lists(st.integers(), max_size=2).map(tuple),
    choice=st.none() | st.integers(),
    values=st.lists(_FINITE, max_size=2).map(tuple),
    faults=st.lists(_TEXT, max_size=2).map(tuple),
    ms=_FINITE,
)
_STEPS = st.builds(
    Step,
    index=st.integers(),
    observation=_OBSERVATIONS,
    action=st.none() | _ACTIONS,
    turn=st.none()
    | st.builds(
        ModelTurn,
        prompt_tokens=st.none() | st.integers(),
        token_ids=st.lists(st.integers(), max_size=2).map(tuple),
        logprobs=st.lists(_FINITE, max_size=2).map(tuple),
    ),
    changed=st.none() | _RECT,
    review=st.none() | _REVIEWS,
    lookahead=st.none() | _LOOKAHEADS,
)
_TASKS = st.builds(
    Task, platform=st.just("android"), params=st.dictionaries(_TEXT, _JSON, max_size=2), tags=st.just(("a", "b"))
)
_EPISODES = st.builds(
    Episode,
    task=_TASKS,
    steps=st.lists(_STEPS, max_size=2).map(tuple),
    outcome=_OUTCOMES,
    provenance=st.builds(Provenance, extra=st.dictionaries(_TEXT, _JSON, max_size=2)),
    stop=st.sampled_from(["terminated", "error"]),
    claimed=st.none() | st.just("success"),
    final=st.none() | _OBSERVATIONS,
)


@given(value=st.one_of(_EPISODES, _STEPS, _TASKS, _OBSERVATIONS, _TREES))
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_json_is_an_exact_inverse(value: Any) -> None:
    text = dumps(value)
    assert text.isascii() and "\n" not in text
    again = loads(type(value), text)
    assert again == value
    assert dumps(again) == text


@given(action=_ACTIONS)
@settings(max_examples=60)
def test_json_of_an_action_is_tagged(action: Action) -> None:
    data = encode(action, Action)
    assert isinstance(data, dict) and isinstance(data["type"], str)
    assert decode(Action, data) == action


@given(outcome=_OUTCOMES)
@settings(max_examples=30)
def test_outcome_carries_its_kind_as_tag(outcome: Outcome) -> None:
    data = encode(outcome, Outcome)
    assert isinstance(data, dict)
    assert decode(Outcome, data) == outcome
    with pytest.raises(DataError, match=r"type: expected one of scored"):
        decode(Outcome, {**data, "type": "nonsense"})


def _step(**changes: Any) -> dict[str, Any]:
    observation = Observation(
        sequence=1,
        screen=Size(4, 4),
        orientation="portrait",
        device_time_s=1.5,
        foreground=Foreground(app="a"),
        ui_tree=UiTree(roots=(UiNode(role="r", bounds=Rect(0, 0, 4, 4)),)),
    )
    document: Any = to_document(Step(index=0, observation=observation, action=Click(at=Point(1, 2))))
    return {**json.loads(json.dumps(document)), **changes}


def _with(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *parents, last = path.split("/")
    target: Any = document
    for part in parents:
        target = target[int(part) if part.isdigit() else part]
    target[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("version", 2, "version"),
        ("version", True, "version"),
        ("version", 1.0, "version"),
        ("type", "episode", "type"),
        ("index", "0", "index"),
        ("index", True, "index"),
        ("index", None, "index"),
        ("action/type", "tap", "action.type"),
        ("action/at", [1], "action.at"),
        ("action/at", [1, 2.0], "action.at"),
        ("action/button", "any", "action.button"),
        ("action/force", 1, "action.force"),
        ("observation/device_time_s", "now", "observation.device_time_s"),
        ("observation/device_time_s", 10**400, "observation.device_time_s"),
        ("observation/ui_tree/roots/0/bounds", None, "observation.ui_tree.roots[0].bounds"),
        ("observation/ui_tree/roots/0/states", ["lit"], "observation.ui_tree.roots[0].states[0]"),
        ("observation/ui_tree/roots", {}, "observation.ui_tree.roots"),
    ],
)
def test_malformed_document_names_the_path(path: str, value: Any, field: str) -> None:
    with pytest.raises(DataError) as caught:
        from_document(Step, _with(_step(), path, value))
    assert caught.value.field == field


def test_missing_field_is_named() -> None:
    document = _step()
    del document["observation"]["foreground"]
    with pytest.raises(DataError, match=r"observation\.foreground: missing"):
        from_document(Step, document)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"version": NaN}', "[" * 100_000])
def test_what_is_no_document_is_a_data_error(text: str) -> None:
    with pytest.raises(DataError):
        loads(Task, text)


def test_number_that_is_not_finite_is_not_written() -> None:
    with pytest.raises(DataError, match="budget_s"):
        encode(TimedOut(budget_s=float("nan")))


def test_lone_surrogate_of_a_model_survives() -> None:
    action = TypeText(text="\ud800 half a pair")
    assert decode(Action, json.loads(json.dumps(encode(action, Action)))) == action


def test_tree_that_is_too_deep_is_refused_both_ways() -> None:
    node = UiNode(role="leaf", bounds=Rect(0, 0, 1, 1))
    for _ in range(150):
        node = UiNode(role="r", bounds=Rect(0, 0, 1, 1), children=(node,))
    with pytest.raises(DataError, match="deeper"):
        dumps(UiTree(roots=(node,)))
    data: dict[str, Any] = {"role": "leaf", "bounds": [0, 0, 1, 1]}
    for _ in range(150):
        data = {"role": "r", "bounds": [0, 0, 1, 1], "children": [data]}
    with pytest.raises(DataError, match="deeper"):
        decode(UiTree, {"roots": [data]})


@given(data=_JSON)
@settings(max_examples=100)
def test_any_json_is_an_episode_or_a_data_error(data: Any) -> None:
    for document in (data, {"version": 1, "type": "episode", "steps": data, "task": data}):
        with pytest.raises(DataError):
            from_document(Episode, document)
