"""Client of the emulator's gRPC control and snapshot services (`-grpc PORT`, on the loopback, without credentials)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
import numpy as np
from google.protobuf.empty_pb2 import Empty

from device_farm.device import SnapshotInfo
from device_farm.errors import DeadlineError, FarmError, GuestError, TransportError
from device_farm.pb import emulator_controller_pb2 as pb
from device_farm.pb import snapshot_service_pb2 as snapshot_pb
from device_farm.pb.emulator_controller_pb2_grpc import EmulatorControllerStub
from device_farm.pb.snapshot_service_pb2_grpc import SnapshotServiceStub
from device_farm.simulator.toolkit.png import assemble, encode_strips

_STATUS_TIMEOUT_S = 5.0
_FRAME_TIMEOUT_S = 8.0
_LIST_TIMEOUT_S = 30.0
_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)
_LARGEST_SIDE_PX = 16384

ReplyT = TypeVar("ReplyT")


class UnservedError(GuestError):
    """The emulator was not reached, or has no such service: nothing was carried out, another way may be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStatus:
    version: str
    booted: bool


class EmulatorControl:
    """One channel, made at the first call; a call after a restart of the emulator connects anew."""

    def __init__(self, port: int) -> None:
        self._address = f"127.0.0.1:{port}"
        self._channel: grpc.aio.Channel | None = None

    async def status(self) -> ControlStatus:
        """Raises UnservedError while nothing answers."""
        reply = await self._call(lambda: self._controller().getStatus(Empty(), timeout=_STATUS_TIMEOUT_S), "getStatus")
        return ControlStatus(version=reply.version, booted=reply.booted)

    async def png(self) -> bytes:
        """The screen. Raw pixels are fetched and compressed here: the emulator's own PNG encoder takes far longer."""
        wanted = pb.ImageFormat(format=pb.ImageFormat.RGBA8888)
        reply = await self._call(
            lambda: self._controller().getScreenshot(wanted, timeout=_FRAME_TIMEOUT_S), "getScreenshot"
        )
        return encode(reply)

    # Snapshots

    async def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """All of the AVD, whether this emulator could load them or not."""
        return tuple(
            SnapshotInfo(name=each.snapshot_id, created_s=float(each.details.creation_time), size_bytes=int(each.size))
            for each in await self._listed()
        )

    async def was_loaded(self, name: str) -> bool:
        """Whether this emulator runs from the snapshot `name`."""
        loaded = snapshot_pb.SnapshotDetails.Loaded
        return any(each.snapshot_id == name and each.status == loaded for each in await self._listed())

    async def load_snapshot(self, name: str, *, timeout_s: float) -> None:
        """Raises GuestError with the emulator's words where it refuses."""
        request = snapshot_pb.SnapshotPackage(snapshot_id=name)
        await self._snapshot_call(lambda: self._store().LoadSnapshot(request, timeout=timeout_s), "LoadSnapshot", name)

    async def save_snapshot(self, name: str, *, timeout_s: float) -> None:
        """Raises as `load_snapshot`."""
        request = snapshot_pb.SnapshotPackage(snapshot_id=name)
        await self._snapshot_call(lambda: self._store().SaveSnapshot(request, timeout=timeout_s), "SaveSnapshot", name)

    async def delete_snapshot(self, name: str, *, timeout_s: float) -> None:
        """Raises as `load_snapshot`."""
        request = snapshot_pb.SnapshotPackage(snapshot_id=name)
        await self._snapshot_call(
            lambda: self._store().DeleteSnapshot(request, timeout=timeout_s), "DeleteSnapshot", name
        )

    async def close(self) -> None:
        """Idempotent; a later call connects again."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def _listed(self) -> Sequence[snapshot_pb.SnapshotDetails]:
        wanted = snapshot_pb.SnapshotFilter(statusFilter=snapshot_pb.SnapshotFilter.All)
        reply = await self._call(lambda: self._store().ListSnapshots(wanted, timeout=_LIST_TIMEOUT_S), "ListSnapshots")
        return tuple(reply.snapshots)

    async def _snapshot_call(self, call: Callable[[], Awaitable[Any]], what: str, name: str) -> None:
        reply = await self._call(call, what)
        if not reply.success:
            said = reply.err.decode("utf-8", "replace").strip()
            raise GuestError(f"the emulator refused {what} of {name!r}: {said[:300] or 'no reason given'}")

    async def _call(self, call: Callable[[], Awaitable[ReplyT]], what: str) -> ReplyT:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            raise _explained(error, what, self._address) from error

    def _connected(self) -> grpc.aio.Channel:
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._address, options=_OPTIONS)
        return self._channel

    def _controller(self) -> Any:
        return EmulatorControllerStub(self._connected())  # type: ignore[no-untyped-call]

    def _store(self) -> Any:
        return SnapshotServiceStub(self._connected())  # type: ignore[no-untyped-call]


def _explained(error: grpc.aio.AioRpcError, what: str, address: str) -> FarmError:
    said = (error.details() or error.code().name)[:300]
    match error.code():
        case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.UNIMPLEMENTED:
            return UnservedError(f"the emulator's control service at {address}: {what}: {said}")
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineError(f"the emulator's control service at {address} did not answer {what} in time")
        case grpc.StatusCode.CANCELLED | grpc.StatusCode.UNKNOWN | grpc.StatusCode.INTERNAL:
            return TransportError(f"the emulator's control service at {address} broke off at {what}: {said}")
        case _:
            return GuestError(f"the emulator refused {what}: {said}")


def encode(image: pb.Image) -> bytes:
    """Raw RGBA pixels of an answer as PNG.

    Raises:
        GuestError: the pixels do not fill the size that it claims; a screen that is off has none.
    """
    width, height = image.format.width or image.width, image.format.height or image.height
    if not (0 < width <= _LARGEST_SIDE_PX and 0 < height <= _LARGEST_SIDE_PX):
        raise GuestError(f"the emulator sent a screen of {width}x{height} pixels")
    if len(image.image) != width * height * 4:
        raise GuestError(f"the emulator sent {len(image.image)} bytes for a screen of {width}x{height} pixels")
    pixels = np.frombuffer(image.image, np.uint8).reshape(height, width, 4)
    return assemble(encode_strips(pixels), width, height)
