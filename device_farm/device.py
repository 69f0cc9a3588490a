"""The port that everything above the farm talks to, and every backend implements."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device_farm.errors import GuestError
from device_farm.types.action import Action
from device_farm.types.geometry import Size
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.task import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """TCP ports at which an emulator, or what takes its place, listens on the loopback of its machine.

    `machine` tells whose loopback that is, as `machine_identity` names it. `grpc` 0: no control service. `adb_server`
    is the adb server that has the phone, where it has one: an emulator's adbd takes one server at a time, so programs
    that attach must use that one. 0: bring your own, and tell it of `adb`.
    """

    machine: str
    console: int
    adb: int
    grpc: int
    adb_server: int = 0


def machine_identity() -> str:
    """The same text in every process that shares this loopback, another one elsewhere."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()}/{boot}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """What a device is. `image` names the exact system image or application set, for provenance.

    `endpoints` is None where there is no emulator's way to it: a desktop, a phone on a cable.
    """

    id: str
    backend: str
    platform: Platform
    screen: Size
    image: str
    endpoints: Endpoints | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellResult:
    exit_code: int
    stdout: bytes
    stderr: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotInfo:
    name: str
    created_s: float
    size_bytes: int


def check_port(port: int) -> None:
    """Raises GuestError for a number that no TCP port has."""
    if not 1 <= port <= 65535:
        raise GuestError(f"{port} is no TCP port", field="port", fix="use 1 to 65535")


_SNAPSHOT_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")


def check_snapshot_name(name: str) -> None:
    """Raises GuestError for a name that a console line cannot carry, or that as a folder's leads elsewhere."""
    if not _SNAPSHOT_NAME.fullmatch(name):
        fix = "use 1 to 64 letters, digits, '.', '_' or '-', with no '.' first"
        raise GuestError(f"{name[:80]!r} is no snapshot name", field="name", fix=fix)


_NO_LIMIT = 2**62


class ByteStream(Protocol):
    """Two-way bytes. The end of one direction is the end of both.

    Cancelling a read or write leaves the stream usable only for `close`. Both raise TransportError when it breaks.
    """

    async def read(self, limit: int = _NO_LIMIT) -> bytes:
        """The next bytes, at least one and at most `limit`; empty at the end of the stream."""
        ...

    async def write(self, data: bytes) -> None:
        """Returns when they are on their way: a reader that does not read holds the writer up."""
        ...

    def close(self) -> None:
        """Ends the stream; what is behind it learns of that. Idempotent, never raises, never waits."""
        ...


class Device(Protocol):
    """One phone or desktop. Every method is cancellable and raises only errors of `device_farm.errors`.

    Transport trouble is `TransportError`; a device that answers but refuses is `GuestError` or `ActionError`.
    `shell` reaches the guest, never the host.
    """

    @property
    def info(self) -> DeviceInfo: ...

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation: ...

    async def act(self, action: Action) -> None:
        """Carries out `action` and returns once the device has taken it in."""
        ...

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        """Both in one round trip; the observation is taken after the screen has settled."""
        ...

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        """Runs a shell command line in the guest. A non-zero exit is a result, not an error."""
        ...

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None: ...

    async def pull(self, path: str) -> bytes: ...

    async def dial(self, port: int) -> ByteStream:
        """Connects to a TCP port of the guest's own loopback. The stream is the caller's, who closes it.

        Raises:
            GuestError: nothing listens there, or the device has no ports.
        """
        ...

    async def install(self, path: str) -> None:
        """Installs the package file that lies at the guest path `path`."""
        ...

    async def snapshot_save(self, name: str) -> SnapshotInfo: ...

    async def snapshot_load(self, name: str) -> None: ...

    async def snapshot_list(self) -> Sequence[SnapshotInfo]: ...

    async def snapshot_delete(self, name: str) -> None: ...

    def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        """Observations without a UI tree, one whenever the screen changed, at most one per `interval_s`."""
        ...


class ManagedDevice(Device, Protocol):
    """A device together with its machine: what the pool drives and a lease holder never sees."""

    async def start(self) -> None:
        """Boots to a ready, clean state. Raises BackendError; `close` is called even then."""
        ...

    async def reset(self, *, seed: int | None = None) -> None:
        """Back to the state after `start`, whatever was done to it. `seed` reseeds simulated content."""
        ...

    async def health(self) -> None:
        """Returns when the device answers; raises what is wrong otherwise."""
        ...

    async def close(self) -> None:
        """Ends everything that `start` began. Idempotent; safe after a failed start."""
        ...
