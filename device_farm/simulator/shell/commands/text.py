"""Filters over lines of text."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Final

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import Options, read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import BytesSource, Reader, decode, encode

_CLASSES: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@[-`{-~",
    "space": " \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


async def inputs(process: Process, names: list[str]) -> AsyncIterator[tuple[str, bytes]]:
    """(name, content) of each file, stdin without names; reports what cannot be read, and goes on."""
    for name in names or ["-"]:
        try:
            yield name, await process.input_bytes(name)
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends."""
    return data.splitlines(keepends=True) if b"\r" not in data else re.findall(rb"[^\n]*\n|[^\n]+", data)


def _readable(process: Process, name: str) -> bool:
    return name == "-" or process.files.is_file(process.path(name))


def _status(process: Process, names: list[str]) -> int:
    return int(not all(_readable(process, name) for name in names))


async def head(process: Process) -> int:
    process.args = _old_style(process.args)
    options = read_options(process, "qv", "nc")
    count = options.number("n", 10)
    titled = (len(options.rest) > 1 or "v" in options) and "q" not in options
    first = True
    for name in options.rest or ["-"]:
        try:
            reader = process.stdin if name == "-" else _reader(process.files.read(process.path(name)))
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")
            continue
        if titled:
            process.print(f"{'' if first else chr(10)}==> {name} <==")
        first = False
        await _head(process, reader, options, count)
    return _status(process, options.rest)


async def _head(process: Process, reader: Reader, options: Options, count: int) -> None:
    """Stops reading as soon as it has enough, so that an endless writer is stopped."""
    if "c" in options or count < 0:
        data = await reader.read_all()
        size = options.number("c", 0)
        process.write(data[:size] if "c" in options else b"".join(_lines(data)[:count]))
        return
    while count > 0 and (line := await reader.read_line()):
        process.write(line)
        count -= 1


def _reader(data: bytes) -> Reader:
    return Reader(BytesSource(data))


def _old_style(args: list[str]) -> list[str]:
    """`-5` as `-n 5`."""
    if args and re.fullmatch(r"-\d+", args[0]):
        return ["-n", args[0][1:], *args[1:]]
    return args


async def tail(process: Process) -> int:
    process.args = _old_style(process.args)
    options = read_options(process, "fFqv", "nc")
    from_start = options.value("n").startswith("+") or options.value("c").startswith("+")
    async for name, data in inputs(process, options.rest):
        if len(options.rest) > 1 and "q" not in options:
            process.print(f"==> {name} <==")
        unit = options.number("c", 10) if "c" in options else options.number("n", 10)
        parts: list[bytes] = [bytes([byte]) for byte in data] if "c" in options else _lines(data)
        size = abs(unit)
        process.write(
            b"".join(parts[max(0, size - 1) :] if from_start else parts[len(parts) - min(size, len(parts)) :])
        )
    if "f" in options or "F" in options:
        await _follow(process, options.rest)
    return _status(process, options.rest)


async def _follow(process: Process, names: list[str]) -> None:
    """Shows what is added to the files until the caller goes away."""
    sizes = {name: len(process.files.read(process.path(name))) for name in names if _readable(process, name)}
    while sizes:
        await process.flush()
        # Looks four times a second, as toybox does without inotify.
        await process.phone.clock.sleep(0.25)
        process.shell.budget.spend_step()
        for name, size in sizes.items():
            data = process.files.read(process.path(name)) if _readable(process, name) else b""
            process.write(data[size:] if len(data) > size else b"")
            sizes[name] = len(data)


async def wc(process: Process) -> int:
    options = read_options(process, "lwcm")
    letters = [letter for letter in "lwmc" if letter in options] or ["l", "w", "c"]
    totals = dict.fromkeys(letters, 0)
    async for name, data in inputs(process, options.rest):
        counts = {
            "l": data.count(b"\n"),
            "w": len(data.split()),
            "m": len(decode(data)),
            "c": len(data),
        }
        for letter in letters:
            totals[letter] += counts[letter]
        _print_counts(process, [counts[letter] for letter in letters], options.rest, name)
    if len(options.rest) > 1:
        _print_counts(process, list(totals.values()), options.rest, "total")
    return _status(process, options.rest)


