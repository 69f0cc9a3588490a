"""Client of the emulator console (https://developer.android.com/studio/run/emulator-console): lines, `OK` or `KO:`."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from device_farm.adb.deadline import Deadline
from device_farm.errors import GuestError, TransportError

TOKEN_FILE = ".emulator_console_auth_token"
_MAX_ANSWER = 1024 * 1024


class ConsoleClosedError(TransportError):
    """The console hung up before it had answered."""


class EmulatorConsole:
    """One kept connection; the first command connects, and one that finds it closed connects anew."""

    def __init__(self, host: str, port: int, *, token_file: Path | None = None, timeout_s: float = 30.0) -> None:
        self._host = host
        self._port = port
        self._token_file = token_file or Path.home() / TOKEN_FILE
        self._timeout_s = timeout_s
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._one_at_a_time = asyncio.Lock()

    async def command(self, line: str, *, timeout_s: float | None = None) -> str:
        """Sends a line and returns what came before its `OK`; `timeout_s` instead of the console's own deadline.

        Raises:
            GuestError: the console answered `KO`; holds its words.
            ConsoleClosedError: it hung up instead of answering.
            TransportError: nothing answers.
        """
        if "\n" in line or "\r" in line:
            raise GuestError("a console command is one line", field="command")
        seconds = self._timeout_s if timeout_s is None else timeout_s
        async with self._one_at_a_time, Deadline(seconds, f"emulator console: {line[:60]}"):
            if self._writer is None or self._reader is None or self._reader.at_eof():
                self._drop()
                await self._connect()
            return await self._exchange(line)

    async def close(self) -> None:
        """Idempotent."""
        self._drop()

    async def _connect(self) -> None:
        try:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=_MAX_ANSWER)
        except OSError as error:
            raise TransportError(f"no emulator console at {self._host}:{self._port}: {error}") from error
        banner = await self._answer()
        if "Authentication required" in banner:
            await self._exchange(f"auth {await asyncio.to_thread(self._token)}")

    def _token(self) -> str:
        try:
            return self._token_file.read_text("utf-8").strip()
        except OSError as error:
            raise TransportError(
                f"the emulator console asks for the token in {self._token_file}: {error.strerror}",
                fix="run as the user who started the emulator",
            ) from error

    async def _exchange(self, line: str) -> str:
        assert self._writer is not None
        self._writer.write(f"{line}\r\n".encode())
        return await self._answer()

    async def _answer(self) -> str:
        assert self._reader is not None
        lines: list[str] = []
        try:
            while data := await self._reader.readline():
                text = data.decode("utf-8", "replace").rstrip("\r\n")
                if text == "OK" or text.startswith("OK: "):
                    return "\n".join(lines)
                if text.startswith("KO"):
                    raise GuestError(f"emulator console: {text.removeprefix('KO').lstrip(':').strip() or 'refused'}")
                lines.append(text)
        except (OSError, ValueError) as error:
            self._drop()
            raise TransportError(f"the emulator console broke off: {error}") from error
        except asyncio.CancelledError:
            # The rest of this answer would be taken for that of the next command.
            self._drop()
            raise
        self._drop()
        raise ConsoleClosedError("the emulator console closed the connection")

    def _drop(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()
