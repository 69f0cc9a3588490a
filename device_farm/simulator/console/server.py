"""The console's port: one line in, some lines and `OK` or `KO: reason` out."""

from __future__ import annotations

import asyncio
import logging
import socket

from device_farm.simulator.console.commands import Console, ConsoleError, EndSession

logger = logging.getLogger(__name__)

MAX_LINE = 64 * 1024
"""Longest command line taken, in bytes."""

_BANNER = "Android Console: type 'help' for a list of commands"


class ConsoleServer:
    """Serves any number of clients of one phone."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.StreamWriter] = set()

    async def listen(self, listener: socket.socket) -> None:
        """Serves `listener`, which belongs to this server from here on."""
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=MAX_LINE)

    async def close(self) -> None:
        """Stops listening and ends the sessions. Idempotent."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in self._sessions:
            session.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sessions.add(writer)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, ValueError) as error:
            logger.info("console session ended: %s", error)  # ValueError: a line over MAX_LINE
        finally:
            self._sessions.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{_BANNER}\r\nOK\r\n".encode())
        while line := await reader.readline():
            text = line.decode("utf-8", "replace").strip()
            if not text:
                continue
            try:
                answer = [*await self._console.execute(text), "OK"]
            except ConsoleError as error:
                answer = [f"KO: {error}"]
            except EndSession as end:
                writer.writelines(f"{text}\r\n".encode() for text in end.lines)
                await writer.drain()
                return
            except Exception as error:
                logger.exception("console command %r failed", text)
                answer = [f"KO: internal error: {type(error).__name__}"]
            writer.writelines(f"{text}\r\n".encode() for text in answer)
            await writer.drain()
