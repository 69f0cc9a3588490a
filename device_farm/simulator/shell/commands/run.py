"""Commands that run other commands."""

from __future__ import annotations

import asyncio
import re

from device_farm.simulator.shell.commands.regexes import compile_regex
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import BytesSource, Reader, decode
from device_farm.simulator.shell.times import local_time
from device_farm.simulator.shell.users import user_id

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


async def sh(process: Process) -> int:
    """`sh -c TEXT [NAME ARGS]`, `sh FILE ARGS`, or the script on stdin."""
    args = list(process.args)
    while args and re.fullmatch("-[elxui]+", args[0]):
        args.pop(0)
    if args and re.fullmatch("-[elxui]*c", args[0]):
        if len(args) < 2:
            raise CommandError("-c: requires an argument", exit_code=1)
        return await process.shell.run_script(args[1].encode("utf-8", "surrogateescape"), args[3:])
    if args and args[0] != "-s":
        path = process.path(args[0])
        if not process.files.is_file(path):
            process.complain(f"/system/bin/sh: {args[0]}: No such file or directory")
            return 127
        return await process.shell.run_script(process.files.read(path), args[1:])
    return await process.shell.run_script(await process.stdin.read_all(), args[1:])


async def su(process: Process) -> int:
    """The shell is root already; other users' rights are not modelled."""
    args = list(process.args)
    if args and args[0] in ("-", "-l"):
        args.pop(0)
    if args and args[0] not in ("-c",) and user_id(args[0].partition(",")[0]) is not None:
        args.pop(0)
    if not args:
        return await process.shell.run_script(await process.stdin.read_all(), [])
    if args[0] == "-c":
        return await process.shell.run_script(" ".join(args[1:]).encode("utf-8", "surrogateescape"), [])
    return await process.run(args)


async def env(process: Process) -> int:
    args = list(process.args)
    variables = process.shell.variables
    clean = False
    while args and (args[0] in ("-i", "-") or "=" in args[0] or args[0] == "-u"):
        first = args.pop(0)
        if first in ("-i", "-"):
            clean = True
        elif first == "-u" and args:
            variables = variables.copy()
            variables.unset(args.pop(0))
        else:
            args.insert(0, first)
            break
    child = process.shell.fork(process.shell.streams, variables.copy())
    if clean:
        child.variables.exported.clear()
    while args and "=" in args[0]:
        name, _, value = args.pop(0).partition("=")
        child.variables.values[name] = value
        child.variables.exported.add(name)
    if args:
        await process.flush()
        return await child.run_words(args, process.shell.streams)
    for name, value in child.variables.environment().items():
        process.print(f"{name}={value}")
    return 0


async def printenv(process: Process) -> int:
    values = process.shell.variables.environment()
    if not process.args:
        for name, value in values.items():
            process.print(f"{name}={value}")
    missing = 0
    for name in process.args:
        if name in values:
            process.print(values[name])
        else:
            missing = 1
    return missing


async def xargs(process: Process) -> int:
    options = read_options(process, "0prtox", "nsILEPd", stop_early=True)
    command = options.rest or ["echo"]
    items = _items(decode(await process.stdin.read_all()), options.value("I"), "0" in options)
    if "I" in options:
        batches = [[part.replace(options.value("I"), item) for part in command] for item in items]
    else:
        size = max(1, options.number("n", options.number("L", 1000)))
        starts = range(0, len(items), size) if items or "r" in options else (0,)
        batches = [[*command, *items[start : start + size]] for start in starts]
    status = 0
    for batch in batches:
        if "t" in options:
            process.complain(" ".join(batch))
        code = await process.run(batch, stdin=Reader(BytesSource(b"")))
        if code == 255:
            return 124
        if code in (126, 127):
            return code
        status = 123 if code else status
    return status


def _items(text: str, replaced: str, null_separated: bool) -> list[str]:
    if null_separated:
        return [item for item in text.split("\0") if item]
    if replaced:
        return [line.strip() for line in text.split("\n") if line.strip()]
    quoted = re.compile(r"\"([^\"]*)\"|'([^']*)'|\\(.)|(\s+)|([^\s\"'\\]+)|(.)", re.DOTALL)
    items: list[str] = []
    current: str | None = None
    for found in quoted.finditer(text):
        if found.group(4):
            if current is not None:
                items.append(current)
            current = None
        else:
            current = (current or "") + next((part for part in found.groups() if part is not None), "")
    return items if current is None else [*items, current]


async def sleep(process: Process) -> int:
    if not process.args:
        raise process.usage("Needs 1 argument")
    await process.flush()
    await process.phone.clock.sleep(sum(_duration_s(text) for text in process.args))
    return 0


def _duration_s(text: str) -> float:
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})([smhd]?)", text)
    if found is None:
        raise CommandError(f"not a number: {text}")
    return float(found.group(1)) * _UNITS_S[found.group(2)]


async def usleep(process: Process) -> int:
    if len(process.args) != 1 or not re.fullmatch(r"\d{1,12}", process.args[0]):
        raise process.usage("Needs 1 argument")
    await process.phone.clock.sleep(int(process.args[0]) / 1_000_000)
    return 0


async def timeout(process: Process) -> int:
    """Ends the command after a time of the phone; under the virtual clock only what never ends by itself."""
    options = read_options(process, "fiv", "ks", stop_early=True, least=2)
    limit_s = _duration_s(options.rest[0])
    work = asyncio.ensure_future(process.run(options.rest[1:]))
    timer = asyncio.ensure_future(_limit(process, limit_s))
    try:
        await asyncio.wait((work, timer), return_when=asyncio.FIRST_COMPLETED)
        return work.result() if work.done() else 124
    finally:
        for task in (work, timer):
            task.cancel()
        await asyncio.gather(work, timer, return_exceptions=True)


