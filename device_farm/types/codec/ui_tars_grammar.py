"""The call syntax of UI-TARS, read by hand: `name(key='value', key="value")`. Nothing is ever evaluated.

reply    = ["Thought:" text] "Action:" call
call     = NAME "(" [ argument { "," argument } ] ")"
argument = NAME "=" string
string   = "'" { character | escape } "'"  |  '"' { character | escape } '"'
escape   = "\\n" | "\\t" | "\\r" | "\\'" | '\\"' | "\\\\"
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from device_farm.errors import DialectError
from device_farm.types.codec.json import describe

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ACTION = re.compile(r"^[ \t]*Action:[ \t]*", re.MULTILINE)
_THOUGHT = re.compile(r"^\s*(?:Thought|Reflection|Action_Summary):[ \t]*", re.MULTILINE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "'": "'", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: `arguments` are strings, unescaped. `at` is where it begins in the text."""

    name: str
    arguments: dict[str, str]
    at: int


def parse_reply(text: str) -> tuple[Call, str]:
    """The call after `Action:` and the thought before it.

    Raises:
        DialectError: says what was expected, and at which character.
    """
    marks = list(_ACTION.finditer(text))
    if not marks:
        raise DialectError(f"found no line that begins with 'Action:' in {describe(text)}")
    # A thought may quote the word; the last mark is the action, and the grammar allows nothing after it.
    mark = marks[-1]
    call, end = _call(text, mark.end())
    rest = text[end:].strip()
    if rest:
        raise DialectError(f"expected the end after {call.name}(…), found {describe(rest)} at character {end}")
    return call, _THOUGHT.sub("", text[: mark.start()], count=1).strip()


def parse_call(text: str) -> Call:
    """A call alone, without `Action:`. Raises DialectError."""
    call, end = _call(text, 0)
    if text[end:].strip():
        raise DialectError(f"expected the end after {call.name}(…) at character {end}")
    return call


def _call(text: str, start: int) -> tuple[Call, int]:
    position = _blanks(text, start)
    name, position = _name(text, position, "an action's name")
    begin = position - len(name)
    position = _expect(text, _blanks(text, position), "(")
    arguments: dict[str, str] = {}
    position = _blanks(text, position)
    while position < len(text) and text[position] != ")":
        key, position = _name(text, position, "an argument's name or ')'")
        if key in arguments:
            raise DialectError(f"given twice, again at character {position - len(key)}", field=key)
        position = _blanks(text, _expect(text, _blanks(text, position), "="))
        arguments[key], position = _value(text, position)
        position = _blanks(text, position)
        if position < len(text) and text[position] == ",":
            position = _blanks(text, position + 1)
        elif position >= len(text) or text[position] != ")":
            raise _expected("',' or ')' (is a quote in the text not escaped?)", text, position)
    return Call(name=name, arguments=arguments, at=begin), _expect(text, position, ")")


def _blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _expected(what: str, text: str, position: int) -> DialectError:
    found = describe(text[position : position + 20]) if position < len(text) else "the end"
    return DialectError(f"expected {what} at character {position}, found {found}")


def _expect(text: str, position: int, mark: str) -> int:
    if not text.startswith(mark, position):
        raise _expected(repr(mark), text, position)
    return position + len(mark)


def _name(text: str, position: int, what: str) -> tuple[str, int]:
    match = _NAME.match(text, position)
    if match is None:
        raise _expected(what, text, position)
    return match[0], match.end()


def _value(text: str, position: int) -> tuple[str, int]:
    number = _NUMBER.match(text, position)
    if number is not None:
        return number[0], number.end()
    quote = text[position : position + 1]
    if quote not in ("'", '"'):
        raise _expected("a quoted string", text, position)
    parts: list[str] = []
    index = position + 1
    while index < len(text):
        character = text[index]
        if character == quote:
            return "".join(parts), index + 1
        if character == "\\":
            escaped = text[index + 1 : index + 2]
            # An unknown escape keeps its backslash, as Windows paths and regular expressions in replies need.
            parts.append(_ESCAPES.get(escaped, "\\" + escaped))
            index += 2
        else:
            parts.append(character)
            index += 1
    raise DialectError(f"the string that begins at character {position} is not closed")


def quote(text: str) -> str:
    """`text` as a string of the grammar."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'"
