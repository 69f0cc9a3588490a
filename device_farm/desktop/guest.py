"""The host's end of a desktop's agent: asks, and waits for its answers. How the agent came to run is the subclass's."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from device_farm.desktop.sandbox import Place
from device_farm.errors import DeadlineError, GuestError, TransportError

_HEADER = struct.Struct(">II")
# Goes with every socket that is handed over, and says what it is for.
_TAG = struct.Struct(">Q")
_GIVEN_UP_MAX = 64
# A file, the output of a command, or a packed home; larger ones are refused by the agent.
DATA_LIMIT_BYTES = 256 << 20
_JSON_LIMIT_BYTES = 4 << 20
# On top of what the guest itself may take, before the guest counts as hung.
GRACE_S = 5.0
START_TIMEOUT_S = 20.0


class Guest(ABC):
    """One agent. Use `start`, then `request`; `close` ends every process of the desktop.

    `shares_memory` says whether descriptors of memory can be handed to the guest's programs: the same kernel runs them.
    `patience` is how much longer than programs of this machine the guest's may take: it stretches every deadline.
    """

    shares_memory = True
    patience = 1.0

    def __init__(self) -> None:
        self._place: Place | None = None
        self._sockets: socket.socket | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[tuple[dict[str, Any], bytes]]] = {}
        self._connecting = asyncio.Lock()

    @property
    def place(self) -> Place:
        if self._place is None:
            raise TransportError("the desktop is not running", fix="start or reset it")
        return self._place

    @property
    @abstractmethod
    def pid(self) -> int:
        """The host's process id of the desktop's outermost process."""

    @abstractmethod
    async def start(self) -> None:
        """Brings the agent up. Raises BackendError with what its program said where it does not come."""

    @abstractmethod
    async def close(self) -> None:
        """Ends every process and frees what they had. Idempotent; returns when they are gone."""

    async def _talk(self, control: socket.socket) -> None:
        """Takes over the agent's control socket."""
        reader, self._writer = await asyncio.open_connection(sock=control)
        self._reading = asyncio.create_task(self._read(reader))

    # --- requests ----------------------------------------------------------------------------------------------
    async def _read(self, reader: asyncio.StreamReader) -> None:
        reason = "the desktop has ended"
        try:
            while True:
                json_length, data_length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
                if json_length > _JSON_LIMIT_BYTES or data_length > 3 * DATA_LIMIT_BYTES:
                    raise ValueError("frame too large")
                reply = json.loads(await reader.readexactly(json_length))
                data = await reader.readexactly(data_length)
                waiting = self._pending.get(reply["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result((reply, data))
        except (OSError, asyncio.IncompleteReadError):
            pass
        except (ValueError, KeyError, TypeError) as error:
            # The guest's programs can get at the agent; what they make of it must not get at us.
            reason = f"the desktop's agent sent nonsense: {error}"
        finally:
            for waiting in self._pending.values():
                if not waiting.done():
                    waiting.set_exception(TransportError(reason, fix="reset the device"))
            if self._writer is not None:
                self._writer.close()

    async def request(
        self, operation: str, *, data: bytes = b"", timeout_s: float = 30.0, **fields: Any
    ) -> tuple[dict[str, Any], bytes]:
        """Asks the agent and waits for its answer.

        Raises:
            GuestError: it refused; the text is its own.
            DeadlineError: no answer within `timeout_s`.
            TransportError: the desktop is gone.
        """
        if self._reading is None or self._reading.done() or self._writer is None:
            raise TransportError("the desktop is not running", fix="reset the device")
        number = next(self._ids)
        waiting = self._pending[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s * self.patience):
                await self._send({"id": number, "op": operation, **fields}, data)
                reply, payload = await waiting
        except TimeoutError:
            await self._cancel(number)
            raise DeadlineError(f"{operation} did not finish within {timeout_s:g} s") from None
        except asyncio.CancelledError:
            await self._cancel(number)
            raise
        finally:
            del self._pending[number]
        if "error" in reply:
            raise GuestError(str(reply["error"]))
        return reply, payload

    async def _send(self, request: Mapping[str, Any], data: bytes) -> None:
        if self._writer is None:
            return
        text = json.dumps(request).encode()
        try:
            self._writer.write(_HEADER.pack(len(text), len(data)) + text + data)
            await self._writer.drain()
        except OSError as error:
            raise TransportError(f"the desktop has ended: {error}", fix="reset the device") from error

    async def _cancel(self, number: int) -> None:
        # Not awaited to its end: the caller is being cancelled, and the frame is small.
        if self._writer is not None and not self._writer.is_closing():
            text = json.dumps({"id": 0, "op": "cancel", "target": number}).encode()
            self._writer.write(_HEADER.pack(len(text), 0) + text)

    async def connect(self, path: str, *, timeout_s: float = 10.0) -> socket.socket:
        """A connection to the Unix socket `path` of the guest, made there as its user."""
        if self._sockets is None:
            raise TransportError("the desktop is not running")
        async with self._connecting:
            tag = next(self._ids)
            await self.request("connect", path=path, tag=tag, limit_s=timeout_s, timeout_s=timeout_s + GRACE_S)
            return self._handed_over(self._sockets, tag)

    def _handed_over(self, sockets: socket.socket, tag: int) -> socket.socket:
        """The socket that the agent sent under `tag`; what it sent for calls that were given up is closed."""
        # Bounded, and what comes need be no socket: the guest's programs can get at the agent.
        for _ in range(_GIVEN_UP_MAX):
            try:
                word, descriptors, _, _ = socket.recv_fds(sockets, _TAG.size, 1)
            except OSError as error:
                raise TransportError(f"the desktop's agent handed over no socket: {error}") from error
            if not descriptors:
                break
            if word != _TAG.pack(tag):
                os.close(descriptors[0])
                continue
            try:
                return socket.socket(fileno=descriptors[0])
            except OSError as error:
                os.close(descriptors[0])
                raise TransportError(f"the desktop's agent handed over no socket: {error}") from error
        raise TransportError("the desktop's agent handed over no socket", fix="reset the device")

    async def dial(self, port: int, *, timeout_s: float = 10.0) -> socket.socket:
        """A connection to the TCP port `port` of the guest's loopback, made there as its user.

        The agent carries the bytes: the socket itself stays there, for whoever shares one can make it block us.

        Raises:
            GuestError: nothing listens there.
            DeadlineError, TransportError: as `request`.
        """
        if self._sockets is None:
            raise TransportError("the desktop is not running")
        tag = next(self._ids)
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                socket.send_fds(self._sockets, [_TAG.pack(tag)], [theirs.fileno()])
            await self.request("dial", port=port, tag=tag, limit_s=timeout_s, timeout_s=timeout_s + GRACE_S)
        except OSError as error:
            ours.close()
            raise TransportError(f"the desktop's agent takes no socket: {error}", fix="reset the device") from error
        except BaseException:
            ours.close()
            raise
        return ours

    # --- end ---------------------------------------------------------------------------------------------------
    async def _hang_up(self) -> None:
        """Ends the conversation, once the agent is told to go or is gone."""
        if self._writer is not None:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._sockets is not None:
            self._sockets.close()
        self._writer = self._reading = self._sockets = None
