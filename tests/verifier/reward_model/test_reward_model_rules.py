"""The critic by rules: what it finds wrong, what it would do instead, and what it lets stand."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace

import pytest
from proposals import button, edit, entry, label, listed, node, proposal, screen, switch_row, tap

from device_farm.errors import VerifierError
from device_farm.types.action import Action, Answer, Click, OpenApp, Swipe, SystemButton, Terminate, TypeText, Wait
from device_farm.types.geometry import Point
from device_farm.types.ui_tree import UiNode
from verifier.agentic.memory import Memory
from verifier.reward_model.critic import Critique, Proposal
from verifier.reward_model.finding import LOOK_AGAIN
from verifier.reward_model.rule_critic import NOTHING_FOUND, RULES, RuleCritic

DONE = Terminate(status="success")
SAVE = button(18, "Save")
DOWN = Swipe(start=Point(500, 1500), end=Point(500, 500))
UP = Swipe(start=Point(500, 500), end=Point(500, 1500))


def criticised(made: Proposal, **options: object) -> Critique:
    return asyncio.run(RuleCritic(**options).criticise(made))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "made", "corrected"),
    [
        ("tap_on_nothing", proposal("Go on.", Click(at=Point(500, 390)), button(4, "Next")), tap(4)),
        ("tap_on_nothing", proposal("Go on.", tap(9), button(4, "Next")), None),
        ("tap_on_nothing", proposal("Go on.", tap(5), label(5, "Title"), button(4, "Next")), None),
        ("tap_on_disabled", proposal("Go on.", tap(4), replace(
            button(4, "Next"), states=frozenset({"visible", "clickable"}))), None),
        ("other_of_the_list", proposal("Open the note Milk.", tap(4), listed(
            button(3, "Milk"), button(4, "Bread"))), tap(3)),
        ("switch_stands_right", proposal("Turn Wi-Fi on.", tap(4), switch_row(4, "Wi-Fi", on=True)), LOOK_AGAIN),
        ("no_focus", proposal("Write “tea”.", TypeText(text="tea"), edit(4)), tap(4)),
        ("cut_text", proposal("Write “green tea”.", TypeText(text="green"), edit(4, focused=True)),
         TypeText(text="green tea")),
        ("slip_of_text", proposal("Write “green tea”.", TypeText(text="grean tea"), edit(4, focused=True)),
         TypeText(text="green tea")),
        ("text_from_elsewhere", proposal("Write “green tea”.", TypeText(text="milk"), edit(4, focused=True)), None),
        ("repeated_in_vain", proposal("Go on.", tap(4), button(4, "Next"), past=[entry(tap(4), changed=False)]), None),
        ("repeated_elsewhere", proposal("Go on.", tap(4), button(4, "Next"),
                                        past=[entry(tap(4), place="app other")]), LOOK_AGAIN),
        # A dialog came up in the same place, and the second tap would close it.
        ("repeated_elsewhere", proposal("Go on.", tap(4), button(5, "Next"), past=[entry(tap(4))]), LOOK_AGAIN),
        ("typed_again", proposal("Write “tea”.", TypeText(text="tea"), edit(4, "tea", focused=True),
                                 past=[entry(TypeText(text="tea"))]), LOOK_AGAIN),
        ("swiped_back", proposal("Find it.", UP, listed(), past=[entry(DOWN)]), None),
        ("swipe_without_scrolling", proposal("Find it.", DOWN, button(4, "Next")), None),
        ("other_app", proposal("In Clock, add an alarm.", OpenApp(name="Files"),
                               button(4, "Clock", "long_clickable"), button(5, "Files", "long_clickable")), tap(4)),
        ("ended_before_doing", proposal("Go on.", DONE, button(4, "Next"), past=[entry(tap(4), changed=False)]), None),
        ("ended_without_answer", proposal("How many notes are there?", DONE, past=[entry(tap(4))]), None),
        ("answered_nothing", proposal("How many notes are there?", Answer(text=" ")), None),
        ("ended_unsaved", proposal("Write “tea”.", DONE, edit(4, "tea", focused=True), SAVE,
                                   past=[entry(TypeText(text="tea"))]), tap(18)),
        ("ended_unsaved", proposal("Write “tea”.", SystemButton(button="home"), edit(4, "tea", focused=True), SAVE,
                                   past=[entry(TypeText(text="tea"))]), tap(18)),
        ("ended_with_switch_wrong", proposal("Turn Wi-Fi on.", DONE, switch_row(4, "Wi-Fi", on=False),
                                             past=[entry(tap(2), place="app other")]), tap(4)),
    ],
)  # fmt: skip
def test_rules_find_what_is_wrong(rule: str, made: Proposal, corrected: Action | None) -> None:
    found = criticised(made)
    assert (found.right, found.why.partition(":")[0], found.corrected) == (False, rule, corrected)
    assert NOTHING_FOUND < found.confidence <= 1
    # What the rule alone found, nothing else does.
    assert criticised(made, without={rule}).why.partition(":")[0] != rule


@pytest.mark.parametrize(
    "made",
    [
        proposal("Go on.", tap(4), button(4, "Next")),
        # Where the goal names neither, either may be the way.
        proposal("Go on.", tap(4), listed(button(3, "Milk"), button(4, "Bread"))),
        proposal("Turn Wi-Fi on.", tap(4), switch_row(4, "Wi-Fi", on=False)),
        proposal("Turn Wi-Fi off.", tap(4), switch_row(4, "Wi-Fi", on=True)),
        proposal("Write “green tea”.", TypeText(text="green tea"), edit(4, focused=True)),
        # A name found out on the screen is in no goal.
        # On a desktop a file is opened by its whole path.
        proposal(
            "In Documents/budget.ods, change a cell.",
            TypeText(text="/home/user/Documents/budget.ods"),
            edit(4, focused=True),
        ),
        proposal("Write down who called.", TypeText(text="Ada Lovelace"), edit(4, focused=True)),
        proposal("Find it.", DOWN, listed(), past=[entry(DOWN)]),
        proposal("Go on.", Wait(duration_s=1), past=[entry(Wait(duration_s=1), changed=False)]),
        proposal("Turn Wi-Fi on.", DONE, switch_row(4, "Wi-Fi", on=True), past=[entry(tap(4))]),
        proposal("How many notes are there?", DONE, past=[entry(tap(4))], answer="3"),
        proposal("In Clock, add an alarm.", OpenApp(name="Clock"), button(4, "Clock", "long_clickable")),
        proposal("Go on.", SystemButton(button="back")),
    ],
)
def test_rules_let_stand_what_may_be_right(made: Proposal) -> None:
    found = criticised(made)
    assert (found.right, found.corrected, found.confidence) == (True, None, NOTHING_FOUND)


def test_labels_set_with_other_hyphens_are_what_the_goal_names() -> None:
    row = switch_row(4, "Wi‑Fi", on=False)
    found = criticised(proposal("Turn Wi-Fi on.", DONE, row, past=[entry(tap(2), place="app other")]))
    assert (found.right, found.corrected) == (False, tap(4))


def test_rules_give_no_judgement_without_a_tree() -> None:
    made = proposal("Go on.", tap(4), shown=replace(screen(), ui_tree=None))
    found = criticised(made)
    assert found.right is None and "UI tree" in found.faults[0]


def test_a_critic_is_told_no_parameter_of_the_task() -> None:
    assert {field.name for field in fields(Proposal)} == {"goal", "platform", "memory", "screen", "action"}
    assert {field.name for field in fields(Memory)} == {"entries", "final", "answer", "claimed"}


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(VerifierError, match="no rule 'luck'") as caught:
        RuleCritic(without={"luck"})
    assert caught.value.field == "critic.without" and "cut_text" in caught.value.fix


def test_every_rule_stands_any_screen() -> None:
    odd: tuple[UiNode, ...] = (node(3), edit(4), listed(), switch_row(5, "", on=True))
    actions: tuple[Action, ...] = (tap(3), tap(-1), DOWN, TypeText(text=""), OpenApp(name=""), Answer(text=""), DONE)
    for action in actions:
        for past in ((), (entry(None),), (entry(action),)):
            assert criticised(proposal("", action, *odd, past=past)).right is not None
    assert len(RULES) == 19


def test_a_critique_is_checked() -> None:
    with pytest.raises(VerifierError, match="no confidence"):
        Critique(judge="x", right=True, confidence=1.1)
    with pytest.raises(VerifierError, match="not wrong"):
        Critique(judge="x", right=None, corrected=DONE)


@pytest.mark.parametrize(
    ("action", "shown", "on_a_phone"),
    [
        (tap(15), (button(3, "Panel"),), "tap_on_nothing"),
        (TypeText(text="ls\n"), (label(3, "user@host:~$"),), "no_focus"),
    ],
)
def test_what_a_desktops_tree_may_lack_is_no_reason_against_an_action(
    action: Action, shown: tuple[UiNode, ...], on_a_phone: str
) -> None:
    on_phone = proposal("List the files.", action, *shown)
    assert criticised(on_phone).why.startswith(on_a_phone)
    on_desktop = criticised(replace(on_phone, platform="desktop"))
    assert (on_desktop.right, on_desktop.confidence) == (True, NOTHING_FOUND)


def test_tap_beside_an_element_is_corrected_on_a_desktop_too() -> None:
    beside = proposal("Go on.", Click(at=Point(500, 395)), button(4, "Next"))
    found = criticised(replace(beside, platform="desktop"))
    assert (found.right, found.corrected) == (False, tap(4))
