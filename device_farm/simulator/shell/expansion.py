"""Turns words into fields: parameters, substitutions, arithmetic, field splitting, file name patterns."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from enum import Enum
from fnmatch import translate
from functools import lru_cache
from typing import Final, TypeAlias, assert_never

from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.shell.arithmetic import evaluate
from device_farm.simulator.shell.errors import ExpansionError
from device_farm.simulator.shell.syntax import Arithmetic, Literal, Sequence, Substitution, Variable, Word
from device_farm.simulator.shell.variables import Variables


class Kind(Enum):
    """What may still happen to a piece of text: nothing, matching of file names, that and splitting."""

    QUOTED = 0
    LITERAL = 1
    EXPANDED = 2


Piece: TypeAlias = tuple[str, Kind]
Pieces: TypeAlias = list[Piece]

_PATTERN_MARKS: Final = re.compile(r"[*?\[]")
_MARKS: Final = re.compile(r"[*?\[]|^~")
# One word does not grow beyond this many characters, so that no line of text fills the host's memory.
_FIELD_MAX: Final = 1 << 24
# A pattern that stands everywhere multiplies a text by itself: without a bound, four of them fill the host's memory.
_REPLACED_MAX: Final = 16 << 20
# Trimming tries every length, so its time grows with the square of the text.
_TRIM_MAX: Final = 10_000


class Expander:
    """`substitute` runs the body of a `$(...)` and gives its output; `special` the value of `$?`, `$$`, `$!`, `$-`."""

    def __init__(
        self,
        files: FileSystem,
        variables: Variables,
        cwd: Callable[[], str],
        special: Callable[[str], str],
        substitute: Callable[[Sequence], Awaitable[str]],
    ) -> None:
        self._files = files
        self._variables = variables
        self._cwd = cwd
        self._special = special
        self._substitute = substitute
        self.is_strict = False
        """`set -u`: an unset variable is an error."""

    async def fields(self, word: Word) -> list[str]:
        """The words of a command that `word` becomes: none, one or several."""
        if len(word) == 1 and isinstance(part := word[0], Literal) and (part.quoted or not _MARKS.search(part.text)):
            return [part.text]
        fields = self._split(await self._pieces(word))
        return [name for field in fields for name in self._match_files(field)]

    async def text(self, word: Word) -> str:
        """One text, neither split nor matched: assignments, redirect targets, `case`."""
        return "".join(text for text, _ in self._tilde(await self._flat(word)))

    async def pattern(self, word: Word) -> str:
        """A pattern for `matcher`, in which quoted marks mean themselves."""
        return _as_pattern(await self._flat(word))

    async def regex(self, word: Word) -> str:
        """A regular expression, in which quoted text means itself."""
        return "".join(re.escape(text) if kind is Kind.QUOTED else text for text, kind in await self._flat(word))

    # Pieces

    async def _flat(self, word: Word) -> Pieces:
        """`"$@"` joined by blanks."""
        return [piece for pieces in await self._pieces(word) for piece in (*pieces, (" ", Kind.QUOTED))][:-1]

    async def _pieces(self, word: Word) -> list[Pieces]:
        """Usually one list; `"$@"` starts a new one for each parameter."""
        result: list[Pieces] = [[]]
        for part in word:
            match part:
                case Literal(text, quoted):
                    result[-1].append((text, Kind.QUOTED if quoted else Kind.LITERAL))
                case Variable():
                    await self._add_variable(part, result)
                case Substitution(body, quoted):
                    result[-1].append((await self._substitute(body), _kind(quoted)))
                case Arithmetic(expression, quoted):
                    result[-1].append((str(self._evaluate(await self.text(expression))), _kind(quoted)))
                case _:
                    assert_never(part)
        return [] if result == [[("", Kind.QUOTED)]] and _is_all_parameters(word) else result

    async def _add_variable(self, part: Variable, result: list[Pieces]) -> None:
        if part.name in ("@", "*") and part.operator in ("", "slice"):
            parameters = await self._parameters(part)
            if part.name == "@" and part.quoted:
                for index, parameter in enumerate(parameters):
                    if index:
                        result.append([])
                    result[-1].append((parameter, Kind.QUOTED))
                if not parameters and not result[-1]:
                    result[-1].append(("", Kind.QUOTED))
                return
            separator = (self._variables.get("IFS") or " ")[:1] if part.quoted else " "
            result[-1].append((separator.join(parameters), _kind(part.quoted)))
            return
        result[-1].extend(await self._expanded(part))

    async def _parameters(self, part: Variable) -> list[str]:
        parameters = self._variables.positional
        if part.operator == "slice":
            start = max(0, self._evaluate(await self.text(part.operand)) - 1)
            end = start + self._evaluate(await self.text(part.replacement)) if part.replacement else None
            return parameters[start:end]
        return parameters

    def _value(self, name: str) -> str | None:
        if name in ("@", "*"):
            return " ".join(self._variables.positional) or None
        if name.isdigit():
            index = int(name) if len(name) < 6 else 10**6
            if index == 0:
                return "/system/bin/sh"
            return self._variables.positional[index - 1] if index <= len(self._variables.positional) else None
        if not (name[0].isalpha() or name[0] == "_"):
            return str(len(self._variables.positional)) if name == "#" else self._special(name)
        return self._variables.get(name)

    async def _expanded(self, part: Variable) -> Pieces:
        value = self._value(part.name)
        operator = part.operator
        if operator == "length":
            size = len(self._variables.positional) if part.name in ("@", "*") else len(value or "")
            return [(str(size), _kind(part.quoted))]
        if operator and operator[-1] in "-=+?" and operator != "/":
            return await self._conditional(part, value)
        if value is None and self.is_strict:
            raise ExpansionError(f"{part.name}: parameter not set")
        value = value or ""
        match operator:
            case "":
                return [(value, _kind(part.quoted))]
            case "slice":
                return [(await self._slice(value, part), _kind(part.quoted))]
            case "#" | "##" | "%" | "%%":
                return [(_trim(value, await self.pattern(part.operand), operator), _kind(part.quoted))]
            case _:
                replaced = _replace(
                    value, await self.pattern(part.operand), await self.text(part.replacement), every=operator == "//"
                )
                return [(replaced, _kind(part.quoted))]

    async def _conditional(self, part: Variable, value: str | None) -> Pieces:
        is_set = value is not None and not (part.operator.startswith(":") and not value)
        match part.operator[-1]:
            case "+":
                return await self._operand(part) if is_set else [("", _kind(part.quoted))]
            case _ if is_set:
                return [(value or "", _kind(part.quoted))]
            case "-":
                return await self._operand(part)
            case "=":
                text = await self.text(part.operand)
                self._variables.set(part.name, text)
                return [(text, _kind(part.quoted))]
            case _:
                message = await self.text(part.operand) or "parameter null or not set"
                raise ExpansionError(f"{part.name}: {message}")

    async def _operand(self, part: Variable) -> Pieces:
        pieces = await self._flat(part.operand)
        return [(text, Kind.EXPANDED if kind is Kind.LITERAL else kind) for text, kind in pieces]

    async def _slice(self, value: str, part: Variable) -> str:
        offset = self._evaluate(await self.text(part.operand))
        start = max(0, len(value) + offset) if offset < 0 else offset
        if not part.replacement:
            return value[start:]
        length = self._evaluate(await self.text(part.replacement))
        return value[start : start + length] if length >= 0 else value[start : len(value) + length]

    def _evaluate(self, expression: str) -> int:
        return evaluate(expression, lambda name: self._variables.get(name) or "", self._put)

    def _put(self, name: str, value: str) -> None:
        if not self._variables.set(name, value):
            raise ExpansionError(f"{name}: is read only")

    # Fields

    def _tilde(self, pieces: Pieces) -> Pieces:
        if pieces and pieces[0][1] is Kind.LITERAL and (pieces[0][0] == "~" or pieces[0][0].startswith("~/")):
            home = (self._variables.get("HOME") or "/").rstrip("/")
            rest = pieces[0][0][1:]
            return [(home + rest or "/", Kind.QUOTED), *pieces[1:]]
        return pieces

    def _split(self, lists: list[Pieces]) -> list[Pieces]:
        """Splits what was expanded outside quotes at the characters of IFS."""
        separators = self._variables.get("IFS")
        separators = " \t\n" if separators is None else separators
        fields: list[Pieces] = []
        for pieces in lists:
            field: Pieces = []
            for text, kind in self._tilde(pieces):
                if kind is not Kind.EXPANDED:
                    field.append((text, kind))
                    continue
                for index, chunk in enumerate(_split_text(text, separators)):
                    if index and field:
                        fields.append(field)
                        field = []
                    if chunk:
                        field.append((chunk, kind))
            if field:
                fields.append(field)
        return fields

    def _match_files(self, field: Pieces) -> list[str]:
        text = "".join(text for text, _ in field)
        if len(text) > _FIELD_MAX:
            raise ExpansionError("argument too long")
        if all(kind is Kind.QUOTED or not _PATTERN_MARKS.search(text) for text, kind in field):
            return [text]
        pattern = _as_pattern(field)
        if text.startswith("/"):
            return self._files.glob(pattern) or [text]
        base = self._cwd().rstrip("/") + "/"
        found = self._files.glob(_as_pattern([(base, Kind.QUOTED)]) + pattern)
        return [path.removeprefix(base) for path in found] or [text]


def _kind(quoted: bool) -> Kind:
    return Kind.QUOTED if quoted else Kind.EXPANDED


def _is_all_parameters(word: Word) -> bool:
    """Whether the word is `"$@"` alone, which without parameters is no word at all."""
    return all(part == Literal("", True) or (isinstance(part, Variable) and part.name == "@") for part in word) and any(
        isinstance(part, Variable) for part in word
    )


def _split_text(text: str, separators: str) -> list[str]:
    if not separators:
        return [text]
    blanks = "".join(mark for mark in separators if mark in " \t\n")
    others = "".join(mark for mark in separators if mark not in " \t\n")
    blank = f"[{re.escape(blanks)}]" if blanks else "(?!)"
    if not others:
        return re.split(f"{blank}+", text)
    return re.split(f"{blank}*[{re.escape(others)}]{blank}*|{blank}+", text)


def _as_pattern(pieces: Pieces) -> str:
    return "".join(_PATTERN_MARKS.sub(r"[\g<0>]", text) if kind is Kind.QUOTED else text for text, kind in pieces)


@lru_cache(maxsize=512)
def matcher(pattern: str) -> re.Pattern[str]:
    """A compiled pattern of the shell (`*`, `?`, `[...]`), to be used with fullmatch."""
    try:
        return re.compile(translate(pattern.replace("[^", "[!")))
    except re.error:
        return re.compile(re.escape(pattern))


def _trim(value: str, pattern: str, operator: str) -> str:
    if len(value) > _TRIM_MAX:
        raise ExpansionError("argument too long")
    match = matcher(pattern).fullmatch
    ends = range(len(value) + 1)
    if operator[0] == "#":
        lengths = ends if operator == "#" else reversed(ends)
        return next((value[length:] for length in lengths if match(value[:length])), value)
    lengths = reversed(ends) if operator == "%" else ends
    return next((value[:length] for length in lengths if match(value[length:])), value)


def _replace(value: str, pattern: str, replacement: str, *, every: bool) -> str:
    if not pattern:
        return value
    head = "^" if pattern.startswith("#") else ""
    tail = "$" if pattern.startswith("%") else ""
    core = pattern[1:] if head or tail else pattern
    body = translate(core.replace("[^", "[!")).removeprefix("(?s:").removesuffix(")\\Z")
    grown = 0

    def put(_: re.Match[str]) -> str:
        nonlocal grown
        grown += len(replacement)
        if grown > _REPLACED_MAX:
            raise ExpansionError("argument too long")
        return replacement

    try:
        return re.sub(f"(?s:{head}{body}{tail})", put, value, count=0 if every else 1)
    except re.error:
        return value