def _print_counts(process: Process, counts: list[int], names: list[str], name: str) -> None:
    # toybox pads unless there is one file, or one figure of stdin.
    padded = len(names) > 1 or (not names and len(counts) > 1)
    text = " ".join(f"{count:7d}" if padded else str(count) for count in counts)
    process.print(f"{text} {name}" if names else text)


async def sort(process: Process) -> int:
    options = read_options(process, "bdfghiMnrsuVxzc", "kto")
    lines: list[bytes] = []
    async for _, data in inputs(process, options.rest):
        lines.extend(line.rstrip(b"\n") for line in _lines(data))

    def key(line: bytes) -> tuple[object, ...]:
        text = _sort_field(decode(line), options.value("k"), options.value("t"))
        if {"n", "g", "h"} & options.flags.keys():
            return (_leading_number(text),)
        return (text.casefold() if "f" in options else encode(text),)

    ordered = sorted(lines, key=lambda line: key(line) if "s" in options else (*key(line), line))
    if "r" in options:
        ordered = sorted(lines, key=key, reverse=True) if "s" in options else ordered[::-1]
    if "u" in options:
        ordered = [line for index, line in enumerate(ordered) if not index or key(line) != key(ordered[index - 1])]
    result = b"".join(line + b"\n" for line in ordered)
    if "o" in options:
        process.files.write(process.path(options.value("o")), result)
    else:
        process.write(result)
    return _status(process, options.rest)


def _sort_field(line: str, key: str, separator: str) -> str:
    found = re.match(r"(\d{1,6})(?:\.\d+)?[a-z]*(?:,(\d{1,6}))?", key)
    if found is None:
        return line
    fields = line.split(separator) if separator else line.split()
    start, end = int(found.group(1)) - 1, int(found.group(2)) if found.group(2) else len(fields)
    return (separator or " ").join(fields[max(0, start) : end])


def _leading_number(text: str) -> float:
    found = re.match(r"\s*[-+]?\d{1,30}(?:\.\d{1,30})?", text)
    return float(found.group()) if found else 0.0


async def uniq(process: Process) -> int:
    options = read_options(process, "cdiu", "fsw")
    data = await process.input_bytes(options.rest[0] if options.rest else "-")
    groups: list[tuple[bytes, int]] = []
    for line in (line.rstrip(b"\n") for line in _lines(data)):
        same = groups and (line.lower() == groups[-1][0].lower() if "i" in options else line == groups[-1][0])
        if same:
            groups[-1] = (groups[-1][0], groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    for line, count in groups:
        if ("d" in options and count == 1) or ("u" in options and count > 1):
            continue
        process.write((b"%7d " % count if "c" in options else b"") + line + b"\n")
    return 0


async def cut(process: Process) -> int:
    options = read_options(process, "sn", "bcdfFO")
    kind = next((letter for letter in "bcfF" if letter in options), "")
    if not kind:
        raise CommandError("no selections")
    ranges = list(_ranges(options.value(kind)))
    delimiter = options.value("d", "\t")
    async for _, data in inputs(process, options.rest):
        for line in _lines(data):
            text = decode(line.rstrip(b"\n"))
            if kind in "bc":
                process.print("".join(_select(list(text), ranges)))
                continue
            fields = re.split(r"\s+", text.strip()) if kind == "F" else text.split(delimiter)
            if len(fields) == 1:
                if "s" not in options:
                    process.print(text)
                continue
            process.print(options.value("O", " " if kind == "F" else delimiter).join(_select(fields, ranges)))
    return _status(process, options.rest)


def _ranges(text: str) -> Iterator[tuple[int, int]]:
    for part in text.split(","):
        found = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", part)
        if found is None or not (found.group(1) or found.group(3)):
            raise CommandError(f"bad '{text}'")
        first, dash, last = found.groups()
        yield int(first or 1), int(last or 1 << 30) if dash else int(first)


def _select(items: list[str], ranges: list[tuple[int, int]]) -> list[str]:
    return [item for number, item in enumerate(items, 1) if any(first <= number <= last for first, last in ranges)]


async def tr(process: Process) -> int:
    options = read_options(process, "cCdst", long={"complement": "c", "delete": "d"}, least=1)
    source = _character_set(options.rest[0])
    target = _character_set(options.rest[1]) if len(options.rest) > 1 else ""
    text = decode(await process.stdin.read_all())
    if "c" in options or "C" in options:
        source = "".join(sorted(set(text) - set(source)))
        target = target[-1:] * len(source) if target else ""
    if "d" in options:
        text = text.translate({ord(mark): None for mark in source})
    elif target:
        padded = target + target[-1] * max(0, len(source) - len(target))
        text = text.translate({ord(mark): padded[index] for index, mark in reversed(list(enumerate(source)))})
    if "s" in options:
        squeezed = re.escape(target or source)
        text = re.sub(f"([{squeezed}])\\1+", r"\1", text) if squeezed else text
    process.write(encode(text))
    return 0


def _character_set(text: str) -> str:
    text = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found.group(1), found.group()), text)
    text = re.sub(r"\\([0-7]{1,3})", lambda found: chr(int(found.group(1), 8)), text)
    text = re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t", "r": "\r"}.get(found.group(1), found.group(1)), text)

    def spell(found: re.Match[str]) -> str:
        first, last = ord(found.group(1)), ord(found.group(2))
        return "".join(map(chr, range(first, min(last, first + 70_000) + 1)))

    return re.sub(r"(.)-(.)", spell, text, flags=re.DOTALL)


