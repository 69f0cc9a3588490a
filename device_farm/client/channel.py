"""Connections to farms and hosts, and the one way in which a call is made: a deadline, retries, typed errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from device_farm.errors import DeadlineError
from device_farm.server.errors import from_rpc, is_from_peer
from device_farm.server.limits import CHANNEL_OPTIONS
from device_farm.server.security import AUTHORIZATION, parse_address

Metadata = tuple[tuple[str, str], ...]
# Pauses before another try of a call that never reached its service; every mutating call has its key.
_RETRY_PAUSES_S = (0.1, 0.4, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecurity:
    """`ca` is the PEM of the authority that signed the servers' certificates; None: no TLS. `server_name` is the name
    in the certificate where the address is another."""

    credential: str | None = None
    ca: bytes | None = None
    server_name: str | None = None

    def __repr__(self) -> str:
        return f"ClientSecurity(credential={'...' if self.credential else None}, tls={self.ca is not None})"

    @property
    def metadata(self) -> Metadata:
        return ((AUTHORIZATION, f"Bearer {self.credential}"),) if self.credential else ()


def open_channel(address: str, security: ClientSecurity, *, field: str = "address") -> grpc.aio.Channel:
    """Does not connect yet. Raises ConfigError for a malformed address."""
    parse_address(address, field=field)
    options: list[tuple[str, Any]] = list(CHANNEL_OPTIONS)
    if security.ca is None:
        return grpc.aio.insecure_channel(address, options=options)
    if security.server_name:
        options.append(("grpc.ssl_target_name_override", security.server_name))
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(security.ca), options=options)


class Channels:
    """One connection to each address."""

    def __init__(self, security: ClientSecurity) -> None:
        self._security = security
        self._channels: dict[str, grpc.aio.Channel] = {}

    def to(self, address: str) -> grpc.aio.Channel:
        if address not in self._channels:
            self._channels[address] = open_channel(address, self._security)
        return self._channels[address]

    async def close(self) -> None:
        channels, self._channels = list(self._channels.values()), {}
        for channel in channels:
            await channel.close()


async def call(
    method: Any, request: Any, *, timeout_s: float, metadata: Sequence[tuple[str, str]] = (), peer: str = ""
) -> Any:
    """One unary call. A connection that fails is tried again within the deadline; an answer never is.

    Raises:
        FarmError: what the service raised, as the same class; DeadlineError and TransportError of the connection.
    """
    ends_s = time.monotonic() + timeout_s
    for pause_s in (*_RETRY_PAUSES_S, None):
        remaining_s = ends_s - time.monotonic()
        if remaining_s <= 0:
            raise DeadlineError(f"{peer}: no answer within {timeout_s:g} s")
        try:
            return await method(request, timeout=remaining_s, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            lost = error.code() is grpc.StatusCode.UNAVAILABLE and not is_from_peer(error)
            if not lost or pause_s is None:
                raise from_rpc(error, peer=peer) from error
        await asyncio.sleep(pause_s)
    raise AssertionError("the last try returns or raises")
