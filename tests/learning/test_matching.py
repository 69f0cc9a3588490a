"""Predicted against expert actions: our matcher, the released one, and the metric over both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device_farm.errors import DataError
from device_farm.types.action import (
    Action,
    Answer,
    Click,
    LongPress,
    OpenApp,
    PressKey,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.geometry import Point, Rect, Size
from gui_agent.datasets.images import ImageFiles
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory
from gui_agent.datasets.ui_s1 import load_ui_s1
from gui_agent.matching.legacy import METRIC_MAX_PIXELS, LegacyMatcher, LegacyRewardMatcher
from gui_agent.matching.sop import SpaceOf, TaskScore, report, score_task
from gui_agent.matching.strict import StrictMatcher, texts_agree
from gui_agent.rl.rewards import step_reward, thought_counts

SCREEN = Size(1000, 2000)
DIALECT = dialect_by_name("ui_s1")
SPACE = SpaceOf("resized", max_pixels=METRIC_MAX_PIXELS)


def expert(action: Action, *boxes: Rect, raw: dict[str, Any] | None = None) -> ExpertStep:
    ref = ScreenRef(key="none.png", size=SCREEN, source=ImageFiles(Path("nowhere")))
    return ExpertStep(screen=ref, action=action, boxes=boxes, raw=raw)


BUTTON, AREA = Rect(400, 1000, 600, 1100), Rect(0, 0, 1000, 2000)


@pytest.mark.parametrize(
    ("predicted", "step", "type_", "exact"),
    [
        (Click(at=Point(500, 1050)), expert(Click(at=Point(500, 1050))), True, True),
        # 0.04 of the width is 40 pixels, of the height 80.
        (Click(at=Point(539, 1050)), expert(Click(at=Point(500, 1050))), True, True),
        (Click(at=Point(541, 1050)), expert(Click(at=Point(500, 1050))), True, False),
        (Click(at=Point(500, 1129)), expert(Click(at=Point(500, 1050))), True, True),
        # The box scaled by 1.2 about its centre reaches from 380 to 620.
        (Click(at=Point(620, 1050)), expert(Click(at=Point(500, 1050)), BUTTON), True, True),
        (Click(at=Point(621, 1050)), expert(Click(at=Point(500, 1050)), BUTTON), True, False),
        # A scrolling area around the button does not make every place right.
        (Click(at=Point(10, 10)), expert(Click(at=Point(500, 1050)), BUTTON, AREA), True, False),
        (LongPress(at=Point(500, 1050)), expert(Click(at=Point(500, 1050))), False, False),
        (Click(at=Point(500, 1050)), expert(OpenApp(name="Maps"), BUTTON), True, True),
        (Click(at=Point(100, 1050)), expert(OpenApp(name="Maps"), BUTTON), False, False),
        (Click(at=Point(500, 1050)), expert(OpenApp(name="Maps")), False, False),
        (OpenApp(name="google maps"), expert(OpenApp(name="Maps")), True, True),
        (TypeText(text=" Hello "), expert(TypeText(text="hello")), True, True),
        (TypeText(text=""), expert(TypeText(text="hello")), True, False),
        (TypeText(text="h"), expert(TypeText(text="hello")), True, False),
        (Answer(text="42"), expert(Answer(text="42 apples")), True, True),
        (TypeText(text="42"), expert(Answer(text="42")), False, False),
        (PressKey(key="enter"), expert(PressKey(key="enter")), True, True),
        (PressKey(key="tab"), expert(PressKey(key="enter")), True, False),
        (SystemButton(button="home"), expert(SystemButton(button="back")), True, False),
        (Wait(duration_s=1), expert(Wait(duration_s=5)), True, True),
        (Terminate(status="failure"), expert(Terminate(status="success")), True, False),
        (
            Swipe(start=Point(500, 1500), end=Point(520, 500)),
            expert(Swipe(start=Point(300, 1800), end=Point(300, 600))),
            True,
            True,
        ),
        (
            Swipe(start=Point(500, 500), end=Point(500, 1500)),
            expert(Swipe(start=Point(300, 1800), end=Point(300, 600))),
            True,
            False,
        ),
        (
            Swipe(start=Point(900, 500), end=Point(100, 500)),
            expert(Swipe(start=Point(100, 500), end=Point(900, 500))),
            True,
            False,
        ),
    ],
)
def test_strict_matcher_tells_same_effect(predicted: Action, step: ExpertStep, type_: bool, exact: bool) -> None:
    match = StrictMatcher().match("", predicted, step)
    assert (match.format, match.type, match.exact) == (True, type_, exact)
    assert bool(match.reason) is not exact


def test_strict_matcher_of_an_unreadable_reply_matches_nothing() -> None:
    match = StrictMatcher().match("gibberish", None, expert(Wait()))
    assert (match.format, match.type, match.exact) == (False, False, False)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("", "", True),
        ("a", "A", True),
        ("", "x", False),
        ("a", "cat", False),
        ("ca", "cat", True),
        ("dog", "cat", False),
    ],
)
def test_texts_agree_both_ways(one: str, other: str, agree: bool) -> None:
    assert texts_agree(one, other) is agree
    assert texts_agree(other, one) is agree


def reply(**action: object) -> str:
    return f"<think>so</think>\n<action>{json.dumps(action)}</action>"


def raw(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"action_content": action, "screenshot": "none.png", **more}


@pytest.mark.parametrize(
    ("text", "step", "type_", "exact", "fatal"),
    [
        # A number that no floating point holds.
        (
            reply(action="click", coordinate=[10**400, 1]),
            raw({"action": "click", "coordinate": [1, 1]}),
            False,
            False,
            True,
        ),
        # An empty text is a part of every text.
        (reply(action="type", text=""), raw({"action": "type", "text": "hello"}), True, True, False),
        # Any swipe passes.
        (
            reply(action="swipe", coordinate=[1, 1], coordinate2=[1, 9]),
            raw({"action": "swipe", "coordinate": [5, 900], "coordinate2": [5, 100]}),
            True,
            True,
            False,
        ),
        # The boxes are in check_options, where the released scorer does not look.
        (
            reply(action="click", coordinate=[600, 1050]),
            raw(
                {"action": "click", "coordinate": [500, 1050]},
                check_options={
                    "action": "click",
                    "coordinate": [500, 1050],
                    "candidate_bbox": [[400, 1000, 600, 1100]],
                },
            ),
            True,
            False,
            False,
        ),
        (reply(action="answer", text="1"), raw({"action": "answer", "text": "1"}), False, False, True),
        ("no tag", raw({"action": "wait", "time": 1}), False, False, True),
        (reply(action="click"), raw({"action": "click", "coordinate": [5, 5]}), False, False, True),
        # A flat box crashes it.
        (
            reply(action="click", coordinate=[5, 5]),
            raw({"action": "click", "coordinate": [5, 5]}, bbox=[0, 0, 9, 9]),
            False,
            False,
            True,
        ),
    ],
)
def test_legacy_matcher_has_the_released_faults(
    text: str, step: dict[str, Any], type_: bool, exact: bool, fatal: bool
) -> None:
    match = LegacyMatcher().match(text, None, expert(Wait(), raw=step))
    assert (match.type, match.exact, match.fatal) == (type_, exact, fatal)


@pytest.mark.parametrize(
    ("text", "step", "reward"),
    [
        (reply(action="wait", time=1), raw({"action": "wait", "time": 2}), 1.0),
        ('<action>{"action": "wait"}</action>', raw({"action": "wait", "time": 2}), 0.9),
        (reply(action="type", text="dog"), raw({"action": "type", "text": "cat"}), 0.1 + 0.45),
        (reply(action="wait", time=1), raw({"action": "type", "text": "cat"}), 0.1 + 0.09),
        ("nothing", raw({"action": "wait", "time": 2}), 0.0),
        # Vertical swipes are turned around, horizontal ones are not.
        (
            reply(action="swipe", coordinate=[5, 900], coordinate2=[5, 100]),
            raw({"action": "swipe", "coordinate": [5, 100], "coordinate2": [5, 900]}),
            1.0,
        ),
        (
            reply(action="swipe", coordinate=[900, 5], coordinate2=[100, 5]),
            raw({"action": "swipe", "coordinate": [100, 5], "coordinate2": [900, 5]}),
            0.55,
        ),
        # Only `type` can be an answer.
        (reply(action="answer", text="1"), raw({"action": "answer", "text": "1"}), 0.19),
        # Comparing raises: the thought is paid, and nothing else.
        (reply(action="type", text=3), raw({"action": "type", "text": "cat"}), 0.1),
    ],
)
def test_released_reward_by_hand(text: str, step: dict[str, Any], reward: float) -> None:
    match = LegacyRewardMatcher().match(text, None, expert(Wait(), raw=step))
    has_thought = thought_counts(match, None, required=True)
    assert step_reward(match, has_thought=has_thought, form="released") == pytest.approx(reward)


def trajectory(*steps: ExpertStep) -> Trajectory:
    return Trajectory(id="t", goal="g", steps=steps, origin="here")


def test_sop_stops_at_the_first_mismatch() -> None:
    steps = [expert(Wait()), expert(TypeText(text="cat")), expert(Wait())]
    outputs = [reply(action="wait", time=1), reply(action="type", text="dog"), reply(action="wait", time=1)]
    score = score_task(trajectory(*steps), outputs, StrictMatcher(), DIALECT, SPACE)
    assert (score.matched, score.steps, score.solved, len(score.matches)) == (1, 3, False, 2)


def test_sop_legacy_crash_takes_the_whole_task() -> None:
    steps = [expert(Wait(), raw=raw({"action": "wait", "time": 1}))] * 2
    outputs = [reply(action="wait", time=1), "no tag"]
    assert score_task(trajectory(*steps), outputs, LegacyMatcher(), DIALECT, SPACE).matched == 0
    assert score_task(trajectory(*steps), outputs, StrictMatcher(), DIALECT, SPACE).matched == 1


def test_sop_missing_reply_is_counted_and_ends_the_task() -> None:
    score = score_task(
        trajectory(expert(Wait()), expert(Wait())), [reply(action="wait")], StrictMatcher(), DIALECT, SPACE
    )
    assert (score.matched, score.missing) == (1, True)


def test_sop_report_by_hand() -> None:
    def task(matched: int, steps: int) -> TaskScore:
        return TaskScore(task_id="", steps=steps, matched=matched, kinds=(), matches=(), needs_open=False)

    result = report([task(1, 4), task(2, 2), task(0, 5)])
    assert (result.tasks, result.steps) == (3, 11)
    assert result.pg == pytest.approx((0.25 + 1 + 0) / 3)
    assert result.tsr == pytest.approx(1 / 3)
    assert result.score == pytest.approx((1.25 / 3 + 1 / 3) / 2)
    low, high = result.interval_95["tsr"]
    assert 0 <= low < result.tsr < high <= 1
    assert report([]).interval_95 == {}


# Data


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_loader_makes_one_of_the_published_forms(tmp_path: Path) -> None:
    swipe = {"action": "swipe", "coordinate": [540.0, 600.0], "coordinate2": [540.0, 1800.0], "text": None}
    click = {"action": "click", "coordinate": [10.4, 20.6], "bbox": [0, 0, 40, 40]}
    line = {
        "goal": "g",
        "steps": [
            {"action_content": swipe, "screenshot": "/data/a.png"},
            {"action_content": swipe, "screenshot": "/data/a.png", "check_options": {"direction": "up"}},
            {"action_content": click, "screenshot": "/data/a.png"},
            {
                "action_content": click,
                "screenshot": "a",
                "check_options": {"candidate_bbox": [[[1, 2, 3, 4]], [5, 6, 7, 8]]},
            },
        ],
    }
    (task,) = load_ui_s1(write(tmp_path / "d.jsonl", line), screen=Size(1080, 2400))
    content, finger, first, second = task.steps
    assert content.action == Swipe(start=Point(540, 1800), end=Point(540, 600))
    assert finger.action == Swipe(start=Point(540, 600), end=Point(540, 1800))
    assert first.action == Click(at=Point(10, 21))
    assert first.boxes == (Rect(0, 0, 40, 40),)
    assert second.boxes == (Rect(1, 2, 3, 4), Rect(5, 6, 7, 8))


def test_loader_turns_a_stated_screen_that_cannot_hold_the_step(tmp_path: Path) -> None:
    step = {"action_content": {"action": "click", "coordinate": [2000, 500]}, "screenshot": "a.png"}
    (task,) = load_ui_s1(write(tmp_path / "d.jsonl", {"goal": "g", "steps": [step]}), screen=Size(1080, 2400))
    assert (task.steps[0].screen.size, task.steps[0].screen.stated) == (Size(2400, 1080), Size(1080, 2400))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"steps": []}, "goal: is missing"),
        ({"goal": "g"}, "steps: is missing"),
        ({"goal": "g", "steps": []}, "holds no step"),
        ({"goal": "g", "steps": [{}]}, "steps[0]: lacks an object action_content"),
        ({"goal": "g", "steps": [{"action_content": {"action": "wait"}}]}, "steps[0].screenshot: is missing"),
        ({"goal": "g", "steps": [{"action_content": {"action": "jump"}, "screenshot": "a"}]}, "unknown action 'jump'"),
        (
            {"goal": "g", "steps": [{"action_content": {"action": "wait"}, "bbox": 5, "screenshot": "a"}]},
            "must be a box of four numbers",
        ),
    ],
)
def test_loader_names_line_and_field(tmp_path: Path, line: dict[str, Any], message: str) -> None:
    path = write(tmp_path / "d.jsonl", line)
    with pytest.raises(DataError) as caught:
        list(load_ui_s1(path, screen=Size(100, 100)))
    assert message in str(caught.value)
    assert "d.jsonl:1" in str(caught.value)


def test_loader_asks_for_the_screen_where_the_image_is_missing(tmp_path: Path) -> None:
    step = {"action_content": {"action": "wait", "time": 1}, "screenshot": "/gone/a.png"}
    with pytest.raises(DataError, match="--screen"):
        list(load_ui_s1(write(tmp_path / "d.jsonl", {"goal": "g", "steps": [step]})))


def test_loader_reads_the_size_of_a_screen_and_refuses_a_corrupt_one(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((30, 20, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "b.jpg"), np.zeros((31, 21, 3), np.uint8))
    (tmp_path / "c.png").write_bytes(b"no image")
    for name, size in (("/data/images/a.png", Size(20, 30)), ("b.jpg", Size(21, 31))):
        step = {"action_content": {"action": "wait", "time": 1}, "screenshot": name}
        (task,) = load_ui_s1(write(tmp_path / "d.jsonl", {"goal": "g", "steps": [step]}))
        assert task.steps[0].screen.size == size
    step["screenshot"] = "c.png"
    with pytest.raises(DataError, match="neither a PNG nor a JPEG"):
        list(load_ui_s1(write(tmp_path / "d.jsonl", {"goal": "g", "steps": [step]})))
