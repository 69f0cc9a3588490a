"""Transitions of stored runs: what is one, how they are balanced and split, and their file."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fake_suite import SUITE, CountTo, fake_source, run

from device_farm.errors import DataError
from device_farm.types.action import Action, Click, OpenApp, Swipe, SystemButton, Wait
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.trajectory import Episode, InfraError, Undecided
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.export.transitions import export_transitions
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from gui_agent.transitions.lines import line_of, read_transitions
from gui_agent.transitions.parts import balanced, split
from gui_agent.transitions.recorded import Recorded, recorded
from world_model.learning.transition import Transition
from world_model.sketch.sketch import Sketch, SketchLine

TAP = Click(at=Point(5, 5))


def screen(app: str, text: str = "x") -> Sketch:
    line = SketchLine(label="button", text=text, box=Rect(0, 0, 10, 10))
    return Sketch(screen=Size(100, 100), lines=(line,), app=app)


def seen(origin: str, template: str, before: Sketch, after: Sketch, action: Action = TAP) -> Recorded:
    transition = Transition(
        before=before, action=action, after=after, goal="a goal", platform="android", template=template
    )
    return Recorded(transition=transition, origin=origin)


def visit(template: str, app: str) -> list[Recorded]:
    """From the home screen into an application, a tap there."""
    opened = seen(f"{template}/0", template, screen("home"), screen(app), OpenApp(name=app))
    return [opened, seen(f"{template}/1", template, screen(app), screen(app, template))]


def counted(count: int) -> Episode:
    def template_of(_: object) -> TaskTemplate:
        return CountTo()

    async def played() -> Episode:
        source = await fake_source(1)
        async with ExpertPolicy(template_of) as policy, source.lease("android") as device:
            task = CountTo().task(SUITE.name, count, {"count": count})
            return await EpisodeRunner(policy, template_of).run(device, Assignment(task=task))

    return run(played())


def stored(folder: Path, *episodes: Episode) -> RunReader:
    with RunWriter(folder, {"suite": SUITE.name, "seed": 0, "policy": {"type": "expert"}}) as writer:
        for episode in episodes:
            writer.add(episode)
    return RunReader(folder)


def test_recorded_are_the_steps_that_did_something(tmp_path: Path) -> None:
    skipped: Counter[str] = Counter()
    found = list(recorded(stored(tmp_path / "run", counted(2)), skipped))
    first, second = (one.transition for one in found)
    assert skipped == {"ends": 1} and [one.kind for one in found] == ["click", "click"]
    assert first.after == second.before and first.before != first.after
    assert (first.goal, first.platform, first.template) == ("Press Add until the count is 2.", "android", "CountTo")
    assert [one.origin.rpartition("/")[2] for one in found] == ["0", "1"]


def test_recorded_counts_what_is_no_transition(tmp_path: Path) -> None:
    whole = counted(3)
    first, second, third, last = whole.steps
    bare = replace(second, observation=replace(second.observation, ui_tree=None))
    steps = (replace(first, action=None, error="did not parse"), bare, replace(third, error="refused"), last)
    cut = replace(whole, steps=(*steps[:3], replace(last, action=Wait(duration_s=1.0))), final=None)
    skipped: Counter[str] = Counter()
    assert list(recorded(stored(tmp_path / "run", cut), skipped)) == []
    assert skipped == {"no_action": 1, "no_tree": 1, "refused": 1, "no_screen": 1}


@pytest.mark.parametrize(
    "outcome", [Undecided(reason="?"), InfraError(error="GuestError", message="gone", phase="run")]
)
def test_recorded_leaves_out_attempts_in_doubt(tmp_path: Path, outcome: Undecided | InfraError) -> None:
    skipped: Counter[str] = Counter()
    assert not list(recorded(stored(tmp_path / "run", replace(counted(1), outcome=outcome)), skipped))
    assert skipped == {outcome.kind: 2}


def test_split_holds_out_apps_and_templates_but_no_home_screen() -> None:
    transitions = [one for name in "abcdefgh" for one in visit(name, f"app.{name}")]
    parts = split(transitions, seed=0)
    # Nine applications and a fifth: two; of the six templates left, one.
    assert len(parts.held_out_apps) == 2 and len(parts.held_out_templates) == 1
    assert "home" not in parts.held_out_apps
    assert (len(parts.train), len(parts.test_templates), len(parts.test_apps)) == (10, 2, 4)
    trained = {app for one in parts.train for app in one.apps}
    assert not trained & set(parts.held_out_apps)
    assert not {one.template for one in parts.train} & set(parts.held_out_templates)
    assert {app for one in parts.test_apps for app in one.apps} == {"home", *parts.held_out_apps}
    assert split(transitions[::-1], seed=0).held_out_apps == parts.held_out_apps
    assert len({split(transitions, seed=seed).held_out_apps for seed in range(8)}) > 1


def test_split_tests_on_nothing_that_was_trained_on() -> None:
    transitions = [one for name in "abcd" for one in visit(name, "one.app")]
    parts = split(transitions, seed=0)
    # The way into the application is the same in every template, the tap there is not.
    assert parts.held_out_apps == () and parts.again == 1
    assert [one.transition.action for one in parts.test_templates] == [TAP]


def test_split_of_one_template_or_none_holds_out_nothing() -> None:
    alone = visit("a", "one.app")
    parts = split(alone, seed=0)
    assert parts.train == tuple(alone) and not parts.test_templates and not parts.test_apps
    assert split([], seed=0).train == ()


def test_balanced_caps_pairs_of_app_and_action_at_their_mean() -> None:
    taps = [seen(f"taps/{at}", "t", screen("a"), screen("a", str(at))) for at in range(7)]
    swipe = Swipe(start=Point(5, 90), end=Point(5, 10))
    other = [seen("swipes/0", "t", screen("a"), screen("a", "low"), swipe)]
    other.append(seen("other/0", "t", screen("b"), screen("b", "y")))
    same = replace(taps[0], origin="again/0")
    kept = balanced([*taps, same, *other], seed=0)
    # Nine that differ in three pairs: three a pair at most.
    assert Counter(one.origin.partition("/")[0] for one in kept) == {"taps": 3, "swipes": 1, "other": 1}
    assert kept == balanced([*taps, same, *other], seed=0) and balanced([], seed=0) == ()
    assert len({balanced(taps + other, seed=seed) for seed in range(8)}) > 1


def test_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    before = replace(screen("a", "it's | 'new'\nlines\u202e"), window=".Main")
    written = [
        seen("e/0", "t", before, screen("b"), SystemButton(button="home")),
        seen("e/1", "t", screen("b"), Sketch(screen=Size(100, 100)), Swipe(start=Point(1, 2), end=Point(3, 4))),
    ]
    path.write_text("".join(f"{line_of(one)}\n" for one in written), "ascii")
    assert list(read_transitions(path)) == written


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("platform", "toaster", "no platform"),
        ("before", "nothing", "no sketch"),
        ("after", None, "must be text"),
        ("action", {"type": "click"}, "action"),
    ],
)
def test_lines_that_are_bad_are_named(tmp_path: Path, field: str, value: object, complaint: str) -> None:
    path = tmp_path / "t.jsonl"
    good = json.loads(line_of(seen("e/0", "t", screen("a"), screen("b"))))
    path.write_text(json.dumps({**good, field: value}))
    with pytest.raises(DataError, match=complaint) as caught:
        list(read_transitions(path))
    assert "t.jsonl:1" in str(caught.value) and caught.value.field.startswith(field)


def test_export_writes_three_parts_and_what_was_left_out(tmp_path: Path) -> None:
    reader = stored(tmp_path / "run", counted(2), counted(3))
    (tmp_path / "out").mkdir()
    result = export_transitions(reader, tmp_path / "out", success_only=True, seed=0)
    told = json.loads((tmp_path / "out" / "counts.json").read_text())
    kept = [one for path in result.files[:3] for one in read_transitions(path)]
    # The counts 0 to 1 and 1 to 2 are seen in both, for different goals.
    assert (result.episodes, result.rows, result.skipped_steps) == (2, 5, 2) and len(kept) == 5
    assert told["skipped_steps"] == {"ends": 2} and told["train"]["kept"] == 5
