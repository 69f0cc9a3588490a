"""Experts made worse: which actions come out."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, PressKey, Terminate, TypeText, Wait
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Foreground, Observation
from gui_agent.benchmarks.base import LOOK, Look, Script
from gui_agent.labelled.spoil import claiming, clumsy, in_turn, misspelt, retyped, stopped_after

SCREEN = Observation(
    sequence=1,
    screen=Size(1080, 2400),
    orientation="portrait",
    device_time_s=0.0,
    foreground=Foreground(app="app"),
)
TAP, SAVE = Click(at=Point(5, 6)), PressKey(key="s", modifiers=("ctrl",))


def four_actions() -> Script:
    yield LOOK
    yield TAP
    yield Wait(duration_s=0.5)
    yield TypeText(text="milk")
    yield SAVE


def lost() -> Script:
    yield TAP
    raise PolicyError("did not find it")


def actions(script: Script) -> list[Action]:
    done: list[Action] = []
    try:
        wanted = next(script)
        while True:
            if not isinstance(wanted, Look):
                done.append(wanted)
            wanted = script.send(SCREEN)
    except StopIteration:
        return done


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [TAP]),
        (2, [TAP, Wait(duration_s=0.5), TypeText(text="milk")]),
        (3, [TAP, Wait(duration_s=0.5), TypeText(text="milk"), SAVE]),
        (9, [TAP, Wait(duration_s=0.5), TypeText(text="milk"), SAVE]),
    ],
)
def test_stopped_after_counts_actions_but_no_waits(count: int, expected: list[Action]) -> None:
    assert actions(stopped_after(four_actions(), count)) == expected


def test_claiming_claims_even_where_the_script_lost_its_way() -> None:
    assert actions(claiming(lost(), "success")) == [TAP, Terminate(status="success")]
    assert actions(claiming(lost(), None)) == [TAP]


def test_in_turn_does_one_after_the_other() -> None:
    assert actions(in_turn((claiming(lost(), None), stopped_after(four_actions(), 1)))) == [TAP, TAP]


def test_retyped_changes_typed_text_only() -> None:
    done = actions(retyped(four_actions(), "milk", "silk"))
    assert done == [TAP, Wait(duration_s=0.5), TypeText(text="silk"), SAVE]


def test_clumsy_at_rate_zero_is_the_script_itself() -> None:
    assert actions(clumsy(four_actions(), Random(1), 0.0)) == actions(four_actions())


@given(st.integers(0, 10_000))
def test_clumsy_at_rate_one_spoils_every_action(seed: int) -> None:
    done = actions(clumsy(four_actions(), Random(seed), 1.0))
    assert done != actions(four_actions())
    assert all(0 <= action.at.x < 1080 and 0 <= action.at.y < 2400 for action in done if isinstance(action, Click))


@given(st.text(max_size=30), st.integers(0, 10_000))
def test_misspelt_is_never_the_text_itself(text: str, seed: int) -> None:
    assert misspelt(text, Random(seed)) != text