async def _limit(process: Process, limit_s: float) -> None:
    # The command gets a few turns of the event loop before a virtual clock jumps.
    for _ in range(1000):
        await asyncio.sleep(0)
    await process.phone.clock.sleep(limit_s)


async def time(process: Process) -> int:
    start_s = process.phone.clock.uptime_s()
    code = await process.run(process.args) if process.args else 0
    seconds = process.phone.clock.uptime_s() - start_s
    for name, value in (("real", seconds), ("user", 0.0), ("sys", 0.0)):
        process.complain(f"{name}    {int(value // 60)}m{value % 60:05.2f}s")
    return code


async def forward(process: Process) -> int:
    """`nohup`, `setsid`, `nice`, `ionice`, `busybox`: run what follows."""
    args = list(process.args)
    while args and (args[0].startswith("-") or (process.name != "setsid" and re.fullmatch(r"-?\d+", args[0]))):
        args.pop(0)
    if not args:
        raise process.usage("Needs 1 argument")
    return await process.run(args)


async def toybox(process: Process) -> int:
    if not process.args:
        names = sorted(process.shell.commands)
        process.print(" ".join(names))
        return 0
    if process.args[0] == "--version":
        process.print("toybox 0.8.6-android")
        return 0
    if process.args[0] not in process.shell.commands:
        process.complain(f"toybox: Unknown command {process.args[0]}")
        return 127
    return await process.run(process.args)


async def run_as(process: Process) -> int:
    """`run-as PACKAGE COMMAND`: from the package's folder."""
    args = list(process.args)
    if args[:1] == ["--user"]:
        args = args[2:]
    if not args:
        process.complain("run-as: usage: run-as <package-name> [--user <uid>] <command> [<args>]")
        return 1
    folder = f"/data/data/{args[0]}"
    if "/" in args[0] or not process.files.is_dir(folder):
        process.complain(f"run-as: unknown package: {args[0]}")
        return 1
    child = process.shell.fork(process.shell.streams)
    child.cwd = folder
    await process.flush()
    if len(args) == 1:
        return await child.run_text(decode(await process.stdin.read_all()))
    return await child.run_words(args[1:], process.shell.streams)


async def which(process: Process) -> int:
    options = read_options(process, "a", least=1)
    missing = 0
    for name in options.rest:
        if name in process.shell.commands:
            process.print(f"/system/bin/{name}")
        else:
            missing = 1
    return missing


async def watch(process: Process) -> int:
    """Repeats a command until the caller goes away."""
    options = read_options(process, "bet", "n", stop_early=True, least=1)
    while True:
        moment = local_time(process.phone).strftime("%c")
        process.print(f"Every {options.value('n', '2')}s: {' '.join(options.rest)}  {moment}\n")
        await process.run(options.rest)
        await process.phone.clock.sleep(max(0.1, _duration_s(options.value("n", "2"))))


async def expr(process: Process) -> int:
    """Integers, comparisons, `STRING : REGEX`, `length`, `substr`, `index`."""
    if not process.args:
        raise process.usage("Needs 1 argument")
    value = _Expr(process.args).evaluate()
    process.print(value)
    return int(value in ("", "0"))


class _Expr:
    _LEVELS = (("|",), ("&",), ("=", "==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"), (":",))

    def __init__(self, args: list[str]) -> None:
        self._args = args
        self._position = 0

    def evaluate(self) -> str:
        value = self._level(0)
        if self._position < len(self._args):
            raise CommandError("syntax error", exit_code=2)
        return value

    def _level(self, level: int) -> str:
        if level == len(self._LEVELS):
            return self._primary()
        left = self._level(level + 1)
        while self._position < len(self._args) and self._args[self._position] in self._LEVELS[level]:
            operator = self._args[self._position]
            self._position += 1
            left = _apply(left, operator, self._level(level + 1))
        return left

    def _primary(self) -> str:
        if self._position >= len(self._args):
            raise CommandError("syntax error", exit_code=2)
        token = self._args[self._position]
        self._position += 1
        if token == "(":
            value = self._level(0)
            if self._position >= len(self._args) or self._args[self._position] != ")":
                raise CommandError("syntax error", exit_code=2)
            self._position += 1
            return value
        if token == "length" and self._position < len(self._args):
            return str(len(self._primary()))
        return token


def _apply(left: str, operator: str, right: str) -> str:
    numbers = bool(re.fullmatch(r"-?\d{1,18}", left) and re.fullmatch(r"-?\d{1,18}", right))
    match operator:
        case "|":
            return left if left not in ("", "0") else right
        case "&":
            return left if left not in ("", "0") and right not in ("", "0") else "0"
        case ":":
            return _match(left, right)
        case "+" | "-" | "*" | "/" | "%":
            if not numbers:
                raise CommandError("non-integer argument", exit_code=2)
            return str(_calculate(int(left), operator, int(right)))
        case _:
            first, second = (int(left), int(right)) if numbers else (left, right)
            return str(int(_compare(first, operator, second)))


def _compare(left: int | str, operator: str, right: int | str) -> bool:
    order = (left > right) - (left < right)  # type: ignore[operator]
    return {"=": order == 0, "==": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0}.get(
        operator, order >= 0
    )


def _calculate(left: int, operator: str, right: int) -> int:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    if right == 0:
        raise CommandError("division by zero", exit_code=2)
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient if operator == "/" else left - quotient * right


def _match(text: str, pattern: str) -> str:
    found = compile_regex(pattern, extended=False).match(text)
    if "\\(" in pattern:
        return (found.group(1) or "") if found else ""
    return str(len(found.group())) if found else "0"
