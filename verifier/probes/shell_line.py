"""The small part of the shell language that probes may be written in.

    line     = pipeline { (";" | "&&" | "||") pipeline } [";"]
    pipeline = command { "|" command }
    command  = word { word }
    word     = { plain | "'" text "'" | '"' text '"' | "\\" character | "$HOME" | "~" | glob }

Everything else that a shell knows is refused: redirects, substitutions, here-documents, subshells, background jobs,
assignments, braces, comments, line ends outside quotes. What runs is not the line but its meaning written anew
(`render`), every word in single quotes where it holds anything but letters and digits; where this grammar and the
device's shell should ever read a line differently, it is this grammar's reading that happens.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Literal, TypeAlias

from verifier.probes.refusal import ProbeRefused

MAX_CHARACTERS = 4000
MAX_COMMANDS = 16
HOME = "/~"
"""Stands for the guest's home folder in `Word.text`: absolute, and no other path looks like it."""

Join: TypeAlias = Literal["", ";", "&&", "||", "|"]
_HOME = re.compile(r"\$(?:HOME(?![A-Za-z0-9_])|\{HOME\})")
_EXPANDS = re.compile(r"\$[A-Za-z0-9_{(@*#?$!\-\['\"]")
_EXPANDS_QUOTED = re.compile(r"\$[A-Za-z0-9_{(@*#?$!\-\[]")
_GLOB = "*?["
_FIXES = {
    ">": "leave the redirect out; both output streams come back, each apart",
    "<": "name the file as an argument",
    "(": "quote it, or write the commands one after the other with ;",
    ")": "quote it, or write the commands one after the other with ;",
    "{": "quote it, or write the names out",
    "}": "quote it, or write the names out",
    "`": "run the inner command in a call of its own",
    "#": "quote it, or leave the comment out",
    "\n": "join the commands with ; or &&",
    "&": "join the commands with && or ;",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """`text` is what a program gets, with `HOME` for the home folder; `code` how it is written for the shell.

    `glob` says that the shell may put file names in its place.
    """

    text: str
    code: str
    glob: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One program with its arguments, and how it is joined to the command before it."""

    join: Join
    words: tuple[Word, ...]


def render(commands: tuple[Command, ...]) -> str:
    """The line that runs."""
    parts = []
    for command in commands:
        glue = {"": "", ";": "; "}.get(command.join, f" {command.join} ")
        parts.append(glue + " ".join(word.code for word in command.words))
    return "".join(parts)


def parse_line(line: str) -> tuple[Command, ...]:
    """The commands of `line`. Raises ProbeRefused for anything outside the grammar."""
    if len(line) > MAX_CHARACTERS:
        raise ProbeRefused(f"{len(line)} characters", field="command", fix=f"use at most {MAX_CHARACTERS}")
    if "\0" in line or any("\ud800" <= character <= "\udfff" for character in line):
        raise ProbeRefused("NUL or half a character in a command", field="command", fix="write text")
    commands = _Reader(line).commands()
    if len(commands) > MAX_COMMANDS:
        raise ProbeRefused(f"{len(commands)} commands in a line", field="command", fix=f"use at most {MAX_COMMANDS}")
    return commands


class _Reader:
    """Reads one line from left to right."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0

    def commands(self) -> tuple[Command, ...]:
        found: list[Command] = []
        join: Join = ""
        while True:
            words = self._words()
            if not words:
                if join == ";" and self._at == len(self._line):
                    return tuple(found)
                raise ProbeRefused(f"no command after {join or 'the start'!r}", field="command", fix="write a program")
            found.append(Command(join=join, words=words))
            following = self._join()
            if not following:
                return tuple(found)
            join = following

    def _join(self) -> Join:
        rest = self._line[self._at :]
        if rest.startswith("&&"):
            self._at += 2
            return "&&"
        if rest.startswith("||"):
            self._at += 2
            return "||"
        if rest.startswith(";") and not rest.startswith(";;"):
            self._at += 1
            return ";"
        if rest.startswith("|") and not rest.startswith("|&"):
            self._at += 1
            return "|"
        if rest:
            self._refuse(rest[0])
        return ""

    def _words(self) -> tuple[Word, ...]:
        words: list[Word] = []
        while True:
            while self._peek() and self._peek() in " \t":
                self._at += 1
            if self._peek() in ("", ";", "|", "&"):
                return tuple(words)
            words.append(self._word())

    def _word(self) -> Word:
        made = _Building()
        while self._peek() not in ("", " ", "\t", ";", "|", "&"):
            character = self._peek()
            if character == "'":
                made.add(self._single())
            elif character == '"':
                self._double(made)
            elif character == "$":
                self._dollar(made, quoted=False)
            elif character == "\\":
                made.add(self._escaped())
            elif character in _GLOB:
                made.add_glob(character)
                self._at += 1
            elif character == "~" and made.empty:
                self._tilde(made)
            elif (character in _FIXES and (character != "#" or made.empty)) or ord(character) < 32:
                self._refuse(character)
            else:
                made.add(character)
                self._at += 1
        return made.word()

    def _single(self) -> str:
        end = self._line.find("'", self._at + 1)
        if end < 0:
            raise ProbeRefused("a ' has no end", field="command", fix="close the quotation")
        text = self._line[self._at + 1 : end]
        self._at = end + 1
        return text

    def _double(self, made: _Building) -> None:
        self._at += 1
        made.add("")
        while (character := self._peek()) != '"':
            if not character:
                raise ProbeRefused('a " has no end', field="command", fix="close the quotation")
            if character == "`":
                self._refuse(character)
            elif character == "$":
                self._dollar(made, quoted=True)
            elif character == "\\" and self._line[self._at + 1 : self._at + 2] in ("$", '"', "\\", "`"):
                made.add(self._line[self._at + 1])
                self._at += 2
            else:
                made.add(character)
                self._at += 1
        self._at += 1

    def _dollar(self, made: _Building, *, quoted: bool) -> None:
        home = _HOME.match(self._line, self._at)
        if home is not None:
            made.add_home()
            self._at = home.end()
        elif (_EXPANDS_QUOTED if quoted else _EXPANDS).match(self._line, self._at):
            fix = "write its value out, or put it in single quotes; $HOME is the one variable there is"
            raise ProbeRefused(f"{self._line[self._at : self._at + 20]!r} expands", field="command", fix=fix)
        else:
            made.add("$")
            self._at += 1

    def _escaped(self) -> str:
        following = self._line[self._at + 1 : self._at + 2]
        if not following or ord(following) < 32:
            raise ProbeRefused("a \\ at the end of a line", field="command", fix="leave it out, or quote the text")
        self._at += 2
        return following

    def _tilde(self, made: _Building) -> None:
        if not self._is_last_of_word() and self._line[self._at + 1] != "/":
            raise ProbeRefused("another user's home", field="command", fix="write the folder out, or quote the ~")
        made.add_home()
        self._at += 1

    def _is_last_of_word(self) -> bool:
        return self._line[self._at + 1 : self._at + 2] in ("", " ", "\t", ";", "|", "&")

    def _peek(self) -> str:
        return self._line[self._at : self._at + 1]

    def _refuse(self, character: str) -> None:
        around = self._line[max(0, self._at - 10) : self._at + 10]
        fix = _FIXES.get(character, "quote it, or leave it out")
        raise ProbeRefused(f"{character!r} in {around!r} is not for probes", field="command", fix=fix)


class _Building:
    """A word as its pieces come."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._code: list[str] = []
        self._literal: list[str] = []
        self._glob = False
        self.empty = True

    def add(self, text: str) -> None:
        self.empty = False
        self._text.append(text)
        self._literal.append(text)

    def add_home(self) -> None:
        self._expansion(HOME, '"$HOME"')

    def add_glob(self, character: str) -> None:
        self._expansion(character, character)
        self._glob = True

    def _expansion(self, text: str, code: str) -> None:
        self.empty = False
        self._close_literal()
        self._text.append(text)
        self._code.append(code)

    def _close_literal(self) -> None:
        literal = "".join(self._literal)
        if literal:
            self._code.append(shlex.quote(literal))
        self._literal.clear()

    def word(self) -> Word:
        """Raises ProbeRefused for a pattern that may stand for an option, or for something outside of its folder."""
        self._close_literal()
        text = "".join(self._text)
        if self._glob:
            _check_pattern(text)
        return Word(text=text, code="".join(self._code) or "''", glob=self._glob)


def _check_pattern(text: str) -> None:
    """A file called `-exec` would become an argument; `/sdcard/../d?v` and, at home in `/`, `~/d?v` are `/dev`."""
    at_home = text.startswith(f"{HOME}/")
    first, *rest = (text.removeprefix(HOME) if at_home else text).split("/")[1:] or [""]
    elsewhere = HOME in text.removeprefix(f"{HOME}/") or not text.startswith("/")
    if elsewhere or (set(first) & set(_GLOB) and (rest or not at_home)):
        fix = "quote the pattern, or begin it with an absolute folder"
        raise ProbeRefused(f"{text[:80]!r} is a pattern without a folder", field="command", fix=fix)
    if ".." in text.split("/"):
        raise ProbeRefused(f"{text[:80]!r} leads out of its folder", field="command", fix="write the folder out")
