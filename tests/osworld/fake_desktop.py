"""A desktop for tests of the guest API: a real shell in a folder of its own, a tree that is given, noted actions."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from device_farm.adb.smart_socket import connect_socket
from device_farm.device import ByteStream, DeviceInfo, ShellResult, SnapshotInfo
from device_farm.errors import ActionError, DeadlineError, GuestError, TransportError
from device_farm.types.action import Action, Click
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Observation, ObserveRequest, Screenshot
from device_farm.types.ui_tree import UiNode, UiTree

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


class FakeDesktop:
    """Its screen is what `roots` holds; `acted` lists the actions; with `gone` every call fails as a dead desktop.

    `ports` are its open ports, and where the test's own server for each listens.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.bin = folder / "bin"
        for made in (self.home, self.bin, folder / "run"):
            made.mkdir(parents=True)
        self._run = folder / "run"
        self.roots: tuple[UiNode, ...] = ()
        self.acted: list[Action] = []
        self.gone = False
        self.ports: dict[int, int] = {}
        self.resets = 0

    @property
    def info(self) -> DeviceInfo:
        return DeviceInfo(id="fake-0", backend="fake", platform="desktop", screen=Size(1920, 1080), image="fake")

    def program(self, name: str, script: str) -> None:
        """Puts a program on the PATH of the desktop."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def show(self, role: str, value: str = "", text: str = "") -> None:
        states = frozenset({"visible", "enabled"})
        self.roots = (
            *self.roots,
            UiNode(role=role, bounds=Rect(10, 20, 110, 70), text=text, value=value, app="app", states=states),
        )

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        self._alive()
        return Observation(
            sequence=1,
            screen=self.info.screen,
            orientation="landscape",
            device_time_s=0.0,
            foreground=Foreground(app="xfdesktop", window="Desktop"),
            screenshot=Screenshot(digest="d", size=self.info.screen, data=PNG) if request.screenshot else None,
            ui_tree=UiTree(roots=self.roots) if request.ui_tree else None,
        )

    async def act(self, action: Action) -> None:
        self._alive()
        if isinstance(action, Click) and action.count > 3:
            raise ActionError("too many clicks", field="count")
        self.acted.append(action)

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        await self.act(action)
        return await self.observe(request)

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        self._alive()
        environment = {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self._run),
            "PATH": f"{self.bin}:{os.environ['PATH']}",
        }
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", command),
            env=environment,
            cwd=self.home,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(timeout_s):
                out, err = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise DeadlineError(f"ran past {timeout_s} s") from None
        return ShellResult(exit_code=process.returncode or 0, stdout=out, stderr=err)

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        self._alive()
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_bytes(data)
            Path(path).chmod(mode)
        except OSError as error:
            raise GuestError(str(error)) from error

    async def pull(self, path: str) -> bytes:
        self._alive()
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise GuestError(str(error)) from error

    async def reset(self) -> None:
        self.resets += 1

    async def dial(self, port: int) -> ByteStream:
        self._alive()
        if port not in self.ports:
            raise GuestError(f"nothing answers at port {port}")
        try:
            return await connect_socket("127.0.0.1", self.ports[port], what="program")
        except TransportError as error:
            raise GuestError(error.message) from error

    async def install(self, path: str) -> None:
        raise GuestError("nothing to install")

    async def snapshot_save(self, name: str) -> SnapshotInfo:
        raise GuestError("no snapshots")

    async def snapshot_load(self, name: str) -> None:
        raise GuestError("no snapshots")

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        return []

    async def snapshot_delete(self, name: str) -> None:
        raise GuestError("no snapshots")

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        yield await self.observe()

    def _alive(self) -> None:
        if self.gone:
            raise TransportError("the desktop is gone")
