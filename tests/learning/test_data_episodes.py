"""Stored episodes as demonstrations."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from stored_runs import DONE, SCREEN, TAP_FIRST, episode, node, page, png, steps_of, write_run

from device_farm.errors import ConfigError, DataError
from device_farm.types.action import LongPress, Swipe, TypeText, Wait
from device_farm.types.elements import click_box, element_at
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.trajectory import InfraError, PolicyFailed, Scored, TimedOut, Undecided
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.ui_s1 import load_ui_s1
from gui_agent.export.ui_s1 import export_ui_s1
from gui_agent.store.reader import RunReader

SWIPE = Swipe(start=Point(50, 200), end=Point(50, 20))
BROKEN = InfraError(error="TransportError", message="gone", phase="run")


def test_episode_becomes_a_trajectory(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST, TypeText(text="hi"), DONE)))
    (trajectory,) = load_episodes(run)
    assert (trajectory.id, trajectory.goal, trajectory.success) == ("s/T/x", "goal of x", True)
    assert (trajectory.tags, trajectory.platform) == (("easy", "template:T"), "android")
    assert trajectory.origin == f"{run}/episodes/s.T.x.a1"
    first, second, last = trajectory.steps
    assert (first.action, first.boxes, first.thought) == (TAP_FIRST, (Rect(0, 0, 112, 28),), "thought 0")
    assert (first.screen.size, first.screen.read()) == (SCREEN, png(0))
    assert (second.action, second.boxes, second.screen.read()) == (TypeText(text="hi"), (), png(20))
    assert last.action == DONE
    assert first.tree == page("a", "b", "0")


def test_only_scored_episodes_are_loaded_and_the_rest_counted(tmp_path: Path) -> None:
    steps = steps_of(TAP_FIRST, DONE)
    run = write_run(
        tmp_path / "run",
        episode("failed", steps, Scored(reward=0.5)),
        episode("infra", steps, BROKEN),
        episode("late", steps, TimedOut(budget_s=1.0)),
        episode("model", steps, PolicyFailed(error="PolicyError", message="gone")),
        episode("open", steps, Undecided(reason="who knows")),
        episode("solved", steps),
        episode("still", ()),
    )
    left_out = Counter[str]()
    loaded = {trajectory.id: trajectory.success for trajectory in load_episodes(run, left_out=left_out)}
    assert loaded == {"s/T/failed": False, "s/T/solved": True}
    assert left_out == {"infra_error": 1, "timeout": 1, "policy_error": 1, "undecided": 1, "no_step": 1}


def test_the_last_attempt_at_a_task_counts(tmp_path: Path) -> None:
    first = episode("x", steps_of(TAP_FIRST), BROKEN)
    second = episode("x", steps_of(TAP_FIRST, DONE), attempt=2)
    left_out = Counter[str]()
    (trajectory,) = load_episodes(write_run(tmp_path / "run", first, second), left_out=left_out)
    assert (len(trajectory.steps), left_out) == (2, {})


def test_steps_that_did_nothing_are_left_out_and_counted(tmp_path: Path) -> None:
    steps = steps_of(None, TAP_FIRST, Wait(), DONE, errors=[2])
    left_out = Counter[str]()
    (trajectory,) = load_episodes(write_run(tmp_path / "run", episode("x", steps)), left_out=left_out)
    assert [step.action for step in trajectory.steps] == [TAP_FIRST, DONE]
    assert left_out == {"steps_not_carried_out": 2}


def test_trees_can_be_left_out(tmp_path: Path) -> None:
    (trajectory,) = load_episodes(write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST))), trees=False)
    assert (trajectory.steps[0].tree, trajectory.steps[0].boxes) == (None, ())


def test_lost_screen_is_an_error_that_names_it(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST)))
    (screen,) = (run / "blobs").glob("*.png")
    screen.write_bytes(b"cut short")
    (trajectory,) = load_episodes(run)
    with pytest.raises(DataError, match=screen.stem):
        trajectory.steps[0].screen.read()
    screen.unlink()
    with pytest.raises(DataError, match=screen.stem):
        trajectory.steps[0].screen.read()


def test_damaged_episode_is_an_error_that_names_it(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST, DONE)))
    steps = run / "episodes" / "s.T.x.a1" / "steps.jsonl"
    steps.write_bytes(steps.read_bytes()[:-10])
    with pytest.raises(DataError, match=r"s\.T\.x\.a1"):
        list(load_episodes(run))


def test_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no run"):
        list(load_episodes(tmp_path))


INNER = node("TextView", (10, 10, 50, 20), "Name", tapped=False)
ROW = node("LinearLayout", (0, 0, 112, 28), "", INNER)
WINDOW = node("FrameLayout", (0, 0, 112, 224), "", ROW, tapped=False)
DIALOG = node("FrameLayout", (20, 5, 100, 60), "", node("Button", (30, 10, 60, 25), "OK"), tapped=False)
HIDDEN = UiNode(role="android.widget.Button", bounds=Rect(0, 0, 112, 28), states=frozenset({"clickable"}))


@pytest.mark.parametrize(
    ("tree", "at", "box"),
    [
        (UiTree(roots=(WINDOW,)), Point(20, 15), Rect(0, 0, 112, 28)),  # the row around a label that cannot be tapped
        (UiTree(roots=(WINDOW,)), Point(60, 100), None),  # nothing there
        (UiTree(roots=(WINDOW, DIALOG)), Point(40, 15), Rect(30, 10, 60, 25)),  # the window on top
        (UiTree(roots=(WINDOW, DIALOG)), Point(25, 15), None),  # the dialog's own surface hides the row
        (UiTree(roots=(node("View", (0, 0, 112, 224)),)), Point(3, 3), None),  # the whole screen is no element
        (UiTree(roots=(node("Button", (-20, 0, 60, 28)),)), Point(3, 3), Rect(0, 0, 60, 28)),  # clipped to the screen
    ],
)
def test_click_box_is_that_of_the_element_that_a_click_means(tree: UiTree, at: Point, box: Rect | None) -> None:
    assert click_box(tree, at, Size(112, 224)) == box


def test_click_box_of_a_long_press(tmp_path: Path) -> None:
    press = LongPress(at=Point(50, 40))
    (trajectory,) = load_episodes(write_run(tmp_path / "run", episode("x", steps_of(press))))
    assert trajectory.steps[0].boxes == (Rect(0, 28, 112, 56),)


def test_element_at_passes_over_what_is_not_visible() -> None:
    assert element_at(UiTree(roots=(WINDOW, HIDDEN)), Point(20, 15)) == ROW


def test_training_takes_a_run_folder_for_its_data(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from gui_agent.training.config import DataConfig
    from gui_agent.training.recipes import load_trajectories

    run = write_run(tmp_path / "run", episode("x", steps_of(TAP_FIRST, DONE)), episode("y", steps_of(DONE), BROKEN))
    left_out = Counter[str]()
    loaded = load_trajectories(DataConfig(path=str(run)), left_out=left_out)
    assert ([trajectory.id for trajectory in loaded], left_out) == (["s/T/x"], {"infra_error": 1})


def test_exported_episodes_come_back_as_the_same_demonstrations(tmp_path: Path) -> None:
    steps = steps_of(TAP_FIRST, SWIPE, TAP_FIRST, TypeText(text="hi"), DONE, errors=[2])
    run = write_run(tmp_path / "run", episode("x", steps), episode("none", (), BROKEN))
    out = tmp_path / "out"
    out.mkdir()
    result = export_ui_s1(RunReader(run), out, success_only=False)
    assert (result.episodes, result.rows, result.skipped_episodes) == (1, 4, 1)
    (loaded,), (direct,) = load_ui_s1(out / "ui_s1.jsonl"), load_episodes(run)
    assert [step.action for step in loaded.steps] == [step.action for step in direct.steps]
    assert [step.boxes for step in loaded.steps] == [step.boxes for step in direct.steps]
    assert [step.thought for step in loaded.steps] == [step.thought for step in direct.steps]
    assert [step.screen.read() for step in loaded.steps] == [step.screen.read() for step in direct.steps]
    assert loaded.goal == direct.goal and loaded.success == direct.success
