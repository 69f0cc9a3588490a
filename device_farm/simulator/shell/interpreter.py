"""Runs a syntax tree: control flow, pipelines, redirects, and the start of commands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell import builtins
from device_farm.simulator.shell.conditional import evaluate_conditional
from device_farm.simulator.shell.control import run_case, run_for, run_if, run_while
from device_farm.simulator.shell.errors import (
    BrokenPipe,
    ExitShell,
    ExpansionError,
    LeaveLoop,
    LimitError,
    RedirectError,
    ReturnFromFunction,
    ShellSyntaxError,
)
from device_farm.simulator.shell.expansion import Expander
from device_farm.simulator.shell.jobs import Jobs
from device_farm.simulator.shell.launch import SHELL_NAME, launch
from device_farm.simulator.shell.parser import parse
from device_farm.simulator.shell.process import Command
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

    def fork(self, streams: Streams, variables: Variables | None = None) -> Interpreter:
        """A subshell: sees everything (with `variables`, those), changes nothing here."""
        child = Interpreter(
            self.phone,
            self.commands,
            budget=self.budget,
            streams=streams,
            variables=variables or self.variables.copy(),
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
                return await run_if(self, command)
            case For():
                return await run_for(self, command)
            case While():
                return await run_while(self, command)
            case Case():
                return await run_case(self, command)
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

    async def condition(self, body: Sequence) -> bool:
        """Whether `body` succeeds; `set -e` does not end the shell where it fails."""
        self._checked_depth += 1
        try:
            return await self.run_sequence(body) == 0
        finally:
            self._checked_depth -= 1

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
        """Raises ExpansionError where the name is read-only, LimitError for too much text."""
        self.budget.spend_output(len(value))
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
            return await launch(self, words)
        finally:
            self.budget.depth += 1
            # `exec` with redirects alone is meant to change the shell's own streams.
            if words != ["exec"]:
                self.streams = before

    async def run_script(self, data: bytes, args: list[str]) -> int:
        """Runs the text of a script in a shell of its own, which inherits what is exported."""
        child = self.fork(self.streams, Variables(self.variables.environment()))
        child.functions = {}
        child.variables.positional = args
        return await child.run_text(decode(data))

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
