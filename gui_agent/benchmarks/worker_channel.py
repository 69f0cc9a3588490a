"""The line to one worker process of another program: requests out, answers back, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from device_farm.errors import BackendError, DeadlineError, VerifierError

_LONGEST_LINE = 256 * 1024 * 1024
"""A checkpoint is one line and may hold every screen of an episode."""
_KEPT_LINES = 200
_END_S = 5.0


class WorldError(VerifierError):
    """The other program's own code raised: its last line is the message. `trace` is the whole traceback."""

    trace: str = ""


class WorkerProcess:
    """One process of `program`. Use as `async with`; a request whose deadline passes ends the process."""

    def __init__(self, command: Sequence[str], *, program: str, environment: Mapping[str, str] | None = None) -> None:
        self._program = program
        self._command = tuple(command)
        self._environment = dict(environment) if environment is not None else None
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._number = 0
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
                # Out of the terminal's group: an interrupt ends the run in order, and the run ends its workers.
                start_new_session=True,
            )
        except OSError as error:
            raise BackendError(f"{self._command[0]} does not start: {error.strerror}") from error
        self._reader = asyncio.create_task(self._keep_words(), name="worker's words")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.shield(self._end())

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def said(self) -> str:
        """The last lines that the process wrote beside its answers."""
        return "\n".join(self._said)

    async def call(self, op: str, *, timeout_s: float, **arguments: Any) -> dict[str, Any]:
        """The answer to one request.

        Raises:
            WorldError: the program raised.
            BackendError: the process died, or spoke no JSON.
            DeadlineError: it did not answer in time; it is ended, for nobody knows what it is at.
        """
        async with self._one_at_a_time:
            self._number += 1
            request = json.dumps({"id": self._number, "op": op, **arguments})
            try:
                async with asyncio.timeout(timeout_s):
                    answer = await self._exchange(op, request)
            except TimeoutError:
                self._kill()
                raise DeadlineError(f"{self._program}'s {op} did not finish within {timeout_s:g} s") from None
            except asyncio.CancelledError:
                self._kill()
                raise
        if "error" in answer:
            raise _world_error(answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    async def _exchange(self, op: str, request: str) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise BackendError(f"{self._program}'s process is not running, so it cannot {op}")
        if process.returncode is not None:
            raise BackendError(await self._last_words(process, op))
        with contextlib.suppress(ConnectionError):
            process.stdin.write(request.encode() + b"\n")
            await process.stdin.drain()
        try:
            line = await process.stdout.readline()
        except ValueError as error:
            self._kill()
            raise BackendError(f"{self._program}'s process gave an answer without an end to {op}") from error
        if not line:
            raise BackendError(await self._last_words(process, op))
        try:
            answer: dict[str, Any] = json.loads(line)
            if answer["id"] != self._number or not ("result" in answer or "error" in answer):
                raise KeyError("id")
        except (ValueError, KeyError, TypeError) as error:
            self._kill()
            raise BackendError(f"{self._program}'s process answered {op} with {line[:200]!r}") from error
        return answer

    async def _last_words(self, process: asyncio.subprocess.Process, op: str) -> str:
        status = await process.wait()
        if self._reader is not None:
            await asyncio.wait({self._reader}, timeout=_END_S)
        words = next((line for line in reversed(self._said) if line.strip()), "nothing")
        return f"{self._program}'s process ended with {status} during {op}; it last said: {words.strip()[:500]}"

    async def _keep_words(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        while True:
            try:
                line = await self._process.stderr.readline()
            except ValueError:
                continue
            if not line:
                return
            self._said.append(line.decode("utf-8", "replace").rstrip("\n"))

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        """Closing its input ends the process; one that does not listen is killed. Idempotent."""
        process = self._process
        if process is None:
            return
        if process.returncode is None and process.stdin is not None:
            process.stdin.close()
            try:
                async with asyncio.timeout(_END_S):
                    await process.wait()
            except TimeoutError:
                self._kill()
                await process.wait()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
            self._reader = None


def _world_error(error: Mapping[str, Any]) -> WorldError:
    raised = WorldError(str(error.get("last_line") or error.get("message") or error.get("type")))
    raised.trace = str(error.get("traceback", ""))
    return raised
