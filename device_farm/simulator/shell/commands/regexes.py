"""POSIX regular expressions as Python's, for `grep`, `sed`, `find` and `expr`."""

from __future__ import annotations

import re
from functools import lru_cache

from device_farm.simulator.shell.errors import CommandError

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "cntrl": "\\x00-\\x1f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": "\\s", "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip


@lru_cache(maxsize=512)
def compile_regex(pattern: str, *, extended: bool, ignore_case: bool = False) -> re.Pattern[str]:
    """A basic or extended regular expression. Raises CommandError, exit code 2."""
    try:
        return re.compile(translate(pattern, extended=extended), re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError):
        raise CommandError(f"bad regex '{pattern}'", exit_code=2) from None


@lru_cache(maxsize=512)
def translate(pattern: str, *, extended: bool) -> str:
    """The expression in Python's syntax."""
    result: list[str] = []
    position = 0
    while position < len(pattern):
        mark = pattern[position]
        if mark == "[":
            text, position = _bracket(pattern, position)
            result.append(text)
            continue
        position += 1
        if mark == "\\":
            escaped = pattern[position : position + 1]
            position += 1
            result.append(_escaped(escaped, extended=extended))
        elif not extended and mark in "(){}+?|":
            result.append("\\" + mark)
        elif mark == "*" and (not result or result[-1] in ("(", "|") or (not extended and result[-1] == "^")):
            result.append("\\*")
        elif mark == "{" and extended and not re.match(r"\d*(,\d*)?\}", pattern[position:]):
            result.append("\\{")
        elif mark == "^" and not extended and result and result[-1] not in ("(", "|"):
            result.append("\\^")
        elif (
            mark == "$"
            and not extended
            and position < len(pattern)
            and pattern[position : position + 2] not in ("\\)", "\\|")
        ):
            result.append("\\$")
        elif mark == "$":
            result.append("(?!.|\\n)")
        else:
            result.append(mark)
    return "".join(result)


def _escaped(mark: str, *, extended: bool) -> str:
    if not extended and mark and mark in "(){}+?|":
        return mark
    if mark and mark in "wWsSbBdD123456789n":
        return "\\" + mark
    if mark == "<":
        return "\\b(?=\\w)"
    if mark == ">":
        return "\\b(?<=\\w)"
    return re.escape(mark) if mark else "\\\\"


def _bracket(pattern: str, start: int) -> tuple[str, int]:
    """The bracket expression at `start` in Python's syntax, and where it ends."""
    position = start + 1
    negated = pattern[position : position + 1] == "^"
    position += negated
    items: list[str] = []
    while position < len(pattern) and (pattern[position] != "]" or not items):
        if found := re.compile(r"\[:(\w+):\]").match(pattern, position):
            items.append(_CLASSES.get(found.group(1), ""))
            position = found.end()
            continue
        mark = pattern[position]
        items.append(mark if mark == "-" else "\\" + mark if mark in "\\[]^&~|" else mark)
        position += 1
    if position >= len(pattern):
        raise CommandError(f"bad regex '{pattern}'", exit_code=2)
    return f"[{'^' if negated else ''}{''.join(items)}]", position + 1
