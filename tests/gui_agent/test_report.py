from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from fake_suite import SUITE, fake_source, run

from device_farm.types.geometry import Rect
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.report.data import compact_tree
from gui_agent.report.images import encode_small
from gui_agent.report.write import script_json, write_report
from gui_agent.runner.changed import changed_box
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.runner.summary import summarise
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from verifier.calibration.intervals import wilson_interval


def template_of(task: Task) -> TaskTemplate:
    return SUITE.template(task.template)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "run"

    async def collect() -> None:
        with RunWriter(path, {"suite": SUITE.name, "seed": 0, "policy": {"type": "expert"}}) as writer:
            episodes = EpisodeRunner(ExpertPolicy(template_of), template_of)
            runner = Runner(await fake_source(2), episodes, writer, workers={"android": 2})
            await runner.run([Assignment(task=task) for task in SUITE.tasks(8)])

    run(collect())
    return path


def content(path: Path) -> dict[str, object]:
    text = path.read_text("utf-8")
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match is not None
    document: dict[str, object] = json.loads(match[1])
    return document


def test_report_is_one_file_that_reaches_for_nothing(folder: Path) -> None:
    text = write_report(folder).read_text("utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["'](?!data:|#)""", text.split('id="data"')[0])
    outside = text.split('id="data"')[0] + text.split("</script>", 1)[1]
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", outside))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in text


def test_report_holds_every_episode_step_screen_and_evidence(folder: Path) -> None:
    data = content(write_report(folder))
    reader = RunReader(folder)
    episodes = {episode["id"]: episode for episode in data["episodes"]}  # type: ignore[attr-defined, index]
    assert set(episodes) == set(reader.episode_ids())
    for stored in reader.episodes():
        shown = episodes[stored.episode.id]
        assert len(shown["steps"]) == len(stored.episode.steps)
        assert all(step["shot"] in data["images"] and step["tree"] in data["trees"] for step in shown["steps"])  # type: ignore[operator]
        assert isinstance(stored.episode.outcome, Scored)
        assert len(shown["evidence"]) == len(stored.episode.outcome.evidence) > 0
    assert "scripted stand-ins" in str(data["notes"])


def test_report_past_its_budget_keeps_last_screens_and_says_so(folder: Path) -> None:
    data = content(write_report(folder, budget_bytes=1))
    assert "too many screens" in str(data["notes"])
    finals = {episode["final"]["shot"] for episode in data["episodes"]}  # type: ignore[attr-defined, index]
    assert finals <= set(data["images"])  # type: ignore[call-overload]


def test_report_survives_lost_blobs_and_damaged_episodes(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    next(copy.glob("blobs/*.png")).unlink()
    next(copy.glob("blobs/*.tree.z")).write_bytes(b"")
    next(copy.glob("episodes/*/steps.jsonl")).write_bytes(b"")
    data = content(write_report(copy))
    assert "lost or damaged" in str(data["notes"]) and "damaged and left out" in str(data["notes"])
    assert len(data["episodes"]) == 7  # type: ignore[arg-type]


@pytest.mark.parametrize("hostile", ["</script><script>alert(1)</script>", "<!--", "a & b", "\u2028"])
def test_text_of_a_model_cannot_leave_the_data(hostile: str) -> None:
    text = script_json({"goal": hostile})
    assert "<" not in text and ">" not in text and json.loads(text) == {"goal": hostile}


def test_tree_is_compact_and_bounded(folder: Path) -> None:
    reader = RunReader(folder)
    digest = reader.load(reader.episode_ids()[0]).trees[0]
    assert digest is not None
    rows = compact_tree(reader.tree(digest))
    assert rows[0][:2] == [0, "FrameLayout"] and rows[2][1:4] == ["Button", "Add", "add"]


def test_images_are_scaled_down_and_never_up() -> None:
    for size, expected in (((2400, 1080), (960, 432)), ((128, 64), (128, 64)), ((800, 1600), (600, 1200))):
        pixels = np.zeros((*size, 3), np.uint8)
        small = encode_small(cv2.imencode(".png", pixels)[1].tobytes())
        assert small is not None
        assert cv2.imdecode(np.frombuffer(small, np.uint8), cv2.IMREAD_COLOR).shape[:2] == expected
    assert encode_small(b"no image") is None


@pytest.mark.parametrize(
    ("points", "box"),
    [
        ([], (0, 0, 0, 0)),
        ([(3, 5)], (5, 3, 6, 4)),
        ([(0, 0), (9, 15)], (0, 0, 16, 10)),
        ([(2, 7), (4, 1)], (1, 2, 8, 5)),
    ],
)
@pytest.mark.parametrize("width", [16, 17])
def test_changed_box_is_the_smallest_around_all_differences(
    points: list[tuple[int, int]], box: tuple[int, int, int, int], width: int
) -> None:
    before = np.full((10, width, 3), 7, np.uint8)
    after = before.copy()
    for y, x in points:
        after[y, x, 1] = 8
    assert changed_box(before, after) == Rect(*box)


def test_changed_box_of_another_size_is_the_whole_screen() -> None:
    assert changed_box(np.zeros((4, 6, 3), np.uint8), np.zeros((6, 4, 3), np.uint8)) == Rect(0, 0, 4, 6)


def test_steps_know_what_their_action_changed(folder: Path) -> None:
    reader = RunReader(folder)
    for stored in reader.episodes():
        *taps, end = stored.episode.steps
        assert end.changed == Rect(0, 0, 0, 0)
        if stored.episode.task.template == "CountTo":
            # The fake screen shows the count as the colour of its label.
            assert all(step.changed == Rect(4, 92, 60, 104) for step in taps)


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        (0, 0, (0.0, 1.0)),
        (0, 10, (0.0, 0.2775)),
        (10, 10, (0.7225, 1.0)),
        (5, 10, (0.2366, 0.7634)),
        (81, 263, (0.2553, 0.3662)),
    ],
)
def test_wilson_interval_gives_the_published_numbers(
    successes: int, trials: int, interval: tuple[float, float]
) -> None:
    assert wilson_interval(successes, trials) == pytest.approx(interval, abs=5e-5)


def test_summary_of_nothing_divides_by_nothing() -> None:
    summary = summarise([], planned=0, steps=0, wall_s=0.0, device_utilisation=0.0)
    assert summary.to_json()["steps_per_s"] == 0.0 and summary.infra_share == 0.0
    figures = summary.success_json()
    assert figures["rated"] == figures["initialised"] == figures["total"] == 0 and figures["tasks"] == {}
    assert figures["success_rate"] is None and figures["mean_reward"] is None
    assert figures["interval"] == figures["interval_95"] == [0.0, 1.0]
