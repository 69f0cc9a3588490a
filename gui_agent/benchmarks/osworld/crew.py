"""OSWorld's processes, one a desktop, and the attempts that are under way."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, Self

from device_farm.adb.private_server import tied_to_this_process
from device_farm.device import Device
from device_farm.errors import BackendError
from gui_agent.benchmarks.osworld.stage import Stage, Terms, require_open
from gui_agent.benchmarks.worker_channel import WorkerProcess

WORKER: Final = Path(__file__).with_name("worker.py")
HELLO_S: Final = 300.0


def worker(python: Path) -> WorkerProcess:
    """A process of OSWorld, not started."""
    left_out = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    command = (*tied_to_this_process(), str(python), str(WORKER))
    environment = kept | {"PYTHONUNBUFFERED": "1", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    return WorkerProcess(command, environment=environment, program="OSWorld")


async def hello(python: Path) -> dict[str, Any]:
    """What the installed OSWorld says of itself. Raises WorldError, BackendError, DeadlineError."""
    async with worker(python) as process:
        return await process.call("hello", timeout_s=HELLO_S)


class Crew:
    """Use as `async with`. A process starts when its desktop is first leased, and anew when it is gone."""

    def __init__(self, python: Path, terms: Terms) -> None:
        self.python = python
        self.terms = terms
        self._workers: dict[str, WorkerProcess] = {}
        self._stages: dict[str, Stage] = {}
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        async with AsyncExitStack() as stack:
            for process in self._workers.values():
                stack.push_async_exit(process)
            for stage in self._stages.values():
                stack.push_async_exit(stage)
        self._workers, self._stages = {}, {}

    async def begin(self, device: Device) -> Stage:
        """A new attempt on a leased desktop; one that was left open there is closed. Raises BackendError."""
        if not self._open:
            raise BackendError("OSWorld's processes are not running; the suite was not opened")
        await self.end(device.info.id)
        process = self._workers.get(device.info.id)
        if process is None or not process.alive:
            if process is not None:
                await process.__aexit__(None, None, None)
            process = self._workers[device.info.id] = await worker(self.python).__aenter__()
        stage = await Stage(device, process, self.terms).__aenter__()
        self._stages[device.info.id] = stage
        return stage

    def under_way(self, device_id: str) -> Stage:
        """Raises BackendError where no attempt is."""
        return require_open(self._stages.get(device_id), device_id)

    async def end(self, device_id: str) -> None:
        """Closes the attempt; the process stays. Idempotent."""
        stage = self._stages.pop(device_id, None)
        if stage is not None:
            await stage.__aexit__(None, None, None)

    async def dismiss(self, device_id: str) -> None:
        """Ends the process as well: what a failed set-up leaves in it is not known."""
        await self.end(device_id)
        process = self._workers.pop(device_id, None)
        if process is not None:
            await process.__aexit__(None, None, None)
