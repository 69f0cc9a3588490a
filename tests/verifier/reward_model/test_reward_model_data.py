"""Reward data: what is changed is really wrong, what is left is balanced, and no attempt is on both sides."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proposals import button, correct, edit, label, listed, node, proposal, screen, switch_row, tap

from device_farm.types.action import Action, Answer, Click, OpenApp, Swipe, SystemButton, Terminate, TypeText, Wait
from device_farm.types.codec.json import type_name
from device_farm.types.geometry import Point
from verifier.reward_model.data import (
    RIGHT_KINDS,
    CorrectStep,
    Kind,
    StepJudgement,
    balanced,
    counts,
    make_judgements,
    split_by_goal,
)
from verifier.reward_model.perturbation import (
    neighbour,
    other_direction,
    outside_box,
    perturbations,
    premature_end,
    repeated,
    shifted_inside,
    wrong_app,
    wrong_text,
)

DONE = Terminate(status="success")
UP = Swipe(start=Point(500, 1500), end=Point(500, 500))
FORM = (edit(3, hint="First name"), edit(4, hint="Last name"), button(8, "Save"))


def same_element(step: CorrectStep, action: Action) -> bool:
    """A matcher for these tests: equal, or two taps in one row of 100 pixels."""
    match step.proposal.action, action:
        case Click(at=one), Click(at=other):
            return one.y // 100 == other.y // 100
        case one_action, other_action:
            return one_action == other_action


@given(st.integers(0, 10_000))
def test_a_shifted_tap_stays_in_its_element(seed: int) -> None:
    moved = shifted_inside(correct(tap(4), button(3, "A"), button(4, "B")), Random(seed))
    assert isinstance(moved, Click) and button(4, "B").bounds.contains(moved.at)


@pytest.mark.parametrize(
    "step",
    [
        # Where a slider is touched is its value, where a text is touched is where its caret goes.
        correct(tap(4), node(4, "", "clickable", role="android.widget.SeekBar")),
        correct(tap(4), node(4, "Volume", "clickable", role="slider")),
        correct(tap(4), edit(4, "some text")),
        correct(tap(4), label(4, "no element")),
        correct(DONE, button(4)),
    ],
)
def test_a_tap_is_not_shifted_where_its_place_matters(step: CorrectStep) -> None:
    assert shifted_inside(step, Random(0)) is None


def test_a_tap_on_an_empty_field_may_be_shifted() -> None:
    assert shifted_inside(correct(tap(4), edit(4, "Name", hint="Name")), Random(0)) is not None


@given(st.integers(0, 10_000))
def test_a_tap_outside_lands_on_nothing_or_on_something_else(seed: int) -> None:
    inner = button(4, "Switch", left=700)
    row = node(4, "Row", "clickable", children=(inner,))
    moved = outside_box(correct(tap(4, 800), row, button(5, "Next")), Random(seed))
    if moved is not None:
        assert isinstance(moved, Click) and not row.bounds.contains(moved.at)


def test_a_neighbour_has_another_name_and_is_no_part_of_the_same_row() -> None:
    twins = (button(3, "Clock"), button(4, "clock"), button(5, "Files"), switch_row(6, "Wi-Fi", on=True))
    found = {neighbour(correct(tap(4), *twins), Random(seed)) for seed in range(30)}
    assert {action.at.y // 100 for action in found if isinstance(action, Click)} == {5, 6}
    within = node(4, "Row", "clickable", children=(button(4, "Part", left=700),))
    assert neighbour(correct(tap(4, 200), within), Random(0)) is None


def test_cells_of_one_row_select_the_same() -> None:
    cells = (
        node(4, "a.txt", "clickable", role="table cell", right=400),
        node(4, "12 kB", "clickable", role="table cell", left=500),
        node(5, "b.txt", "clickable", role="table cell", right=400),
    )
    found = {neighbour(correct(tap(4, 200), *cells), Random(seed)) for seed in range(30)}
    assert found == {Click(at=cells[2].bounds.center)}


@given(st.text(min_size=1, max_size=20), st.integers(0, 1000))
def test_a_wrong_text_differs_even_without_regard_to_case(text: str, seed: int) -> None:
    made = wrong_text(["tea", "milk"])(correct(TypeText(text=text), edit(4)), Random(seed))
    if not text.strip():
        assert made is None
    else:
        assert isinstance(made, TypeText) and made.text.casefold() != text.casefold()


def test_other_kinds_of_change() -> None:
    rng = Random(0)
    assert other_direction(correct(UP, listed()), rng) == Swipe(start=UP.end, end=UP.start)
    assert other_direction(correct(tap(4), button(4)), rng) is None
    assert premature_end(correct(tap(4), button(4)), rng) == DONE
    assert premature_end(correct(tap(4), button(4), more_to_do=False), rng) is None
    assert repeated(correct(tap(4), button(4), previous=tap(9)), rng) == tap(9)
    assert repeated(correct(TypeText(text="a"), edit(4, focused=True), previous=tap(4)), rng) is None
    for harmless in (Wait(duration_s=1), Answer(text="4")):
        assert repeated(correct(tap(4), button(4), previous=harmless), rng) is None


def test_a_wrong_application_is_opened_as_the_right_one_would_be() -> None:
    named = correct(OpenApp(name="Clock"), goal="a")
    assert wrong_app(["Clock", "Files"])(named, Random(0)) == OpenApp(name="Files")
    icons = [button(row, name, "long_clickable") for row, name in ((3, "Clock"), (4, "Files"), (5, "Clock"))]
    home = screen(*(node for node in icons), app="launcher3")
    tapped = correct(tap(3), shown=home)
    assert {wrong_app(["Clock", "Files"])(tapped, Random(seed)) for seed in range(20)} == {tap(4)}
    # Elsewhere, a button of that name opens no application.
    assert wrong_app(["Clock", "Files"])(correct(tap(3), *icons), Random(0)) is None


def made_of(*steps: CorrectStep, kinds: tuple[Kind, ...] = ()) -> list[tuple[str, Action, bool]]:
    chosen = {kind: change for kind, change in perturbations(steps).items() if not kinds or kind in kinds}
    made = make_judgements(steps, chosen, same_element, seed=3, tries=5)
    return [(each.kind, each.proposal.action, each.right) for each in made.judgements]


def test_either_of_two_fields_may_come_first() -> None:
    first, last = correct(tap(3), *FORM, origin="e/0"), correct(tap(4), *FORM, origin="e/1")
    wrong = [action for kind, action, right in made_of(first, last, kinds=("neighbour",)) if not right]
    # From the first field the last one is no mistake, since it comes later; back again is one.
    assert set(wrong) == {tap(8), tap(3)}
    assert ("neighbour", tap(4), False) in made_of(first, correct(tap(4), *FORM, origin="other/1"))


def test_the_same_place_elsewhere_is_another_place() -> None:
    first = correct(tap(3), *FORM, origin="e/0")
    later = correct(tap(4), shown=screen(*FORM, window="other"), origin="e/1")
    assert ("neighbour", tap(4), False) in made_of(first, later)


def test_an_end_that_comes_later_is_premature_now() -> None:
    first = correct(tap(3), *FORM, origin="e/0")
    last = correct(DONE, *FORM, origin="e/1", more_to_do=False)
    assert ("premature_end", DONE, False) in made_of(first, last)


def test_what_the_matcher_takes_for_right_is_dropped_and_counted() -> None:
    step = correct(tap(4), *FORM)
    made = make_judgements([step], {"neighbour": lambda step, rng: tap(4, 300)}, same_element, seed=0)
    assert [each.kind for each in made.judgements] == ["correct"] and made.dropped == {"neighbour": 1}
    made = make_judgements([step], {"shifted_inside": lambda step, rng: tap(8)}, same_element, seed=0)
    assert [each.kind for each in made.judgements] == ["correct"] and made.dropped == {"shifted_inside": 1}


def test_a_wrong_judgement_knows_the_right_action() -> None:
    step = correct(tap(4), *FORM)
    made = make_judgements([step], {"neighbour": neighbour}, same_element, seed=0).judgements
    assert [(each.right, each.corrected) for each in made] == [(True, None), (False, tap(4))]


def test_the_same_seed_makes_the_same_judgements() -> None:
    steps = [correct(tap(row), *FORM, origin=f"e{row}/0", goal=f"{row}") for row in (3, 4, 8)]
    first = make_judgements(steps, perturbations(steps), same_element, seed=1)
    assert first == make_judgements(steps, perturbations(steps), same_element, seed=1)
    assert first != make_judgements(steps, perturbations(steps), same_element, seed=2)
    assert balanced(first.judgements, seed=1) == balanced(first.judgements, seed=1)


def judgement(kind: Kind, action: Action, number: int = 0, app: str = "app") -> StepJudgement:
    made = proposal("Do it.", action)
    return StepJudgement(
        proposal=made, right=kind in RIGHT_KINDS, kind=kind, why="", corrected=None, app=app, origin=f"e/{number}"
    )


def test_balance_of_class_kind_and_type() -> None:
    right = [judgement("correct", tap(4), number) for number in range(50)]
    right += [judgement("correct", TypeText(text="a"), number) for number in range(50, 60)]
    wrong = [judgement("neighbour", tap(5), number) for number in range(100)]
    wrong += [judgement("outside_box", tap(5), number) for number in range(10)]
    wrong += [judgement("wrong_text", TypeText(text="b"), number) for number in range(4)]
    chosen = balanced([*right, *wrong], seed=0)
    found = counts(chosen)
    # The sizes are 100, 10 and 4, so that none gives more than twice 10.
    assert found["kind"] == {"correct": 34, "neighbour": 20, "outside_box": 10, "wrong_text": 4}
    assert found["label"] == {"right": 34, "wrong": 34}
    by_type = Counter((type_name(type(each.proposal.action)), each.right) for each in chosen)
    assert by_type == {("click", True): 30, ("click", False): 30, ("type_text", True): 4, ("type_text", False): 4}
    assert len(balanced([*right, *wrong], seed=0, most=9)) == 8
    assert balanced(right, seed=0) == () == balanced(wrong, seed=0)


@given(st.lists(st.sampled_from(["correct", "shifted_inside", "neighbour", "repeated", "wrong_text"]), max_size=60))
def test_balance_always_has_as_many_right_as_wrong(kinds: list[Kind]) -> None:
    chosen = balanced([judgement(kind, tap(4), number) for number, kind in enumerate(kinds)], seed=0)
    assert sum(each.right for each in chosen) * 2 == len(chosen)
    assert len({(each.kind, each.origin) for each in chosen}) == len(chosen)


def test_no_goal_is_on_both_sides() -> None:
    steps = [
        correct(tap(4), *FORM, origin=f"{goal}-{attempt}/{at}", goal=f"Goal {goal}")
        for goal in range(10)
        for attempt in range(2)
        for at in range(3)
    ]
    train, test = split_by_goal(steps, share=0.2, seed=0)
    assert (len(train), len(test)) == (48, 12)
    assert not {step.proposal.goal for step in train} & {step.proposal.goal for step in test}
    assert (train, test) == split_by_goal(steps, share=0.2, seed=0) != split_by_goal(steps, share=0.2, seed=2)
    assert split_by_goal(steps[:6], share=0.5, seed=0) == (tuple(steps[:6]), ())
    assert len(split_by_goal(steps[:12], share=0.01, seed=0)[1]) == 6
    assert split_by_goal([], share=0.5, seed=0) == ((), ())


def test_answers_are_changed_like_typed_text() -> None:
    made = wrong_text([])(correct(Answer(text="42"), label(4, "42")), Random(0))
    assert isinstance(made, Answer) and made.text != "42" and made.text.isdigit()
    assert wrong_text(["x"])(correct(SystemButton(button="home")), Random(0)) is None
