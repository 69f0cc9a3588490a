"""`grep`, `egrep`, `fgrep`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell.commands.regexes import compile_regex, translate
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.expansion import matcher
from device_farm.simulator.shell.options import Options, read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import BytesSource, Reader, decode

_LONG = {
    "include": "M",
    "exclude": "S",
    "color": "_",
    "colour": "_",
    "line-buffered": "_",
    "regexp": "e",
    "file": "f",
    "max-count": "m",
    "ignore-case": "i",
    "invert-match": "v",
    "count": "c",
    "quiet": "q",
    "fixed-strings": "F",
    "extended-regexp": "E",
    "only-matching": "o",
    "recursive": "r",
}


@dataclass(frozen=True, slots=True)
class _Context:
    """Lines to show before and after a match."""

    before: int
    after: int


async def grep(process: Process) -> int:
    patterns, process.args = _take_patterns(process.args)
    options = read_options(process, "EFGHILRZachilnoqrsvwxyzbL_", "ABCfmMS", long=_LONG)
    patterns += [line for line in (await _pattern_file(process, options))]
    if not patterns:
        if not options.rest:
            raise CommandError("no REGEX", exit_code=2)
        patterns = options.rest.pop(0).split("\n")
    search = _Search(process, options, _compiled(process, options, patterns))
    recursive = "r" in options or "R" in options
    names = _expanded(process, options, options.rest or ["."]) if recursive else options.rest
    return await search.run(names, titled=recursive or len(names) > 1)


def _take_patterns(args: list[str]) -> tuple[list[str], list[str]]:
    """`-e` may be given several times."""
    patterns: list[str] = []
    rest: list[str] = []
    index = 0
    while index < len(args):
        found = re.fullmatch(r"-([A-DF-Za-df-z]*)e(.*)", args[index], re.DOTALL)
        if args[index] == "--":
            return patterns, rest + args[index:]
        if found and not args[index].startswith("--") and not re.search("[ABCfm]", found.group(1)):
            if found.group(1):
                rest.append(f"-{found.group(1)}")
            value = found.group(2)
            if not value and index + 1 < len(args):
                index += 1
                value = args[index]
            patterns += value.split("\n")
        else:
            rest.append(args[index])
        index += 1
    return patterns, rest


async def _pattern_file(process: Process, options: Options) -> list[str]:
    if "f" not in options:
        return []
    return (await process.input_text(options.value("f"))).removesuffix("\n").split("\n")


def _compiled(process: Process, options: Options, patterns: list[str]) -> re.Pattern[str]:
    fixed = "F" in options or process.name == "fgrep"
    extended = "E" in options or process.name == "egrep"
    parts = [re.escape(pattern) if fixed else translate(pattern, extended=extended) for pattern in patterns]
    if not fixed:
        for pattern in patterns:
            compile_regex(pattern, extended=extended)
    text = "|".join(f"(?:{part})" for part in parts) if len(parts) > 1 else parts[0]
    if "w" in options:
        text = rf"(?<!\w)(?:{text})(?!\w)"
    if "x" in options:
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, re.IGNORECASE if "i" in options or "y" in options else 0)
    except re.error:
        raise CommandError(f"bad REGEX '{patterns[0]}'", exit_code=2) from None


def _expanded(process: Process, options: Options, names: list[str]) -> list[str]:
    """The files below the folders among `names`."""
    found: list[str] = []
    for name in names:
        path = process.path(name)
        if not process.files.is_dir(path):
            found.append(name)
            continue
        root = process.files.realpath(path)
        for below, status in process.files.walk(root):
            shown = name.rstrip("/") + below[len(root.rstrip("/")) :]
            base = shown.rpartition("/")[2]
            if not status.is_file or ("M" in options and not matcher(options.value("M")).fullmatch(base)):
                continue
            if "S" not in options or not matcher(options.value("S")).fullmatch(base):
                found.append(shown)
    return found


class _Search:
    def __init__(self, process: Process, options: Options, pattern: re.Pattern[str]) -> None:
        self._process = process
        self._options = options
        self._pattern = pattern
        self._most = options.number("m", 1 << 60)
        around = options.number("C", 0)
        self._context = _Context(options.number("B", around), options.number("A", around))

    async def run(self, names: list[str], *, titled: bool) -> int:
        titled = (titled or "H" in self._options) and "h" not in self._options
        found = failed = False
        for name in names or ["-"]:
            try:
                if name == "-":
                    reader, shown = self._process.stdin, "(standard input)"
                else:
                    reader, shown = Reader(BytesSource(self._process.files.read(self._process.path(name)))), name
            except FileSystemError as error:
                failed = True
                if "s" not in self._options:
                    self._process.error(f"{name}: {error.reason}")
                continue
            count = await self._search(reader, f"{shown}:" if titled else "", follow=name == "-")
            found |= count > 0
            self._summary(shown, count, titled)
            if found and "q" in self._options:
                return 0
        return 2 if failed and not found else int(not found)

    async def _search(self, reader: Reader, title: str, *, follow: bool) -> int:
        count = number = 0
        silent = bool({"q", "l", "L", "c"} & self._options.flags.keys())
        before: list[tuple[int, str]] = []
        after = shown_to = 0
        while count < self._most and (line := await reader.read_line()):
            number += 1
            text = decode(line.removesuffix(b"\n"))
            if (self._pattern.search(text) is None) == ("v" not in self._options):
                if after > 0:
                    self._show(title, number, text, "-")
                    after, shown_to = after - 1, number
                elif self._context.before:
                    before = [*before, (number, text)][-self._context.before :]
                continue
            count += 1
            if silent:
                if "c" not in self._options:
                    return count
                continue
            first = before[0][0] if before else number
            if (self._context.before or self._context.after) and shown_to and first > shown_to + 1:
                self._process.print("--")
            for earlier, context in before:
                self._show(title, earlier, context, "-")
            before, after, shown_to = [], self._context.after, number
            self._matched(title, number, text)
            if follow and not reader.holds_data:
                # The last line that has come is shown at once, so that `logcat | grep` can be followed.
                await self._process.flush()
        return count

    def _matched(self, title: str, number: int, text: str) -> None:
        if "o" not in self._options:
            self._show(title, number, text, ":")
            return
        for found in self._pattern.finditer(text):
            if found.group():
                self._show(title, number, found.group(), ":")

    def _show(self, title: str, number: int, text: str, separator: str) -> None:
        prefix = title if separator == ":" or not title else title[:-1] + "-"
        position = f"{number}{separator}" if "n" in self._options else ""
        self._process.print(prefix + position + text)

    def _summary(self, name: str, count: int, titled: bool) -> None:
        if "c" in self._options and "q" not in self._options:
            self._process.print(f"{name}:{count}" if titled else str(count))
        elif ("l" in self._options and count) or ("L" in self._options and not count):
            self._process.print(name)
