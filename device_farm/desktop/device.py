"""The desktop as a device: one session at a time, a new one for every reset."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from device_farm.adb.smart_socket import SocketStream
from device_farm.desktop.acting import carry_out
from device_farm.desktop.bus import GuestBus
from device_farm.desktop.guest import GRACE_S
from device_farm.desktop.machine import Machine
from device_farm.desktop.session import Session
from device_farm.desktop.snapshots import Snapshots
from device_farm.desktop.windows import SHELL_WINDOWS, active_window, stacked_windows
from device_farm.device import ByteStream, DeviceInfo, ShellResult, SnapshotInfo, check_port
from device_farm.errors import BackendError, DeadlineError, GuestError, TransportError
from device_farm.types.action import Action
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground, Observation, ObserveRequest
from device_farm.types.ui_tree import UiTree

_DESKTOP = Foreground(app="xfdesktop", window="Desktop")
_HEALTH_TIMEOUT_S = 10.0


class DesktopDevice:
    """A `ManagedDevice`. What it shows is real time: `device_time_s` is the clock of the machine."""

    def __init__(self, device_id: str, *, backend: str, screen: Size, machine: Machine) -> None:
        self._machine = machine
        self._info = DeviceInfo(id=device_id, backend=backend, platform="desktop", screen=screen, image="")
        self._session: Session | None = None
        self._snapshots = Snapshots(limit=machine.snapshot_limit)
        self._sequence = 0
        self._acting = asyncio.Lock()
        self._replacing = False

    @property
    def info(self) -> DeviceInfo:
        """`image` is empty until the device has started."""
        return self._info

    # --- life --------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        image = await self._machine.open()
        info = self._info
        self._info = DeviceInfo(
            id=info.id,
            backend=info.backend,
            platform=info.platform,
            screen=info.screen,
            image=image,
        )
        self._session = await self._machine.session()

    async def _replace(self, make: Callable[[], Awaitable[Session]]) -> None:
        self._replacing = True
        try:
            session, self._session = self._session, None
            if session is not None:
                await _ended(session)
            self._session = await make()
        finally:
            self._replacing = False

    async def reset(self, *, seed: int | None = None) -> None:
        """A new session with a fresh home; a desktop has no seeded content."""
        del seed
        self._running()
        async with self._acting:
            await self._forget_all()
            await self._replace(self._machine.session)

    async def _forget_all(self) -> None:
        for info in self._snapshots.list():
            await self._machine.forget(info.name)
        self._snapshots.clear()

    async def health(self) -> None:
        if self._replacing:
            # A reset or a snapshot's load puts another session in place, and has a deadline of its own.
            return
        session = self._running()
        limit_s = _HEALTH_TIMEOUT_S * session.guest.patience
        try:
            async with asyncio.timeout(limit_s):
                await session.guest.request("ping", timeout_s=_HEALTH_TIMEOUT_S)
                await session.display.call(active_window, session.display)
                await session.accessibility.ping()
        except TimeoutError:
            raise BackendError(f"{self._info.id} did not answer within {limit_s:g} s") from None

    async def close(self) -> None:
        session, self._session = self._session, None
        self._snapshots.clear()
        try:
            if session is not None:
                await asyncio.shield(session.close())
        finally:
            await asyncio.shield(self._machine.close())

    def _running(self) -> Session:
        if self._session is None:
            raise TransportError(f"{self._info.id} is not running")
        return self._session

    def place(self) -> dict[str, str | int]:
        """Where the desktop is: its display and home as its own processes see them, and its outermost process here."""
        session = self._running()
        return {"display": session.display_name, "home": session.guest.place.home, "pid": session.guest.pid}

    def accessibility_bus(self) -> GuestBus:
        """The desktop's AT-SPI bus, for tools that ask it themselves. It ends with the session."""
        return self._running().accessibility.bus

    def forget_looks(self) -> None:
        """The next tree is read as a whole, as the first one was."""
        self._running().accessibility.forget()

    # --- looking -----------------------------------------------------------------------------------------------
    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        session = self._running()
        display = session.display
        reading: asyncio.Task[UiTree] | None = None
        if request.ui_tree:
            windows = await display.call(stacked_windows, display)
            freshness = await display.call(session.screen.look)
            reading = asyncio.create_task(session.accessibility.tree(self._info.screen, windows, freshness))
        try:
            # The programs tell what they show while the picture is packed.
            shot = await display.call(session.screen.capture, request.known_digest) if request.screenshot else None
            tree = None if reading is None else await reading
        finally:
            if reading is not None:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        active = await display.call(active_window, display)
        at_desktop = active is None or active.app in SHELL_WINDOWS
        self._sequence += 1
        return Observation(
            sequence=self._sequence,
            screen=self._info.screen,
            orientation="landscape" if self._info.screen.width >= self._info.screen.height else "portrait",
            device_time_s=time.time(),
            foreground=_DESKTOP if at_desktop or active is None else Foreground(app=active.app, window=active.title),
            screenshot=shot,
            ui_tree=tree,
        )

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        digest = ""
        while True:
            seen = await self.observe(ObserveRequest(ui_tree=False, known_digest=digest))
            if seen.screenshot is not None and seen.screenshot.digest != digest:
                digest = seen.screenshot.digest
                yield seen
            await asyncio.sleep(interval_s)

    # --- acting ------------------------------------------------------------------------------------------------
    async def act(self, action: Action) -> None:
        async with self._acting:
            await carry_out(action, self._running(), self._info.screen)

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        async with self._acting:
            session = self._running()
            await carry_out(action, session, self._info.screen)
            return await session.settle.at_rest(lambda: self.observe(request), session.screen.look)

    # --- guest -------------------------------------------------------------------------------------------------
    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        session = self._running()
        reply, data = await session.guest.request(
            "exec",
            argv=["/bin/sh", "-c", command],
            env=session.environment(),
            limit_s=timeout_s,
            timeout_s=timeout_s + GRACE_S,
        )
        if not reply["ended"]:
            raise DeadlineError(f"{command[:200]!r} ran past {timeout_s:g} s", field="timeout_s")
        length = int(reply["out"])
        return ShellResult(exit_code=int(reply["exit_code"]), stdout=data[:length], stderr=data[length:])

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        await self._running().put(path, data, mode=mode)

    async def pull(self, path: str) -> bytes:
        _, data = await self._running().guest.request("get", path=path)
        return data

    async def dial(self, port: int) -> ByteStream:
        check_port(port)
        connection = await self._running().guest.dial(port)
        try:
            _, stream = await asyncio.get_running_loop().create_connection(SocketStream, sock=connection)
        except BaseException:
            connection.close()
            raise
        return stream

    async def install(self, path: str) -> None:
        """Adds a desktop file to the menu; there is no package manager behind the walls."""
        session = self._running()
        data = await self.pull(path)
        name = path.rpartition("/")[2]
        if not name.endswith(".desktop") or b"[Desktop Entry]" not in data:
            raise GuestError(
                f"{path} is no desktop file", field="path", fix="packages of Debian belong into the machine itself"
            )
        await session.put(f"{session.guest.place.home}/.local/share/applications/{name}", data, mode=0o644)

    # --- snapshots ---------------------------------------------------------------------------------------------
    async def snapshot_save(self, name: str) -> SnapshotInfo:
        """What is in it depends on the machine: of one that boots anew the files of the home, of a virtual one all."""
        session = self._running()
        self._snapshots.check(name)
        async with self._acting:
            self._replacing = True
            try:
                self._session, size = await self._machine.keep(name, session)
            finally:
                self._replacing = False
            return self._snapshots.save(name, size)

    async def snapshot_load(self, name: str) -> None:
        """Ends the session; the one of the snapshot takes its place."""
        self._running()
        self._snapshots.find(name)
        async with self._acting:
            await self._replace(lambda: self._machine.bring_back(name))

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        self._running()
        return self._snapshots.list()

    async def snapshot_delete(self, name: str) -> None:
        self._running()
        self._snapshots.find(name)
        async with self._acting:
            await self._machine.forget(name)
            self._snapshots.delete(name)


async def _ended(session: Session) -> None:
    """Closes `session`; a cancellation goes on only once that is done, so that no process outlives its device."""
    closing = asyncio.ensure_future(session.close())
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait({closing})
        raise
