"""The connection to one listener: a gRPC channel on which forests go out, and how long it has been dead."""

from __future__ import annotations

import asyncio
import logging
import time
from types import TracebackType
from typing import Final, Self

import grpc

from device_farm.pb import accessibility_forwarder_pb2 as pb

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S: Final = 2.0
"""Deadline of one forest. A listener that is only busy takes it within milliseconds."""
RETRY_S: Final = 0.25
RETRY_MOST_S: Final = 4.0
"""After a failure, nothing is sent for this long, twice as long after each: what the phone is asked meanwhile must not
wait for a dead peer, and hardly ever for one that hangs."""
GIVE_UP_S: Final = 60.0
"""A listener that cannot be reached for this long has gone for good."""

_METHOD: Final = "/android_env.A11yService/SendForest"
_OPTIONS: Final = (
    ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    # A listener that restarts on the same port gets a connection of its own.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
)


class Link:
    """Sends encoded forests to `target` (host:port). An async context manager."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
        self._call: grpc.aio.UnaryUnaryMultiCallable[bytes, pb.ForestResponse] = self._channel.unary_unary(
            _METHOD, response_deserializer=pb.ForestResponse.FromString
        )
        self._failures = 0
        self._failed_at = 0.0
        self._first_failed_at: float | None = None
        self._closed = False
        self.gone = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        await self._channel.close()

    @property
    def resting(self) -> bool:
        """Whether the last attempt failed so recently that another one is not worth its time."""
        rest_s = min(RETRY_S * 2 ** min(self._failures - 1, 10), RETRY_MOST_S)
        return self._failures > 0 and time.monotonic() - self._failed_at < rest_s

    async def send(self, forest: bytes) -> bool:
        """Whether the listener has taken `forest`. After False, `gone` tells whether it is worth trying again."""
        if self._closed:
            return False
        try:
            await self._call(forest, timeout=SEND_TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            self._note_failure(error)
            return False
        except asyncio.CancelledError:
            # A channel that is closed cancels its calls; the one who waits here was not meant.
            if self._closed:
                return False
            raise
        self._failures, self._first_failed_at = 0, None
        return True

    def _note_failure(self, error: grpc.aio.AioRpcError) -> None:
        now = time.monotonic()
        self._failed_at = now
        self._failures += 1
        self._first_failed_at = self._first_failed_at if self._first_failed_at is not None else now
        # Something else has taken the port, or nobody has come back to it.
        self.gone = error.code() is grpc.StatusCode.UNIMPLEMENTED or now - self._first_failed_at > GIVE_UP_S
        logger.info("accessibility listener %s: %s", self.target, error.code())
