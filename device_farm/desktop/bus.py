"""A D-Bus connection over a socket that is open already, with the library's own wire code."""

from __future__ import annotations

import asyncio
import io
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

from dbus_fast import Message, MessageFlag, MessageType
from dbus_fast.aio.message_bus import MessageBus
from dbus_fast.auth import AuthExternal

from device_farm.errors import GuestError, TransportError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


_RETRY_S = 0.001
_ENOUGH = 4096


class _Connected(socket.socket):
    """A connected socket whose `connect` has nothing left to do: the guest's agent has connected it.

    What is sent in one turn of the event loop goes out as one write: the library writes every message by itself, each
    wakes the bus, and that took longer than all else that is done for a question. A full buffer is tried again; the
    library would take it for the end of the connection.
    """

    def __init__(self, *, fileno: int) -> None:
        # Called a Unix socket whatever it is: of a network one the event loop would look the address up.
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM, fileno=fileno)
        self._unsent = bytearray()

    def connect(self, address: Any, /) -> None:
        del address

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        del flags
        before = len(self._unsent)
        self._unsent += data
        if before == 0:
            asyncio.get_running_loop().call_soon(self._flush)
        elif before < _ENOUGH <= len(self._unsent):
            # The program can begin with these while more are made.
            self._write()
        return len(data) if isinstance(data, bytes | bytearray) else memoryview(data).nbytes

    def _flush(self) -> None:
        self._write()
        if self._unsent:
            asyncio.get_running_loop().call_later(_RETRY_S, self._flush)

    def _write(self) -> None:
        if not self._unsent:
            return
        try:
            del self._unsent[: super().send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            # It has been closed, or whoever reads finds it at its end and says so.
            self._unsent.clear()


# Questions on their way at once. A program that is looked at no longer has to answer those that it has.
_QUESTIONS_MAX = 256


class GuestBus(MessageBus):
    """A bus of the guest. `uid` is the user that the bus sees at the other end of `connection`."""

    def __init__(self, connection: socket.socket, uid: int) -> None:
        # The address is never used, but must parse.
        super().__init__(bus_address="unix:path=/guest", auth=AuthExternal(uid), auth_timeout=10.0)
        self._given = connection
        self._questions = asyncio.Semaphore(_QUESTIONS_MAX)

    def _create_socket_for_transport(  # type: ignore[override]  # a static method there
        self, transport: str, options: dict[str, str]
    ) -> tuple[Any, Any, Any]:
        del transport, options
        connection = _Connected(fileno=self._given.detach())
        return connection, io.BufferedReader(connection.makefile("rb", buffering=0)), ""

    def begin(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: list[Any] | None = None,
    ) -> asyncio.Future[Message]:
        """Calls a method; `answer_of` makes its answer of the future. Counts towards no limit, so begin few."""
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body or [],
            # Nothing may be started by looking.
            flags=MessageFlag.NONE,
        )
        future: asyncio.Future[Message] = self._loop.create_future()
        # As the library's `call`, without a coroutine to wait for it.
        self._call(message, partial(self._reply_handler, future))
        return future

    async def ask(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: list[Any] | None = None,
    ) -> list[Any]:
        """Calls a method and returns the body of the answer. Raises as `answer_of`."""
        async with self._questions:
            return await answer_of(self.begin(destination, path, interface, member, signature, body), member)


async def answer_of(begun: asyncio.Future[Message], member: str) -> list[Any]:
    """The body of an answer; `member` is what was called, for the error.

    Raises:
        GuestError: the program refused, or has no such method.
        TransportError: the bus is gone.
    """
    try:
        reply = await begun
    except (EOFError, OSError) as error:
        raise TransportError(f"the message bus has ended: {error}", fix="reset the device") from error
    if reply.message_type is MessageType.ERROR:
        raise GuestError(f"{member}: {reply.error_name} {reply.body}")
    return list(reply.body)
