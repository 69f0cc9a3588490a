"""What the history `summary` is taught from: a rule over the demonstrated past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device_farm.types.action import Action, Click, Scroll, Swipe, SystemButton, Terminate
from device_farm.types.action_text import action_text
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.datasets.summaries import NAMED_MAX, summary_by_rule
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory
from gui_agent.history.summary import split_summary, with_summary


class NoScreens:
    def read(self, key: str) -> bytes:
        raise AssertionError("a summary by rule needs no pixels")


CLOCK = UiNode(
    role="android.widget.TextView",
    text="Clock",
    bounds=Rect(0, 0, 100, 100),
    states=frozenset({"visible", "clickable"}),
)
TREE = UiTree(roots=(CLOCK,))


def step(action: Action, instruction: str = "", tree: UiTree | None = TREE) -> ExpertStep:
    screen = ScreenRef(key="k", size=Size(200, 400), source=NoScreens())
    return ExpertStep(screen=screen, action=action, instruction=instruction, tree=tree)


def demonstration(*steps: ExpertStep) -> Trajectory:
    return Trajectory(id="t", goal="g", steps=steps, origin="o")


def test_summary_names_what_was_done_and_what_the_reply_does() -> None:
    task = demonstration(
        step(Click(at=Point(50, 50))),
        step(SystemButton(button="home")),
        step(Click(at=Point(150, 300)), instruction="Open the contacts."),
        step(Terminate(status="success")),
    )
    assert [summary_by_rule(task, index) for index in range(4)] == [
        "Done: nothing. Next: click at 'Clock'.",
        "Done: click at 'Clock'. Next: press the button home.",
        "Done: click at 'Clock'; press the button home. Next: Open the contacts.",
        "Done: click at 'Clock'; press the button home; Open the contacts. Next: end the episode.",
    ]


def test_summary_of_a_long_past_does_not_grow() -> None:
    task = demonstration(*[step(SystemButton(button="back"))] * (NAMED_MAX + 4))
    late = summary_by_rule(task, NAMED_MAX + 3)
    assert late.startswith("Done: 3 earlier actions; press the button back; ")
    assert late.count("press the button back") == NAMED_MAX + 1
    assert len(summary_by_rule(replace(task, steps=task.steps * 9), 100)) <= len(late) + 2


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Click(at=Point(150, 300)), "click at an element without a label"),
        (Swipe(start=Point(100, 300), end=Point(110, 50), duration_ms=300), "swipe up"),
        (Swipe(start=Point(100, 300), end=Point(20, 290), duration_ms=300), "swipe left"),
        (Scroll(at=Point(3, 4), dx=0, dy=120), "scroll by 0,120"),
    ],
)
def test_action_in_words_without_points_has_no_coordinates(action: Action, words: str) -> None:
    assert action_text(action, TREE, points=False) == words
    assert any(digits in action_text(action, TREE) for digits in ("150,300", "100,300", "3,4"))


def test_summary_before_a_reply_is_found_again() -> None:
    assert split_summary(with_summary("Done: nothing.", "<action>x</action>")) == (
        "Done: nothing.",
        "<action>x</action>",
    )
    # A label on a screen may be anything.
    assert split_summary(with_summary("click at '</summary>'", "r")) == ("click at ''", "r")
