"""`echo`, `print`, `printf`, `yes`, `seq`."""

from __future__ import annotations

import re
from typing import Final

from device_farm.simulator.shell.arithmetic import parse_integer
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import encode

_SIMPLE_ESCAPES: Final = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\",
}  # fmt: skip
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|0([0-7]{0,3})|([1-7][0-7]{0,2})|u([0-9a-fA-F]{1,4})|(.))", re.S)
_DIRECTIVE: Final = re.compile(r"%([-+ 0#]*)(\*|\d{0,4})(?:\.(\*|\d{0,4}))?([sdiuoxXcbqeEfgG%])")
# `yes` and `seq` end after this much even where nobody stops them.
_LINES_MAX: Final = 1_000_000


def unescape(text: str) -> tuple[str, bool]:
    """`text` with its backslash escapes carried out, and whether `\\c` ended it early."""
    ended = False
    cut = re.search(r"(?<!\\)(?:\\\\)*\\c", text)
    if cut:
        text, ended = text[: cut.end() - 2], True

    def replace(found: re.Match[str]) -> str:
        hexadecimal, octal, bare_octal, wide, letter = found.groups()
        if hexadecimal:
            return _byte(int(hexadecimal, 16))
        if octal is not None:
            return _byte(int(octal or "0", 8) & 0xFF)
        if bare_octal:
            return _byte(int(bare_octal, 8) & 0xFF)
        if wide:
            return chr(int(wide, 16))
        return _SIMPLE_ESCAPES.get(letter, "\\" + letter)

    return _ESCAPE.sub(replace, text), ended


def _byte(value: int) -> str:
    return chr(value) if value < 0x80 else bytes([value]).decode("utf-8", "surrogateescape")


async def echo(process: Process) -> int:
    """mksh's echo: backslash escapes are carried out unless `-E`."""
    args = process.args
    newline, escapes = "\n", True
    while args and re.fullmatch("-[neE]+", args[0]):
        newline = "" if "n" in args[0] else newline
        escapes = "E" not in args[0] and (escapes or "e" in args[0])
        args = args[1:]
    text = " ".join(args)
    if escapes and "\\" in text:
        text, ended = unescape(text)
        newline = "" if ended else newline
    process.print(text, newline)
    return 0


async def print_(process: Process) -> int:
    """ksh's print: `-r` raw, `-n` no newline."""
    args = list(process.args)
    letters = ""
    while args and re.fullmatch("-[nrR]+", args[0]):
        letters += args.pop(0)
    text = " ".join(args)
    if not set("rR") & set(letters):
        text, _ = unescape(text)
    process.print(text, "" if "n" in letters else "\n")
    return 0


async def printf(process: Process) -> int:
    if not process.args:
        raise process.usage("Needs 1 argument")
    form, args = process.args[0], process.args[1:]
    status = 0
    while True:
        used, bad = _print_once(process, form, args)
        status |= bad
        args = args[used:]
        if not args or not used:
            return status


def _print_once(process: Process, form: str, args: list[str]) -> tuple[int, int]:
    """Prints the format once; how many arguments it took, and 1 where one was no number."""
    remaining = iter(args)
    used = bad = 0
    position = 0

    def take() -> str:
        nonlocal used
        value = next(remaining, None)
        used += value is not None
        return value or ""

    pieces: list[str] = []
    for found in _DIRECTIVE.finditer(form):
        pieces.append(unescape(form[position : found.start()])[0])
        position = found.end()
        flags, width, precision, kind = found.groups()
        if kind == "%":
            pieces.append("%")
            continue
        width = take() if width == "*" else width
        precision = take() if precision == "*" else precision
        text, wrong = _format(process, f"{flags}", width, precision, kind, take())
        bad |= wrong
        pieces.append(text)
    pieces.append(unescape(form[position:])[0])
    process.write(encode("".join(pieces)))
    return used, bad


def _format(process: Process, flags: str, width: str, precision: str | None, kind: str, value: str) -> tuple[str, int]:
    size = int(width) if width.isdigit() else 0
    digits = int(precision) if precision and precision.isdigit() else None
    if kind in "scbq":
        text = {"c": value[:1], "b": unescape(value)[0], "q": _quote(value)}.get(kind, value)
        text = text[:digits] if digits is not None and kind == "s" else text
        return (text.ljust(size) if "-" in flags else text.rjust(size)), 0
    number, wrong = _number(process, value, is_float=kind in "eEfgG")
    form = "%" + flags + (str(size) if size else "") + (f".{digits}" if digits is not None else "")
    if kind in "ouxX" and number < 0:
        number += 1 << 64
    return (form + kind.replace("u", "d").replace("i", "d")) % number, wrong


def _number(process: Process, value: str, *, is_float: bool) -> tuple[int | float, int]:
    if value[:1] in ("'", '"') and len(value) > 1:
        return ord(value[1]), 0
    if is_float:
        try:
            return float(value or 0), 0
        except ValueError:
            process.error(f"{value}: bad number")
            return 0.0, 1
    number = parse_integer(value) if value.strip() else 0
    if number is None:
        process.error(f"{value}: bad number")
        return 0, 1
    return number, 0


def _quote(value: str) -> str:
    return value if re.fullmatch(r"[\w./:@%+=-]+", value, re.ASCII) else "'" + value.replace("'", "'\\''") + "'"


async def yes(process: Process) -> int:
    line = encode((" ".join(process.args) or "y") + "\n")
    for _ in range(_LINES_MAX // 1000):
        process.write(line * 1000)
        await process.flush()
    return 0


async def seq(process: Process) -> int:
    options = read_options(process, "w", "sf", least=1, negative_numbers=True)
    numbers = [_float(text) for text in options.rest[:3]]
    first = numbers[0] if len(numbers) > 1 else 1.0
    step = numbers[1] if len(numbers) > 2 else 1.0
    last = numbers[-1]
    if step == 0:
        raise CommandError("bad increment")
    count = int((last - first) / step + 1e-9) + 1
    values = [first + index * step for index in range(max(0, min(count, _LINES_MAX)))]
    whole = all(value.is_integer() for value in (first, step))
    texts = [str(int(value)) if whole else f"{value:g}" for value in values]
    if "w" in options:
        width = max(map(len, texts), default=0)
        texts = [text.zfill(width) for text in texts]
    separator = options.value("s", "\n")
    if texts:
        process.print(separator.join(texts))
    return 0


def _float(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise CommandError(f"not a number: {text}") from None
    if abs(value) > 1e15 or value != value:
        raise CommandError(f"not a number: {text}")
    return value
