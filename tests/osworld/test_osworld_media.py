"""Our tasks with pictures and films, and who solves them and OSWorld's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from gui_agent.benchmarks.osworld.experts import find_expert
from gui_agent.benchmarks.osworld.left_out import Offer, reason_left_out
from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.office.films import film
from gui_agent.benchmarks.osworld.office.model import OfficeTask
from gui_agent.benchmarks.osworld.office.pictures import HEIGHT, WIDTH, halved, photo, png
from gui_agent.benchmarks.osworld.office.write import office_tasks
from gui_agent.benchmarks.osworld.programs import Program
from gui_agent.benchmarks.osworld.taskfile import TaskFile


def media() -> list[OfficeTask]:
    return [task for task in office_tasks() if task.domain in ("gimp", "vlc")]


def task_file(task: OfficeTask) -> TaskFile:
    document = {**task.document(), "config": [step for step in task.document()["config"] if step["type"] == "launch"]}
    evaluator = {key: value for key, value in document["evaluator"].items() if key != "expected"}
    return TaskFile(name=task.id, domain=task.domain, document={**document, "evaluator": evaluator})


def test_three_office_tasks_with_pictures_and_three_with_films() -> None:
    assert Counter(task.domain for task in media()) == {"gimp": 3, "vlc": 3}


def test_halved_picture_is_the_mean_of_four_pixels() -> None:
    pixels = np.array([[[0, 4, 9], [2, 4, 9]], [[4, 4, 9], [6, 8, 9]]], np.uint8)
    assert halved(pixels).tolist() == [[[3, 5, 9]]]


def test_picture_is_a_png_with_its_moon_on_the_left() -> None:
    pixels = photo()
    decoded = cv2.imdecode(np.frombuffer(png(pixels), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None and np.array_equal(decoded[..., ::-1], pixels) and pixels.shape == (HEIGHT, WIDTH, 3)
    assert pixels[45, 60].tolist() == [250, 240, 200] and pixels[45, WIDTH - 60].tolist() != [250, 240, 200]
    assert not np.array_equal(pixels, pixels[:, ::-1])


def test_film_has_its_header_and_frames_that_grow_lighter() -> None:
    """96 × 64 pixels of luminance and half as many of colour a frame, 120 frames, from 40 to 159."""
    data = film(darkest=40)
    head, _, frames = data.partition(b"\n")
    assert head == b"YUV4MPEG2 W96 H64 F2:1 Ip A1:1 C420jpeg"
    each = len(b"FRAME\n") + 96 * 64 * 3 // 2
    assert len(frames) == 120 * each
    assert [frames[number * each + 6] for number in (0, 1, 119)] == [40, 41, 159]


def test_what_a_program_loads_is_missing_where_no_file_matches(tmp_path: Path) -> None:
    bridge = Program(name="bridge", package="bridge", use="trees", file=str(tmp_path / "*" / "bridge.so"))
    assert bridge.is_missing
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "bridge.so").touch()
    assert not bridge.is_missing
    assert Program(name="no-such-program", package="x", use="x").is_missing
    assert not Program(name="sh", package="x", use="x").is_missing


@pytest.mark.parametrize("absent", ["gimp", "vlc"])
def test_media_tasks_are_left_out_where_their_program_is_missing(absent: str) -> None:
    offer = Offer(mirror=Mirror(None), has_program=lambda name: name != absent)
    for task in media():
        reason = reason_left_out(task_file(task), offer)
        assert (reason is not None and absent in reason) if task.domain == absent else reason is None


@pytest.mark.parametrize(
    "task_id",
    [
        "7b7617bd-57cc-468e-9c91-40c4ec2bcb3d",
        "8ba5ae7a-5ae5-4eab-9fcc-5dd4fe3abf89",
        "9195653c-f4aa-453d-aa95-787f6ccfaae9",
        "a5bbbcd5-b398-4c91-83d4-55e1e31bbb81",
        "d06f0d4d-2cd5-4ede-8de9-598629438c6e",
        "f3977615-2b45-4ac5-8bba-80c17dbe2a37",
    ],
)
def test_osworld_task_of_editor_or_player_has_an_expert(task_id: str) -> None:
    evaluator = {"func": "exact_match", "result": {"type": "vm_file", "path": "/x", "dest": "x"}}
    file = TaskFile(name=task_id, domain="vlc", document={"id": task_id, "instruction": "x", "evaluator": evaluator})
    assert find_expert(file) is not None
