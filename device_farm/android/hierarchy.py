"""Where the UI hierarchy comes from: the automation server where it runs, else `uiautomator dump`."""

from __future__ import annotations

from typing import Protocol

from device_farm.adb.client import AdbClient
from device_farm.android.automation import AutomationServer
from device_farm.errors import DeadlineError, GuestError, TransportError

_DUMP_COMMAND = "uiautomator dump /dev/tty"
_DUMP_TIMEOUT_S = 30.0


class HierarchySource(Protocol):
    """Yields the XML of what is on the screen."""

    async def start(self) -> None: ...

    async def dump(self) -> bytes | str:
        """Raises GuestError when the device has no hierarchy to show, TransportError when it does not answer."""
        ...

    async def paste(self, text: str) -> None:
        """Puts any text into the focused field. Raises GuestError where this source cannot."""
        ...

    async def close(self) -> None: ...


class DumpCommand:
    """The command on every phone; waits for an idle screen itself, about 2 s on real devices."""

    def __init__(self, client: AdbClient) -> None:
        self._client = client

    async def start(self) -> None:
        """Nothing to start."""

    async def dump(self) -> bytes:
        return await self._client.exec_out(_DUMP_COMMAND, timeout_s=_DUMP_TIMEOUT_S)

    async def paste(self, text: str) -> None:
        raise GuestError("without the automation server nothing can be pasted", fix="pip install uiautomator2")

    async def close(self) -> None:
        """Nothing to end."""


class PreferAutomation:
    """The automation server; the command for as long as the server cannot be started.

    Only one of them may hold the phone's accessibility connection, so they are never used together.
    """

    def __init__(self, client: AdbClient, server: AutomationServer) -> None:
        self._server = server
        self._command = DumpCommand(client)
        self._serving = False

    async def start(self) -> None:
        try:
            await self._server.start()
            self._serving = True
        except (GuestError, DeadlineError):
            await self._server.close()
            self._serving = False

    async def dump(self) -> bytes | str:
        if not self._serving:
            return await self._command.dump()
        try:
            return await self._server.hierarchy()
        except (DeadlineError, GuestError):
            # Refused: the server is gone (a reboot, a restored snapshot, the phone ended it). It gets one new start.
            await self._server.close()
            await self.start()
            return await (self._server.hierarchy() if self._serving else self._command.dump())

    async def paste(self, text: str) -> None:
        if not self._serving:
            await self.start()
        if not self._serving:
            await self._command.paste(text)
        try:
            await self._server.paste(text)
        except TransportError:
            # A kept connection that the phone has closed meanwhile; setting the clipboard again does no harm.
            await self._server.paste(text)

    async def close(self) -> None:
        await self._server.close()
