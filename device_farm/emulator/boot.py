"""The steps from a started process to a usable phone. Each has a deadline; all watch whether it still runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from device_farm.adb.client import AdbClient
from device_farm.android.console import EmulatorConsole
from device_farm.emulator.adb_link import EmulatorAdb
from device_farm.emulator.command import EmulatorPorts
from device_farm.emulator.control import EmulatorControl
from device_farm.emulator.listeners import listens
from device_farm.emulator.ports import PortsTakenError
from device_farm.emulator.process import EmulatorProcess
from device_farm.errors import FarmError, GuestError, TransportError

Stage: TypeAlias = Literal["control", "booted", "adb", "system", "packages", "stable"]
STAGES: tuple[Stage, ...] = ("control", "booted", "adb", "system", "packages", "stable")

_WAITING_FOR: dict[Stage, str] = {
    "control": "waiting for its control service",
    "booted": "waiting for its control service to say that it has booted",
    "adb": "waiting for the adb server to list it as a device",
    "system": "waiting for sys.boot_completed",
    "packages": "waiting for the package manager",
    "stable": "waiting for a system server that stays the same",
}
_POLL_S = 0.2
_STABLE_S = 1.0
_SHELL_S = 4.0
"""A guest whose snapshot was just loaded swallows the first command now and then; the next one is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booting:
    """The ways to an emulator that boots."""

    process: EmulatorProcess
    ports: EmulatorPorts
    control: EmulatorControl
    console: EmulatorConsole
    adb: EmulatorAdb
    client: AdbClient


async def watched(process: EmulatorProcess, work: Coroutine[Any, Any, None], *, what: str, seconds: float) -> None:
    """Awaits `work` for at most `seconds`.

    Raises:
        BackendError: the time ran out, or the process ended meanwhile; with what its log says.
    """
    task, ended = asyncio.create_task(work), asyncio.create_task(process.ended())
    try:
        await asyncio.wait({task, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        elif ended.done():
            raise process.error(f"the emulator ended while {what}")
        else:
            raise process.error(f"{what} took longer than {seconds:g} s")
    except FarmError:
        if ended.done():
            raise process.error(f"the emulator ended while {what}") from None
        raise
    finally:
        for each in (task, ended):
            each.cancel()
        await asyncio.gather(task, ended, return_exceptions=True)


async def pass_stage(stage: Stage, booting: Booting, *, seconds: float) -> None:
    """Returns once `stage` is reached. Raises BackendError."""
    works: dict[Stage, Callable[[Booting], Coroutine[Any, Any, None]]] = {
        "control": _control,
        "booted": _booted,
        "adb": lambda booting: booting.adb.until_listed(booting.ports),
        "system": _system,
        "packages": _packages,
        "stable": _stable,
    }
    await watched(booting.process, works[stage](booting), what=_WAITING_FOR[stage], seconds=seconds)


async def _until(holds: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Polls: none of what is waited for here sends an event. What is not there yet refuses, or breaks the wire."""
    while True:
        try:
            if await holds():
                return
        except (TransportError, GuestError):
            pass
        await asyncio.sleep(_POLL_S)


async def _control(booting: Booting) -> None:
    async def answers() -> bool:
        await booting.control.status()
        return True

    await _until(answers)
    await expect_own(booting, booting.ports.grpc)


async def expect_own(booting: Booting, port: int) -> None:
    """Raises PortsTakenError where another program answers at `port`: ours is still starting, and will not get it."""
    if await asyncio.to_thread(listens, booting.process.pid, port) is False:
        message = f"port {port} was taken by another program while the emulator started"
        raise PortsTakenError(message, field="base_port", fix="end what holds it, or set base_port = 0")


async def _booted(booting: Booting) -> None:
    async def booted() -> bool:
        return (await booting.control.status()).booted

    await _until(booted)


async def _system(booting: Booting) -> None:
    async def completed() -> bool:
        return await _says(booting.client, "getprop sys.boot_completed") == "1"

    await _until(completed)


async def _packages(booting: Booting) -> None:
    async def answers() -> bool:
        return (await _says(booting.client, "pm path android")).startswith("package:")

    await _until(answers)


async def _stable(booting: Booting) -> None:
    """The same system server twice, some time apart: a fresh image restarts it once."""

    async def stays() -> bool:
        before = await _says(booting.client, "pidof system_server")
        await asyncio.sleep(_STABLE_S)
        after = await _says(booting.client, "pidof system_server; pm path android")
        return bool(before) and after.startswith(before) and "package:" in after

    await _until(stays)


async def _says(client: AdbClient, command: str) -> str:
    return (await client.shell(command, timeout_s=_SHELL_S)).stdout.decode("utf-8", "replace").strip()


async def console_answers(booting: Booting, *, seconds: float) -> None:
    """Raises BackendError where not even the console answers: the emulator hangs."""

    async def answers() -> bool:
        await booting.console.command("avd status")
        return True

    await watched(booting.process, _until(answers), what="waiting for its console", seconds=seconds)
    await expect_own(booting, booting.ports.console)
