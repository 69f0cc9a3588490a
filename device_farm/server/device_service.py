"""The Device service: what a lease holder does with the device that it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import grpc.aio

from device_farm.adb.stream import carry
from device_farm.converter.action import action_from_pb
from device_farm.converter.observation import (
    fill_observation,
    info_to_pb,
    options_from_pb,
    snapshot_to_pb,
)
from device_farm.device import ManagedDevice
from device_farm.errors import CapacityError, ConfigError, DeadlineError, TransportError
from device_farm.farm.host_lease import HostLease, HostLeases
from device_farm.pb import device_pb2 as pb
from device_farm.pb import device_pb2_grpc
from device_farm.server.errors import answering
from device_farm.server.limits import CHUNK_BYTES, MAX_COMMAND_BYTES, MAX_FILE_BYTES, MAX_SHELL_BYTES
from device_farm.server.once import Once, Outcome, fingerprint
from device_farm.server.recording import Recording
from device_farm.server.security import LEASE_KEY, TOKEN_KEY, ServerSecurity, metadata_value
from device_farm.types.observation import Observation, ObserveRequest

Context = grpc.aio.ServicerContext[Any, Any]
ResultT = TypeVar("ResultT")
# How long work goes on whose caller is gone and set no deadline.
_DEFAULT_LIMIT_S = 120.0
_MIN_INTERVAL_S = 0.01
_MAX_INTERVAL_S = 3600.0


class _PerLease:
    """What the service remembers of a lease for as long as that is in use."""

    def __init__(self) -> None:
        self.once = Once()
        self.recording: Recording | None = None


class DeviceService(device_pb2_grpc.DeviceServicer):
    """Every method finds the lease by the call's metadata, and uses the device only while the lease holds.

    Only `Peek` needs none: it asks for the farm's credential, and looks at a device by its id with `peeking`.
    """

    def __init__(
        self,
        leases: HostLeases,
        *,
        peeking: Callable[[str], AbstractContextManager[ManagedDevice]],
        security: ServerSecurity,
    ) -> None:
        self._leases = leases
        self._peeking = peeking
        self._security = security
        self._state: WeakKeyDictionary[HostLease, _PerLease] = WeakKeyDictionary()

    def _lease(self, context: Context) -> HostLease:
        return self._leases.check(metadata_value(context, LEASE_KEY), metadata_value(context, TOKEN_KEY))

    def _of(self, lease: HostLease) -> _PerLease:
        state = self._state.get(lease)
        if state is None:
            state = self._state[lease] = _PerLease()
        return state

    async def _once(
        self,
        context: Context,
        key: str,
        asked: bytes,
        use: Callable[[ManagedDevice], Coroutine[Any, Any, ResultT]],
        *,
        keep: bool = True,
    ) -> Outcome[ResultT]:
        """Uses the device once for each key, whatever becomes of the caller."""
        lease = self._lease(context)
        remaining_s = context.time_remaining()

        async def work() -> ResultT:
            async with using(lease) as device:
                return await use(device)

        limit_s = _DEFAULT_LIMIT_S if remaining_s is None else max(1.0, remaining_s)
        return await self._of(lease).once.do(key, asked, work, limit_s=limit_s, keep=keep)

    async def Describe(self, request: pb.DescribeRequest, context: Context) -> pb.DescribeResponse:
        async with answering(context):
            lease = self._lease(context)
            return pb.DescribeResponse(info=info_to_pb(lease.device.info), lease_deadline_s=lease.deadline_s)

    async def Observe(self, request: pb.ObserveRequest, context: Context) -> pb.ObserveResponse:
        async with answering(context):
            asked = options_from_pb(request.options)
            async with using(self._lease(context)) as device:
                seen = await device.observe(asked)
            response = pb.ObserveResponse()
            fill_observation(response.observation, without_known(seen, asked))
            return response

    async def Peek(self, request: pb.PeekRequest, context: Context) -> pb.PeekResponse:
        async with answering(context):
            self._security.authenticate(context)
            asked = options_from_pb(request.options)
            with self._peeking(request.device_id) as device:
                seen = await device.observe(asked)
            response = pb.PeekResponse()
            fill_observation(response.observation, without_known(seen, asked))
            return response

    async def Act(self, request: pb.ActRequest, context: Context) -> pb.ActResponse:
        async with answering(context):
            action = action_from_pb(request.action)
            asked = fingerprint(b"act", request.action.SerializeToString())
            await self._once(context, request.idempotency_key, asked, lambda device: device.act(action))
            return pb.ActResponse()

    async def ActAndObserve(self, request: pb.ActAndObserveRequest, context: Context) -> pb.ActAndObserveResponse:
        async with answering(context):
            action, options = action_from_pb(request.action), options_from_pb(request.options)
            # The observation is no part of what has to happen once: a repeat may hold another screenshot by now.
            asked = fingerprint(b"act", request.action.SerializeToString())
            outcome = await self._once(
                context,
                request.idempotency_key,
                asked,
                lambda device: device.act_and_observe(action, options),
                keep=False,
            )
            seen = outcome.result
            if seen is None:
                async with using(self._lease(context)) as device:
                    seen = await device.observe(options)
            response = pb.ActAndObserveResponse()
            fill_observation(response.observation, without_known(seen, options))
            return response

    async def Shell(self, request: pb.ShellRequest, context: Context) -> pb.ShellResponse:
        async with answering(context):
            if len(request.command) > MAX_COMMAND_BYTES:
                fix = f"at most {MAX_COMMAND_BYTES} characters; push a script and run it"
                raise CapacityError(f"{len(request.command)} characters are too long", field="command", fix=fix)
            if not 0 < request.timeout_s <= 24 * 3600:
                raise ConfigError(f"{request.timeout_s:g} s", field="timeout_s", fix="more than 0, at most a day")
            asked = fingerprint(b"shell", request.command.encode(), str(request.timeout_s).encode())
            outcome = await self._once(
                context,
                request.idempotency_key,
                asked,
                lambda device: device.shell(request.command, timeout_s=request.timeout_s),
            )
            result = outcome.result
            assert result is not None
            size = len(result.stdout) + len(result.stderr)
            if size > MAX_SHELL_BYTES:
                fix = f"at most {MAX_SHELL_BYTES} bytes; redirect it to a file and pull that"
                raise CapacityError(f"{size} bytes of output are too many", field="command", fix=fix)
            return pb.ShellResponse(exit_code=result.exit_code, stdout=result.stdout, stderr=result.stderr)

    async def Push(self, requests: AsyncIterator[pb.PushRequest], context: Context) -> pb.PushResponse:
        async with answering(context):
            self._lease(context)
            header, data = await _read_push(requests)
            asked = fingerprint(b"push", header.path.encode(), str(header.mode).encode(), data)
            mode = header.mode or 0o644
            await self._once(
                context, header.idempotency_key, asked, lambda device: device.push(header.path, data, mode=mode)
            )
            return pb.PushResponse()

    async def Pull(self, request: pb.PullRequest, context: Context) -> AsyncIterator[pb.PullResponse]:
        async with answering(context):
            async with using(self._lease(context)) as device:
                data = await device.pull(request.path)
            yield pb.PullResponse(size_bytes=len(data), chunk=data[:CHUNK_BYTES])
            for start in range(CHUNK_BYTES, len(data), CHUNK_BYTES):
                yield pb.PullResponse(chunk=data[start : start + CHUNK_BYTES])

    async def Dial(self, requests: AsyncIterator[pb.DialRequest], context: Context) -> None:
        async with answering(context):
            lease = self._lease(context)
            first = await anext(aiter(requests), None)
            if first is None or first.WhichOneof("part") != "header":
                raise ConfigError("the first message has to be the header", field="header")

            async def send(data: bytes) -> None:
                await context.write(pb.DialResponse(chunk=data))

            async with using(lease) as device:
                stream = await device.dial(first.header.port)
                try:
                    await send(b"")
                    # gRPC's own windows hold up whoever sends faster than the other reads.
                    await carry(stream, (request.chunk async for request in requests), send)
                finally:
                    stream.close()

    async def Install(self, request: pb.InstallRequest, context: Context) -> pb.InstallResponse:
        async with answering(context):
            asked = fingerprint(b"install", request.path.encode())
            await self._once(context, request.idempotency_key, asked, lambda device: device.install(request.path))
            return pb.InstallResponse()

    async def SaveSnapshot(self, request: pb.SaveSnapshotRequest, context: Context) -> pb.SaveSnapshotResponse:
        async with answering(context):
            asked = fingerprint(b"save", request.name.encode())
            outcome = await self._once(
                context, request.idempotency_key, asked, lambda device: device.snapshot_save(request.name)
            )
            assert outcome.result is not None
            return pb.SaveSnapshotResponse(snapshot=snapshot_to_pb(outcome.result))

    async def LoadSnapshot(self, request: pb.LoadSnapshotRequest, context: Context) -> pb.LoadSnapshotResponse:
        async with answering(context):
            asked = fingerprint(b"load", request.name.encode())
            await self._once(context, request.idempotency_key, asked, lambda device: device.snapshot_load(request.name))
            return pb.LoadSnapshotResponse()

    async def ListSnapshots(self, request: pb.ListSnapshotsRequest, context: Context) -> pb.ListSnapshotsResponse:
        async with answering(context):
            async with using(self._lease(context)) as device:
                snapshots = await device.snapshot_list()
            return pb.ListSnapshotsResponse(snapshots=[snapshot_to_pb(info) for info in snapshots])

    async def DeleteSnapshot(self, request: pb.DeleteSnapshotRequest, context: Context) -> pb.DeleteSnapshotResponse:
        async with answering(context):
            asked = fingerprint(b"delete", request.name.encode())
            await self._once(
                context, request.idempotency_key, asked, lambda device: device.snapshot_delete(request.name)
            )
            return pb.DeleteSnapshotResponse()

    async def StreamScreen(
        self, request: pb.StreamScreenRequest, context: Context
    ) -> AsyncIterator[pb.StreamScreenResponse]:
        async with answering(context):
            interval_s = _interval(request.interval_s)
            async with using(self._lease(context)) as device:
                async for seen in device.stream(interval_s=interval_s):
                    response = pb.StreamScreenResponse()
                    fill_observation(response.observation, seen)
                    yield response

    async def StartRecording(self, request: pb.StartRecordingRequest, context: Context) -> pb.StartRecordingResponse:
        async with answering(context):
            lease = self._lease(context)
            state, interval_s = self._of(lease), _interval(request.interval_s)

            async def begin(_device: ManagedDevice) -> None:
                if state.recording is not None:
                    raise ConfigError("the device is being recorded already", field="recording", fix="stop that first")
                state.recording = Recording(lease, interval_s)

            await self._once(context, request.idempotency_key, fingerprint(b"record"), begin)
            return pb.StartRecordingResponse()

    async def StopRecording(
        self, request: pb.StopRecordingRequest, context: Context
    ) -> AsyncIterator[pb.StopRecordingResponse]:
        async with answering(context):
            state = self._of(self._lease(context))
            if state.recording is None:
                raise ConfigError("the device is not being recorded", field="recording", fix="start a recording first")
            recording, state.recording = state.recording, None
            for seen in await recording.stop():
                response = pb.StopRecordingResponse()
                fill_observation(response.observation, seen)
                yield response
            yield pb.StopRecordingResponse(dropped_frames=recording.dropped)


@asynccontextmanager
async def using(lease: HostLease) -> AsyncIterator[ManagedDevice]:
    """The device for one call. A device that breaks is looked at by its pool at once."""
    try:
        with lease.calling() as device:
            yield device
    except DeadlineError:
        raise
    except TransportError:
        lease.slot.suspect()
        raise


def without_known(seen: Observation, asked: ObserveRequest) -> Observation:
    """Never sends pixels that the caller holds, even where the driver did not leave them out."""
    screenshot = seen.screenshot
    if screenshot is None or screenshot.data is None or screenshot.digest != asked.known_digest:
        return seen
    return replace(seen, screenshot=replace(screenshot, data=None))


def _interval(interval_s: float) -> float:
    if not _MIN_INTERVAL_S <= interval_s <= _MAX_INTERVAL_S:
        fix = f"use {_MIN_INTERVAL_S:g} to {_MAX_INTERVAL_S:g}"
        raise ConfigError(f"{interval_s:g} s", field="interval_s", fix=fix)
    return interval_s


async def _read_push(requests: AsyncIterator[pb.PushRequest]) -> tuple[pb.PushHeader, bytes]:
    """The header and the whole content. Raises ConfigError when they do not fit each other."""
    header: pb.PushHeader | None = None
    chunks: list[bytes] = []
    received = 0
    async for request in requests:
        if header is None:
            if request.WhichOneof("part") != "header":
                raise ConfigError("the first message has to be the header", field="header")
            header = request.header
            if header.size_bytes > MAX_FILE_BYTES:
                fix = f"at most {MAX_FILE_BYTES} bytes; split it"
                raise CapacityError(f"{header.size_bytes} bytes are too many", field="push", fix=fix)
            continue
        received += len(request.chunk)
        if received > header.size_bytes:
            raise ConfigError(f"more than the announced {header.size_bytes} bytes", field="size_bytes")
        chunks.append(request.chunk)
    if header is None or received != header.size_bytes:
        announced = header.size_bytes if header else 0
        raise ConfigError(f"{received} bytes of {announced} arrived", field="size_bytes", fix="send the whole file")
    return header, chunks[0] if len(chunks) == 1 else b"".join(chunks)
