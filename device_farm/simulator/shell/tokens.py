"""What the parser looks at between words: blanks, comments, reserved words, operators."""

from __future__ import annotations

import re
from typing import Final

from device_farm.simulator.shell.errors import ShellSyntaxError
from device_farm.simulator.shell.words import WordReader

_BLANK: Final = re.compile(r"(?:[ \t]|\\\n)+")
_COMMENT: Final = re.compile(r"#[^\n]*")
_RESERVED: Final = re.compile(
    r"(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|function|time|\[\[|\{|\}|!)(?=[\s;&|()<>]|$)"
)
_TOKEN: Final = re.compile(r"&&|\|\||;;|[;&|()<>\n]|[^\s;&|()<>]+")


class Tokens:
    """A cursor over the command line, shared with `reader`, which reads the words."""

    def __init__(self, reader: WordReader) -> None:
        self.reader = reader

    def skip_blanks(self) -> None:
        reader = self.reader
        if found := _BLANK.match(reader.text, reader.position):
            reader.position = found.end()
        if found := _COMMENT.match(reader.text, reader.position):
            reader.position = found.end()

    def skip_newlines(self) -> None:
        self.skip_blanks()
        while self.reader.peek() == "\n":
            self.reader.position += 1
            self.skip_blanks()

    def match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.reader.text, self.reader.position)
        if found is None:
            return None
        self.reader.position = found.end()
        return found.group()

    def reserved(self) -> str | None:
        found = _RESERVED.match(self.reader.text, self.reader.position)
        return found.group() if found else None

    def take_reserved(self) -> str:
        self.skip_blanks()
        return self.match(_RESERVED) or ""

    def expect(self, mark: str) -> None:
        self.skip_blanks()
        if self.reader.peek() != mark:
            raise self.unexpected()
        self.reader.position += 1

    def expect_reserved(self, word: str) -> None:
        self.skip_newlines()
        if self.reserved() != word:
            raise self.unexpected()
        self.take_reserved()

    def unexpected(self, token: str | None = None) -> ShellSyntaxError:
        if token is None:
            found = _TOKEN.match(self.reader.text, self.reader.position)
            token = found.group() if found else "EOF"
        return ShellSyntaxError(f"unexpected '{'newline' if token == chr(10) else token}'")
