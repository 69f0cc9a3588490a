"""The Host service: machines join, report and get their orders over one stream each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import grpc.aio

from device_farm.converter.farm import lease_ends, offered_from_pb
from device_farm.errors import BackendError, ConfigError, FarmError, TransportError
from device_farm.farm.clock import Clock
from device_farm.farm.controller import Controller
from device_farm.farm.host_agent import LeaseBroken
from device_farm.farm.model import MAX_NAME, LeaseEnd
from device_farm.pb import host_pb2 as pb
from device_farm.pb import host_pb2_grpc
from device_farm.server.errors import answering
from device_farm.server.security import ServerSecurity, parse_address

_LOG = logging.getLogger(__name__)
Context = grpc.aio.ServicerContext[Any, Any]
HEARTBEAT_S = 3.0
# A host that was silent for so many heartbeats is lost.
_MISSED = 4
_MAX_SESSIONS = 1000


class RemoteLink:
    """Orders to a host that joined, written to its stream in the order given."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.orders: asyncio.Queue[pb.HeartbeatResponse] = asyncio.Queue()
        self._opening: dict[str, asyncio.Future[None]] = {}
        self._closed = False

    async def open_lease(self, lease_id: str, device_id: str, token_hash: bytes, deadline_s: float) -> None:
        if self._closed:
            raise TransportError("the host is not connected")
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._opening[lease_id] = answer
        remaining_s = deadline_s - self._clock.now_s()
        order = pb.OpenLease(lease_id=lease_id, device_id=device_id, token_hash=token_hash, remaining_s=remaining_s)
        self.orders.put_nowait(pb.HeartbeatResponse(open=order))
        try:
            await answer
        finally:
            self._opening.pop(lease_id, None)

    def opened(self, answer: pb.LeaseOpened) -> None:
        waiting = self._opening.get(answer.lease_id)
        if waiting is None or waiting.done():
            return
        if answer.refusal:
            waiting.set_exception(BackendError(answer.refusal))
        else:
            waiting.set_result(None)

    def renew_lease(self, lease_id: str, deadline_s: float) -> None:
        order = pb.RenewLease(lease_id=lease_id, remaining_s=deadline_s - self._clock.now_s())
        self.orders.put_nowait(pb.HeartbeatResponse(renew=order))

    def close_lease(self, lease_id: str, how: LeaseEnd, reason: str) -> None:
        order = pb.CloseLease(lease_id=lease_id, end=lease_ends.to_wire(how), reason=reason)
        self.orders.put_nowait(pb.HeartbeatResponse(close=order))

    def close(self) -> None:
        """The stream is gone: nobody will answer any more."""
        self._closed = True
        for waiting in self._opening.values():
            if not waiting.done():
                waiting.set_exception(TransportError("the host's connection was lost"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    name: str
    address: str
    version: str


class HostService(host_pb2_grpc.HostServicer):
    """Each connected host has one running Heartbeat call; when that ends, the host is lost."""

    def __init__(self, controller: Controller, security: ServerSecurity, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._controller = controller
        self._security = security
        self._heartbeat_s = heartbeat_s
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    async def Register(self, request: pb.RegisterRequest, context: Context) -> pb.RegisterResponse:
        async with answering(context):
            self._security.authenticate(context)
            if not request.name or len(request.name) > MAX_NAME or "/" in request.name:
                fix = f"1 to {MAX_NAME} characters without /"
                raise ConfigError(f"{request.name[:40]!r} is no name of a host", field="--name", fix=fix)
            parse_address(request.address, field="--advertise")
            self._controller.roster.check_join(request.name, request.address, ())
            session = secrets.token_urlsafe(16)
            self._sessions[session] = _Session(name=request.name, address=request.address, version=request.version)
            while len(self._sessions) > _MAX_SESSIONS:
                self._sessions.popitem(last=False)
            return pb.RegisterResponse(session=session, heartbeat_s=self._heartbeat_s)

    async def Heartbeat(self, request_iterator: Any, context: Context) -> None:
        """Reads and writes the stream at the same time, until it ends or falls silent."""
        async with answering(context):
            self._security.authenticate(context)
            first = await self._read(context)
            session = self._sessions.pop(first.inventory.session, None) if first else None
            if first is None or session is None:
                raise ConfigError("the stream does not begin with an inventory", field="session", fix="register first")
            link = RemoteLink(self._controller.clock)
            devices = [offered_from_pb(device) for device in first.inventory.devices]
            self._controller.roster.attach(
                session.name, link, devices, address=session.address, version=session.version
            )
            # After the orders that came of attaching: the host knows now that it is in, and what it had missed.
            link.orders.put_nowait(pb.HeartbeatResponse(ping=pb.Ping()))
            reason = "its connection ended"
            try:
                await self._serve(context, session.name, link)
            except FarmError as error:
                reason = str(error)
                raise
            finally:
                link.close()
                self._controller.roster.detach(session.name, link, reason)

    async def _serve(self, context: Context, name: str, link: RemoteLink) -> None:
        writer = asyncio.create_task(self._write(context, link))
        try:
            while (update := await self._read(context)) is not None:
                self._take(name, link, update)
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, grpc.aio.UsageError, grpc.aio.BaseError):
                await writer

    async def _read(self, context: Context) -> pb.HeartbeatRequest | None:
        """The next update; None at the end. Raises TransportError when the host is silent."""
        limit_s = _MISSED * self._heartbeat_s
        try:
            async with asyncio.timeout(limit_s):
                update = await context.read()
        except TimeoutError as error:
            raise TransportError(f"nothing came from it for {limit_s:g} s") from error
        return None if update is grpc.aio.EOF else update

    async def _write(self, context: Context, link: RemoteLink) -> None:
        ping = pb.HeartbeatResponse(ping=pb.Ping())
        while True:
            order = ping
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat_s):
                    order = await link.orders.get()
            await context.write(order)

    def _take(self, name: str, link: RemoteLink, update: pb.HeartbeatRequest) -> None:
        match update.WhichOneof("update"):
            case "device":
                self._controller.roster.report(name, offered_from_pb(update.device))
            case "opened":
                link.opened(update.opened)
            case "broken":
                broken = update.broken
                news = LeaseBroken(lease_id=broken.lease_id, reason=broken.reason, expired=broken.expired)
                self._controller.roster.report(name, news)
            case "ping":
                return
            case other:
                _LOG.warning("host %s sent %s, which is not understood", name, other)
