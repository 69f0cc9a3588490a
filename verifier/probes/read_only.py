"""A device that can be looked at and not be changed."""

from __future__ import annotations

import shlex
import stat
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import NoReturn

from device_farm.device import ByteStream, Device, DeviceInfo, ShellResult, SnapshotInfo
from device_farm.types.action import Action
from device_farm.types.observation import Observation, ObserveRequest
from verifier.probes.paths import check_readable
from verifier.probes.programs import check_program, holding
from verifier.probes.refusal import ProbeRefused
from verifier.probes.shell_line import parse_line, render

MAX_FILE_BYTES = 64 * 1024 * 1024
_STAT_S = 10.0
_FIX = "do it in a fork"


def reading_line(command: str) -> str:
    """`command` written anew from what was understood of it, every program and argument checked.

    Raises:
        ProbeRefused: it would change the device, or nothing shows that it would not.
    """
    commands = parse_line(command)
    for each in commands:
        check_program(each.words, first=each.join != "|")
    return render(tuple(replace(each, words=holding(each.words)) for each in commands))


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
        """Raises ProbeRefused for what is no file of at most `MAX_FILE_BYTES`, links followed, before it is read."""
        self._check_shell("path")
        check_readable(path)
        await self._check_file(path)
        return await self._device.pull(path)

    async def _check_file(self, path: str) -> None:
        """A link to `/dev/zero` would be read for ever. What `stat` cannot see, `pull` says in its own words."""
        seen = await self._device.shell(f"stat -L -c '%f %s' {shlex.quote(path)}", timeout_s=_STAT_S)
        mode, _, size = seen.stdout.decode("ascii", "replace").strip().partition(" ")
        try:
            file, count = stat.S_ISREG(int(mode, 16)), int(size)
        except ValueError:
            return
        if not file:
            raise ProbeRefused(f"{path[:80]} is no regular file", field="path", fix="list_files shows folders")
        if count > MAX_FILE_BYTES:
            fix = "look at a part of it with head or grep in the shell"
            raise ProbeRefused(f"{path[:80]} has {count} bytes", field="path", fix=fix)

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

    async def dial(self, port: int) -> ByteStream:
        _refuse("talking to a program", "port")

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
