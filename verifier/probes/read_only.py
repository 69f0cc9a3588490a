"""A device that can be looked at and not be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NoReturn

from device_farm.device import Device, DeviceInfo, ShellResult, SnapshotInfo
from device_farm.types.action import Action
from device_farm.types.observation import Observation, ObserveRequest
from verifier.probes.paths import check_readable
from verifier.probes.programs import check_program
from verifier.probes.refusal import ProbeRefused
from verifier.probes.shell_line import parse_line, render

_FIX = "do it in a fork"


def reading_line(command: str) -> str:
    """`command` written anew from what was understood of it, every program and argument checked.

    Raises:
        ProbeRefused: it would change the device, or nothing shows that it would not.
    """
    commands = parse_line(command)
    for each in commands:
        check_program(each.words, first=each.join != "|")
    return render(commands)


class ReadOnlyDevice:
    """A `Device` over `device` whose every method that could change it raises ProbeRefused."""

    def __init__(self, device: Device, *, shell: bool = True) -> None:
        """`shell` False refuses every command line and file as well: screens only."""
        self._device = device
        self._shell = shell

    @property
    def has_shell(self) -> bool:
        """Whether lines and files are answered at all."""
        return self._shell

    @property
    def info(self) -> DeviceInfo:
        return self._device.info

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        return await self._device.observe(request)

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        """Raises ProbeRefused for a line that `reading_line` refuses, before anything reaches the device."""
        self._check_shell("shell")
        return await self._device.shell(reading_line(command), timeout_s=timeout_s)

    async def pull(self, path: str) -> bytes:
        self._check_shell("path")
        check_readable(path)
        return await self._device.pull(path)

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        return await self._device.snapshot_list()

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        async for observation in self._device.stream(interval_s=interval_s):
            yield observation

    async def act(self, action: Action) -> None:
        _refuse("acting", "action")

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        _refuse("acting", "action")

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        _refuse("writing a file", "path")

    async def install(self, path: str) -> None:
        _refuse("installing", "path")

    async def snapshot_save(self, name: str) -> SnapshotInfo:
        _refuse("saving a snapshot", "name")

    async def snapshot_load(self, name: str) -> None:
        _refuse("loading a snapshot", "name")

    async def snapshot_delete(self, name: str) -> None:
        _refuse("deleting a snapshot", "name")

    def _check_shell(self, field: str) -> None:
        if not self._shell:
            raise ProbeRefused("this verifier has no shell", field=field, fix="look at the screen")


def _refuse(what: str, field: str) -> NoReturn:
    raise ProbeRefused(f"{what} would change the device", field=field, fix=_FIX)
