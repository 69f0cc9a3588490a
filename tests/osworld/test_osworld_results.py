"""Episodes in OSWorld's folder layout; the suite's choice of tasks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from fake_desktop import FakeDesktop

from device_farm.errors import ConfigError, VerifierError
from device_farm.types.action import Click, Terminate
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import Foreground, Observation, Screenshot
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, InfraError, Outcome, Provenance, Scored, Step
from gui_agent.benchmarks.osworld.crew import Crew
from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.results import result_folder, write_results
from gui_agent.benchmarks.osworld.stage import Terms
from gui_agent.benchmarks.osworld.suite import OsworldSuite
from gui_agent.benchmarks.osworld.taskfile import TaskFile
from gui_agent.benchmarks.osworld.template import osworld_template


def _seen(data: bytes) -> Observation:
    size = Size(10, 10)
    return Observation(
        sequence=1,
        screen=size,
        orientation="landscape",
        device_time_s=0.0,
        foreground=Foreground(app="a", window="w"),
        screenshot=Screenshot(digest=data.decode(), size=size, data=data),
    )


def _episode(outcome: Outcome) -> Episode:
    task = Task(
        id="osworld/t/0", suite="osworld", template="t", platform="desktop", goal="Do it.", seed=0, max_steps=5,
        time_budget_s=1.0, evaluator="osworld", params={}, tags=(),
    )  # fmt: skip
    provenance = Provenance(
        policy="expert", dialect="", backend="xvfb", device_image="", seed=0, code_version="0", extra={}
    )
    steps = (
        Step(index=0, observation=_seen(b"first"), action=Click(at=Point(1, 2))),
        Step(index=1, observation=_seen(b"second"), action=Terminate(status="failure"), error="why"),
    )
    return Episode(
        id="e", task=task, steps=steps, outcome=outcome, provenance=provenance, stop="terminated", final=_seen(b"last")
    )


def test_scored_episode_lies_where_osworld_looks_for_it(tmp_path: Path) -> None:
    folder = result_folder(tmp_path, "my/policy", "os", "t")
    assert folder == tmp_path / "pyautogui" / "screenshot_a11y_tree" / "my_policy" / "os" / "t"
    write_results(folder, _episode(Scored(reward=0.5)))
    assert (folder / "result.txt").read_text() == "0.5\n"
    lines = [json.loads(line) for line in (folder / "traj.jsonl").read_text().splitlines()]
    assert [(line["step_num"], line["action"], line["done"]) for line in lines] == [
        (1, "pyautogui.click(x=1, y=2, clicks=1, button='left')", False),
        (2, "FAIL", True),
    ]
    # The screen after a step, as OSWorld's runner stores it.
    assert [(folder / line["screenshot_file"]).read_bytes() for line in lines] == [b"second", b"last"]


def test_broken_episode_has_no_result_and_replaces_an_older_one(tmp_path: Path) -> None:
    write_results(tmp_path, _episode(Scored(reward=1.0)))
    write_results(tmp_path, _episode(InfraError(error="E", message="m", phase="evaluate")))
    assert not (tmp_path / "result.txt").exists()
    assert json.loads((tmp_path / "traj.jsonl").read_text().splitlines()[-1]) == {"Error": "infra_error"}


def _suite() -> OsworldSuite:
    evaluator = {"func": "infeasible"}
    files = [
        TaskFile(name=name, domain=domain, document={"id": name, "instruction": "Do it.", "evaluator": evaluator})
        for name, domain in (("aa-1", "os"), ("aa-2", "os"), ("bb-1", "chrome"))
    ]
    crew = Crew(Path("/none"), Terms(call_s=1.0, mirror=Mirror(None), password=""))
    templates = tuple(osworld_template(file, crew, max_steps=7, known={}) for file in files)
    return OsworldSuite(name="osworld", templates=templates, crew=crew, files=files, left={"aa-2": "needs a thing"})


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ((), ["aa-1", "bb-1"]),
        (("os",), ["aa-1"]),
        (("bb", "bb-1"), ["bb-1"]),
        (("aa",), ["aa-1"]),
    ],
)
def test_tasks_are_chosen_by_name_beginning_and_domain(names: tuple[str, ...], chosen: list[str]) -> None:
    assert [template.name for template in _suite().select(names=names)] == chosen


@pytest.mark.parametrize(
    ("names", "said"), [(("zz",), "no task 'zz'"), (("aa-2",), "aa-2: needs a thing"), ((), "for desktops")]
)
def test_choice_that_leaves_nothing_is_refused(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        _suite().select(names=names, platform=None if names else "android")


@pytest.mark.parametrize(
    ("evaluator", "config", "said"),
    [
        ({"func": "no_such_metric"}, [], "metric 'no_such_metric'"),
        ({"func": "infeasible", "result": {"type": "strange"}}, [], "getter 'strange'"),
        ({"func": "infeasible"}, [{"type": "strange", "parameters": {}}], "set-up step 'strange'"),
    ],
)
def test_name_that_osworld_does_not_know_is_an_error_and_no_zero(
    tmp_path: Path, evaluator: dict[str, Any], config: list[dict[str, Any]], said: str
) -> None:
    document = {"id": "t", "instruction": "Do it.", "config": config, "evaluator": evaluator}
    file = TaskFile(name="t", domain="os", document=document)
    known = {key: frozenset({"infeasible"}) for key in ("metrics", "getters", "steps")}
    crew = Crew(Path("/none"), Terms(call_s=1.0, mirror=Mirror(None), password=""))
    template = osworld_template(file, crew, max_steps=7, known=known)
    with pytest.raises(VerifierError, match=said):
        asyncio.run(template.set_up(FakeDesktop(tmp_path), template.task("osworld", 0)))


def test_task_has_the_budget_of_the_config_and_no_parameters() -> None:
    [template, *_] = _suite().templates
    task = template.task("osworld", 3)
    assert (task.id, task.max_steps, task.goal, task.platform) == ("osworld/aa-1/3", 7, "Do it.", "desktop")
    with pytest.raises(ConfigError, match="no parameters"):
        template.task("osworld", 0, {"a": 1})
