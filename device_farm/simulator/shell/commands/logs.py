"""`logcat` and `log`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from device_farm.simulator.logcat import LogLine, Priority
from device_farm.simulator.shell.commands.dates import parse_time
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import Options, read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time

_LETTERS: Final[Mapping[str, Priority]] = {priority.value: priority for priority in Priority}
_DEFAULT_BUFFERS: Final = ("main", "system", "crash")
_FORMATS: Final = ("brief", "long", "process", "raw", "tag", "thread", "threadtime", "time")
# Modifiers of `-v` beside the formats; those that only colour or describe what follows are taken and change nothing.
_FRACTIONS: Final[Mapping[str, int]] = {"usec": 6, "nsec": 9}
_CLOCKS: Final = ("epoch", "monotonic")
_IGNORED: Final = ("color", "colour", "descriptive", "printable", "uid", "UTC", "year", "zone")
_LONG: Final = {
    "buffer": "b",
    "clear": "c",
    "format": "v",
    "regex": "e",
    "max-count": "m",
    "pid": "P",
    "last": "L",
    "tail": "t",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    """`levels` by tag, `*` for all others; None is silent."""

    buffers: tuple[str, ...]
    levels: Mapping[str, Priority | None]
    pattern: re.Pattern[str] | None
    pid: int | None

    def takes(self, line: LogLine) -> bool:
        if line.buffer not in self.buffers and "all" not in self.buffers:
            return False
        level = self.levels.get(line.tag, self.levels.get("*", Priority.VERBOSE))
        if level is None or line.priority.rank < level.rank:
            return False
        if self.pid is not None and line.pid != self.pid:
            return False
        return self.pattern is None or self.pattern.search(line.message) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """How a line is printed: a format, the clock of its time stamp (empty: date and time) and that one's digits."""

    form: str = "threadtime"
    clock: str = ""
    digits: int = 3

    @classmethod
    def read(cls, words: tuple[str, ...]) -> _Style:
        """Raises CommandError for what is neither format nor modifier."""
        style = cls()
        for word in (part for text in words for part in re.split(r"[,\s]+", text) if part):
            if word in _FORMATS:
                style = replace(style, form=word)
            elif word in _CLOCKS:
                style = replace(style, clock=word)
            elif word in _FRACTIONS:
                style = replace(style, digits=_FRACTIONS[word])
            elif word not in _IGNORED:
                raise CommandError(f"Invalid parameter {word} to -v", exit_code=1)
        return style


async def logcat(process: Process) -> int:
    found, process.args = _take_all(process.args, ("-b", "--buffer"))
    buffers = tuple(name for text in found for name in text.split(","))
    formats, process.args = _take_all(process.args, ("-v", "--format"))
    options = read_options(process, "cdgsLDSB", "bvTtefrnmP", long=_LONG)
    log = process.phone.logcat
    if "c" in options:
        log.clear()
        return 0
    if "g" in options:
        for buffer in buffers or _DEFAULT_BUFFERS:
            process.print(
                f"{buffer}: ring buffer is 256 KiB (12 KiB consumed), max entry is 5120 B, max payload is 4068 B"
            )
        return 0
    style = _Style.read((*formats, options.value("v")))
    chosen = _filter(options, buffers)
    with log.follow() as queue:
        most = options.number("m", 1 << 60)
        shown = _print_history(process, options, chosen, style, most)
        if "d" in options or "t" in options or shown >= most:
            return 0
        await _follow(process, queue, chosen, style, most - shown)
    return 0


