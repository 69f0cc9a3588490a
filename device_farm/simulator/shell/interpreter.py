"""Runs a syntax tree: control flow, pipelines, redirects, and the start of commands."""

from __future__ import annotations

import asyncio
import logging
import posixpath
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.logcat import Priority
from device_farm.simulator.shell import builtins
from device_farm.simulator.shell.conditional import evaluate_conditional
from device_farm.simulator.shell.errors import (
    BrokenPipe,
    CommandError,
    ExitShell,
    ExpansionError,
    LeaveLoop,
    LimitError,
    RedirectError,
    ReturnFromFunction,
    ShellSyntaxError,
)
from device_farm.simulator.shell.expansion import Expander, matcher
from device_farm.simulator.shell.jobs import Jobs
from device_farm.simulator.shell.parser import parse
from device_farm.simulator.shell.process import Command, Process
from device_farm.simulator.shell.redirects import Streams, apply_redirects
from device_farm.simulator.shell.streams import Budget, CaptureSink, Pipe, Reader, decode, encode
from device_farm.simulator.shell.syntax import (
    AndOr,
    Assignment,
    Case,
    Conditional,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Redirected,
    Sequence,
    Simple,
    Subshell,
    While,
)
from device_farm.simulator.shell.syntax import Command as CommandTree
from device_farm.simulator.shell.variables import Variables

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

SHELL_NAME: Final = "/system/bin/sh"
PROGRAM_FOLDERS: Final = ("/system/bin", "/system/xbin", "/vendor/bin", "/bin", "/apex/com.android.art/bin")

_LOGGER: Final = logging.getLogger(__name__)

# Exceptions that are not about the command in which they arise.
_CONTROL_FLOW: Final = (ExitShell, ExpansionError, LeaveLoop, LimitError, RecursionError, ReturnFromFunction)

# Other tasks get a turn after this many commands.
_STEPS_A_TURN: Final = 200


