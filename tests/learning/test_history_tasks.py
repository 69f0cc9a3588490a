"""The tasks of `scripts/bench_history.py`: experts solve them, and what forgets does not."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

import pytest

from device_farm.backends.config import SimulatorConfig
from device_farm.client import LeaseRequest
from device_farm.embedded import embedded_farm
from device_farm.types.action import Action, Click, PressKey, SystemButton
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.base import Ending
from gui_agent.benchmarks.ui import Match, find
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.policies.config import ExpertConfig, NoopConfig
from gui_agent.runner.collect import collect

DONE = Ending(answer=None, claimed="success", stop="terminated")
HOME = SystemButton(button="home")


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    return importlib.import_module("history_tasks")


@pytest.mark.parametrize(("policy", "successes"), [(ExpertConfig(), 3), (NoopConfig(), 0)], ids=["expert", "noop"])
def test_each_task_is_solved_by_its_expert_and_by_nothing_done(
    policy: ExpertConfig | NoopConfig, successes: int, tasks: Any, tmp_path: Path
) -> None:
    config = RunConfig(suite="history_tasks:SUITE", policy=policy, episodes=3, devices=1, report=False)

    async def play() -> Any:
        return await collect(await make_plan(config), tmp_path / "run")

    summary = asyncio.run(play())
    assert (summary.scored, summary.success) == (3, successes)


async def reward(template: Any, ending: Ending, *actions: Action | str) -> float:
    """Of these actions on a fresh phone; a text is the element to tap."""
    async with (
        embedded_farm([SimulatorConfig(devices=1)]) as client,
        client.lease(LeaseRequest()) as held,
    ):
        device, task = held.device, template.task("s", 0)
        await template.set_up(device, task)
        for action in actions:
            if isinstance(action, str):
                label = Match(where=lambda node, name=action: name in (node.text, node.description))  # type: ignore[misc]
                node = find(await device.observe(), label)
                assert node is not None, action
                action = Click(at=node.bounds.center)
            await device.act_and_observe(action)
        verdict = await template.judge(device, task, ending)
        assert isinstance(verdict, Scored) and verdict.evidence
        return verdict.reward


def test_order_and_count_and_the_end_decide(tasks: Any) -> None:
    tour, photos, volume = tasks.SUITE.templates
    in_order: list[Action | str] = ["Clock", HOME, "Contacts", HOME, "Phone", HOME, "Settings"]
    louder = PressKey(key="volume_up")
    unended = Ending(answer=None, claimed=None, stop="step_budget")

    async def rewards() -> list[float]:
        return [
            await reward(tour, DONE, *in_order, HOME),
            await reward(tour, DONE, *in_order),
            await reward(tour, unended, *in_order, HOME),
            await reward(tour, DONE, "Contacts", HOME, "Clock", HOME, "Phone", HOME, "Settings", HOME),
            await reward(photos, DONE, *["Shutter"] * 3),
            await reward(photos, DONE, *["Shutter"] * 4),
            await reward(volume, DONE, louder, louder, louder),
            await reward(volume, DONE, louder, louder),
        ]

    assert asyncio.run(rewards()) == [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0]
