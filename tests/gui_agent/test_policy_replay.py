"""When a replay carries out its next action: once what the stored step acted on is there again."""

from __future__ import annotations

import asyncio

import pytest

from device_farm.types.action import Action, Click, PressKey, Scroll, SystemButton, TypeText, Wait
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.trajectory import Step
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from gui_agent.policies.base import Decision
from gui_agent.policies.replay import PACING, ReplaySession, pauses_at_most

SCREEN = Size(400, 300)
SHOWN: frozenset[UiState] = frozenset({"visible", "enabled"})
PRESSABLE: frozenset[UiState] = SHOWN | {"clickable"}
IN_USE: frozenset[UiState] = SHOWN | {"editable", "focused"}
ON_SAVE = Click(at=Point(350, 280))


def node(role: str, text: str, box: Rect, states: frozenset[UiState], value: str = "") -> UiNode:
    return UiNode(role=role, text=text, bounds=box, states=states, value=value)


def dialog(*, save: frozenset[UiState] = PRESSABLE, path: str = "/a", window: str = "Save As") -> Observation:
    children = (
        node("text", "", Rect(10, 10, 390, 40), IN_USE, value=path),
        node("push button", "Save", Rect(320, 260, 390, 290), save),
    )
    frame = UiNode(role="dialog", text=window, bounds=Rect(0, 0, 400, 300), states=SHOWN, children=children)
    return seen(UiTree(roots=(frame,)), window)


def seen(tree: UiTree | None, window: str = "Save As") -> Observation:
    front = Foreground(app="mousepad", window=window)
    return Observation(
        sequence=0, screen=SCREEN, orientation="landscape", device_time_s=0.0, foreground=front, ui_tree=tree
    )


def decided(session: ReplaySession, now: Observation) -> Decision:
    return asyncio.run(session.decide(now))


def waits(action: Action, then: Observation, now: Observation) -> bool:
    decision = decided(ReplaySession([Step(index=0, observation=then, action=action)]), now)
    assert (decision.turn == PACING) == (decision.action != action)
    return decision.turn == PACING


@pytest.mark.parametrize(
    ("action", "then", "now", "expected"),
    [
        (ON_SAVE, dialog(), dialog(), False),
        (ON_SAVE, dialog(), dialog(window="Mousepad"), True),
        # A button that is shown but cannot be pressed yet is not the one that was pressed.
        (ON_SAVE, dialog(), dialog(save=SHOWN), True),
        (Scroll(at=Point(350, 280)), dialog(), dialog(save=SHOWN), True),
        # What the action does not act on may differ.
        (ON_SAVE, dialog(), dialog(path="/b"), False),
        # Keys go to what has the focus, and what it holds by then says that all before has come.
        (TypeText(text="x"), dialog(), dialog(path="/"), True),
        (PressKey(key="enter"), dialog(), dialog(path="/"), True),
        (PressKey(key="enter"), dialog(), dialog(save=SHOWN), False),
        (SystemButton(button="home"), dialog(), dialog(path="/", save=SHOWN), False),
        (Wait(duration_s=1.0), dialog(), dialog(path="/", save=SHOWN), False),
        # Without trees, as labelled episodes are stored, the window alone is compared.
        (ON_SAVE, seen(None), dialog(save=SHOWN), False),
        (ON_SAVE, dialog(), seen(None), False),
        (ON_SAVE, seen(None), dialog(window="Mousepad"), True),
    ],
)
def test_replay_waits_for_what_the_action_acts_on(
    action: Action, then: Observation, now: Observation, expected: bool
) -> None:
    assert waits(action, then, now) is expected


def test_replay_acts_in_the_end_though_the_element_never_comes() -> None:
    session = ReplaySession([Step(index=0, observation=dialog(), action=ON_SAVE)])
    decisions = [decided(session, dialog(save=SHOWN)) for _ in range(pauses_at_most(1) + 1)]
    assert [decision.turn for decision in decisions[:-1]] == [PACING] * pauses_at_most(1)
    assert decisions[-1].action == ON_SAVE
