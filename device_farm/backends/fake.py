"""A device without a machine: it reacts to what is done to it, and fails on demand. For tests of the farm itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from device_farm.adb.stream import ReadBuffer
from device_farm.backends import fake_state
from device_farm.backends.config import FakeConfig
from device_farm.backends.fake_state import FakeState
from device_farm.device import ByteStream, DeviceInfo, ShellResult, SnapshotInfo, check_port
from device_farm.errors import BackendError, DeadlineError, GuestError, TransportError
from device_farm.types.action import Action
from device_farm.types.observation import Foreground, Observation, ObserveRequest, Screenshot, image_digest
from device_farm.types.task import Platform

_ECHO_PORT = 7
_READ_AHEAD = 1 << 20
_NO_LIMIT = 2**62


@dataclass(slots=True)
class FakeFaults:
    """What goes wrong, and how often. Mutable: a test may change it while the device runs.

    `start_failures` and `reset_failures` count down to working; `drop_after_calls` breaks the device for good after
    so many calls (None: never); `health_hangs` makes health checks wait for ever; `call_s` delays every call.
    """

    start_failures: int = 0
    reset_failures: int = 0
    drop_after_calls: int | None = None
    health_hangs: bool = False
    close_hangs: bool = False
    call_s: float = 0.0


class EchoStream:
    """A stream whose other end sends back what it reads, one megabyte ahead of its reader at most."""

    def __init__(self) -> None:
        self._buffer = ReadBuffer()
        self._room = asyncio.Event()
        self.closed = False

    async def read(self, limit: int = _NO_LIMIT) -> bytes:
        data = await self._buffer.read(limit)
        self._room.set()
        return data

    async def write(self, data: bytes) -> None:
        while self._buffer.size > _READ_AHEAD and not self.closed:
            self._room.clear()
            await self._room.wait()
        if self.closed:
            raise TransportError("the stream is closed")
        self._buffer.feed(data)

    def close(self) -> None:
        self.closed = True
        self._buffer.end()
        self._room.set()


class FakeDevice:
    """One fake phone of 64x128 pixels: a text field, a button that counts, a switch, files and a small shell."""

    def __init__(self, device_id: str, *, seed: int = 0, faults: FakeFaults | None = None) -> None:
        self.faults = faults or FakeFaults()
        self.starts = 0
        self.resets = 0
        self.streams: list[EchoStream] = []
        self._info = DeviceInfo(
            id=device_id, backend="fake", platform="android", screen=fake_state.SCREEN, image=f"fake-1/seed-{seed}"
        )
        self._state: FakeState | None = None
        self._seed = seed
        self._calls = 0
        self._sequence = 0
        self._snapshots: dict[str, tuple[SnapshotInfo, FakeState]] = {}
        self._changed = asyncio.Event()

    @property
    def info(self) -> DeviceInfo:
        return self._info

    @property
    def running(self) -> bool:
        return self._state is not None

    async def start(self) -> None:
        self.starts += 1
        if self.faults.start_failures > 0:
            self.faults.start_failures -= 1
            raise BackendError(f"fake device {self._info.id} was told to fail its start")
        self._state = FakeState(seed=self._seed)

    async def reset(self, *, seed: int | None = None) -> None:
        self.resets += 1
        if self.faults.reset_failures > 0:
            self.faults.reset_failures -= 1
            raise BackendError(f"fake device {self._info.id} was told to fail its reset")
        await self._reach()
        self._seed = self._seed if seed is None else seed
        self._snapshots.clear()
        self._become(FakeState(seed=self._seed))

    async def health(self) -> None:
        if self.faults.health_hangs:
            await asyncio.Event().wait()
        await self._reach(counted=False)

    async def close(self) -> None:
        if self.faults.close_hangs:
            await asyncio.Event().wait()
        self._state = None
        self._changed.set()

    async def _reach(self, *, counted: bool = True) -> FakeState:
        """The state, as one call over the wire to it. Raises TransportError when the device is gone."""
        limit = self.faults.drop_after_calls
        if self._state is None or (limit is not None and self._calls >= limit):
            raise TransportError(f"fake device {self._info.id} does not answer")
        if counted:
            self._calls += 1
            if self.faults.call_s:
                await asyncio.sleep(self.faults.call_s)
        return self._state

    def _become(self, state: FakeState) -> None:
        self._state = state
        self._changed.set()
        self._changed = asyncio.Event()

    def _look(self, state: FakeState, request: ObserveRequest) -> Observation:
        self._sequence += 1
        screenshot = None
        if request.screenshot:
            data = fake_state.encode_png(fake_state.draw(state))
            digest = image_digest(data)
            known = digest == request.known_digest
            screenshot = Screenshot(digest=digest, size=fake_state.SCREEN, data=None if known else data)
        return Observation(
            sequence=self._sequence,
            screen=fake_state.SCREEN,
            orientation="portrait",
            device_time_s=state.time_s,
            foreground=Foreground(app=state.app, window=f"{state.app}.Main"),
            screenshot=screenshot,
            ui_tree=fake_state.tree(state) if request.ui_tree else None,
        )

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        return self._look(await self._reach(), request)

    async def act(self, action: Action) -> None:
        state = (await self._reach()).copy()
        fake_state.apply(state, action)
        self._become(state)

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        await self.act(action)
        assert self._state is not None
        return self._look(self._state, request)

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        state = (await self._reach()).copy()
        words = command.split()
        if len(words) == 2 and words[0] == "sleep" and words[1].replace(".", "", 1).isdecimal():
            try:
                async with asyncio.timeout(timeout_s):
                    await asyncio.sleep(float(words[1]))
            except TimeoutError as error:
                raise DeadlineError(f"{command!r} ran past {timeout_s} s", field="timeout_s") from error
            return ShellResult(exit_code=0, stdout=b"")
        result = fake_state.run_shell(state, command)
        self._become(state)
        return result

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        if not path.startswith("/"):
            raise GuestError(f"{path!r} is not absolute", field="path", fix="start it with /")
        state = (await self._reach()).copy()
        state.files[path] = data
        self._become(state)

    async def pull(self, path: str) -> bytes:
        return fake_state.read_file(await self._reach(), path)

    async def dial(self, port: int) -> ByteStream:
        """Port 7 sends back what it is sent (RFC 862); no other is open."""
        check_port(port)
        await self._reach()
        if port != _ECHO_PORT:
            raise GuestError(f"nothing listens at port {port}", field="port")
        stream = EchoStream()
        self.streams.append(stream)
        return stream

    async def install(self, path: str) -> None:
        state = (await self._reach()).copy()
        name = fake_state.read_file(state, path).decode("utf-8", "replace").strip()
        if not name.isidentifier():
            raise GuestError(f"{path} is no package", field="path", fix="a fake package holds one identifier")
        state.packages |= {name.lower()}
        self._become(state)

    async def snapshot_save(self, name: str) -> SnapshotInfo:
        state = await self._reach()
        size = sum(len(data) for data in state.files.values())
        info = SnapshotInfo(name=name, created_s=state.time_s, size_bytes=size)
        self._snapshots[name] = (info, state.copy())
        return info

    async def snapshot_load(self, name: str) -> None:
        await self._reach()
        self._become(self._snapshot(name)[1].copy())

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        await self._reach()
        return [info for info, _ in self._snapshots.values()]

    async def snapshot_delete(self, name: str) -> None:
        await self._reach()
        self._snapshot(name)
        del self._snapshots[name]

    def _snapshot(self, name: str) -> tuple[SnapshotInfo, FakeState]:
        if name not in self._snapshots:
            raise GuestError(f"no snapshot {name!r}", field="name", fix=f"one of {sorted(self._snapshots)}")
        return self._snapshots[name]

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        digest = ""
        while True:
            changed = self._changed
            seen = await self.observe(ObserveRequest(ui_tree=False))
            assert seen.screenshot is not None
            if seen.screenshot.digest != digest:
                digest = seen.screenshot.digest
                yield seen
            await asyncio.sleep(interval_s)
            await changed.wait()


class FakeBackend:
    """Fake devices; `devices` maps the id of every device not yet closed for good to the newest object of that id.

    `faults` is the pattern that each new device id starts with; a device created again under its id keeps what is
    left of its own, so "the start fails twice" holds across replacements.
    """

    def __init__(self, config: FakeConfig | None = None, *, faults: FakeFaults | None = None) -> None:
        self._config = config or FakeConfig()
        pattern = faults or FakeFaults()
        self._pattern = replace(
            pattern,
            start_failures=pattern.start_failures or self._config.start_failures,
            call_s=pattern.call_s or self._config.latency_ms / 1000,
        )
        self._faults: dict[str, FakeFaults] = {}
        self.devices: dict[str, FakeDevice] = {}

    @property
    def name(self) -> str:
        return "fake"

    @property
    def platform(self) -> Platform:
        return "android"

    def preflight(self) -> None:
        """Always works: it needs nothing."""

    async def create(self, device_id: str) -> FakeDevice:
        faults = self._faults.setdefault(device_id, replace(self._pattern))
        device = FakeDevice(device_id, seed=self._config.seed, faults=faults)
        self.devices[device_id] = device
        return device

    async def close(self) -> None:
        for device in self.devices.values():
            await device.close()
