"""The agentic verifier without a model on simulated phones in trouble: never a failure that nothing shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from device_farm.android.device import AndroidDevice
from device_farm.backends.simulator import InProcessPhone
from device_farm.device import ShellResult
from device_farm.simulator.faults import Faults
from device_farm.simulator.server import SimulatorServer
from gui_agent.benchmarks.basics import SUITE
from gui_agent.verification.scene import SnapshotScene, keep_start
from verifier.agentic.budget import Budget
from verifier.agentic.verifier import AgenticVerifier
from verifier.case import Case
from verifier.planner.planner import PlannerThinker
from verifier.verdict import Verdict, outcome_of

ALARMS = "/data/data/com.google.android.deskclock/databases/alarms.db"
NOTE = "/sdcard/Documents/Markor/meeting_0417.md"


class Locked(AndroidDevice):
    """Once `held`, its databases are somebody else's for as long as anyone asks."""

    held = False

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        if self.held and command.startswith("content query"):
            said = b"android.database.sqlite.SQLiteDatabaseLockedException: database is locked (code 5 SQLITE_BUSY)\n"
            return ShellResult(exit_code=1, stdout=b"", stderr=said)
        return await super().shell(command, timeout_s=timeout_s)


class Mortal(AndroidDevice):
    """Once `doomed`, its phone is switched off after three more lines."""

    doomed: SimulatorServer | None = None
    left = 3

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        if self.doomed is not None:
            self.left -= 1
            if self.left < 0:
                await self.doomed.close()
        return await super().shell(command, timeout_s=timeout_s)


Trouble = Callable[[AndroidDevice, SimulatorServer], Awaitable[None]]


async def verdict_on(
    template: str, trouble: Trouble, kind: type[AndroidDevice] = AndroidDevice, budget: Budget | None = None
) -> Verdict:
    """On an attempt at a task of the suite in which nothing was done, of which no screen was recorded."""
    server = SimulatorServer()
    device = kind("phone", backend="simulator", machine=InProcessPhone(server), boot_timeout_s=60.0)
    try:
        await device.start()
        asked = SUITE.template(template)
        task = asked.task(SUITE.name, 3)
        task = await asked.set_up(device, task) or task
        assert await keep_start(device)
        await trouble(device, server)
        case = Case(
            goal=task.goal, platform="android", steps=(), final=None, answer=None, claimed="success", stop="terminated"
        )
        verifier = AgenticVerifier(thinker=PlannerThinker(), budget=budget or Budget())
        return await verifier.verify(case, SnapshotScene(device))
    finally:
        await device.close()
        await server.close()


async def none(device: AndroidDevice, server: SimulatorServer) -> None:
    """A phone as it should be."""


async def slow(device: AndroidDevice, server: SimulatorServer) -> None:
    server.phones[0].handset.faults.set(Faults(slow_shell_s=600.0))


async def garbage(device: AndroidDevice, server: SimulatorServer) -> None:
    await device.push(ALARMS, b"SQLite format 3\0" + b"garbage" * 900)


async def truncated(device: AndroidDevice, server: SimulatorServer) -> None:
    await device.push(ALARMS, (await device.pull(ALARMS))[:700])


async def huge(device: AndroidDevice, server: SimulatorServer) -> None:
    assert (await device.shell(f"touch {NOTE} && truncate -s 73400320 {NOTE}")).exit_code == 0


async def switched_off(device: AndroidDevice, server: SimulatorServer) -> None:
    await server.close()


async def locked(device: AndroidDevice, server: SimulatorServer) -> None:
    assert isinstance(device, Locked)
    device.held = True


async def dying(device: AndroidDevice, server: SimulatorServer) -> None:
    assert isinstance(device, Mortal)
    device.doomed = server


@pytest.mark.parametrize("template", ["PhoneAddAlarm", "PhoneWriteNote", "PhoneDeleteContact"])
def test_nothing_done_on_a_sound_phone_is_a_failure_with_proof(template: str) -> None:
    verdict = asyncio.run(verdict_on(template, none))
    assert (verdict.decision, verdict.confidence) == ("failure", 0.95)
    assert any(not piece.holds for piece in verdict.evidence)


@pytest.mark.parametrize(
    ("template", "trouble", "kind", "said"),
    [
        ("PhoneAddAlarm", garbage, AndroidDevice, "VerifierError: "),
        ("PhoneAddAlarm", truncated, AndroidDevice, "VerifierError: "),
        ("PhoneDeleteContact", locked, Locked, "database is locked"),
        ("PhoneWriteNote", huge, AndroidDevice, "has 73400320 bytes"),
        ("PhoneAddAlarm", switched_off, AndroidDevice, "TransportError: "),
        ("PhoneAddAlarm", dying, Mortal, "Connect call failed"),
    ],
)
def test_trouble_while_probing_is_undecided_and_named(
    template: str, trouble: Trouble, kind: type[AndroidDevice], said: str
) -> None:
    verdict = asyncio.run(verdict_on(template, trouble, kind))
    assert verdict.decision == "undecided", verdict
    assert any(said in fault for fault in verdict.faults), verdict.faults
    assert outcome_of(verdict).kind == "undecided"


def test_probe_that_hangs_is_undecided_once_the_budget_is_gone() -> None:
    verdict = asyncio.run(verdict_on("PhoneAddAlarm", slow, budget=Budget(seconds=3.0)))
    assert verdict.decision == "undecided" and "the budget of seconds is used up" in verdict.reason
    assert "TimeoutError: probe: no answer in time" in verdict.faults
    assert 3.0 <= verdict.cost.seconds < 60.0
