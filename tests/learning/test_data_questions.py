"""Questions about screens: every answer follows from the tree, and nothing that is hidden is asked for."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_runs import DONE, SCREEN, TAP_FIRST, episode, node, page, png, steps_of, write_run

from device_farm.errors import DataError
from device_farm.types.action import Click, MoveTo, TypeText, Wait
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.elements import element_at, visible_elements
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from gui_agent.datasets.backtracking import BacktrackingSettings, backtracking_dialogues
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.perception import exchanges_of, page_of, perception_dialogues
from gui_agent.datasets.questions import Exchange, QuestionSet
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory
from gui_agent.export.qa import export_qa
from gui_agent.models.prompt import ChatPrompt, ImagePart, TextPart
from gui_agent.rl.screens import ResizedScreens
from gui_agent.store.reader import RunReader

EXACT = CoordinateSpace.exact(SCREEN)


def window(*children: UiNode) -> UiNode:
    return node("FrameLayout", (0, 0, 112, 224), "", *children, tapped=False)


def asked(tree: UiTree, *, elsewhere: tuple[str, ...] = (), seed: int = 0) -> set[tuple[str, str, str]]:
    found = exchanges_of(page_of(tree, EXACT), Random(seed), elsewhere=elsewhere, limit=1000)
    return {(each.kind, each.question, each.answer) for each in found}


def kinds(tree: UiTree, kind: str) -> list[str]:
    return sorted(answer for found, _, answer in asked(tree) if found == kind)


def test_questions_of_a_page_by_hand() -> None:
    tree = page("Save", "Exit")
    found = asked(tree, elsewhere=("Print", "save"))
    present = {each for each in found if each[0] == "presence" and each[2] == "yes"}
    # As many present names as absent ones; which one is drawn.
    questions = {f'Is there "{name}" on this screen? Answer yes or no.' for name in ("Save", "Exit")}
    assert len(present) == 1
    assert {question for _, question, _ in present} < questions
    assert found - present == {
        ("grounding", 'Where is "Save"? Answer with one point on it.', "[56, 14]"),
        ("grounding", 'Where is "Exit"? Answer with one point on it.', "[56, 42]"),
        ("referring", "What is at [56, 14]?", "Save"),
        ("referring", "What is at [56, 42]?", "Exit"),
        ("text", "What does the text in the box [0, 0, 111, 27] say?", "Save"),
        ("text", "What does the text in the box [0, 28, 111, 55] say?", "Exit"),
        (
            "listing",
            "What can be acted on here? Write one name a line, by the upper edge, then by the left edge.",
            "Save\nExit",
        ),
        ("presence", 'Is there "Print" on this screen? Answer yes or no.', "no"),
    }


SAVE = node("Button", (0, 0, 112, 28), "Save")
SEEN: frozenset[UiState] = frozenset({"visible", "enabled"})


def with_states(bounds: tuple[int, int, int, int], text: str, *states: UiState) -> UiNode:
    return UiNode(role="android.widget.Button", bounds=Rect(*bounds), text=text, states=frozenset(states))


@pytest.mark.parametrize(
    "ghost",
    [
        with_states((0, 28, 112, 56), "Ghost", "clickable", "enabled"),  # not visible
        with_states((0, 28, 0, 56), "Ghost", "clickable", "enabled", "visible"),  # no area
        with_states((0, 28, 112, 32), "Ghost", "clickable", "enabled", "visible"),  # a sliver
        with_states((0, 300, 112, 328), "Ghost", "clickable", "enabled", "visible"),  # below the screen
        with_states((0, 200, 112, 228), "Ghost", "clickable", "enabled", "visible"),  # an edge of it, off the screen
    ],
)
def test_what_cannot_be_seen_is_not_asked_for(ghost: UiNode) -> None:
    tree = UiTree(roots=(window(SAVE, ghost),))
    assert [each.node.text for each in visible_elements(tree, SCREEN)] == ["", "Save"]
    assert not any("Ghost" in question + answer for _, question, answer in asked(tree))


def test_what_lies_under_something_else_is_not_asked_for() -> None:
    under, beside = node("Button", (0, 28, 60, 56), "Under"), node("Button", (70, 28, 112, 56), "Beside")
    badge = node("TextView", (20, 35, 40, 50), "3", tapped=False)
    assert kinds(UiTree(roots=(window(SAVE, under, beside, badge),)), "grounding") == ["[56, 14]", "[91, 42]"]
    dialog = node("FrameLayout", (10, 20, 100, 100), "", node("Button", (20, 60, 80, 90), "OK"), tapped=False)
    assert kinds(UiTree(roots=(window(SAVE, under, beside), dialog)), "referring") == ["OK"]
    # An empty layout over everything hides nothing, but may take the clicks; a window hides what is under it.
    empty = node("FrameLayout", (0, 0, 112, 224), tapped=False)
    assert kinds(UiTree(roots=(window(SAVE, empty),)), "text") == ["Save"]
    assert kinds(UiTree(roots=(window(SAVE, empty),)), "grounding") == []
    assert asked(UiTree(roots=(window(SAVE), empty))) == set()


def test_row_that_a_list_cuts_off_is_not_asked_for() -> None:
    rows = [node("Button", (0, 28 * index, 112, 28 * index + 28), f"row {index}") for index in range(1, 6)]
    area = UiNode(
        role="android.widget.ListView",
        bounds=Rect(0, 28, 112, 168),
        states=frozenset({"visible", "scrollable"}),
        children=tuple(rows),
    )
    assert kinds(UiTree(roots=(window(area),)), "referring") == ["row 2", "row 3", "row 4"]
    assert kinds(UiTree(roots=(window(area),)), "listing") == []


def test_name_that_stands_twice_is_not_asked_for() -> None:
    twice = UiTree(
        roots=(window(SAVE, node("Button", (0, 28, 112, 56), "save "), node("Button", (0, 56, 112, 84), "X")),)
    )
    assert kinds(twice, "referring") == ["X"]
    # A row and its title are one; the row is what is meant.
    title = node("TextView", (5, 60, 50, 80), "X", tapped=False)
    row = UiTree(roots=(window(node("LinearLayout", (0, 56, 112, 84), "", title)),))
    assert kinds(row, "referring") == ["X"]
    assert kinds(row, "grounding") == ["[56, 70]"]
    # In its middle lies something else that can be tapped: no point is asked for.
    switch = node("Switch", (50, 60, 80, 80))
    assert kinds(UiTree(roots=(window(node("LinearLayout", (0, 56, 112, 84), "", title, switch)),)), "grounding") == []


def test_state_of_a_switch_goes_by_the_name_of_its_row() -> None:
    def row(top: int, name: str, *states: UiState) -> UiNode:
        title = node("TextView", (5, top + 2, 50, top + 20), name, tapped=False)
        switch = with_states((90, top + 2, 110, top + 20), "ON", "checkable", "enabled", "visible", *states)
        return node("LinearLayout", (0, top, 112, top + 28), "", title, switch)

    tree = UiTree(roots=(window(row(0, "Wi-Fi", "checked"), row(28, "Bluetooth")),))
    assert {each for each in asked(tree) if each[0] == "state"} == {
        ("state", 'Is "Wi-Fi" switched on? Answer yes or no.', "yes"),
        ("state", 'Is "Bluetooth" switched on? Answer yes or no.', "no"),
    }
    doubled = UiTree(roots=(window(row(0, "Wi-Fi", "checked"), row(28, "Wi-Fi")),))
    assert not [each for each in asked(doubled) if each[0] == "state"]


def test_password_is_never_told() -> None:
    secret = with_states((0, 28, 112, 56), "hunter2", "editable", "password", "enabled", "visible")
    found = asked(UiTree(roots=(window(SAVE, secret),)), elsewhere=("other",))
    assert {"Save"} == {answer for kind, _, answer in found if kind in ("referring", "text")}
    assert not any(
        "hunter2" in question or (kind != "listing" and "hunter2" in answer) for kind, question, answer in found
    )


def test_list_with_a_nameless_element_is_not_asked_for() -> None:
    assert kinds(UiTree(roots=(window(SAVE, node("Button", (0, 28, 112, 56))),)), "listing") == []


@st.composite
def trees(draw: st.DrawFn) -> UiTree:
    def nodes(depth: int) -> UiNode:
        left, top = draw(st.integers(-20, 100)), draw(st.integers(-20, 210))
        bounds = Rect(left, top, left + draw(st.integers(0, 112)), top + draw(st.integers(0, 120)))
        states = draw(
            st.frozensets(st.sampled_from(["visible", "visible", "clickable", "enabled", "checkable", "checked"]))
        )
        text = draw(st.sampled_from(["", "a", "b", "c", "On"]))
        children = [nodes(depth - 1) for _ in range(draw(st.integers(0, 3)))] if depth else []
        return UiNode(role="r", bounds=bounds, text=text, states=states | {"visible"}, children=tuple(children))

    return UiTree(roots=tuple(nodes(2) for _ in range(draw(st.integers(1, 3)))))


@settings(deadline=None)
@given(tree=trees(), relative=st.booleans(), seed=st.integers(0, 3))
def test_every_answer_follows_from_the_tree(tree: UiTree, relative: bool, seed: int) -> None:
    space = CoordinateSpace.relative(SCREEN) if relative else CoordinateSpace.resized(SCREEN)
    exchanges = exchanges_of(page_of(tree, space), Random(seed), elsewhere=("a", "zebra"), limit=1000)
    assert exchanges == exchanges_of(page_of(tree, space), Random(seed), elsewhere=("a", "zebra"), limit=1000)
    labels = {each.text for each in tree.walk()}
    for each in exchanges:
        match each.kind:
            case "grounding" | "referring":
                point, name = (each.answer, each.question) if each.kind == "grounding" else (each.question, each.answer)
                x, y = json.loads(point[point.index("[") : point.index("]") + 1])
                hit = element_at(tree, space.to_native(x, y))
                assert hit is not None
                own = [below.text for below in hit.walk() if below.text]
                assert any(text == name or f'"{text}"' in name for text in own)
            case "text":
                assert each.answer in labels
            case "presence":
                name = each.question.split('"')[1]
                assert (each.answer == "yes") == any(name.casefold() in label.casefold() for label in labels)
            case "state":
                assert {each.answer} <= {
                    "yes" if "checked" in one.states else "no" for one in tree.walk() if "checkable" in one.states
                }
            case _:
                assert all(name in labels for name in each.answer.split("\n"))


def texts(prompt: ChatPrompt) -> list[str]:
    parts = [part for message in prompt.messages for part in message.parts]
    return [part.text if isinstance(part, TextPart) else "(image)" for part in parts]


def run_of(folder: Path) -> list[Trajectory]:
    return list(load_episodes(write_run(folder, episode("x", steps_of(TAP_FIRST, Wait(), DONE)))))


def space_of(step: ExpertStep) -> CoordinateSpace:
    return CoordinateSpace.exact(step.screen.size)


def test_questions_of_a_screen_are_one_dialogue(tmp_path: Path) -> None:
    dialogues = perception_dialogues(run_of(tmp_path / "run"), space_of, limit=3)
    assert [len(each.exchanges) for each in dialogues] == [3, 3, 3]
    assert dialogues[1].origin == f"{tmp_path}/run/episodes/s.T.x.a1#1/perception"
    questions = QuestionSet(dialogues, ResizedScreens(lambda step: step.screen.size))
    assert (len(questions), questions.lengths) == (9, [1, 2, 3] * 3)
    first, second = (asyncio.run(questions.question(index)) for index in (3, 4))
    assert texts(first.prompt)[1:] == ["(image)", dialogues[1].exchanges[0].question]
    assert second.prompt.messages[: len(first.prompt.messages)] == first.prompt.messages
    assert texts(second.prompt)[-2:] == [first.reply, dialogues[1].exchanges[1].question]
    assert (second.dialogue, second.turn, second.kind) == (first.dialogue, 1, dialogues[1].exchanges[1].kind)
    image = first.prompt.messages[1].parts[0]
    assert isinstance(image, ImagePart)
    assert image.data == png(20)


def test_questions_are_the_same_for_the_same_seed_and_others_for_another(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    assert perception_dialogues(run, space_of, seed=1) == perception_dialogues(run, space_of, seed=1)
    assert perception_dialogues(run, space_of, seed=1) != perception_dialogues(run, space_of, seed=2)


def test_equal_screens_are_asked_about_once(tmp_path: Path) -> None:
    assert len(perception_dialogues(run_of(tmp_path / "run") * 2, space_of)) == 3


def test_screens_without_trees_have_no_questions(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST)))
    dialogues = perception_dialogues(load_episodes(run, trees=False), space_of)
    assert dialogues == []
    with pytest.raises(DataError, match="no question"):
        QuestionSet(dialogues, ResizedScreens(lambda step: step.screen.size))


def test_lost_screen_is_named_when_it_is_asked_for(tmp_path: Path) -> None:
    dialogues = perception_dialogues(run_of(tmp_path / "run"), space_of)
    for screen in (tmp_path / "run" / "blobs").glob("*.png"):
        screen.write_bytes(b"cut")
    questions = QuestionSet(dialogues, ResizedScreens(lambda step: step.screen.size))
    with pytest.raises(DataError, match=dialogues[0].screens[0].screen.key.split(".")[0]):
        asyncio.run(questions.question(0))
    with pytest.raises(IndexError):
        asyncio.run(questions.question(len(questions)))


# Looking back


class Stated:
    def read(self, key: str) -> bytes:
        raise DataError(f"{key} is not there", field="screenshot")


def shown(
    key: str, action: Click | TypeText | Wait | MoveTo, tree: UiTree | None = None, thought: str = ""
) -> ExpertStep:
    return ExpertStep(
        screen=ScreenRef(key=key, size=Size(100, 100), source=Stated()), action=action, tree=tree, thought=thought
    )


def tap(x: int) -> Click:
    return Click(at=Point(x, x))


UI_S1 = dialect_by_name("ui_s1")


def said(x: int, thought: str = "") -> str:
    return UI_S1.format(tap(x), thought, CoordinateSpace.exact(Size(100, 100)))


def backtracked(
    *steps: ExpertStep, success: bool = True, settings: BacktrackingSettings | None = None
) -> list[Exchange]:
    task = Trajectory(id="t", goal="go", steps=steps, origin="d.jsonl:1", success=success)
    return [
        exchange for each in backtracking_dialogues([task], UI_S1, space_of, settings) for exchange in each.exchanges
    ]


def test_backtracking_asks_for_the_action_before_and_the_next() -> None:
    steps = (shown("0", tap(1)), shown("1", tap(2), thought="why"), shown("2", tap(3), thought="because"))
    task = Trajectory(id="t", goal="go", steps=steps, origin="d.jsonl:1")
    first, second = backtracking_dialogues([task], UI_S1, space_of)
    assert first.head == "Task: go"
    assert (first.screens, first.exchanges[0].kind) == (steps[:2], "backtrack_and_plan")
    assert first.exchanges[0].answer == f"{said(1)}\n{said(2, 'why')}"
    done = f"1. {' '.join(said(1).split())}"
    assert second.head == f"Task: go\nActions before the first of these screens:\n{done}"
    assert second.exchanges[0].answer == f"{said(2)}\n{said(3, 'because')}"
    assert second.origin == "d.jsonl:1#2/backtrack_and_plan"


def test_backtracking_depth_thoughts_and_failed_trajectories() -> None:
    steps = (shown("0", tap(1)), shown("1", tap(2)), shown("2", tap(3), thought="because"))
    (deep,) = backtracked(*steps, settings=BacktrackingSettings(depth=2, thoughts=False))
    assert deep.answer == f"{said(1)}\n{said(2)}\n{said(3)}"
    assert [each.answer for each in backtracked(*steps, success=False)] == [said(1), said(2)]
    assert {each.kind for each in backtracked(*steps, settings=BacktrackingSettings(plan=False))} == {"backtrack"}
    with pytest.raises(ValueError, match="a look back of 0"):
        backtracked(*steps, settings=BacktrackingSettings(depth=0))


@pytest.mark.parametrize(
    ("steps", "answers"),
    [
        ((shown("0", tap(1)), shown("0", tap(2)), shown("2", tap(3))), 1),  # the first click changed nothing
        ((shown("0", Wait()), shown("1", tap(2))), 0),
        ((shown("0", TypeText(text="hi")), shown("1", tap(2), page("hi there"))), 1),
        ((shown("0", TypeText(text="hi")), shown("1", tap(2), page("**"))), 0),
        ((shown("", tap(1)), shown("1", tap(2))), 0),  # no screen was kept
        ((shown("0", tap(1)), shown("1", tap(2)), shown("2", MoveTo(at=Point(1, 1))), shown("3", tap(4))), 1),
        ((shown("0", tap(1)),), 0),
    ],
)
def test_backtracking_asks_only_for_what_shows(steps: tuple[ExpertStep, ...], answers: int) -> None:
    assert len(backtracked(*steps)) == answers


# Where they go


def test_questions_are_exported_as_dialogues(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST, TAP_FIRST, DONE)))
    out = tmp_path / "out"
    out.mkdir()
    result = export_qa(RunReader(run), out, success_only=True, dialect=None, seed=0)
    lines = [json.loads(line) for line in (out / "qa.jsonl").read_text("utf-8").splitlines()]
    assert [line["kinds"] for line in lines[3:]] == [["backtrack_and_plan"]] * 2
    assert (result.rows, result.episodes) == (5, 1)
    for line in lines:
        roles = [message["role"] for message in line["messages"]]
        assert roles == ["system", *["user", "assistant"] * len(line["kinds"])]
        shown = "".join(message["content"] for message in line["messages"])
        assert shown.count("<image>") == len(line["images"])
        assert all((out / image).is_file() for image in line["images"])
    assert (out / lines[1]["images"][0]).read_bytes() == png(20)
    assert json.loads((out / "dataset_info.json").read_text())["farm"]["file_name"] == "qa.jsonl"


def test_question_becomes_a_sample_whose_answer_is_trained(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    import tiny_clicker

    from gui_agent.training.sft import taught_source

    run, screens = run_of(tmp_path / "run"), ResizedScreens(lambda step: step.screen.size)
    encode: Any = lambda prompt, reply: [*reply.encode(), 256]  # noqa: E731
    learner = replace(tiny_clicker.make(), encode=encode, space=space_of, screens=screens)
    questions = QuestionSet(perception_dialogues(run, space_of, seed=0), screens)
    source = taught_source(("perception",), run, learner, size=len(questions), seed=0)
    supply = asyncio.run(source.next(0))
    wanted = [asyncio.run(questions.question(index)) for index in range(len(questions))]
    assert len(supply.samples) == len(questions) > 9
    by_place = {(sample.trajectory, sample.step): sample for sample in supply.samples}
    for question in wanted:
        sample = by_place[question.dialogue, question.turn]
        assert bytes(sample.response_ids_T[:-1].tolist()).decode() == question.reply
        assert (sample.prompt, sample.tags) == (question.prompt, {"kind": question.kind})
        assert sample.mask_T.all() and (sample.advantages_T == 1).all()
