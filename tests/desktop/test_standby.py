"""Desktops that wait: handed out whole, replaced where they have died, gone with their last user."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from desktop_rig import Rig

from device_farm.desktop.local_machine import LocalMachine
from device_farm.desktop.session import Session
from device_farm.desktop.standby import Standby
from device_farm.errors import BackendError
from device_farm.types.geometry import Size


class Booting:
    """Boots desktops, or fails, and keeps account."""

    def __init__(self, machine: LocalMachine) -> None:
        self._machine = machine
        self.booted: list[Session] = []
        self.pids: list[int] = []
        self.begun = 0
        self.fails = False

    async def __call__(self) -> Session:
        self.begun += 1
        if self.fails:
            raise BackendError("the desktop did not boot")
        session = await self._machine.session()
        self.booted.append(session)
        self.pids.append(session.guest.pid)
        return session

    async def count(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.booted) < count:
                await asyncio.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether this process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def machine() -> Booting:
    made = LocalMachine(Size(640, 480))
    await made.open()
    return Booting(made)


def test_the_desktop_that_waits_is_the_next_one(rig: Rig) -> None:
    async def scenario() -> None:
        boot, standby = await machine(), Standby(1)
        standby.enter()
        first = await standby.take(boot)
        await boot.count(2)
        assert first is boot.booted[0]
        second = await standby.take(boot)
        assert second is boot.booted[1]
        await first.close()
        await boot.count(3)
        assert boot.begun == 3
        await standby.leave()
        assert list(map(alive, boot.pids)) == [False, True, False]
        await second.close()

    rig.run(scenario())


def test_one_that_has_died_is_not_handed_out(rig: Rig) -> None:
    async def scenario() -> None:
        boot, standby = await machine(), Standby(1)
        standby.enter()
        first = await standby.take(boot)
        await boot.count(2)
        os.kill(boot.pids[1], signal.SIGKILL)
        # Its inner processes end a moment later; until then they may still answer.
        await asyncio.sleep(2.0)
        second = await standby.take(boot)
        assert second not in boot.booted[:2] and alive(second.guest.pid)
        for session in (first, second):
            await session.close()
        await standby.leave()
        assert not any(map(alive, boot.pids))

    rig.run(scenario())


def test_one_on_its_way_is_waited_for_by_one_and_the_other_boots_its_own(rig: Rig) -> None:
    async def scenario() -> None:
        boot, standby = await machine(), Standby(1)
        standby.enter()
        first = await standby.take(boot)
        others = await asyncio.gather(standby.take(boot), standby.take(boot))
        assert len({id(session) for session in (first, *others)}) == 3
        assert boot.begun in (3, 4)
        await standby.leave()
        for session in (first, *others):
            await session.close()
        assert not any(map(alive, boot.pids))

    rig.run(scenario())


def test_a_boot_that_fails_in_the_background_is_told_to_who_needs_one(rig: Rig) -> None:
    async def scenario() -> None:
        boot, standby = await machine(), Standby(1)
        standby.enter()
        boot.fails = True
        for _ in range(2):
            try:
                await standby.take(boot)
            except BackendError as error:
                assert "did not boot" in str(error)
            else:
                raise AssertionError("a desktop that did not boot was handed out")
        boot.fails = False
        session = await standby.take(boot)
        boot.fails = True
        assert alive(session.guest.pid)
        await standby.leave()
        await session.close()
        assert not any(map(alive, boot.pids))

    rig.run(scenario())
