"""QEMU's machine protocol over its Unix socket: one JSON object a line, answers matched by id, events kept apart."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Mapping
from typing import Any

from device_farm.errors import BackendError, DeadlineError, TransportError

_LINE_LIMIT_BYTES = 16 << 20
GREETING_TIMEOUT_S = 30.0


class Qmp:
    """A connection in command mode. `open` makes one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: str) -> Qmp:
        """Connects and leaves the negotiation.

        Raises:
            TransportError: nobody listens there, or it is no QEMU.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(path, limit=_LINE_LIMIT_BYTES)
        except OSError as error:
            raise TransportError(f"QEMU's control socket: {error}") from error
        qmp = cls(reader, writer)
        try:
            async with asyncio.timeout(GREETING_TIMEOUT_S):
                greeting = json.loads(await reader.readline() or b"null")
                if not isinstance(greeting, Mapping) or "QMP" not in greeting:
                    raise TransportError(f"no QEMU answers at {path}")
                qmp._reading = asyncio.create_task(qmp._read())
                await qmp.execute("qmp_capabilities")
        except (TimeoutError, ValueError, OSError) as error:
            await qmp.close()
            raise TransportError(f"QEMU's control socket: {type(error).__name__} {error}") from error
        except BaseException:
            await qmp.close()
            raise
        return qmp

    async def _read(self) -> None:
        reason = "QEMU has ended"
        try:
            while line := await self._reader.readline():
                message = json.loads(line)
                waiting = self._pending.get(message.get("id", 0))
                # Events have no id; what they tell is asked for where it matters.
                if waiting is None or waiting.done():
                    continue
                if "error" in message:
                    error = message["error"]
                    waiting.set_exception(BackendError(f"QEMU: {error.get('desc', error)}"))
                else:
                    waiting.set_result(message.get("return"))
        except (OSError, ValueError, AttributeError) as error:
            reason = f"QEMU's control socket: {error}"
        finally:
            for waiting in self._pending.values():
                if not waiting.done():
                    waiting.set_exception(TransportError(reason, fix="reset the device"))

    async def execute(self, command: str, *, timeout_s: float = 30.0, **arguments: Any) -> Any:
        """Sends `command` and returns what it returns.

        Raises:
            BackendError: QEMU refused; the text is its own.
            DeadlineError: no answer within `timeout_s`.
            TransportError: it has ended.
        """
        if self._reading is None or self._reading.done():
            raise TransportError("QEMU has ended", fix="reset the device")
        number = next(self._ids)
        waiting = self._pending[number] = asyncio.get_running_loop().create_future()
        request: dict[str, Any] = {"execute": command, "id": number}
        if arguments:
            request["arguments"] = arguments
        try:
            async with asyncio.timeout(timeout_s):
                self._writer.write(json.dumps(request).encode() + b"\n")
                await self._writer.drain()
                return await waiting
        except TimeoutError:
            raise DeadlineError(f"QEMU did not finish {command} within {timeout_s:g} s") from None
        except OSError as error:
            raise TransportError(f"QEMU has ended: {error}", fix="reset the device") from error
        finally:
            del self._pending[number]

    async def monitor(self, line: str, *, timeout_s: float = 60.0) -> str:
        """A line of the human monitor, which says nothing where `savevm` and `loadvm` went well.

        Raises:
            as `execute`.
        """
        return str(await self.execute("human-monitor-command", timeout_s=timeout_s, **{"command-line": line}))

    async def close(self) -> None:
        """Idempotent."""
        self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
