from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console
from test_run_store import episode, observation

from device_farm.types.action import Click
from device_farm.types.geometry import Point
from device_farm.types.trajectory import InfraError, Step
from gui_agent.runner.events import AttemptEnded, AttemptStarted, DeviceTrouble, RunEvent, RunStarted, StepTaken
from gui_agent.runner.progress import LiveDisplay, PlainDisplay, open_display


def events() -> list[RunEvent]:
    step = Step(index=0, observation=observation(0, 0), action=Click(at=Point(1, 2)))
    broken = InfraError(error="TransportError", message="gone", phase="run")
    first, second = episode("s.T.0.a1"), episode("s.T.1.a1")
    return [
        RunStarted(tasks=2, already=1, devices=2),
        AttemptStarted(worker=0, device_id="phone-0", task_id="s/T/0", attempt=1),
        AttemptStarted(worker=1, device_id="phone-1", task_id="s/T/1", attempt=1),
        StepTaken(worker=0, step=step),
        DeviceTrouble(worker=1, error="phone-1 is quarantined: no boot"),
        AttemptEnded(worker=0, device_id="phone-0", episode=first, retried=False),
        AttemptEnded(worker=1, device_id="phone-1", episode=replace(second, outcome=broken), retried=True),
    ]


def test_plain_display_writes_a_line_an_episode_and_every_trouble() -> None:
    stream = io.StringIO()
    with PlainDisplay(stream) as display:
        for event in events():
            display.on_event(event)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "2 tasks on 2 devices (1 are done already)"
    assert lines[1] == "device trouble: phone-1 is quarantined: no boot"
    assert lines[2].startswith("[1/2] s/T/s.T.0.a1 scored (reward 1), 3 steps on phone-0")
    assert "run: TransportError: gone), tried again" in lines[3]
    assert "\x1b" not in stream.getvalue()


def test_live_display_shows_devices_episodes_success_rate_and_time_to_go() -> None:
    clock = iter([0.0, 10.0, 10.0]).__next__
    display = LiveDisplay(Console(file=io.StringIO(), width=120), clock_s=clock)
    for event in events():
        display.on_event(event)
    console = Console(file=io.StringIO(), width=120)
    console.print(display.render())
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    for part in ("1/2 episodes", "1 succeeded", "0:10 to go", "infra_error 1", "scored 1", "phone-0", "phone-1"):
        assert part in text


def test_display_off_a_terminal_is_plain() -> None:
    assert isinstance(open_display(io.StringIO()), PlainDisplay)
