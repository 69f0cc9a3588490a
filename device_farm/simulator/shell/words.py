"""Reads words: quotes, escapes, `$` expansions. The cursor over the text is shared with the command parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from device_farm.simulator.shell.errors import ShellSyntaxError
from device_farm.simulator.shell.syntax import Arithmetic, Literal, Sequence, Substitution, Variable, Word, WordPart

DELIMITERS: Final = frozenset(" \t\n;&|()<>")
DEPTH_MAX: Final = 50

_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PARAMETER: Final = re.compile(r"[A-Za-z_]\w*|\d+|[?$#@*!-]", re.ASCII)
_OPERATOR: Final = re.compile(r":[-=+?]|[-=+?]|##?|%%?|//?|:")
# Runs of characters without meaning, so that plain text is not read one by one.
_PLAIN: Final = re.compile(r"[^ \t\n;&|()<>\\'\"$`]+")
_PLAIN_QUOTED: Final = re.compile(r"[^\\\"$`]+")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}

SPECIAL_PARAMETERS: Final = frozenset("?$#@*!-")


class WordReader:
    """`parse_body` reads commands from the cursor up to the `)` that ends a `$(`, and leaves the cursor behind it."""

    def __init__(
        self,
        text: str,
        parse_body: Callable[[], Sequence],
        parse_text: Callable[[str], Sequence],
        *,
        depth: int = 0,
    ) -> None:
        self.text = text
        self.position = 0
        self.depth = depth
        self._parse_body = parse_body
        self._parse_text = parse_text

    def peek(self, count: int = 1) -> str:
        return self.text[self.position : self.position + count]

    def word(self) -> Word | None:
        """The word at the cursor, None where there is none."""
        parts: list[WordPart] = []
        text = self.text
        while self.position < len(text):
            if plain := _PLAIN.match(text, self.position):
                self.position = plain.end()
                parts.append(Literal(plain.group(), False))
                continue
            mark = text[self.position]
            if mark in DELIMITERS:
                break
            self._special(mark, parts)
        return tuple(parts) or None

    def quoted_text(self, text: str) -> Word:
        """`text` as if between double quotes, in which a double quote means itself: here-documents, arithmetic."""
        reader = WordReader(text, lambda: self._sub_body(reader), self._parse_text, depth=self.depth + 1)
        return tuple(reader._double_quoted(end=""))

    def _sub_body(self, reader: WordReader) -> Sequence:
        """Lends this reader's parser to `reader`, whose cursor it moves."""
        text, position = self.text, self.position
        self.text, self.position = reader.text, reader.position
        try:
            return self._parse_body()
        finally:
            reader.text, reader.position = self.text, self.position
            self.text, self.position = text, position

    def _special(self, mark: str, parts: list[WordPart]) -> None:
        match mark:
            case "\\":
                escaped = self.text[self.position + 1 : self.position + 2]
                self.position += 2
                if escaped != "\n":
                    parts.append(Literal(escaped or "\\", True))
            case "'":
                parts.append(Literal(self._single_quoted(), True))
            case '"':
                self.position += 1
                # The empty literal keeps "" a word of its own.
                parts.append(Literal("", True))
                parts.extend(self._double_quoted(end='"'))
            case "`":
                parts.append(self._backticks(quoted=False))
            case _:
                parts.append(self._dollar(quoted=False))

    def _single_quoted(self) -> str:
        end = self.text.find("'", self.position + 1)
        if end < 0:
            raise ShellSyntaxError("no closing quote")
        text = self.text[self.position + 1 : end]
        self.position = end + 1
        return text

    def _double_quoted(self, *, end: str) -> list[WordPart]:
        """Up to and past the quote `end`, or the end of the text where that is ""."""
        parts: list[WordPart] = []
        while self.position < len(self.text):
            if plain := _PLAIN_QUOTED.match(self.text, self.position):
                self.position = plain.end()
                parts.append(Literal(plain.group(), True))
                continue
            mark = self.text[self.position]
            match mark:
                case '"':
                    self.position += 1
                    if end:
                        return parts
                    parts.append(Literal('"', True))
                case "\\":
                    escaped = self.text[self.position + 1 : self.position + 2]
                    self.position += 2
                    if escaped == "\n":
                        continue
                    kept = escaped and escaped in f"$`\\{end}"
                    parts.append(Literal(escaped if kept else "\\" + escaped, True))
                case "`":
                    parts.append(self._backticks(quoted=True))
                case _:
                    parts.append(self._dollar(quoted=True))
        if end:
            raise ShellSyntaxError("no closing quote")
        return parts

    def _backticks(self, *, quoted: bool) -> WordPart:
        body: list[str] = []
        self.position += 1
        while self.position < len(self.text):
            mark = self.text[self.position]
            self.position += 1
            if mark == "`":
                with _Deeper(self):
                    return Substitution(self._parse_text("".join(body)), quoted)
            if mark == "\\" and self.peek() and self.peek() in "$`\\":
                mark = self.peek()
                self.position += 1
            body.append(mark)
        raise ShellSyntaxError("no closing quote")

    def _dollar(self, *, quoted: bool) -> WordPart:
        self.position += 1
        if self.peek(2) == "((" and (part := self._arithmetic(quoted)):
            return part
        match self.peek():
            case "(":
                self.position += 1
                with _Deeper(self):
                    return Substitution(self._parse_body(), quoted)
            case "{":
                self.position += 1
                with _Deeper(self):
                    return self._braced(quoted)
            case "'" if not quoted:
                return Literal(self._c_quoted(), True)
            case '"' if not quoted:
                return Literal("", True)
        if name := _NAME.match(self.text, self.position):
            self.position = name.end()
            return Variable(name.group(), quoted)
        mark = self.peek()
        if mark and (mark in SPECIAL_PARAMETERS or (mark.isdigit() and mark.isascii())):
            self.position += 1
            return Variable(mark, quoted)
        return Literal("$", quoted)

    def _c_quoted(self) -> str:
        """`$'...'` with the escapes of C."""
        self.position += 1
        result: list[str] = []
        while self.position < len(self.text):
            mark = self.text[self.position]
            self.position += 1
            if mark == "'":
                return "".join(result)
            if mark == "\\" and self.position < len(self.text):
                mark = self.text[self.position]
                self.position += 1
                if code := re.compile(r"[0-9a-fA-F]{1,2}").match(self.text, self.position) if mark == "x" else None:
                    self.position = code.end()
                    mark = chr(int(code.group(), 16))
                else:
                    mark = _ESCAPES.get(mark, mark if mark in "\\'\"" else "\\" + mark)
            result.append(mark)
        raise ShellSyntaxError("no closing quote")

    def _arithmetic(self, quoted: bool) -> Arithmetic | None:
        """`$((...))`; None where the brackets do not pair, as in `$((a); b)`."""
        depth, index = 0, self.position
        while index < len(self.text):
            mark = self.text[index]
            if mark == "(":
                depth += 1
            elif mark == ")":
                depth -= 1
                if depth == 1 and self.text[index + 1 : index + 2] != ")":
                    # One bracket of the outer pair closes alone: a subshell inside a substitution.
                    inner = self.text[self.position + 1 : index + 1]
                    if inner.count("(") == inner.count(")"):
                        return None
                if depth == 0:
                    expression = self.text[self.position + 2 : index - 1]
                    self.position = index + 1
                    with _Deeper(self):
                        return Arithmetic(self.quoted_text(expression), quoted)
            index += 1
        raise ShellSyntaxError("no closing quote")

    def _braced(self, quoted: bool) -> Variable:
        if self.peek() == "#" and self.peek(2) != "#}":
            self.position += 1
            name = self._parameter()
            self._expect_brace()
            return Variable(name, quoted, "length")
        name = self._parameter()
        operator = _OPERATOR.match(self.text, self.position)
        if operator is None:
            self._expect_brace()
            return Variable(name, quoted)
        self.position = operator.end()
        kind = operator.group()
        if kind == ":":
            offset = self._operand("}:", quoted)
            length: Word = ()
            has_length = self.peek() == ":"
            if has_length:
                self.position += 1
                length = self._operand("}", quoted) or (Literal("0", True),)
            self._expect_brace()
            return Variable(name, quoted, "slice", offset, length)
        if kind in ("/", "//"):
            pattern = self._operand("}/", False)
            replacement: Word = ()
            if self.peek() == "/":
                self.position += 1
                replacement = self._operand("}", quoted)
            self._expect_brace()
            return Variable(name, quoted, kind, pattern, replacement)
        operand = self._operand("}", quoted and kind[0] not in "#%")
        self._expect_brace()
        return Variable(name, quoted, kind, operand)

    def _parameter(self) -> str:
        name = _PARAMETER.match(self.text, self.position)
        if name is None:
            raise ShellSyntaxError("bad substitution")
        self.position = name.end()
        return name.group()

    def _expect_brace(self) -> None:
        if self.peek() != "}":
            raise ShellSyntaxError("bad substitution" if self.peek() else "no closing quote")
        self.position += 1

    def _operand(self, stops: str, quoted: bool) -> Word:
        parts: list[WordPart] = []
        while self.position < len(self.text):
            mark = self.text[self.position]
            if mark in stops:
                return tuple(parts)
            if mark == "$":
                parts.append(self._dollar(quoted=quoted))
            elif mark == "`":
                parts.append(self._backticks(quoted=quoted))
            elif mark in '\\"' or (mark == "'" and not quoted):
                self._special(mark, parts)
            else:
                self.position += 1
                parts.append(Literal(mark, quoted))
        raise ShellSyntaxError("no closing quote")


class _Deeper:
    """Bounds how deep expansions lie in each other."""

    def __init__(self, reader: WordReader) -> None:
        self._reader = reader

    def __enter__(self) -> None:
        self._reader.depth += 1
        if self._reader.depth > DEPTH_MAX:
            raise ShellSyntaxError("nesting too deep")

    def __exit__(self, *_: object) -> None:
        self._reader.depth -= 1
