"""A connection to a port of a leased device's guest, over gRPC."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc.aio

from device_farm.errors import DeadlineError, FarmError, TransportError
from device_farm.pb import device_pb2 as pb
from device_farm.server.errors import from_rpc, from_status
from device_farm.server.limits import CHUNK_BYTES

_NO_LIMIT = 2**62


class RemoteStream:
    """A `ByteStream` that is one call. `open` first; an error of the call is raised by whatever meets it."""

    def __init__(self, calling: Any, *, peer: str = "") -> None:
        self._call = calling
        self._peer = peer
        self._rest = b""
        self._closed = False

    async def open(self, port: int, *, timeout_s: float) -> None:
        """Raises what the device raised, DeadlineError after `timeout_s`; the stream is closed then."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._send(pb.DialRequest(header=pb.DialHeader(port=port)))
                if await self._receive() is None:
                    raise TransportError(f"the connection to port {port} ended before it was open")
        except TimeoutError:
            self.close()
            raise DeadlineError(f"port {port} was not reached within {timeout_s:g} s", field="port") from None
        except BaseException:
            self.close()
            raise

    async def read(self, limit: int = _NO_LIMIT) -> bytes:
        while not self._rest:
            received = await self._receive()
            if received is None:
                return b""
            self._rest = received
        data, self._rest = self._rest[:limit], self._rest[limit:]
        return data

    async def write(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK_BYTES):
            await self._send(pb.DialRequest(chunk=data[start : start + CHUNK_BYTES]))

    def close(self) -> None:
        self._closed = True
        self._rest = b""
        self._call.cancel()

    async def _send(self, request: pb.DialRequest) -> None:
        if self._closed:
            raise TransportError("the stream is closed")
        try:
            await self._call.write(request)
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self._peer) from error
        except asyncio.InvalidStateError as error:
            raise await self._ended() from error
        except asyncio.CancelledError:
            if self._is_cancelled():
                raise
            raise TransportError("the stream is closed") from None

    async def _receive(self) -> bytes | None:
        """The bytes of the next message; None at the end."""
        if self._closed:
            return None
        try:
            response = await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self._peer) from error
        except asyncio.CancelledError:
            if self._is_cancelled():
                raise
            return None
        return None if response is grpc.aio.EOF else bytes(response.chunk)

    def _is_cancelled(self) -> bool:
        """Whether it is the caller who is cancelled: gRPC raises the same where the call was closed meanwhile."""
        task = asyncio.current_task()
        return not self._closed or (task is not None and task.cancelling() > 0)

    async def _ended(self) -> FarmError:
        """Why the call is over."""
        code = await self._call.code()
        if code in (grpc.StatusCode.OK, grpc.StatusCode.CANCELLED):
            return TransportError("the stream is closed")
        return from_status(code, await self._call.details(), await self._call.trailing_metadata(), peer=self._peer)
