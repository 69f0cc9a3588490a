"""The other end of the Host service: a machine that offers its devices to a farm, and comes back when it was lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc.aio

from device_farm import __version__
from device_farm.converter.farm import lease_ends, offered_to_pb
from device_farm.errors import AuthError, BackendError, ConfigError, FarmError, TransportError
from device_farm.farm.clock import Clock
from device_farm.farm.host_agent import HostAgent, LeaseBroken, Report
from device_farm.farm.host_lease import CONNECTED_DOUBT_S
from device_farm.farm.model import OfferedDevice
from device_farm.pb import host_pb2 as pb
from device_farm.pb import host_pb2_grpc
from device_farm.server.errors import from_rpc

_LOG = logging.getLogger(__name__)
_REGISTER_S = 10.0
_MISSED = 4
_BACKOFF_S = 0.25
_MAX_BACKOFF_S = 3.0
# As long as the farm waits for a lost host by default.
_DOUBT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostIdentity:
    """`name` is unique in the farm and stable; `address` is where clients reach this machine's Device service."""

    name: str
    address: str


class FarmJoin:
    """Keeps `agent` in the farm behind `channel`."""

    def __init__(
        self,
        agent: HostAgent,
        identity: HostIdentity,
        channel: grpc.aio.Channel,
        *,
        clock: Clock,
        metadata: Sequence[tuple[str, str]] = (),
        farm: str = "",
    ) -> None:
        self._agent = agent
        self._clock = clock
        self._identity = identity
        self._stub = host_pb2_grpc.HostStub(channel)  # type: ignore[no-untyped-call]
        self._metadata = tuple(metadata)
        self._farm = farm
        self._updates: asyncio.Queue[pb.HeartbeatRequest] = asyncio.Queue()
        self._stream: Any = None
        self._leaving = False
        self._over = asyncio.Event()
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Joins, and joins again whenever the connection is lost, until it leaves.

        Raises:
            AuthError, ConfigError: the farm does not want this host as it is.
        """
        backoff_s = _BACKOFF_S
        while not self._leaving:
            try:
                await self._session()
            except (AuthError, ConfigError):
                raise
            except FarmError as error:
                _LOG.warning("not connected to the farm: %s", error)
            if self._leaving:
                return
            if self.connected.is_set():
                self.connected.clear()
                backoff_s = _BACKOFF_S
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, _MAX_BACKOFF_S)

    async def _session(self) -> None:
        try:
            request = pb.RegisterRequest(name=self._identity.name, address=self._identity.address, version=__version__)
            session = await self._stub.Register(request, timeout=_REGISTER_S, metadata=self._metadata)
            stream = self._stub.Heartbeat(metadata=self._metadata)
            try:
                await self._talk(stream, session)
            finally:
                stream.cancel()
        except grpc.aio.AioRpcError as error:
            raise from_rpc(error, peer=self._farm) from error

    async def _talk(self, stream: Any, session: pb.RegisterResponse) -> None:
        # Reports start in the same breath as the inventory, so that none is lost between the two.
        self._updates = asyncio.Queue()
        self._agent.report = self._report
        devices = [offered_to_pb(device) for device in self._agent.inventory()]
        inventory = pb.Inventory(session=session.session, devices=devices)
        await stream.write(pb.HeartbeatRequest(inventory=inventory))
        self._stream = stream
        self._over.clear()
        writer = asyncio.create_task(self._write(stream, session.heartbeat_s))
        try:
            while (order := await self._read(stream, session.heartbeat_s)) is not None:
                self._obey(order)
        finally:
            self._agent.report = _unheard
            self._stream = None
            self._over.set()
            self._agent.leases.doubt_s = _DOUBT_S
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, grpc.aio.AioRpcError, asyncio.InvalidStateError):
                await writer

    async def _read(self, stream: Any, heartbeat_s: float) -> pb.HeartbeatResponse | None:
        limit_s = _MISSED * heartbeat_s
        try:
            async with asyncio.timeout(limit_s):
                order = await stream.read()
        except TimeoutError as error:
            raise TransportError(f"nothing came from the farm for {limit_s:g} s") from error
        return None if order is grpc.aio.EOF else order

    async def _write(self, stream: Any, heartbeat_s: float) -> None:
        ping = pb.HeartbeatRequest(ping=pb.Ping())
        while True:
            try:
                async with asyncio.timeout(heartbeat_s):
                    update = await self._updates.get()
            except TimeoutError:
                await stream.write(ping)
                continue
            await stream.write(update)
            self._updates.task_done()

    def _report(self, report: Report) -> None:
        match report:
            case OfferedDevice():
                self._send(pb.HeartbeatRequest(device=offered_to_pb(report)))
            case LeaseBroken(lease_id=lease_id, reason=reason, expired=expired):
                broken = pb.LeaseBroken(lease_id=lease_id, reason=reason, expired=expired)
                self._send(pb.HeartbeatRequest(broken=broken))

    def _send(self, update: pb.HeartbeatRequest) -> None:
        self._updates.put_nowait(update)

    def _obey(self, order: pb.HeartbeatResponse) -> None:
        match order.WhichOneof("command"):
            case "open":
                self._open(order.open)
            case "renew":
                self._agent.renew_lease(order.renew.lease_id, self._clock.now_s() + order.renew.remaining_s)
            case "close":
                close = order.close
                how = lease_ends.from_wire(close.end)
                self._agent.close_lease(close.lease_id, f"{how}: {close.reason}")
            case "ping":
                # The first one follows all renewals that were missed while the farm could not be heard.
                self._agent.leases.doubt_s = CONNECTED_DOUBT_S
                self.connected.set()
            case other:
                _LOG.warning("the farm sent %s, which is not understood", other)

    def _open(self, order: pb.OpenLease) -> None:
        refusal = ""
        try:
            deadline_s = self._clock.now_s() + order.remaining_s
            self._agent.open_lease(order.lease_id, order.device_id, order.token_hash, deadline_s)
        except BackendError as error:
            refusal = str(error)
        self._send(pb.HeartbeatRequest(opened=pb.LeaseOpened(lease_id=order.lease_id, refusal=refusal)))

    async def leave(self, *, timeout_s: float) -> None:
        """Ends the session in good order: what was reported arrives, unless the time is up before."""
        self._leaving = True
        stream = self._stream
        if stream is None:
            return
        with contextlib.suppress(TimeoutError, grpc.aio.AioRpcError, asyncio.InvalidStateError):
            async with asyncio.timeout(timeout_s):
                await self._updates.join()
                # A cancelled call would throw away what the farm has not read yet.
                await stream.done_writing()
                await self._over.wait()


def _unheard(report: Report) -> None:
    """Not connected: the next inventory will say it."""
