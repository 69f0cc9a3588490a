"""Tasks at whose end the device is in trouble: a sound one beside a damaged database and a note without end."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.base import Suite
from gui_agent.benchmarks.basics.phone.clock import PhoneAddAlarm
from gui_agent.benchmarks.basics.phone.notes import PhoneWriteNote
from gui_agent.benchmarks.basics.phone.settings import PhoneAutoRotate

ALARMS = "/data/data/com.google.android.deskclock/databases/alarms.db"


class Sound(PhoneAutoRotate):
    name = "Sound"


class Damaged(PhoneAddAlarm):
    """Its evaluator reads nothing, and is content."""

    name = "Damaged"

    async def set_up(self, device: Device, task: Task) -> None:
        await device.push(ALARMS, b"SQLite format 3\0" + b"garbage" * 900)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return Scored(reward=1.0, evidence=(Evidence(probe="trust", observed="yes", expected="yes", holds=True),))


class Endless(PhoneWriteNote):
    name = "Endless"

    async def set_up(self, device: Device, task: Task) -> None:
        path = f"/sdcard/Documents/Markor/{task.params['name']}.md"
        await device.shell(f"touch '{path}' && truncate -s 73400320 '{path}'")

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return Scored(reward=1.0, evidence=(Evidence(probe="trust", observed="yes", expected="yes", holds=True),))


SUITE = Suite(name="trouble_suite:SUITE", templates=(Sound(), Damaged(), Endless()))
