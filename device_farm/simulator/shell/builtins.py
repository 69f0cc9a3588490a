"""Commands that work on the shell itself: variables, control flow, jobs, evaluation."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell.arithmetic import evaluate
from device_farm.simulator.shell.conditional import Checker, TestParser
from device_farm.simulator.shell.errors import CommandError, ExitShell, LeaveLoop, ReturnFromFunction
from device_farm.simulator.shell.parser import parse
from device_farm.simulator.shell.process import Command, Process
from device_farm.simulator.shell.streams import decode
from device_farm.simulator.shell.syntax import Literal, Word

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# What `umask` starts with on Android.
_UMASK: Final = "0022"

# Builtins whose arguments are assignments, so that `export A=$B` is not split.
DECLARATIONS: Final = frozenset({"declare", "export", "local", "readonly", "typeset"})


def is_assignment(word: Word) -> bool:
    first = word[0]
    return isinstance(first, Literal) and not first.quoted and _ASSIGNMENT.match(first.text) is not None


async def _true(process: Process) -> int:
    return 0


async def _false(process: Process) -> int:
    return 1


async def _test(process: Process) -> int:
    args = process.args
    if process.name == "[":
        if not args or args[-1] != "]":
            raise CommandError("missing ]", exit_code=2)
        args = args[:-1]
    return int(not TestParser(args, Checker(process.files, process.cwd)).evaluate())


async def _cd(process: Process) -> int:
    variables = process.shell.variables
    target = process.args[0] if process.args else variables.get("HOME") or "/"
    if target == "-":
        target = variables.get("OLDPWD") or "/"
        process.print(target)
    path = posixpath.normpath(process.path(target))
    path = "/" + path.lstrip("/")
    if not process.files.is_dir(path):
        reason = "Not a directory" if process.files.exists(path) else "No such file or directory"
        process.complain(f"/system/bin/sh: cd: {target}: {reason}")
        return 2
    variables.values["OLDPWD"] = process.shell.cwd
    variables.values["PWD"] = path
    process.shell.cwd = path
    return 0


async def _pwd(process: Process) -> int:
    physical = "-P" in process.args
    process.print(process.files.realpath(process.cwd) if physical else process.cwd)
    return 0


async def _export(process: Process) -> int:
    variables = process.shell.variables
    names = [argument for argument in process.args if argument != "-p"]
    if not names:
        for name, value in variables.environment().items():
            process.print(f"export {name}={value}")
    for argument in names:
        variables.exported.add(_declare(process, argument))
    return 0


async def _readonly(process: Process) -> int:
    for argument in process.args:
        process.shell.variables.read_only.add(_declare(process, argument))
    return 0


async def _local(process: Process) -> int:
    for argument in process.args:
        if argument.startswith(("-", "+")):
            continue
        name = argument.partition("=")[0]
        process.shell.variables.make_local(name)
        _declare(process, argument)
    return 0


def _declare(process: Process, argument: str) -> str:
    name, equals, value = argument.partition("=")
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name}: is not an identifier")
    if equals:
        process.shell.assign(name, value)
    return name


async def _unset(process: Process) -> int:
    for name in process.args:
        if name == "-f":
            continue
        process.shell.variables.unset(name)
        process.shell.functions.pop(name, None)
    return 0


async def _set(process: Process) -> int:
    shell = process.shell
    if not process.args:
        for name in sorted(shell.variables.values):
            process.print(f"{name}={shell.variables.values[name]}")
    for index, argument in enumerate(process.args):
        if argument == "--" or argument[:1] not in ("-", "+"):
            shell.variables.positional = process.args[index + (argument == "--") :]
            return 0
        is_on = argument.startswith("-")
        if "e" in argument:
            shell.exits_on_error = is_on
        if "u" in argument:
            shell.expander.is_strict = is_on
    return 0


async def _shift(process: Process) -> int:
    count = _count(process, default=1)
    if count > len(process.shell.variables.positional):
        raise CommandError("nothing to shift")
    del process.shell.variables.positional[:count]
    return 0


def _count(process: Process, *, default: int) -> int:
    if not process.args:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", process.args[0]):
        raise CommandError(f"{process.args[0]}: bad number")
    return int(process.args[0])


async def _exit(process: Process) -> int:
    raise ExitShell(_count(process, default=process.shell.status) & 0xFF)


async def _return(process: Process) -> int:
    raise ReturnFromFunction(_count(process, default=process.shell.status) & 0xFF)


async def _break(process: Process) -> int:
    raise LeaveLoop(max(1, _count(process, default=1)), resume=process.name == "continue")


async def _eval(process: Process) -> int:
    await process.flush()
    return await process.shell.run_sequence(parse(" ".join(process.args)))


async def _exec(process: Process) -> int:
    # Without a command the redirects of `exec` stay; the interpreter sees to that.
    if not process.args:
        return 0
    raise ExitShell(await process.run(process.args))


async def _source(process: Process) -> int:
    if not process.args:
        raise CommandError("missing argument")
    try:
        text = process.files.read(process.path(process.args[0]))
    except FileSystemError as error:
        process.complain(f"/system/bin/sh: {process.name}: {error.path}: {error.reason}")
        return 1
    return await process.shell.run_sequence(parse(decode(text)))


async def _command(process: Process) -> int:
    args = process.args
    if args[:1] in (["-v"], ["-V"]):
        return _show_type(process, args[1:], terse=args[0] == "-v")
    args = args[1:] if args[:1] == ["-p"] else args
    if not args:
        return 0
    function = process.shell.functions.pop(args[0], None)
    try:
        return await process.run(args)
    finally:
        if function is not None:
            process.shell.functions[args[0]] = function


async def _type(process: Process) -> int:
    return _show_type(process, process.args, terse=process.name == "whence")


def _show_type(process: Process, names: list[str], *, terse: bool) -> int:
    status = 0
    for name in names:
        shell = process.shell
        if name in shell.functions:
            process.print(name if terse else f"{name} is a function")
        elif name in BUILTINS:
            process.print(name if terse else f"{name} is a shell builtin")
        elif name in shell.commands:
            process.print(f"/system/bin/{name}" if terse else f"{name} is /system/bin/{name}")
        else:
            status = 1
            if not terse:
                process.print(f"{name}: not found")
    return status


async def _read(process: Process) -> int:
    """`read [-r] [-p PROMPT] NAME...`: one line, split at IFS; the last name gets the rest."""
    args = list(process.args)
    raw = False
    while args and args[0].startswith("-"):
        option = args.pop(0)
        raw |= "r" in option
        if option.endswith("p") and args:
            process.complain(args.pop(0))
    names = args or ["REPLY"]
    line = decode(await process.stdin.read_line())
    ended = not line.endswith("\n")
    line = line.removesuffix("\n")
    if not raw:
        line = re.sub(r"\\(.)", r"\1", line)
    separators = process.shell.variables.get("IFS")
    separators = " \t" if separators is None else separators
    fields = _read_fields(line, separators, len(names))
    for name, value in zip(names, fields, strict=True):
        _declare(process, f"{name}={value}")
    return int(ended)


def _read_fields(line: str, separators: str, count: int) -> list[str]:
    blanks = "".join(mark for mark in separators if mark in " \t\n")
    line = line.strip(blanks) if blanks else line
    if count == 1 or not separators:
        return [line] + [""] * (count - 1)
    pattern = f"[{re.escape(blanks)}]+" if blanks == separators else f"[{re.escape(separators)}]"
    parts = re.split(pattern, line, maxsplit=count - 1)
    return parts + [""] * (count - len(parts))


async def _let(process: Process) -> int:
    variables = process.shell.variables
    value = 0
    for expression in process.args:
        value = evaluate(expression, lambda name: variables.get(name) or "", process.shell.assign)
    return int(value == 0)


async def _wait(process: Process) -> int:
    status = 0
    for argument in process.args:
        status = await process.shell.jobs.wait(int(argument) if re.fullmatch(r"\d{1,9}", argument) else -1)
    return status if process.args else await process.shell.jobs.wait()


async def _umask(process: Process) -> int:
    if not process.args:
        process.print(_UMASK)
    return 0


BUILTINS: Final[Mapping[str, Command]] = {
    ":": _true,
    ".": _source,
    "[": _test,
    "alias": _true,
    "break": _break,
    "cd": _cd,
    "command": _command,
    "continue": _break,
    "declare": _local,
    "eval": _eval,
    "exec": _exec,
    "exit": _exit,
    "export": _export,
    "false": _false,
    "jobs": _true,
    "let": _let,
    "local": _local,
    "pwd": _pwd,
    "read": _read,
    "readonly": _readonly,
    "return": _return,
    "set": _set,
    "shift": _shift,
    "source": _source,
    "test": _test,
    "trap": _true,
    "true": _true,
    "type": _type,
    "typeset": _local,
    "ulimit": _true,
    "umask": _umask,
    "unset": _unset,
    "wait": _wait,
    "whence": _type,
}