async def tee(process: Process) -> int:
    options = read_options(process, "ai")
    data = await process.stdin.read_all()
    process.write(data)
    status = 0
    for name in options.rest:
        try:
            if "a" in options:
                process.files.append(process.path(name), data)
            else:
                process.files.write(process.path(name), data)
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")
            status = 1
    return status


async def tac(process: Process) -> int:
    async for _, data in inputs(process, process.args):
        process.write(b"".join(line.rstrip(b"\n") + b"\n" for line in reversed(_lines(data))))
    return _status(process, process.args)


async def rev(process: Process) -> int:
    async for _, data in inputs(process, process.args):
        process.write(b"".join(encode(decode(line.rstrip(b"\n"))[::-1]) + b"\n" for line in _lines(data)))
    return _status(process, process.args)


async def nl(process: Process) -> int:
    options = read_options(process, "E", "bvnsw")
    number = options.number("v", 1)
    async for _, data in inputs(process, options.rest):
        for line in _lines(data):
            if line.strip(b"\n") or options.value("b") == "a":
                process.write(b"%6d\t" % number + line.rstrip(b"\n") + b"\n")
                number += 1
            else:
                process.write(b"       \n")
    return _status(process, options.rest)


async def cmp(process: Process) -> int:
    options = read_options(process, "ls", least=2)
    first, second = [await process.input_bytes(name) for name in options.rest[:2]]
    if first == second:
        return 0
    at = next((index for index, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), None)
    if "s" not in options:
        if at is None:
            shorter = options.rest[0] if len(first) < len(second) else options.rest[1]
            process.error(f"EOF on {shorter} after byte {min(len(first), len(second))}")
        else:
            line = first[:at].count(b"\n") + 1
            process.print(f"{options.rest[0]} {options.rest[1]} differ: char {at + 1}, line {line}")
    return 1


async def diff(process: Process) -> int:
    """Unified differences, as toybox prints them."""
    import difflib  # rarely used, and slow to load

    options = read_options(process, "aBbdiNpqrsTtuw", "LSU", least=2)
    names = options.rest[:2]
    first, second = [_text_lines(await process.input_text(name)) for name in names]
    if first == second:
        return 0
    if "q" in options:
        process.print(f"Files {names[0]} and {names[1]} differ")
        return 1
    for line in difflib.unified_diff(first, second, names[0], names[1], lineterm="", n=options.number("U", 3)):
        process.print(line)
    return 1


def _text_lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []
