from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device_farm.conformance.subject import SIMULATOR, Managed
from device_farm.conformance.suite import CHECKS, Check, CheckResult, run_check
from device_farm.device import Device, DeviceInfo
from device_farm.errors import ActionError, BackendError, DataError, GuestError
from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.action import Action, Click, OpenApp, Terminate, Wait
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation, ObserveRequest
from world_model.imagined.device import ImaginedDevice
from world_model.imagined.drawing import draw_sketch, screenshot_of
from world_model.predictors.base import Prediction, Question, failed
from world_model.predictors.copying import CopyPredictor
from world_model.predictors.oracle import OraclePredictor
from world_model.predictors.phone_forks import PhoneForks
from world_model.sketch.sketch import Sketch, SketchLine
from world_model.sketch.tree import tree_of

INFO = DeviceInfo(id="phone", backend="simulator", platform="android", screen=Size(1080, 2400), image="test-image")
NOTHING_BEHIND = "an imagined device has nothing behind its screens"
FACTS = replace(
    SIMULATOR,
    known_failures={
        "cancelled_calls_leave_it_usable": NOTHING_BEHIND,
        "shell_reports_everything": NOTHING_BEHIND,
        "shell_keeps_its_words": NOTHING_BEHIND,
        "shell_heeds_its_deadline": NOTHING_BEHIND,
        "files_round_trip": NOTHING_BEHIND,
        "files_meet_the_shell": NOTHING_BEHIND,
        "ports_lead_to_the_guest": NOTHING_BEHIND,
        "bad_paths_are_refused": NOTHING_BEHIND,
        "snapshot_restores_files": NOTHING_BEHIND,
        "reset_undoes_everything": NOTHING_BEHIND,
    },
)


class ImaginedSubject:
    """A device that imagines exactly: its predictor tries everything on a copy of a simulated phone."""

    def __init__(self, phone: SimulatedPhone, start: Observation) -> None:
        self._phone = phone
        self._start = start
        self._device = self._new()

    def _new(self) -> ImaginedDevice:
        return ImaginedDevice(OraclePredictor(PhoneForks(self._phone)), self._start, INFO)

    @property
    def device(self) -> Device:
        return self._device

    async def fresh(self) -> Device:
        self._device = self._new()
        return self._device

    @property
    def managed(self) -> Managed | None:
        return None


@pytest.mark.parametrize("check", [check for check in CHECKS if not check.in_process], ids=lambda check: check.name)
def test_imagined_device_keeps_the_contract_where_it_can(check: Check) -> None:
    async def run() -> CheckResult:
        phone = SimulatedPhone.boot(seed=0)
        (now,) = await PhoneForks(phone).outcomes([()])
        return await run_check(check, ImaginedSubject(phone, now.observation), FACTS)

    result = asyncio.run(run())
    expected = "known_failure" if check.name in FACTS.known_failures else "passed"
    assert result.status == expected, result.reason


SCREEN = Size(200, 300)
START = Sketch(
    screen=SCREEN, app="notes", window="Edit", lines=(SketchLine(label="button", text="Save", box=Rect(0, 0, 80, 40)),)
)


def observed(sketch: Sketch) -> Observation:
    return Observation(
        sequence=7,
        screen=sketch.screen,
        orientation="portrait",
        device_time_s=1000.0,
        foreground=Foreground(app=sketch.app, window=sketch.window),
        ui_tree=tree_of(sketch, "android"),
    )


class Noting:
    """Predicts an empty screen and notes what it was asked; refuses or fails for the words in an application's name."""

    name = "noting"
    repeatable = True
    most_tokens = 0

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        self.asked += questions
        return tuple(map(self._one, questions))

    def _one(self, question: Question) -> Prediction:
        match question.action:
            case OpenApp(name="refused"):
                return Prediction(sketch=question.sketch, refused="no application")
            case OpenApp(name="broken"):
                return failed("timeout", "no reply")
        return Prediction(sketch=Sketch(screen=SCREEN, app="notes", window="List"))


def imagined(predictor: Noting) -> ImaginedDevice:
    return ImaginedDevice(predictor, observed(START), replace(INFO, screen=SCREEN), goal="save")


def test_actions_become_questions_with_their_path() -> None:
    predictor = Noting()

    async def run() -> tuple[Observation, float]:
        device = imagined(predictor)
        before = await device.observe(ObserveRequest(screenshot=False))
        await device.act(Click(at=Point(10, 10)))
        await device.act(Wait(duration_s=30))
        await device.act(Terminate(status="success"))
        after = await device.observe()
        assert (before.sequence, after.sequence) == (8, 9)
        return after, after.device_time_s - before.device_time_s

    after, passed_s = asyncio.run(run())
    assert [(question.sketch.window, question.path) for question in predictor.asked] == [
        ("Edit", ()),
        ("List", (Click(at=Point(10, 10)),)),
    ]
    assert all(question.goal == "save" for question in predictor.asked)
    assert after.foreground == Foreground(app="notes", window="List")
    assert passed_s == 30.5


@pytest.mark.parametrize(
    ("action", "error", "said"),
    [
        (OpenApp(name="refused"), ActionError, "no application"),
        (OpenApp(name="broken"), BackendError, "timeout: no reply"),
        (Click(at=Point(200, 10)), ActionError, "off the screen, which is 200x300"),
        (Wait(duration_s=-1), ActionError, "duration_s"),
    ],
)
def test_action_without_an_outcome_is_an_error_and_leaves_the_screen(
    action: Action, error: type[Exception], said: str
) -> None:
    async def run() -> None:
        device = imagined(Noting())
        before = await device.observe()
        with pytest.raises(error, match=said):
            await device.act(action)
        after = await device.observe()
        assert (after.ui_tree, after.device_time_s, device.path) == (before.ui_tree, before.device_time_s, ())

    asyncio.run(run())


def test_desktop_screen_has_its_own_limits() -> None:
    info = replace(INFO, platform="desktop", screen=SCREEN)

    async def run() -> None:
        device = ImaginedDevice(CopyPredictor(), observed(START), info)
        with pytest.raises(ActionError, match="200x300"):
            await device.act(Click(at=Point(10, 300)))
        await device.act(Click(at=Point(10, 10), button="right", modifiers=("ctrl",)))

    asyncio.run(run())


def test_calls_that_need_a_machine_say_what_to_do() -> None:
    async def run() -> None:
        device = imagined(Noting())
        for call in (device.shell("rm -rf /"), device.push("/a", b""), device.pull("/a"), device.install("/a.apk")):
            with pytest.raises(GuestError, match="lease the device itself"):
                await call

    asyncio.run(run())


def test_start_without_a_tree_is_refused() -> None:
    with pytest.raises(DataError, match="UI tree"):
        ImaginedDevice(CopyPredictor(), replace(observed(START), ui_tree=None), INFO)


def test_drawing_shows_boxes_and_is_the_same_for_the_same_sketch() -> None:
    picture = draw_sketch(START)
    assert picture.shape == (300, 200, 3)
    assert picture[200, 150].tolist() == [250, 250, 250]
    assert picture[3, 3].tolist() == [240, 224, 200]
    assert np.any(picture[10:30, 5:70] < 60)
    shot = screenshot_of(START)
    assert shot.data is not None
    assert (cv2.imdecode(np.frombuffer(shot.data, np.uint8), cv2.IMREAD_COLOR) == picture).all()
    odd = SketchLine(label="text", text="שלום\n\0 👨" * 40, box=Rect(0, 100, 3, 101))
    assert draw_sketch(replace(START, lines=(odd,))).shape == picture.shape
