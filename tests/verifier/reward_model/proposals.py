"""Screens and proposals made by hand for the tests of the critics: 1000×2000 pixels, rows of 100."""

from __future__ import annotations

from collections.abc import Sequence

from device_farm.types.action import Action, Click
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from verifier.agentic.memory import Entry, Memory
from verifier.reward_model.critic import Proposal
from verifier.reward_model.data import CorrectStep

ROW = 100
HEIGHT = 80


def node(
    row: int,
    text: str = "",
    *states: UiState,
    role: str = "android.widget.Button",
    left: int = 100,
    right: int = 900,
    children: tuple[UiNode, ...] = (),
    hint: str = "",
    rows: int = 1,
) -> UiNode:
    """Visible and enabled, 80 pixels high for each row, with the `states` besides."""
    box = Rect(left, row * ROW, right, (row + rows - 1) * ROW + HEIGHT)
    known = frozenset({"visible", "enabled", *states})
    return UiNode(role=role, bounds=box, text=text, hint=hint, app="app", states=known, children=children)


def button(row: int, text: str = "", *more: UiState, left: int = 100, right: int = 900) -> UiNode:
    return node(row, text, "clickable", *more, left=left, right=right)


def label(row: int, text: str, *, left: int = 100, right: int = 900) -> UiNode:
    return node(row, text, role="android.widget.TextView", left=left, right=right)


def edit(row: int, text: str = "", *, focused: bool = False, hint: str = "") -> UiNode:
    states: tuple[UiState, ...] = ("editable", "clickable", *(("focused",) if focused else ()))
    return node(row, text, *states, role="android.widget.EditText", hint=hint)


def switch_row(row: int, text: str, *, on: bool) -> UiNode:
    """A row that takes the tap, with its title and its switch in it."""
    states: tuple[UiState, ...] = ("checkable", "checked") if on else ("checkable",)
    switch = node(row, "", *states, role="android.widget.Switch", left=800, right=880)
    return node(row, "", "clickable", role="row", children=(label(row, text, right=500), switch))


def listed(*children: UiNode) -> UiNode:
    """A list that holds the rows."""
    box = Rect(0, 0, 1000, 2000)
    return UiNode(role="list", bounds=box, app="app", states=frozenset({"visible", "scrollable"}), children=children)


def screen(*nodes: UiNode, window: str = "page", app: str = "app") -> Observation:
    root = UiNode(
        role="root", bounds=Rect(0, 0, 1000, 2000), app="app", states=frozenset({"visible"}), children=tuple(nodes)
    )
    return Observation(
        sequence=0,
        screen=Size(1000, 2000),
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app=app, window=window),
        ui_tree=UiTree(roots=(root,)),
    )


def tap(row: int, x: int = 500) -> Click:
    return Click(at=Point(x, row * ROW + HEIGHT // 2))


def entry(action: Action | None, *, place: str = "app page", changed: bool | None = True) -> Entry:
    return Entry(index=0, screen=place, action=action, refused="", changed=changed)


def proposal(
    goal: str,
    action: Action,
    *nodes: UiNode,
    past: Sequence[Entry] = (),
    answer: str | None = None,
    shown: Observation | None = None,
) -> Proposal:
    there = shown or screen(*nodes)
    place = f"{there.foreground.app} {there.foreground.window}"
    memory = Memory(entries=tuple(past), final=place, answer=answer)
    return Proposal(goal=goal, platform="android", memory=memory, screen=there, action=action)


def correct(
    action: Action,
    *nodes: UiNode,
    origin: str = "one/0",
    goal: str = "Do it.",
    more_to_do: bool = True,
    previous: Action | None = None,
    shown: Observation | None = None,
) -> CorrectStep:
    made = proposal(goal, action, *nodes, shown=shown)
    return CorrectStep(
        proposal=made, app=made.screen.foreground.app, origin=origin, more_to_do=more_to_do, previous=previous
    )
