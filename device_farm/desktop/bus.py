"""A D-Bus connection over a socket that is open already, with the library's own wire code."""

from __future__ import annotations

import asyncio
import io
import socket
from typing import Any

from dbus_fast import Message, MessageFlag, MessageType
from dbus_fast.aio.message_bus import MessageBus
from dbus_fast.auth import AuthExternal

from device_farm.errors import GuestError, TransportError


class _Connected(socket.socket):
    """A connected socket whose `connect` has nothing left to do: the guest's agent has connected it."""

    def connect(self, address: Any, /) -> None:
        del address


# Questions on their way at once. More would fill the socket's buffer, and the library takes a full buffer for the end
# of the connection; the bus answers one at a time anyway.
_QUESTIONS_MAX = 48


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
        # Called a Unix socket whatever it is: of a network one the event loop would look the address up.
        connection = _Connected(socket.AF_UNIX, socket.SOCK_STREAM, fileno=self._given.detach())
        return connection, io.BufferedReader(connection.makefile("rb", buffering=0)), ""

    async def ask(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: list[Any] | None = None,
    ) -> list[Any]:
        """Calls a method and returns the body of the answer.

        Raises:
            GuestError: the program refused, or has no such method.
            TransportError: the bus is gone.
        """
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
        try:
            async with self._questions:
                reply = await self.call(message)
        except (EOFError, OSError) as error:
            raise TransportError(f"the message bus has ended: {error}", fix="reset the device") from error
        if reply is None or reply.message_type is MessageType.ERROR:
            name, words = (reply.error_name, reply.body) if reply else ("no reply", [])
            raise GuestError(f"{interface}.{member}: {name} {words}")
        return list(reply.body)
