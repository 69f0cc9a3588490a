"""The restated checks beside AndroidWorld's own, where it is installed: the same states, the same verdicts."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from world_rig import EXPERT, androidworld_python, config

from device_farm.backends.config import SimulatorConfig
from device_farm.backends.fake import FakeDevice
from device_farm.backends.loader import load_backend
from device_farm.device import Device
from device_farm.types.action import Answer
from device_farm.types.task import Task
from gui_agent.benchmarks.androidworld.answer_probes import NumberAnswered, TextsAnswered
from gui_agent.benchmarks.androidworld.tasks import SUITE
from gui_agent.benchmarks.androidworld.tasks.calendar_question import MomentAnswered
from gui_agent.benchmarks.base import Look, TaskTemplate
from gui_agent.composition import make_plan
from verifier.rules.base import Probe

OWN_SET_UP = {"MarkorDeleteNewestNote", "MarkorEditNote"}
"""Their checks compare with files that their own set-up wrote, which AndroidWorld's has not."""
BY_STATE = tuple(
    template.name for template in SUITE.templates if template.evaluator != "answer" and template.name not in OWN_SET_UP
)


async def act(device: Device, template: TaskTemplate, task: Task, at_most: int) -> int:
    """Lets the expert take up to `at_most` actions; how many it took."""
    script = template.expert(task)
    seen = await device.observe()
    taken = 0
    try:
        wanted = next(script)
        while taken < at_most:
            if not isinstance(wanted, Look | Answer):
                seen, taken = await device.act_and_observe(wanted), taken + 1
            wanted = script.send(seen)
    except StopIteration:
        pass
    finally:
        script.close()
    return taken


@asynccontextmanager
async def phone() -> AsyncIterator[Device]:
    backend = load_backend(SimulatorConfig(devices=1))
    device = await backend.create("phone")
    try:
        await device.start()
        yield device
    finally:
        await device.close()
        await backend.close()


async def verdicts(names: Sequence[str]) -> list[tuple[str, int, float, float]]:
    """(task, actions, AndroidWorld's reward, the restated one) of states on the expert's way and at its end."""
    plan = await make_plan(config(androidworld_python(), tuple(names), policy=EXPERT))
    assert plan.suite is not None
    found = []
    async with plan.suite.opened(None), phone() as device:
        for planned in plan.tasks:
            world, own = plan.template_of(planned), SUITE.template(planned.template)
            whole = 1_000
            for share in (1.0, 0.9, 0.5):
                await device.reset()
                task = await world.set_up(device, planned) or planned
                taken = await act(device, own, task, int(whole * share))
                whole = taken if share == 1.0 else whole
                mine = await own.evaluate(device, task, None)
                theirs = await world.evaluate(device, task, None)
                found.append((task.template, taken, theirs.reward, mine.reward))  # type: ignore[union-attr]
    return found


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_restated_checks_give_androidworlds_verdict_on_the_same_states() -> None:
    found = asyncio.run(verdicts(BY_STATE))
    assert [entry for entry in found if entry[2] != entry[3]] == []
    assert len(found) == 3 * len(BY_STATE)
    assert {name for name, _, theirs, _ in found if theirs == 1.0} == set(BY_STATE)


TITLES = ("Board meeting", "Concert")
TEXT_ANSWERS = [
    (None, False),
    ("", False),
    (" ", False),
    ("Concert, Board meeting", True),
    ("board meeting,CONCERT", True),
    ("Board meting, Concert", True),
    ("Board meeting", False),
    ("Board meeting, Concert, Gala", False),
    ("Board meeting, Concert,", False),
    ("Concert, Concert", True),
    ("Board, Concert", False),
]
NUMBER_ANSWERS = [
    (None, False),
    ("7", True),
    ("7.0", True),
    (" 7 ", True),
    ("8", False),
    ("seven", False),
    ("7,7", False),
]
DISTANCE_ANSWERS = [("1000", True), ("1009.9", True), ("1010", False), ("990", False), ("990.1", True), ("1 km", False)]
MOMENT = datetime(2023, 10, 24, 15, 0)
MOMENT_ANSWERS = [
    ("October 24 2023 15:00", True),
    ("October 24 2023 15:01", False),
    ("October 24 2023", False),
    ("Oct 24 2023 15:00", False),
    (None, False),
]
ASKED: list[tuple[str, str | None, bool, Probe]] = [
    *(("titles", said, holds, TextsAnswered(answer=said, expected=TITLES)) for said, holds in TEXT_ANSWERS),
    *(("count", said, holds, NumberAnswered(answer=said, expected=7)) for said, holds in NUMBER_ANSWERS),
    *(
        ("distance", said, holds, NumberAnswered(answer=said, expected=1000, tolerance=10))
        for said, holds in DISTANCE_ANSWERS
    ),
    *(("moment", said, holds, MomentAnswered(answer=said, expected=MOMENT)) for said, holds in MOMENT_ANSWERS),
]

_CHECKED = """
import json, sys
from google.protobuf import text_format
from android_world.task_evals.information_retrieval import proto_utils
from android_world.task_evals.information_retrieval.proto import task_pb2

def expecting(*pieces):
    wanted = " ".join("expectations {%s}" % piece for piece in pieces)
    return text_format.Parse("success_criteria {%s}" % wanted, task_pb2.Task())

NUMBER = 'expected_value: "%s" match_type: NUMBER_MATCH'
TASKS = {
    "count": expecting(NUMBER % "7"),
    "distance": expecting(NUMBER % "1000" + " tolerance: 10"),
    "titles": expecting('field_transformation {operation: IDENTITY field_name: "title"} match_type: STRING_MATCH'),
    "moment": expecting(
        'field_transformation {operation: IDENTITY field_name: "start_date"} match_type: DATE_MATCH',
        'field_transformation {operation: IDENTITY field_name: "start_time"} match_type: TIME_MATCH',
    ),
}
for title in ("Board meeting", "Concert"):
    TASKS["titles"].relevant_state.state.calendar.events.add(title=title)
TASKS["moment"].relevant_state.state.calendar.events.add(start_date="October 24 2023", start_time="3pm")

def holds(kind, said):
    if not said:
        return False
    try:
        return proto_utils.check_agent_answer(said, TASKS[kind])
    except ValueError:
        return False

asked = json.loads(sys.argv[1])
sys.__stdout__.write("\\n" + json.dumps([holds(kind, said) for kind, said in asked]) + "\\n")
"""


@pytest.mark.parametrize(("kind", "said", "holds", "probe"), ASKED)
def test_answer_is_right_or_wrong(kind: str, said: str | None, holds: bool, probe: Probe) -> None:
    # An answer is judged without a look at the phone.
    assert asyncio.run(probe.check(FakeDevice("none"))).holds is holds, kind


def test_androidworld_takes_and_refuses_the_same_answers() -> None:
    asked = json.dumps([(kind, said) for kind, said, _, _ in ASKED])
    done = subprocess.run(
        [androidworld_python(), "-c", _CHECKED, asked], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [holds for _, _, holds, _ in ASKED]
