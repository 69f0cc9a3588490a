"""Starts a command by its words: a function, a builtin, a program of the phone, a script."""

from __future__ import annotations

import logging
import posixpath
from typing import TYPE_CHECKING, Final

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.logcat import Priority
from device_farm.simulator.shell import builtins
from device_farm.simulator.shell.errors import (
    BrokenPipe,
    CallerGoneError,
    CommandError,
    ExitShell,
    ExpansionError,
    LeaveLoop,
    LimitError,
    ReturnFromFunction,
    ShellSyntaxError,
)
from device_farm.simulator.shell.process import Command, Process
from device_farm.simulator.shell.syntax import Command as CommandTree

if TYPE_CHECKING:
    from device_farm.simulator.shell.interpreter import Interpreter

SHELL_NAME: Final = "/system/bin/sh"
PROGRAM_FOLDERS: Final = ("/system/bin", "/system/xbin", "/vendor/bin", "/bin", "/apex/com.android.art/bin")

_LOGGER: Final = logging.getLogger(__name__)

# Exceptions that are not about the command in which they arise.
_CONTROL_FLOW: Final = (ExitShell, ExpansionError, LeaveLoop, LimitError, RecursionError, ReturnFromFunction)

# Commands that look at what is exported; the others read single variables such as PWD.
_READS_ENVIRONMENT: Final = frozenset({"env", "printenv", "export"})


async def launch(shell: Interpreter, words: list[str]) -> int:
    """Runs the command `words[0]` in the shell's present streams; its exit code, 127 where there is none."""
    name = words[0]
    if (function := shell.functions.get(name)) is not None:
        return await _call(shell, function, words[1:])
    if (builtin := builtins.BUILTINS.get(name)) is not None:
        return await _execute(shell, name, builtin, words[1:])
    if (command := shell.commands.get(name)) is not None:
        return await _execute(shell, name, command, words[1:])
    if "/" in name:
        return await _run_file(shell, name, words[1:])
    await shell.complain(f"{SHELL_NAME}: {name}: inaccessible or not found")
    return 127


async def _call(shell: Interpreter, function: CommandTree, args: list[str]) -> int:
    positional = shell.variables.positional
    shell.variables.positional = args
    shell.variables.enter_function()
    try:
        return await shell.run_command(function)
    except ReturnFromFunction as result:
        return result.code
    finally:
        shell.variables.leave_function()
        shell.variables.positional = positional


async def _run_file(shell: Interpreter, name: str, args: list[str]) -> int:
    path = name if name.startswith("/") else posixpath.join(shell.cwd, name)
    folder, program = posixpath.split(posixpath.normpath(path))
    files = shell.phone.files
    if folder in PROGRAM_FOLDERS and (command := shell.commands.get(program)) is not None:
        return await _execute(shell, program, command, args)
    if not files.exists(path):
        await shell.complain(f"{SHELL_NAME}: {name}: inaccessible or not found")
        return 127
    if files.is_dir(path) or not files.stat(path).mode & 0o111:
        reason = "Is a directory" if files.is_dir(path) else "Permission denied"
        await shell.complain(f"{SHELL_NAME}: {name}: can't execute: {reason}")
        return 126
    return await shell.run_script(files.read(path), args)


async def _execute(shell: Interpreter, name: str, command: Command, args: list[str]) -> int:
    process = Process(
        name=posixpath.basename(name) or name,
        args=args,
        phone=shell.phone,
        stdin=shell.streams.stdin,
        stdout=shell.streams.stdout,
        stderr=shell.streams.stderr,
        shell=shell,
        environment=shell.variables.environment() if name in _READS_ENVIRONMENT else shell.variables.values,
    )
    try:
        code = await command(process)
    except CommandError as error:
        process.complain(str(error) if error.bare else f"{process.name}: {error}")
        code = error.exit_code
    except FileSystemError as error:
        process.error(f"{error.path}: {error.reason}")
        code = 1
    except ShellSyntaxError as error:
        process.complain(f"{SHELL_NAME}: syntax error: {error}")
        code = 2
    except BrokenPipe:
        return 141
    except CallerGoneError:
        raise
    except _CONTROL_FLOW:
        await _finish(shell, process, 0)
        raise
    except Exception:  # noqa: BLE001 - a fault of one simulated program must not end the phone; it is recorded
        code = _crash(shell, process)
    return await _finish(shell, process, code)


def _crash(shell: Interpreter, process: Process) -> int:
    """Records the exception being handled as a native crash is, and reports SIGABRT."""
    _LOGGER.exception("the simulated command %r failed: %r", process.name, process.args)
    shell.phone.logcat.log(
        "DEBUG", f"Fatal signal 6 (SIGABRT) in {process.name}", priority=Priority.FATAL, buffer="crash"
    )
    process.complain("Aborted")
    return 134


async def _finish(shell: Interpreter, process: Process, code: int) -> int:
    try:
        await process.flush()
    except FileSystemError as error:
        await shell.complain(f"{process.name}: write: {error.reason}")
        return 1
    except BrokenPipe:
        return 141
    return code & 0xFF
