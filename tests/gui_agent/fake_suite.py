"""A tiny suite for the fake device, and a device source without a farm: what the tests of this folder share."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from device_farm.backends.fake import FakeBackend
from device_farm.device import Device, ManagedDevice
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Evidence, Scored, Undecided
from gui_agent.benchmarks import ui
from gui_agent.benchmarks.base import Script, Suite, TaskTemplate
from gui_agent.benchmarks.params import IntParam, TextParam
from gui_agent.policies.random import RandomPolicy
from verifier.rules.answer import AnswerEquals
from verifier.rules.base import guest_output, judge

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeStateIs:
    """A word of the fake device's `state` line."""

    key: str
    expected: str

    async def check(self, device: Device) -> Evidence:
        words = shlex.split(await guest_output(device, "state"))
        observed = dict(word.split("=", 1) for word in words)[self.key]
        return Evidence(
            probe=f"state {self.key}", observed=observed, expected=self.expected, holds=observed == self.expected
        )


class CountTo(TaskTemplate):
    name = "CountTo"
    goal = "Press Add until the count is {count}."
    params = {"count": IntParam(1, 4)}  # noqa: RUF012
    max_steps = 8
    time_budget_s = 20.0

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        return await judge(device, FakeStateIs(key="count", expected=str(task.params["count"])))

    def expert(self, task: Task) -> Script:
        for _ in range(int(str(task.params["count"]))):
            yield from ui.tap(text="Add")


class WriteText(TaskTemplate):
    name = "WriteText"
    goal = "Write {text} into the field."
    params = {"text": TextParam(("milk", "bread", "tea"))}  # noqa: RUF012
    max_steps = 6
    time_budget_s = 20.0

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        return await judge(device, FakeStateIs(key="text", expected=str(task.params["text"])))

    def expert(self, task: Task) -> Script:
        yield from ui.type_into(str(task.params["text"]), resource_id="field")


class SwitchOn(TaskTemplate):
    name = "SwitchOn"
    goal = "Turn the switch on."
    max_steps = 6
    time_budget_s = 20.0

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        return await judge(device, FakeStateIs(key="switch", expected="1"))

    def expert(self, task: Task) -> Script:
        yield from ui.toggle(resource_id="switch", on=True)


class AskCount(TaskTemplate):
    name = "AskCount"
    goal = "What is the count?"
    max_steps = 4
    time_budget_s = 20.0
    evaluator = "answer"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        return await judge(device, AnswerEquals(answer=answer, accepted=("0",)))

    def expert(self, task: Task) -> Script:
        node = yield from ui.wait_for(ui.Match(resource_id="count"))
        yield from ui.answer(node.text)


class UnreadableState(SwitchOn):
    """Its evaluator cannot run: there is no such command on the device."""

    name = "UnreadableState"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        await guest_output(device, "sqlite3 nothing.db")
        raise AssertionError("not reached")


SUITE = Suite(name="fake_suite:SUITE", templates=(CountTo(), WriteText(), SwitchOn(), AskCount()))


class LocalSource:
    """Fake devices handed out in turn and reset before each lease; what a farm does, in twenty lines."""

    def __init__(self, devices: Sequence[ManagedDevice]) -> None:
        self.devices = list(devices)
        self._free: asyncio.Queue[ManagedDevice] = asyncio.Queue()

    async def start(self) -> None:
        for device in self.devices:
            await device.start()
            self._free.put_nowait(device)

    @asynccontextmanager
    async def lease(self, platform: Platform) -> AsyncIterator[Device]:
        device = await self._free.get()
        try:
            await device.reset()
            yield device
        finally:
            self._free.put_nowait(device)


async def fake_source(count: int) -> LocalSource:
    backend = FakeBackend()
    source = LocalSource([await backend.create(f"fake-{index}") for index in range(count)])
    await source.start()
    return source


BROKEN = Suite(name="fake_suite:BROKEN", templates=(CountTo(), UnreadableState()))


def make_policy(seed: int = 0) -> RandomPolicy:
    """What an `import_path` may name."""
    return RandomPolicy(seed)
