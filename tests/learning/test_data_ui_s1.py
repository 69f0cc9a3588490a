"""UI-S1's files: one form of every action, and errors that name their place."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device_farm.errors import DataError
from device_farm.types.action import Click, LongPress, Swipe
from device_farm.types.geometry import Point, Rect, Size
from gui_agent.datasets.images import image_size, whole_image_size
from gui_agent.datasets.lines import read_lines
from gui_agent.datasets.types import Trajectory
from gui_agent.datasets.ui_s1 import SwipeConvention, finger_direction, load_ui_s1

PUBLISHED = Path(
    os.environ.get("FARM_ANDROIDCONTROL", Path(__file__).parents[3] / "shared" / "data" / "androidcontrol")
)
needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published files are not there")
SCREEN = Size(1080, 2400)


def step(action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"action_content": action, "screenshot": "/data/a.png", **more}


def load(folder: Path, *lines: dict[str, Any], swipes: SwipeConvention = "auto") -> list[Trajectory]:
    path = folder / "d.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return list(load_ui_s1(path, screen=Size(1000, 2000), swipes=swipes))


UP = {"action": "swipe", "coordinate": [500, 1800], "coordinate2": [500, 600]}
RIGHT = {"action": "swipe", "coordinate": [100, 900], "coordinate2": [900, 900]}


@pytest.mark.parametrize(
    ("action", "direction", "marked", "convention", "finger"),
    [
        # As in the evaluation file: coordinates of the finger, beside the content's direction.
        (UP, "down", None, "auto", "up"),
        (RIGHT, "right", None, "auto", "right"),
        (RIGHT, "right", None, "direction", "left"),
        (UP, "down", None, "direction", "up"),
        # As in the training file: the way to the content, and nothing beside it.
        (UP, None, None, "auto", "down"),
        (RIGHT, None, None, "auto", "left"),
        (RIGHT, None, None, "direction", "left"),
        # As in our own exports.
        (UP, None, "finger", "auto", "up"),
        (UP, "down", "content", "auto", "down"),
        # As the user says.
        (UP, "down", "content", "finger", "up"),
        (UP, "down", "finger", "content", "down"),
    ],
)
def test_swipe_is_the_way_of_the_finger(
    action: dict[str, Any],
    direction: str | None,
    marked: str | None,
    convention: SwipeConvention,
    finger: str,
    tmp_path: Path,
) -> None:
    line = {"goal": "g", "swipes": marked, "steps": [step(action, check_options={"direction": direction})]}
    ((swipe,),) = [[each.action for each in task.steps] for task in load(tmp_path, line, swipes=convention)]
    assert isinstance(swipe, Swipe)
    assert finger_direction(swipe) == finger


CLICK = {"action": "click", "coordinate": [10, 20]}
FLAT = Rect(1, 2, 30, 40)


@pytest.mark.parametrize(
    "raw",
    [
        step(CLICK, bbox=[1, 2, 30, 40]),
        step(CLICK, candidate_bbox=[[1, 2, 30, 40]]),
        step({**CLICK, "bbox": [1, 2, 30, 40]}),
        step(CLICK, check_options={"candidate_bbox": [[[1, 2, 30, 40]]]}),
        step({**CLICK, "bbox": [5, 5, 6, 6]}, check_options={"candidate_bbox": [[0.6, 2.4, 30.2, 39.6]]}),
        step(CLICK, bbox=[[1, 2, 30, 40], [9, 9, 9, 30]]),
        step({**CLICK, "text": None, "coordinate2": None}, bbox=[1, 2, 30, 40], thought=None, check_options=None),
    ],
)
def test_boxes_are_found_wherever_they_stand_and_null_is_absent(raw: dict[str, Any], tmp_path: Path) -> None:
    ((found,),) = [task.steps for task in load(tmp_path, {"goal": "g", "steps": [raw]})]
    assert (found.action, found.boxes, found.thought) == (Click(at=Point(10, 20)), (FLAT,), "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"is_successful": "no"}, "is_successful: must be true or false"),
        ({"swipes": "fingers", "steps": [step(UP)]}, "swipes: must be finger or content"),
        ({"steps": [step(CLICK, thought=5)]}, "steps[0].thought: must be text"),
        ({"steps": [step(CLICK, step_instruction=[])]}, "steps[0].step_instruction: must be text"),
        ({"steps": [step(CLICK, check_options=[1])]}, "steps[0].check_options: must be an object"),
        ({"steps": [step(UP, check_options={"direction": ["up"]})]}, "check_options.direction: must be up, down,"),
        ({"steps": [step({"action": "click", "coordinate": [1e9, 5]})]}, "coordinate: a coordinate lies outside every"),
        ({"steps": [step(CLICK, bbox=[1, 2, 3, 1e9])]}, "steps[0].bbox: lies outside every screen"),
        ({"steps": [step({"action": "click"})]}, "steps[0].action_content"),
        ({"steps": [step({"action": "click", "coordinate": None})]}, "steps[0].action_content"),
        ({"steps": [step({"action": "click", "coordinate": [-5, 20]})]}, "steps[0].action_content"),
    ],
)
def test_bad_step_is_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, {"goal": "g", "steps": [step(CLICK)]}, {"goal": "g", "steps": [step(CLICK)], **change})
    assert message in str(caught.value)
    assert "d.jsonl:2" in str(caught.value)


def test_box_that_is_nested_without_end_is_named(tmp_path: Path) -> None:
    box: list[Any] = [1, 2, 3, 4]
    for _ in range(400):
        box = [box]
    with pytest.raises(DataError, match=r"steps\[0\]\.bbox"):
        load(tmp_path, {"goal": "g", "steps": [step(CLICK, bbox=box)]})


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\xff"}', b"[" * 200_000, b"3", b"{"])
def test_line_that_is_no_json_object_is_named(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"fine": 1}\n\n' + text + b"\n")
    lines = read_lines(path)
    assert next(lines).values == {"fine": 1}
    with pytest.raises(DataError, match=r"d\.jsonl:3 is no JSON"):
        next(lines)


@needs_published
def test_published_evaluation_file_is_read_whole() -> None:
    tasks = list(load_ui_s1(PUBLISHED / "eval_dev.jsonl", screen=SCREEN))
    steps = [each for task in tasks for each in task.steps]
    assert (len(tasks), len(steps), len({task.id for task in tasks})) == (1067, 5925, 1067)
    fingers = Counter(finger_direction(each.action) for each in steps if isinstance(each.action, Swipe))
    assert fingers == {"up": 660, "down": 65, "right": 85, "left": 59}
    clicks = [each for each in steps if isinstance(each.action, Click | LongPress)]
    assert len(clicks) == 3582
    # A click without a box around it is compared by its distance alone.
    assert sum(any(box.contains(each.action.at) for box in each.boxes) for each in clicks) > 0.9 * len(clicks)  # type: ignore[union-attr]
    assert sum(bool(each.instruction) for each in steps) > 0.99 * len(steps)


@needs_published
def test_stated_direction_turns_the_sideways_swipes_only() -> None:
    tasks = load_ui_s1(PUBLISHED / "eval_dev.jsonl", screen=SCREEN, swipes="direction")
    swipes = [each.action for task in tasks for each in task.steps if isinstance(each.action, Swipe)]
    assert Counter(map(finger_direction, swipes)) == {"up": 660, "down": 65, "left": 85, "right": 59}


@needs_published
def test_published_training_file_is_read_whole() -> None:
    tasks = list(load_ui_s1(PUBLISHED / "train_example.jsonl", screen=SCREEN))
    steps = [each for task in tasks for each in task.steps]
    assert (len(tasks), len(steps)) == (32, 206)
    # All scroll to what lies below, which takes a finger that goes up.
    assert {finger_direction(each.action) for each in steps if isinstance(each.action, Swipe)} == {"up"}
    assert sum(bool(each.boxes) for each in steps) == 74


def encoded(suffix: str) -> bytes:
    cv2 = pytest.importorskip("cv2")
    image = np.random.default_rng(0).integers(0, 255, (64, 48, 3), dtype=np.uint8)
    done, data = cv2.imencode(suffix, image)
    assert done
    return bytes(data.tobytes())


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_image_that_is_cut_short_anywhere_is_refused(suffix: str) -> None:
    data = encoded(suffix)
    assert whole_image_size(data) == Size(48, 64)
    for length in range(0, len(data) - 1, 97):
        with pytest.raises(DataError):
            whole_image_size(data[:length])


def test_image_with_a_wrong_byte_is_refused() -> None:
    data = bytearray(encoded(".png"))
    data[len(data) // 2] ^= 1
    with pytest.raises(DataError, match="cut short or damaged"):
        whole_image_size(bytes(data))
    assert image_size(bytes(data)) == Size(48, 64)
