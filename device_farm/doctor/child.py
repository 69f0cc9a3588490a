"""Runs a program as a child that cannot outlive its proof."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildResult:
    exit_code: int
    stdout: str
    stderr: str

    @property
    def last_line(self) -> str:
        """The last thing that it said, which in a traceback is the error."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1][:300] if lines else f"exit code {self.exit_code}"


async def run_child(*argv: str, stdin: bytes = b"") -> ChildResult:
    """Runs `argv` to its end; when the caller is cancelled the whole process group is killed.

    Raises:
        OSError: the program cannot be started.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    try:
        stdout, stderr = await process.communicate(stdin)
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    return ChildResult(
        exit_code=process.returncode if process.returncode is not None else -1,
        stdout=stdout.decode("utf-8", "replace"),
        stderr=stderr.decode("utf-8", "replace"),
    )


async def run_python(source: str, *arguments: str) -> ChildResult:
    """Runs `source` with this interpreter."""
    return await run_child(sys.executable, "-c", source, *arguments)
