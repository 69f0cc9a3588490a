"""The emulator's snapshot service on a simulated phone: list, load, save, delete, pull, push."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import grpc

from device_farm.errors import FarmError
from device_farm.pb import snapshot_pb2
from device_farm.pb import snapshot_service_pb2 as pb
from device_farm.pb import snapshot_service_pb2_grpc as services
from device_farm.simulator.handset import Handset
from device_farm.simulator.snapshot_archive import SIZE_MAX, pack, restarted, unpack
from device_farm.simulator.snapshot_files import ArchiveError

PART_BYTES: Final = 256 * 1024
"""Payload of one message of a pulled snapshot, as the emulator's."""

Context = grpc.aio.ServicerContext[Any, Any]


class SnapshotServicer(services.SnapshotServiceServicer):
    """What fails is an answer whose `success` is false, as in the emulator; the call itself succeeds."""

    def __init__(self, handset: Handset) -> None:
        self._handset = handset

    async def ListSnapshots(self, request: pb.SnapshotFilter, context: Context) -> pb.SnapshotList:
        store = self._handset.snapshots
        return pb.SnapshotList(
            snapshots=[
                pb.SnapshotDetails(
                    snapshot_id=entry.name,
                    details=snapshot_pb2.Snapshot(
                        version=2, creation_time=int(entry.created_s), logical_name=entry.name
                    ),
                    status=pb.SnapshotDetails.Loaded if store.is_loaded(entry) else pb.SnapshotDetails.Compatible,
                    size=entry.size_bytes,
                )
                for entry in store.entries()
            ]
        )

    async def SaveSnapshot(self, request: pb.SnapshotPackage, context: Context) -> pb.SnapshotPackage:
        return self._answer(request.snapshot_id, self._handset.snapshots.save)

    async def LoadSnapshot(self, request: pb.SnapshotPackage, context: Context) -> pb.SnapshotPackage:
        answer = self._answer(request.snapshot_id, self._handset.snapshots.load)
        if answer.success:
            await self._handset.forwarder.flush()
        return answer

    async def DeleteSnapshot(self, request: pb.SnapshotPackage, context: Context) -> pb.SnapshotPackage:
        return self._answer(request.snapshot_id, self._handset.snapshots.delete)

    async def PullSnapshot(self, request: pb.SnapshotPackage, context: Context) -> AsyncIterator[pb.SnapshotPackage]:
        name = request.snapshot_id
        if request.format == pb.SnapshotPackage.DIRECTORY:
            yield _refusal(name, "this emulator writes no folders: ask for TAR or TARGZ")
            return
        try:
            state = self._handset.snapshots.find(name).state
        except FarmError as error:
            yield _refusal(name, str(error))
            return
        compress = request.format == pb.SnapshotPackage.TARGZ
        data = await asyncio.to_thread(pack, state, compress=compress)
        for start in range(0, len(data), PART_BYTES):
            yield pb.SnapshotPackage(
                snapshot_id=name, payload=data[start : start + PART_BYTES], format=request.format, success=True
            )
        yield pb.SnapshotPackage(snapshot_id=name, format=request.format, success=True)

    async def PushSnapshot(
        self, request_iterator: AsyncIterator[pb.SnapshotPackage], context: Context
    ) -> pb.SnapshotPackage:
        name, data = "", bytearray()
        async for part in request_iterator:
            name = name or part.snapshot_id
            data += part.payload
            if len(data) > SIZE_MAX:
                return _refusal(name, f"more than {SIZE_MAX} bytes")
        store, like = self._handset.snapshots, self._handset.phone.snapshot()
        try:
            store.put(name, restarted(await asyncio.to_thread(unpack, bytes(data), like)))
        except (ArchiveError, FarmError) as error:
            return _refusal(name, str(error))
        return pb.SnapshotPackage(snapshot_id=name, success=True)

    def _answer(self, name: str, operation: Callable[[str], None]) -> pb.SnapshotPackage:
        try:
            operation(name)
        except FarmError as error:
            return _refusal(name, str(error))
        return pb.SnapshotPackage(snapshot_id=name, success=True)


def _refusal(name: str, reason: str) -> pb.SnapshotPackage:
    return pb.SnapshotPackage(snapshot_id=name, success=False, err=reason.encode())