class Interpreter:
    """One shell process. `commands` are the programs of the phone by name."""

    def __init__(
        self,
        phone: SimulatedPhone,
        commands: Mapping[str, Command],
        *,
        budget: Budget,
        streams: Streams,
        variables: Variables | None = None,
        cwd: str = "/",
        jobs: Jobs | None = None,
    ) -> None:
        self.phone = phone
        self.commands = commands
        self.budget = budget
        self.streams = streams
        self.variables = variables or Variables()
        self.functions: dict[str, CommandTree] = {}
        self.cwd = cwd
        self.status = 0
        self.exits_on_error = False
        self.jobs = Jobs() if jobs is None else jobs
        self._checked_depth = 0
        self._substituted = 0
        self.expander = Expander(phone.files, self.variables, lambda: self.cwd, self._special, self._substitute)

    def fork(self, streams: Streams) -> Interpreter:
        """A subshell: sees everything, changes nothing here."""
        child = Interpreter(
            self.phone,
            self.commands,
            budget=self.budget,
            streams=streams,
            variables=self.variables.copy(),
            cwd=self.cwd,
            jobs=self.jobs,
        )
        child.functions = dict(self.functions)
        child.status = self.status
        child.exits_on_error = self.exits_on_error
        child.expander.is_strict = self.expander.is_strict
        return child

    async def run_text(self, text: str) -> int:
        """Parses and runs `text` as a whole process; nothing but cancellation leaves it."""
        try:
            return await self.run_sequence(parse(text))
        except ShellSyntaxError as error:
            await self.complain(f"{SHELL_NAME}: syntax error: {error}")
            return 2
        except ExitShell as end:
            return end.code
        except (LeaveLoop, ReturnFromFunction):
            return self.status
        except ExpansionError as error:
            await self.complain(f"{SHELL_NAME}: {error}")
            return 1
        except (LimitError, RecursionError) as error:
            await self.complain(f"{SHELL_NAME}: Killed: {error}")
            return 137
        except BrokenPipe:
            return 141

    async def complain(self, line: str) -> None:
        """A line on stderr, if anyone still reads it."""
        try:
            await self.streams.stderr.write(encode(line + "\n"))
        except (BrokenPipe, FileSystemError, LimitError):
            return

    # Lists

    async def run_sequence(self, sequence: Sequence) -> int:
        for item in sequence.items:
            if item.background:
                self._start_job(item)
            else:
                await self._run_and_or(item)
        return self.status

    def _start_job(self, item: AndOr) -> None:
        job = self.fork(self.streams)
        body = Sequence((replace(item, background=False),))
        self.jobs.start(job.run_tree(body), attached=not _is_redirected(item))
        self.status = 0

    async def run_tree(self, sequence: Sequence) -> int:
        """As `run_text` with what is parsed already."""
        try:
            return await self.run_sequence(sequence)
        except ExitShell as end:
            return end.code
        except (LeaveLoop, ReturnFromFunction):
            return self.status
        except ExpansionError as error:
            await self.complain(f"{SHELL_NAME}: {error}")
            return 1
        except BrokenPipe:
            return 141

    async def _run_and_or(self, item: AndOr) -> None:
        checked = bool(item.rest)
        await self._run_pipeline(item.first, checked=checked)
        for operator, pipeline in item.rest:
            if (self.status == 0) == (operator == "&&"):
                await self._run_pipeline(pipeline, checked=pipeline is not item.rest[-1][1])

    async def _run_pipeline(self, pipeline: Pipeline, *, checked: bool) -> None:
        """`checked`: its status is tested, so that `set -e` does not end the shell."""
        self._checked_depth += checked or pipeline.negated
        try:
            if len(pipeline.stages) == 1:
                self.status = await self.run_command(pipeline.stages[0])
            else:
                self.status = await self._run_stages(pipeline.stages)
        finally:
            self._checked_depth -= checked or pipeline.negated
        if pipeline.negated:
            self.status = int(self.status == 0)
        elif self.status and self.exits_on_error and not checked and not self._checked_depth:
            raise ExitShell(self.status)

    async def _run_stages(self, stages: tuple[CommandTree, ...]) -> int:
        """All stages at once, each a subshell; the status is the last one's."""
        pipes = [Pipe(self.budget) for _ in stages[1:]]
        children = []
        for index, stage in enumerate(stages):
            streams = self.streams
            if index:
                streams = replace(streams, stdin=Reader(pipes[index - 1]))
            if index < len(pipes):
                streams = replace(streams, stdout=pipes[index])
            children.append((self.fork(streams), stage))
        tasks = [
            asyncio.create_task(_run_stage(child, stage, source, sink))
            for (child, stage), source, sink in zip(children, (None, *pipes), (*pipes, None), strict=True)
        ]
        try:
            results = await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        return results[-1]

    # Commands

    async def run_command(self, command: CommandTree) -> int:
        self.budget.spend_step()
        if self.budget.steps % _STEPS_A_TURN == 0:
            await asyncio.sleep(0)
        match command:
            case Simple():
                return await self._run_simple(command)
            case If():
                return await self._run_if(command)
            case For():
                return await self._run_for(command)
            case While():
                return await self._run_while(command)
            case Case():
                return await self._run_case(command)
            case Group(body):
                return await self.run_sequence(body)
            case Subshell(body):
                return await self.fork(self.streams).run_tree(body)
            case Function(name, function_body):
                self.functions[name] = function_body
                return 0
            case Conditional():
                return await evaluate_conditional(command, self.expander, self.phone.files, self.cwd)
            case Redirected():
                return await self._run_redirected(command)
            case _:
                assert_never(command)

    async def _run_redirected(self, command: Redirected) -> int:
        before = self.streams
        try:
            self.streams = await apply_redirects(self, command.redirects, before)
            return await self.run_command(command.command)
        except RedirectError as error:
            await self.complain(f"{SHELL_NAME}: {error}")
            return 1
        finally:
            self.streams = before

    async def _condition(self, body: Sequence) -> bool:
        self._checked_depth += 1
        try:
            return await self.run_sequence(body) == 0
        finally:
            self._checked_depth -= 1

    async def _run_if(self, command: If) -> int:
        for condition, body in command.branches:
            if await self._condition(condition):
                return await self.run_sequence(body)
        if command.otherwise is not None:
            return await self.run_sequence(command.otherwise)
        return 0

    async def _run_for(self, command: For) -> int:
        if command.words is None:
            items = list(self.variables.positional)
        else:
            items = [field for word in command.words for field in await self.expander.fields(word)]
        status = 0
        for item in items:
            self.assign(command.name, item)
            self.budget.spend_step()
            try:
                status = await self.run_sequence(command.body)
            except LeaveLoop as leave:
                status = 0
                if not _resumes(leave):
                    break
        return status

    async def _run_while(self, command: While) -> int:
        status = 0
        while True:
            self.budget.spend_step()
            try:
                if await self._condition(command.condition) == command.until:
                    return status
                status = await self.run_sequence(command.body)
            except LeaveLoop as leave:
                status = 0
                if not _resumes(leave):
                    return status

    async def _run_case(self, command: Case) -> int:
        subject = await self.expander.text(command.word)
        for patterns, body in command.arms:
            for pattern in patterns:
                if matcher(await self.expander.pattern(pattern)).fullmatch(subject):
                    self.status = 0
                    return await self.run_sequence(body)
        return 0

    # Simple commands

    async def _run_simple(self, command: Simple) -> int:
        self._substituted = 0
        words = await self._words(command)
        try:
            streams = (
                await apply_redirects(self, command.redirects, self.streams) if command.redirects else self.streams
            )
        except RedirectError as error:
            await self.complain(f"{SHELL_NAME}: {error}")
            return 1
        if not words:
            for assignment in command.assignments:
                await self._assign(assignment)
            # The status of an assignment is that of the substitution in it.
            return self._substituted
        if command.assignments:
            return await self._run_with(command.assignments, words, streams)
        return await self.run_words(words, streams)

    async def _words(self, command: Simple) -> list[str]:
        words: list[str] = []
        for word in command.words:
            if words and words[0] in builtins.DECLARATIONS and builtins.is_assignment(word):
                words.append(await self.expander.text(word))
            else:
                words.extend(await self.expander.fields(word))
        return words

    async def _run_with(self, assignments: tuple[Assignment, ...], words: list[str], streams: Streams) -> int:
        """Runs a command whose environment has variables of its own: `A=b cmd`."""
        saved = self.variables.copy()
        for assignment in assignments:
            await self._assign(assignment)
            self.variables.exported.add(assignment.name)
        try:
            return await self.run_words(words, streams)
        finally:
            for name in {assignment.name for assignment in assignments}:
                before = saved.get(name)
                if before is None:
                    self.variables.unset(name)
                else:
                    self.variables.values[name] = before
                if name not in saved.exported:
                    self.variables.exported.discard(name)

    async def _assign(self, assignment: Assignment) -> None:
        value = await self.expander.text(assignment.value)
        if assignment.append:
            value = (self.variables.get(assignment.name) or "") + value
        self.assign(assignment.name, value)

    def assign(self, name: str, value: str) -> None:
        """Raises ExpansionError where the name is read-only."""
        if not self.variables.set(name, value):
            raise ExpansionError(f"{name}: is read only")

    async def run_words(self, words: list[str], streams: Streams) -> int:
        """Runs a command by its words: function, builtin or program."""
        self.budget.spend_step()
        self.budget.depth -= 1
        if self.budget.depth < 0:
            self.budget.depth += 1
            raise LimitError("nested too deep")
        before = self.streams
        self.streams = streams
        try:
            return await self._dispatch(words)
        finally:
            self.budget.depth += 1
            # `exec` with redirects alone is meant to change the shell's own streams.
            if words != ["exec"]:
                self.streams = before

    async def _dispatch(self, words: list[str]) -> int:
        name = words[0]
        if (function := self.functions.get(name)) is not None:
            return await self._call(function, words[1:])
        if (builtin := builtins.BUILTINS.get(name)) is not None:
            return await self._execute(name, builtin, words[1:])
        if (command := self.commands.get(name)) is not None:
            return await self._execute(name, command, words[1:])
        if "/" in name:
            return await self._run_file(name, words[1:])
        await self.complain(f"{SHELL_NAME}: {name}: inaccessible or not found")
        return 127

    async def _call(self, function: CommandTree, args: list[str]) -> int:
        positional = self.variables.positional
        self.variables.positional = args
        self.variables.enter_function()
        try:
            return await self.run_command(function)
        except ReturnFromFunction as result:
            return result.code
        finally:
            self.variables.leave_function()
            self.variables.positional = positional

    async def _run_file(self, name: str, args: list[str]) -> int:
        path = name if name.startswith("/") else posixpath.join(self.cwd, name)
        folder, program = posixpath.split(posixpath.normpath(path))
        files = self.phone.files
        if folder in PROGRAM_FOLDERS and (command := self.commands.get(program)) is not None:
            return await self._execute(program, command, args)
        if not files.exists(path):
            await self.complain(f"{SHELL_NAME}: {name}: inaccessible or not found")
            return 127
        if files.is_dir(path) or not files.stat(path).mode & 0o111:
            reason = "Is a directory" if files.is_dir(path) else "Permission denied"
            await self.complain(f"{SHELL_NAME}: {name}: can't execute: {reason}")
            return 126
        return await self.run_script(files.read(path), args)

    async def run_script(self, data: bytes, args: list[str]) -> int:
        """Runs the text of a script in a shell of its own."""
        child = self.fork(self.streams)
        child.variables.positional = args
        return await child.run_text(decode(data))

    async def _execute(self, name: str, command: Command, args: list[str]) -> int:
        process = Process(
            name=posixpath.basename(name) or name,
            args=args,
            phone=self.phone,
            stdin=self.streams.stdin,
            stdout=self.streams.stdout,
            stderr=self.streams.stderr,
            shell=self,
            environment=self.variables.environment() if name in _READS_ENVIRONMENT else self.variables.values,
        )
        try:
            code = await command(process)
        except CommandError as error:
            process.complain(str(error) if error.bare else f"{process.name}: {error}")
            code = error.exit_code
        except FileSystemError as error:
            process.error(f"{error.path}: {error.reason}")
            code = 1
        except BrokenPipe:
            return 141
        except _CONTROL_FLOW:
            await self._finish(process, 0)
            raise
        except Exception:  # noqa: BLE001 - a fault of one simulated program must not end the phone; it is recorded
            code = self._crash(process)
        return await self._finish(process, code)

    def _crash(self, process: Process) -> int:
        """Records the exception being handled as a native crash is, and reports SIGABRT."""
        _LOGGER.exception("the simulated command %r failed: %r", process.name, process.args)
        self.phone.logcat.log(
            "DEBUG", f"Fatal signal 6 (SIGABRT) in {process.name}", priority=Priority.FATAL, buffer="crash"
        )
        process.complain("Aborted")
        return 134

    async def _finish(self, process: Process, code: int) -> int:
        try:
            await process.flush()
        except FileSystemError as error:
            await self.complain(f"{process.name}: write: {error.reason}")
            return 1
        except BrokenPipe:
            return 141
        return code & 0xFF

    # Expansion

    async def _substitute(self, body: Sequence) -> str:
        capture = CaptureSink(self.budget)
        self.budget.depth -= 1
        try:
            if self.budget.depth < 0:
                raise LimitError("nested too deep")
            child = self.fork(replace(self.streams, stdout=capture))
            self._substituted = self.status = await child.run_tree(body)
        finally:
            self.budget.depth += 1
        return decode(b"".join(capture.chunks).replace(b"\0", b"").rstrip(b"\n"))

    def _special(self, name: str) -> str:
        match name:
            case "?":
                return str(self.status)
            case "$":
                return "4321"
            case "!":
                return self.jobs.last_pid
            case "-":
                return "e" if self.exits_on_error else ""
            case _:
                return ""


# Commands that look at what is exported; the others read single variables such as PWD.
_READS_ENVIRONMENT: Final = frozenset({"env", "printenv", "export"})


def _resumes(leave: LeaveLoop) -> bool:
    """Whether this loop goes on. Raises `leave` again where it means a loop further out."""
    if leave.levels > 1:
        raise LeaveLoop(leave.levels - 1, resume=leave.resume)
    return leave.resume


async def _run_stage(child: Interpreter, stage: CommandTree, source: Pipe | None, sink: Pipe | None) -> int:
    try:
        return await child.run_tree(Sequence((AndOr(Pipeline(False, (stage,)), ()),)))
    finally:
        if sink is not None:
            sink.close_writing()
        if source is not None:
            source.close_reading()


def _is_redirected(item: AndOr) -> bool:
    """Whether a job's output goes elsewhere, so that the shell can end without it."""
    last = (item.rest[-1][1] if item.rest else item.first).stages[-1]
    return isinstance(last, Simple | Redirected) and any(
        redirect.operator in (">", ">>", ">|", "&>", "&>>") and redirect.descriptor == 1 for redirect in last.redirects
    )
