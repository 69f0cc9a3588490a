"""The shell of one phone: runs command lines that come by adb, by the console or from the farm."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device_farm.simulator.framework.table import FRAMEWORK_PROGRAMS
from device_farm.simulator.shell.commands.table import PROGRAMS
from device_farm.simulator.shell.errors import CallerGoneError
from device_farm.simulator.shell.interpreter import Interpreter
from device_farm.simulator.shell.jobs import Jobs
from device_farm.simulator.shell.process import Command
from device_farm.simulator.shell.redirects import Streams
from device_farm.simulator.shell.streams import Budget, BytesSource, CallerSource, Output, OutputSink, Reader, Source

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


_PROGRAMS: dict[str, Command] = {**PROGRAMS, **FRAMEWORK_PROGRAMS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellOutcome:
    """`output` holds stdout and stderr in the order in which they were written, as shell v1 sends them."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    output: bytes


class Shell:
    """Command lines on one phone. `commands` adds to the programs, or replaces some: name to coroutine."""

    def __init__(self, phone: SimulatedPhone, commands: Mapping[str, Command] | None = None) -> None:
        self._phone = phone
        self._own: dict[str, Command] = dict(commands or {})
        self._commands = ChainMap(self._own, _PROGRAMS)
        self._jobs = Jobs()

    def register(self, name: str, command: Command) -> None:
        """Adds the program `name`. It may run for as long as it likes; it is cancelled when its caller goes away."""
        self._own[name] = command

    async def execute(self, command: str, stdin: Source, output: Output) -> int:
        """Runs a command line; `output` gets descriptor (1 or 2) and bytes as they come. The exit code, 0 to 255.

        Raises only what `stdin` and `output` raise, and cancellation, which ends every command that it started.
        """
        return await self.session(stdin, output).run(command)

    def session(self, stdin: Source, output: Output) -> ShellSession:
        """A shell process of its own, for a terminal."""
        budget = Budget()
        streams = Streams(
            stdin=Reader(CallerSource(stdin)),
            stdout=OutputSink(1, output, budget),
            stderr=OutputSink(2, output, budget),
        )
        jobs = self._jobs.session()
        interpreter = Interpreter(self._phone, self._commands, budget=budget, streams=streams, jobs=jobs)
        return ShellSession(interpreter, jobs)

    async def run(self, command: str, stdin: bytes = b"") -> ShellOutcome:
        """Runs a command line to its end and gathers what it writes."""
        chunks: list[tuple[int, bytes]] = []

        async def gather(descriptor: int, data: bytes) -> None:
            chunks.append((descriptor, data))

        exit_code = await self.execute(command, BytesSource(stdin), gather)
        return ShellOutcome(
            exit_code=exit_code,
            stdout=b"".join(data for descriptor, data in chunks if descriptor == 1),
            stderr=b"".join(data for descriptor, data in chunks if descriptor == 2),
            output=b"".join(data for _, data in chunks),
        )

    def kill_jobs(self) -> None:
        """Ends what runs in the background, as a reboot does."""
        self._jobs.kill_all()


class ShellSession:
    """One shell process: folder, variables and functions stay from line to line."""

    def __init__(self, interpreter: Interpreter, jobs: Jobs) -> None:
        self._interpreter = interpreter
        self._jobs = jobs

    @property
    def cwd(self) -> str:
        return self._interpreter.cwd

    async def run(self, command: str) -> int:
        """Runs a command line; raises as `Shell.execute`."""
        self._interpreter.budget.renew()
        try:
            exit_code = await self._interpreter.run_text(command)
            await self._jobs.wait_attached()
            return exit_code
        except CallerGoneError as error:
            self._jobs.kill_attached()
            raise error.__cause__ or error from None
        except BaseException:
            self._jobs.kill_attached()
            raise