def _take_all(args: list[str], names: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """The values of an option that may be given several times, and the other arguments."""
    values: list[str] = []
    rest: list[str] = []
    index = 0
    while index < len(args):
        if args[index] in names and index + 1 < len(args):
            values.append(args[index + 1])
            index += 1
        else:
            rest.append(args[index])
        index += 1
    return tuple(values), rest


def _filter(options: Options, buffers: tuple[str, ...]) -> _Filter:
    levels: dict[str, Priority | None] = {"*": None} if "s" in options else {}
    for spec in " ".join(options.rest).split():
        tag, colon, letter = spec.rpartition(":")
        if not colon:
            tag, letter = spec, "V"
        levels[tag] = _LETTERS.get(letter.upper()) if letter != "*" else Priority.VERBOSE
    try:
        pattern = re.compile(options.value("e")) if "e" in options else None
    except re.error:
        raise CommandError(f"bad regex '{options.value('e')}'") from None
    pid = options.number("P", -1)
    if "default" in buffers:
        buffers = (*buffers, *_DEFAULT_BUFFERS)
    return _Filter(buffers=buffers or _DEFAULT_BUFFERS, levels=levels, pattern=pattern, pid=pid if pid >= 0 else None)


def _print_history(process: Process, options: Options, chosen: _Filter, style: _Style, most: int) -> int:
    since = options.value("T") or options.value("t")
    lines = process.phone.logcat.lines()
    if since and not since.isdigit():
        at_s = _since_s(process, since)
        lines = tuple(line for line in lines if line.time_s >= at_s)
    selected = [line for line in lines if chosen.takes(line)]
    if since.isdigit():
        selected = selected[-int(since[:9]) :] if int(since[:9]) else []
    selected = selected[:most]
    opened: set[str] = set()
    for line in selected:
        if line.buffer not in opened:
            opened.add(line.buffer)
            process.print(f"--------- beginning of {line.buffer}")
        process.print(_formatted(process, line, style))
    return len(selected)


def _since_s(process: Process, text: str) -> float:
    """`MM-DD hh:mm:ss.mmm`, `YYYY-MM-DD hh:mm:ss.mmm` or `SECONDS.FRACTION`."""
    if re.fullmatch(r"\d{1,11}\.\d{1,9}", text):
        return float(text)
    if re.match(r"\d\d-\d\d ", text):
        text = f"{local_time(process.phone).year}-{text}"
    at_s = parse_time(process.phone, text)
    if at_s is None:
        raise CommandError(f'-t "{text}" not in time format')
    return at_s


async def _follow(process: Process, queue: asyncio.Queue[LogLine], chosen: _Filter, style: _Style, most: int) -> None:
    await process.flush()
    while most > 0:
        line = await queue.get()
        if chosen.takes(line):
            process.print(_formatted(process, line, style))
            most -= 1
            await process.flush()


def _stamp(process: Process, time_s: float, style: _Style) -> str:
    seconds, nanoseconds = divmod(round(time_s * 1_000_000) * 1000, 1_000_000_000)
    fraction = f"{nanoseconds:09d}"[: style.digits]
    match style.clock:
        case "epoch":
            return f"{seconds:19d}.{fraction}"
        case "monotonic":
            clock = process.phone.clock
            return f"{max(0, int(time_s - clock.now_s() + clock.uptime_s())):6d}.{fraction}"
        case _:
            return local_time(process.phone, time_s).strftime("%m-%d %H:%M:%S.") + fraction


def _formatted(process: Process, line: LogLine, style: _Style) -> str:
    letter = line.priority.value
    stamp = _stamp(process, line.time_s, style)
    match style.form:
        case "brief":
            return f"{letter}/{line.tag:<8}({line.pid:5d}): {line.message}"
        case "process":
            return f"{letter}({line.pid:5d}) {line.message}  ({line.tag})"
        case "tag":
            return f"{letter}/{line.tag:<8}: {line.message}"
        case "raw":
            return line.message
        case "time":
            return f"{stamp} {letter}/{line.tag:<8}({line.pid:5d}): {line.message}"
        case "thread":
            return f"{letter}({line.pid:5d}:{line.tid:5d}) {line.message}"
        case "long":
            return f"[ {stamp} {line.pid:5d}:{line.tid:5d} {letter}/{line.tag:<8} ]\n{line.message}\n"
        case _:
            return f"{stamp} {line.pid:5d} {line.tid:5d} {letter} {line.tag:<8}: {line.message}"


async def log(process: Process) -> int:
    """`log [-p PRIORITY] [-t TAG] MESSAGE`."""
    options = read_options(process, "", "pt", stop_early=True, least=1)
    letter = options.value("p", "i").upper()[:1]
    if letter not in _LETTERS:
        raise CommandError(f"bad -p '{options.value('p')}'")
    process.phone.logcat.log(options.value("t", "log"), " ".join(options.rest), priority=_LETTERS[letter], pid=4321)
    return 0
