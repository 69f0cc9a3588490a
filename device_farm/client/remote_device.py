"""A leased device over gRPC: the `Device` port, with the pixels of an unchanged screen taken from memory."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import grpc.aio

from device_farm.client.channel import call
from device_farm.client.remote_stream import RemoteStream
from device_farm.client.screenshots import ScreenshotCache
from device_farm.converter.action import action_to_pb
from device_farm.converter.observation import (
    TreeMemory,
    info_from_pb,
    observation_from_pb,
    options_to_pb,
    snapshot_from_pb,
)
from device_farm.device import ByteStream, DeviceInfo, ShellResult, SnapshotInfo, check_port
from device_farm.errors import CapacityError, DataError
from device_farm.pb import device_pb2 as pb
from device_farm.pb import device_pb2_grpc
from device_farm.server.errors import from_rpc
from device_farm.server.limits import CHUNK_BYTES, MAX_FILE_BYTES
from device_farm.server.security import LEASE_KEY, TOKEN_KEY
from device_farm.types.action import Action, Wait
from device_farm.types.observation import Observation, ObserveRequest

# Deadlines of calls that name none, in seconds. A slow device raises its own error well before them.
_LOOK_S = 60.0
_ACT_S = 120.0
_FILE_S = 600.0
_MACHINE_S = 600.0
_MARGIN_S = 15.0
_FOREVER_S = 7 * 24 * 3600.0


def new_key() -> str:
    """An idempotency key."""
    return uuid.uuid4().hex


class RemoteDevice:
    """The device of one lease. It holds no connection of its own and needs no closing."""

    def __init__(
        self, channel: grpc.aio.Channel, info: DeviceInfo, *, lease_id: str, token: str, address: str = ""
    ) -> None:
        self._stub: Any = device_pb2_grpc.DeviceStub(channel)  # type: ignore[no-untyped-call]
        self._info = info
        self._metadata = ((LEASE_KEY, lease_id), (TOKEN_KEY, token))
        self._screens = ScreenshotCache()
        self._trees = TreeMemory()
        self._address = address

    @property
    def info(self) -> DeviceInfo:
        return self._info

    async def _call(self, method: Any, request: Any, *, timeout_s: float) -> Any:
        return await call(method, request, timeout_s=timeout_s, metadata=self._metadata, peer=self._address)

    async def describe(self) -> DeviceInfo:
        """Asks the server what the device is: a cheap check that the lease holds."""
        response = await self._call(self._stub.Describe, pb.DescribeRequest(), timeout_s=_LOOK_S)
        return info_from_pb(response.info)

    def _asking(self, request: ObserveRequest) -> ObserveRequest:
        # A caller that names a digest holds the pixels itself, and is not sent them.
        if request.known_digest or not request.screenshot:
            return request
        return replace(request, known_digest=self._screens.newest)

    async def _filled(self, seen: Observation, request: ObserveRequest) -> Observation:
        screenshot = seen.screenshot
        if screenshot is not None and screenshot.data is None and screenshot.digest == request.known_digest:
            return seen
        filled = self._screens.fill(seen)
        if filled is not None:
            return filled
        # The cache was overrun by other calls meanwhile: ask once more, for everything.
        options = options_to_pb(request)
        response = await self._call(self._stub.Observe, pb.ObserveRequest(options=options), timeout_s=_LOOK_S)
        again = self._screens.fill(observation_from_pb(response.observation))
        if again is None:
            raise DataError("the server left out pixels that nobody holds", field="screenshot")
        return again

    async def observe(self, request: ObserveRequest = ObserveRequest()) -> Observation:
        message = pb.ObserveRequest(options=options_to_pb(self._asking(request)))
        response = await self._call(self._stub.Observe, message, timeout_s=_LOOK_S)
        return await self._filled(observation_from_pb(response.observation, memory=self._trees), request)

    async def act(self, action: Action) -> None:
        message = pb.ActRequest(action=action_to_pb(action), idempotency_key=new_key())
        await self._call(self._stub.Act, message, timeout_s=_act_s(action))

    async def act_and_observe(self, action: Action, request: ObserveRequest = ObserveRequest()) -> Observation:
        message = pb.ActAndObserveRequest(
            action=action_to_pb(action), options=options_to_pb(self._asking(request)), idempotency_key=new_key()
        )
        response = await self._call(self._stub.ActAndObserve, message, timeout_s=_act_s(action))
        return await self._filled(observation_from_pb(response.observation, memory=self._trees), request)

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        message = pb.ShellRequest(command=command, timeout_s=timeout_s, idempotency_key=new_key())
        response = await self._call(self._stub.Shell, message, timeout_s=timeout_s + _MARGIN_S)
        return ShellResult(exit_code=response.exit_code, stdout=response.stdout, stderr=response.stderr)

    async def push(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        if len(data) > MAX_FILE_BYTES:
            fix = f"at most {MAX_FILE_BYTES} bytes; split it"
            raise CapacityError(f"{len(data)} bytes are too many", field="push", fix=fix)
        header = pb.PushHeader(path=path, mode=mode, size_bytes=len(data), idempotency_key=new_key())

        async def send(_request: None, *, timeout: float, metadata: Any) -> Any:
            # A new stream for every try; the key makes them one push.
            return await self._stub.Push(_parts(header, data), timeout=timeout, metadata=metadata)

        await self._call(send, None, timeout_s=_FILE_S)

    async def pull(self, path: str) -> bytes:
        stream = self._stub.Pull(pb.PullRequest(path=path), timeout=_FILE_S, metadata=self._metadata)
        try:
            chunks: list[bytes] = []
            size = 0
            async for response in stream:
                size = response.size_bytes if response.HasField("size_bytes") else size
                chunks.append(response.chunk)
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self._address) from error
        finally:
            stream.cancel()
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if len(data) != size:
            raise DataError(f"{path}: {len(data)} of {size} bytes arrived", field="path")
        return data

    async def dial(self, port: int) -> ByteStream:
        check_port(port)
        stream = RemoteStream(self._stub.Dial(timeout=_FOREVER_S, metadata=self._metadata), peer=self._address)
        await stream.open(port, timeout_s=_LOOK_S)
        return stream

    async def install(self, path: str) -> None:
        message = pb.InstallRequest(path=path, idempotency_key=new_key())
        await self._call(self._stub.Install, message, timeout_s=_MACHINE_S)

    async def snapshot_save(self, name: str) -> SnapshotInfo:
        message = pb.SaveSnapshotRequest(name=name, idempotency_key=new_key())
        response = await self._call(self._stub.SaveSnapshot, message, timeout_s=_MACHINE_S)
        return snapshot_from_pb(response.snapshot)

    async def snapshot_load(self, name: str) -> None:
        message = pb.LoadSnapshotRequest(name=name, idempotency_key=new_key())
        await self._call(self._stub.LoadSnapshot, message, timeout_s=_MACHINE_S)

    async def snapshot_list(self) -> Sequence[SnapshotInfo]:
        response = await self._call(self._stub.ListSnapshots, pb.ListSnapshotsRequest(), timeout_s=_LOOK_S)
        return [snapshot_from_pb(snapshot) for snapshot in response.snapshots]

    async def snapshot_delete(self, name: str) -> None:
        message = pb.DeleteSnapshotRequest(name=name, idempotency_key=new_key())
        await self._call(self._stub.DeleteSnapshot, message, timeout_s=_MACHINE_S)

    async def stream(self, *, interval_s: float) -> AsyncIterator[Observation]:
        request = pb.StreamScreenRequest(interval_s=interval_s)
        calls = self._stub.StreamScreen(request, timeout=_FOREVER_S, metadata=self._metadata)
        try:
            async for response in calls:
                yield observation_from_pb(response.observation)
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self._address) from error
        finally:
            calls.cancel()

    async def start_recording(self, *, interval_s: float = 0.5) -> None:
        """Keeps every changed screen on the server until `stop_recording`."""
        message = pb.StartRecordingRequest(interval_s=interval_s, idempotency_key=new_key())
        await self._call(self._stub.StartRecording, message, timeout_s=_LOOK_S)

    async def stop_recording(self) -> Sequence[Observation]:
        """The recorded screens, oldest first."""
        calls = self._stub.StopRecording(pb.StopRecordingRequest(), timeout=_FILE_S, metadata=self._metadata)
        try:
            return [
                observation_from_pb(response.observation)
                async for response in calls
                if response.HasField("observation")
            ]
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self._address) from error
        finally:
            calls.cancel()


def _act_s(action: Action) -> float:
    return _ACT_S + (action.duration_s if isinstance(action, Wait) else 0.0)


def _parts(header: pb.PushHeader, data: bytes) -> Iterator[pb.PushRequest]:
    yield pb.PushRequest(header=header)
    for start in range(0, len(data), CHUNK_BYTES):
        yield pb.PushRequest(chunk=data[start : start + CHUNK_BYTES])
