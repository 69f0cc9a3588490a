"""`farm eval --offline`: a model behind a real socket on stored screens, and what happens when it dies."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from test_policy_openai import ChatServer, completion, serving

from device_farm.cli.main import main
from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, SystemButton, TypeText
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace, smart_resize
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Observation
from device_farm.types.trajectory import ModelTurn
from gui_agent.datasets.ui_s1 import load_ui_s1
from gui_agent.matching.legacy import LegacyMatcher
from gui_agent.matching.offline import output_of, play
from gui_agent.matching.strict import StrictMatcher
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession

SCREEN = Size(560, 1120)
UI_S1 = dialect_by_name("ui_s1")
TASKS, STEPS = 6, 3
RIGHT = (3, 1, 0, 2, 3, 0)
"""How many steps of each task the model gets right: PG = (1 + 1/3 + 0 + 2/3 + 1 + 0) / 6 = 0.5, TSR = 1/3."""


def point(task: int, step: int) -> Point:
    return Point(50 + 70 * task, 100 + 200 * step)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = []
    for task in range(TASKS):
        steps = []
        for step in range(STEPS):
            shade = np.full((SCREEN.height, SCREEN.width, 3), 10 * task + step, np.uint8)
            cv2.imwrite(str(tmp_path / f"{task}_{step}.png"), shade)
            at = point(task, step)
            click = {"action": "click", "coordinate": [at.x, at.y]}
            steps.append({"action_content": click, "screenshot": f"/made/elsewhere/{task}_{step}.png"})
        lines.append(json.dumps({"goal": f"goal {task}.", "is_successful": True, "steps": steps}))
    path = tmp_path / "d.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def answer(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
    """Knows every task, up to where it does not."""
    text = json.dumps(body["messages"])
    task = int(text.partition("goal ")[2].partition(".")[0])
    step = sum(message["role"] == "assistant" for message in body["messages"])
    at = point(task, step) if step < RIGHT[task] else Point(550, 1110)
    said = UI_S1.format(Click(at=at), f"thought {task}.{step}", CoordinateSpace.resized(SCREEN))
    return 200, completion(said), {}


@contextmanager
def model(answers: Callable[[dict[str, Any], int], Any] = answer, *, delay_s: float = 0.0) -> Iterator[ChatServer]:
    """A chat server in a thread of its own, for commands that run a loop of their own."""
    started, done = threading.Event(), asyncio.Event()
    found: list[tuple[ChatServer, asyncio.AbstractEventLoop]] = []

    async def serve() -> None:
        async with serving(answers, delay_s=delay_s) as server:
            found.append((server, asyncio.get_running_loop()))
            started.set()
            await done.wait()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, serve())
        assert started.wait(10)
        server, loop = found[0]
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(done.set)
            running.result(10)


def evaluate(data: Path, out: Path, port: int, *more: str) -> int:
    settings = (f"policy.base_url=http://127.0.0.1:{port}/v1", "policy.model=m", "policy.dialect=ui_s1")
    settings += ("policy.backoff_s=0.001", "policy.retries=1")
    flags = [part for each in settings for part in ("--set", each)]
    arguments = ["--data", str(data), "--policy", "openai", "--out", str(out), "--json", *flags, *more]
    return main(["eval", "--offline", *arguments])


def last(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return document


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_replies_are_scored_and_predictions_score_alike(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with model() as server:
        assert evaluate(data, tmp_path / "out", server.port) == 0
        result = last(capsys)
        asked = len(server.requests)
    assert (result["pg"], result["tsr"], result["score"]) == (
        pytest.approx(0.5),
        pytest.approx(1 / 3),
        pytest.approx(5 / 12),
    )
    assert (result["tasks"], result["steps"], result["failed"], result["planned"]) == (6, 18, 0, 6)
    # A task ends with its first wrong reply.
    assert asked == result["replies"] == sum(min(right + 1, STEPS) for right in RIGHT)
    assert (result["prompt_tokens"], result["completion_tokens"]) == (100 * asked, 20 * asked)
    predictions = lines(tmp_path / "out" / "predictions.jsonl")
    assert [len(line["outputs"]) for line in predictions] == [min(right + 1, STEPS) for right in RIGHT]
    assert [set(line) for line in predictions] == [{"outputs"}] * TASKS
    for scorer in ("strict", "legacy"):
        assert (
            main(
                [
                    "score",
                    "sop",
                    "--data",
                    str(data),
                    "--predictions",
                    result["predictions"],
                    "--scorer",
                    scorer,
                    "--json",
                ]
            )
            == 0
        )
        again = last(capsys)
        assert again["unfinished"] == 0
        assert {key: again[key] for key in ("pg", "tsr", "score")} == {
            key: result["scores"][scorer][key] for key in ("pg", "tsr", "score")
        }


def test_model_sees_its_own_history(data: Path, tmp_path: Path) -> None:
    with model() as server:
        evaluate(data, tmp_path / "out", server.port, "--episodes", "1")
        messages = server.requests[2]["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "thought 0.0" in messages[2]["content"] and "thought 0.1" in messages[4]["content"]
    shown = ["image_url" in json.dumps(message) for message in messages if message["role"] == "user"]
    assert shown == [False, True, True]


def test_fewer_tasks_leave_the_rest_unattempted(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with model() as server:
        assert evaluate(data, tmp_path / "out", server.port, "--episodes", "2") == 0
    result = last(capsys)
    assert (result["tasks"], result["planned"], result["tsr"]) == (2, 2, 0.5)
    assert lines(tmp_path / "out" / "predictions.jsonl")[2:] == [{"outputs": [], "error": "not attempted"}] * 4
    assert main(["score", "sop", "--data", str(data), "--predictions", result["predictions"], "--json"]) == 0
    again = last(capsys)
    assert (again["tasks"], again["unfinished"], again["tsr"]) == (2, 4, 0.5)


def test_endpoint_that_dies_loses_nothing(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def dying(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        return answer(body, index) if index < 6 else (503, "overloaded", {})

    out = tmp_path / "out"
    with model(dying) as server:
        assert evaluate(data, out, server.port, "--parallel", "1") == 4
    broken = last(capsys)
    # Tasks 0 (3 replies) and 1 (2) are finished, task 2 (1) too; then two in a row break, and it stops.
    assert (broken["tasks"], broken["failed"], broken["failures"]) == (3, 3, {"PolicyError": 2})
    assert (broken["pg"], broken["tsr"]) == (pytest.approx(4 / 9), pytest.approx(1 / 3))
    predictions = lines(out / "predictions.jsonl")
    assert predictions[3]["outputs"] == [None] and "HTTP 503" in predictions[3]["error"]
    assert predictions[5] == {"outputs": [], "error": "not attempted"}
    with model() as server:
        assert evaluate(data, out, server.port, "--resume") == 0
        # Only what was not finished is asked again: 3 + 3 + 1 replies.
        assert len(server.requests) == 7
    resumed = last(capsys)
    assert (resumed["tasks"], resumed["failed"]) == (6, 0)
    with model() as server:
        assert evaluate(data, tmp_path / "unbroken", server.port) == 0
    unbroken = last(capsys)
    assert {key: resumed[key] for key in ("pg", "tsr", "score", "replies")} == {
        key: unbroken[key] for key in ("pg", "tsr", "score", "replies")
    }
    assert (out / "predictions.jsonl").read_text() == (tmp_path / "unbroken" / "predictions.jsonl").read_text()


def test_endpoint_that_hangs_is_given_up(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with model(delay_s=3.0) as server:
        flags = ("--parallel", "1", "--set", "policy.timeout_s=0.1", "--set", "policy.retries=0")
        assert evaluate(data, tmp_path / "out", server.port, *flags) == 4
    done = capsys.readouterr()
    result = json.loads(done.out.splitlines()[-1])
    assert (result["tasks"], result["failed"], result["pg"], result["interval_95"]) == (0, 6, 0.0, {})
    assert "stopped: 2 tasks in a row broke" in done.err and "go on with --resume" in done.err


class Stuck(LocalPolicy):
    """Never answers one task; the others it answers by going home."""

    name = "stuck"
    dialect = "ui_s1"

    async def start(self, task: Any, info: Any, *, attempt: int = 1) -> Any:
        return StuckSession(task.goal == "goal 1.")


class StuckSession(LocalSession):
    def __init__(self, stuck: bool) -> None:
        self._stuck = stuck

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if self._stuck:
            await asyncio.sleep(60)
        return Decision(action=SystemButton(button="home"))


def test_reply_past_its_deadline_breaks_one_task(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{__name__}:Stuck"
    flags = ["--policy", path, "--reply-timeout", "0.2", "--max-infra-share", "0.5"]
    assert main(["eval", "--offline", "--data", str(data), "--out", str(tmp_path / "out"), "--json", *flags]) == 0
    result = last(capsys)
    assert (result["tasks"], result["failed"], result["failures"]) == (5, 1, {"PolicyError": 1})
    assert result["actions"]["Click"] == {"steps": 15, "reached": 5, "type": 0.0, "exact": 0.0}
    stuck = lines(tmp_path / "out" / "predictions.jsonl")[1]
    assert stuck["outputs"] == [None] and "no reply within 0.2 s" in stuck["error"]


def test_killed_run_goes_on_from_whole_lines(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    with model() as server:
        evaluate(data, out, server.port)
        whole = (out / "predictions.jsonl").read_text()
        journal = (out / "tasks.jsonl").read_text().splitlines()
        # As if killed while the fifth line was written.
        (out / "tasks.jsonl").write_text("\n".join(journal[:4]) + "\n" + journal[4][:20])
        (out / "predictions.jsonl").unlink()
        before = len(server.requests)
        assert evaluate(data, out, server.port, "--resume") == 0
        redone = [json.loads(line) for line in journal[4:]]
        assert len(server.requests) - before == sum(len(line["outputs"]) for line in redone)
    assert (out / "predictions.jsonl").read_text() == whole
    assert last(capsys)["failed"] == 0


def test_resume_needs_no_word_about_the_policy(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    with model() as server:
        assert evaluate(data, out, server.port, "--episodes", "2") == 0
        assert main(["eval", "--offline", "--data", str(data), "--out", str(out), "--resume", "--json"]) == 0
    assert last(capsys)["tasks"] == TASKS


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), "--resume"),
        (("--resume", "--set", "policy.model=other"), "policy.model: differs"),
        (("--resume", "--set", "policy.history.mode=actions"), "policy.history: differs"),
        (("--resume", "--swipes", "auto", "--images", "nowhere"), None),
    ],
)
def test_folder_of_another_run_is_refused(
    more: tuple[str, ...], message: str | None, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with model() as server:
        assert evaluate(data, tmp_path / "out", server.port, "--episodes", "1") == 0
        code = evaluate(data, tmp_path / "out", server.port, *more)
    if message is not None:
        assert (code, message in capsys.readouterr().err) == (2, True)
    else:
        assert code == 1 and "screen" in capsys.readouterr().err


def test_other_data_is_refused_on_resume(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with model() as server:
        assert evaluate(data, tmp_path / "out", server.port) == 0
        data.write_text(data.read_text().replace("goal 3.", "goal 4."))
        assert evaluate(data, tmp_path / "out", server.port, "--resume") == 2
    assert "--data: differs" in capsys.readouterr().err


def test_corrupt_screen_breaks_its_task_alone(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screen = data.parent / "0_1.png"
    screen.write_bytes(screen.read_bytes()[:60])
    with model() as server:
        assert evaluate(data, tmp_path / "out", server.port) == 4
    result = last(capsys)
    assert (result["tasks"], result["failed"], result["failures"]) == (5, 1, {"DataError": 1})
    line = lines(tmp_path / "out" / "predictions.jsonl")[0]
    assert len(line["outputs"]) == 2 and line["outputs"][1] is None
    assert "0_1.png is cut short or damaged" in line["error"]


def test_screens_that_are_nowhere_are_asked_for(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for screen in data.parent.glob("*.png"):
        screen.unlink()
    assert evaluate(data, tmp_path / "out", 1) == 1
    assert "--screen" in capsys.readouterr().err
    assert evaluate(data, tmp_path / "out", 1, "--screen", "560x1120") == 1
    told = capsys.readouterr().err
    assert "is missing under" in told and "--images" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--policy", "expert"], "expert cannot be evaluated on stored screens"),
        (["--policy", "noop", "--data", "nowhere.jsonl"], "cannot read nowhere.jsonl"),
        (["--policy", "noop", "--screen", "big"], "'big' is not WxH"),
    ],
)
def test_bad_flags_are_refused(flags: list[str], message: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--offline", "--data", str(data), *flags]) in (1, 2)
    assert message in capsys.readouterr().err


def test_dry_run_asks_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--offline", "--data", str(data), "--policy", "noop", "--dry-run", "--json"]) == 0
    assert last(capsys) == {"dry_run": True, "tasks": 6, "steps": 18, "left_out": {}, "policy": "noop"}


def test_model_in_process_is_evaluated_with_its_tokens(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("transformers", reason="transformers is not installed")
    sys.path.insert(0, str(Path(__file__).parents[1] / "learning"))
    from tiny_transformers import tiny_model

    folder = tmp_path / "model"
    folder.mkdir()
    settings = (f"model={tiny_model('qwen2_5_vl', folder)}", "device=cpu", "max_tokens=4", "logprobs=true")
    flags = [part for each in settings for part in ("--set", f"policy.{each}")]
    flags += ["--policy", "transformers", "--set", "policy.max_pixels=6272", "--out", str(tmp_path / "out")]
    assert main(["eval", "--offline", "--data", str(data), "--json", *flags]) == 0
    result = last(capsys)
    assert (result["tasks"], result["failed"], result["replies"], result["pg"]) == (6, 0, 6, 0.0)
    for record in lines(tmp_path / "out" / "tasks.jsonl"):
        (ids,), (logprobs,) = record["token_ids"], record["logprobs"]
        assert len(ids) == len(logprobs) <= 4 and all(logprob <= 0 for logprob in logprobs)


# What is written down of a decision


def said(action: Action, space: CoordinateSpace, dialect: str = "ui_s1") -> ModelTurn:
    return ModelTurn(text=dialect_by_name(dialect).format(action, "why", space), thought="why")


def test_output_is_what_was_said_or_the_same_in_the_scorers_words(data: Path) -> None:
    step = next(load_ui_s1(data)).steps[0]
    click = Click(at=point(0, 0))
    metric = CoordinateSpace(native=SCREEN, model=smart_resize(SCREEN, max_pixels=12800 * 28 * 28))
    plain = said(click, metric)
    assert output_of(Decision(action=click, turn=plain), step) == plain.text
    # Another grid, another dialect, no words at all: the same action in the scorers' words.
    for turn in (said(click, CoordinateSpace.relative(SCREEN)), said(click, metric, "ui_tars")):
        assert output_of(Decision(action=click, turn=turn), step) == plain.text
    assert output_of(Decision(action=TypeText(text="a")), step) == UI_S1.format(TypeText(text="a"), "", metric)
    # Unreadable for the policy: kept, unless the scorers could read it.
    assert output_of(Decision(action=None, turn=ModelTurn(text="hm"), error="?"), step) == "hm"
    assert output_of(Decision(action=None, turn=plain, error="?"), step) == ""


class Breaking(LocalPolicy):
    name = "breaking"

    async def start(self, task: Any, info: Any, *, attempt: int = 1) -> Any:
        raise PolicyError("no room")


def test_play_tells_what_broke_and_never_raises(data: Path) -> None:
    task = next(load_ui_s1(data))
    played = asyncio.run(play(Breaking(), task, [StrictMatcher(), LegacyMatcher()]))
    assert (played.outputs, played.error) == ((), "PolicyError: no room")
