"""Screens made by hand for the tests of the passive judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from device_farm.types.action import Action, Click
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.trajectory import Step
from device_farm.types.ui_tree import UiNode, UiTree
from verifier.case import Case

ROW = 100


def text(label: str, row: int, *, left: int = 0, right: int = 700, app: str = "app", enabled: bool = True) -> UiNode:
    states = {"visible", "enabled"} if enabled else {"visible"}
    return _node("android.widget.TextView", label, row, left, right, states, app)


def switch(on: bool, row: int, label: str = "", role: str = "android.widget.Switch") -> UiNode:
    states = {"visible", "enabled", "checkable", *({"checked"} if on else ())}
    return _node(role, label, row, 800, 1000, states, "app")


def editor(content: str, row: int) -> UiNode:
    return _node("android.widget.EditText", content, row, 0, 1000, {"visible", "enabled", "editable"}, "app")


def _node(role: str, label: str, row: int, left: int, right: int, states: set[str], app: str) -> UiNode:
    box = Rect(left, row * ROW, right, row * ROW + 60)
    return UiNode(role=role, bounds=box, text=label, app=app, states=frozenset(states))  # type: ignore[arg-type]


def at(row: int, x: int = 100) -> Click:
    return Click(at=Point(x, row * ROW + 30))


def screen(*nodes: UiNode, window: str = "list", app: str = "app") -> Observation:
    root = UiNode(role="root", bounds=Rect(0, 0, 1000, 2000), app=app, children=nodes)
    return Observation(
        sequence=0,
        screen=Size(1000, 2000),
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app=app, window=window),
        ui_tree=UiTree(roots=(root,)),
    )


HOME = screen(text("Phone", 18), app="com.android.launcher3", window="Launcher")


def case_of(goal: str, screens: Sequence[Observation], actions: Sequence[Action | None] = (), **more: Any) -> Case:
    """The last of `screens` is the final one; the actions lie between them."""
    steps = tuple(
        Step(index=index, observation=seen, action=action)
        for index, (seen, action) in enumerate(zip(screens[:-1], actions, strict=True))
    )
    fields: dict[str, Any] = {"answer": None, "claimed": "success", "stop": "terminated"} | more
    return Case(goal=goal, platform="android", steps=steps, final=screens[-1], **fields)
