"""Commands that a shell started in the background with `&`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

# The process id that the first job gets; `$!` and `kill` use it.
FIRST_PID = 5001


class Jobs:
    """Jobs by process id. An attached one writes to the output of the command line that started it, which waits."""

    def __init__(self, tasks: dict[int, asyncio.Task[int]] | None = None) -> None:
        self._tasks: dict[int, asyncio.Task[int]] = {} if tasks is None else tasks
        self._attached: set[int] = set()
        self.last_pid = ""
        """What `$!` is."""

    def session(self) -> Jobs:
        """For one command line: knows all jobs of the phone, waits for its own."""
        return Jobs(self._tasks)

    def start(self, work: Coroutine[object, object, int], *, attached: bool) -> None:
        pid = max(self._tasks, default=FIRST_PID - 1) + 1
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[pid] = task
        self.last_pid = str(pid)
        if attached:
            self._attached.add(pid)

    async def wait(self, pid: int | None = None) -> int:
        """Waits for one job, or all; its exit code, 127 for an unknown one."""
        if pid is not None:
            return await _result(self._tasks[pid]) if pid in self._tasks else 127
        for task in list(self._tasks.values()):
            await _result(task)
        return 0

    async def wait_attached(self) -> None:
        for pid in sorted(self._attached):
            if pid in self._tasks:
                await _result(self._tasks[pid])
        self._forget_finished()

    def _forget_finished(self) -> None:
        for pid in [pid for pid, task in self._tasks.items() if task.done()]:
            del self._tasks[pid]

    def kill(self, pid: int) -> bool:
        """False where there is no such job."""
        return pid in self._tasks and self._tasks[pid].cancel()

    def kill_attached(self) -> None:
        for pid in self._attached:
            if pid in self._tasks:
                self._tasks[pid].cancel()

    def kill_all(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()


async def _result(task: asyncio.Task[int]) -> int:
    """The exit code; 143 for a job that was killed. A cancelled waiter leaves the job alone."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            return 143
        raise
