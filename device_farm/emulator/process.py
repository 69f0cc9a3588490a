"""The emulator's process: started in a group of its own, its words kept in a file, ended for certain."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from device_farm.adb.private_server import tied_to_this_process
from device_farm.emulator.ports import PortsTakenError
from device_farm.emulator.startup_log import Failure, explain
from device_farm.errors import BackendError

_LOG_TAIL_BYTES = 256 * 1024
_TERM_WAIT_S = 5.0


class EmulatorProcess:
    """One run of the emulator. `stop` may be called at any time, also twice."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, gpu: str) -> None:
        self._process = process
        self._log = log
        self._gpu = gpu

    @staticmethod
    async def launch(argv: Sequence[str], environment: Mapping[str, str], *, log: Path, gpu: str) -> EmulatorProcess:
        """Starts it; the log of the run before is kept as `NAME.1`.

        Raises:
            BackendError: the program cannot be started, or the log cannot be written.
        """
        try:
            with await asyncio.to_thread(_open_log, log, argv) as output:
                process = await asyncio.create_subprocess_exec(
                    *tied_to_this_process(),
                    *argv,
                    env=dict(environment),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=asyncio.subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise BackendError(f"{argv[0]} cannot be started: {error}", field="sdk_root") from error
        return EmulatorProcess(process, log, gpu)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._log

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.returncode

    async def ended(self) -> int:
        """Waits for its end."""
        return await self._process.wait()

    def words(self) -> str:
        """The end of what it said."""
        try:
            with self._log.open("rb") as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(0, log.tell() - _LOG_TAIL_BYTES))
                return log.read().decode("utf-8", "replace")
        except OSError:
            return ""

    def failure(self) -> Failure:
        """Why it ended, or is stuck, as far as its words say."""
        return explain(self.words(), self.exit_code, gpu=self._gpu)

    def error(self, what: str) -> BackendError:
        """`what` with the reason, the fix, and where the whole log lies; PortsTakenError where that is the reason."""
        failure = self.failure()
        fix = f"{failure.fix}; log: {self._log}" if failure.fix else f"log: {self._log}"
        if failure.kind == "ports_taken":
            return PortsTakenError(f"{what}: {failure.text}", field="base_port", fix=fix)
        return BackendError(f"{what}: {failure.text}", fix=fix)

    async def stop(self, *, asked: bool, timeout_s: float) -> None:
        """Ends it. `asked`: it was told to end by its console, and gets `timeout_s` for that before signals."""
        if asked and await self._ends_within(timeout_s):
            self._kill_group()
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._ends_within(_TERM_WAIT_S)
        self._kill_group()
        await self._process.wait()

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    def _kill_group(self) -> None:
        """Also its helpers (crash handler, netsim), which may outlive it; the group is ours alone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _open_log(path: Path, argv: Sequence[str]) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.1"))
    handle = path.open("wb")
    handle.write(f"$ {' '.join(argv)}\n".encode())
    handle.flush()
    return handle
