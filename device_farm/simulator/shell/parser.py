"""Parses a command line into its syntax tree: the grammar of mksh as far as scripts sent by adb use it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from device_farm.simulator.shell.braces import expand_braces
from device_farm.simulator.shell.errors import ShellSyntaxError
from device_farm.simulator.shell.syntax import (
    AndOr,
    Assignment,
    Case,
    Command,
    Conditional,
    For,
    Function,
    Group,
    If,
    Literal,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Simple,
    Subshell,
    While,
    Word,
)
from device_farm.simulator.shell.tokens import Tokens
from device_farm.simulator.shell.words import DEPTH_MAX, WordReader

# A command line longer than this does not reach the shell of a phone either (ARG_MAX).
TEXT_MAX: Final = 1 << 20

_REDIRECT: Final = re.compile(r"(\d?)(<<<|<<-|<<|<&|<>|<|>>|>&|>\||>)|(&>>|&>)")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)(\+?)=", re.ASCII)
_FUNCTION: Final = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*\([ \t]*\)", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)

_CLOSERS: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})


@lru_cache(maxsize=2048)
def parse(text: str) -> Sequence:
    """The syntax tree of `text`. Raises ShellSyntaxError."""
    return _parse(text, 0)


def _parse(text: str, depth: int) -> Sequence:
    if len(text) > TEXT_MAX:
        raise ShellSyntaxError("argument list too long")
    parser = _Parser(text.replace("\r\n", "\n"), depth)
    try:
        return parser.script()
    except RecursionError:
        raise ShellSyntaxError("nesting too deep") from None


class _Parser(Tokens):
    def __init__(self, text: str, depth: int) -> None:
        super().__init__(
            WordReader(text, self._substitution_body, lambda inner: _parse(inner, self.reader.depth), depth=depth)
        )

    def script(self) -> Sequence:
        body = self._sequence()
        if self.reader.position < len(self.reader.text):
            raise self.unexpected()
        return body

    def _substitution_body(self) -> Sequence:
        body = self._sequence()
        self.expect(")")
        return body

    # Lists

    def _sequence(self) -> Sequence:
        """Commands up to the end, a `)`, a `;;` or a closing reserved word, none of which is consumed."""
        items: list[AndOr] = []
        while True:
            self.skip_newlines()
            if self._at_end_of_sequence():
                return Sequence(tuple(items))
            first, rest = self._and_or()
            self.skip_blanks()
            background = self.reader.peek() == "&"
            items.append(AndOr(first, rest, background))
            if self.reader.peek(2) == ";;":
                return Sequence(tuple(items))
            if self.reader.peek() not in (";", "&", "\n"):
                if not self._at_end_of_sequence():
                    raise self.unexpected()
                return Sequence(tuple(items))
            if self.reader.peek() != "\n":
                self.reader.position += 1

    def _body(self) -> Sequence:
        """A sequence that must not be empty."""
        body = self._sequence()
        if not body.items:
            raise self.unexpected()
        return body

    def _at_end_of_sequence(self) -> bool:
        mark = self.reader.peek()
        return mark in ("", ")") or self.reader.peek(2) == ";;" or self.reserved() in _CLOSERS

    def _and_or(self) -> tuple[Pipeline, tuple[tuple[str, Pipeline], ...]]:
        first = self._pipeline()
        rest: list[tuple[str, Pipeline]] = []
        while True:
            self.skip_blanks()
            operator = self.reader.peek(2)
            if operator not in ("&&", "||"):
                return first, tuple(rest)
            self.reader.position += 2
            self.skip_newlines()
            rest.append((operator, self._pipeline()))

    def _pipeline(self) -> Pipeline:
        negated = False
        self.skip_blanks()
        while self.reserved() in ("!", "time"):
            negated ^= self.take_reserved() == "!"
            self.skip_blanks()
        stages = [self._command()]
        while True:
            self.skip_blanks()
            if self.reader.peek() != "|" or self.reader.peek(2) == "||":
                return Pipeline(negated, tuple(stages))
            merged = self.reader.peek(2) == "|&"
            self.reader.position += 2 if merged else 1
            if merged:
                stages[-1] = Redirected(stages[-1], (Redirect(2, ">&", (Literal("1", True),)),))
            self.skip_newlines()
            stages.append(self._command())

    # Commands

    def _command(self) -> Command:
        self.reader.depth += 1
        if self.reader.depth > DEPTH_MAX:
            raise ShellSyntaxError("nesting too deep")
        try:
            self.skip_blanks()
            command = self._compound()
            if command is None:
                return self._simple()
            redirects: list[Redirect] = []
            self.skip_blanks()
            while redirect := self._redirect():
                redirects.append(redirect)
                self.skip_blanks()
            return Redirected(command, tuple(redirects)) if redirects else command
        finally:
            self.reader.depth -= 1

    def _compound(self) -> Command | None:
        if self.reader.peek() == "(":
            self.reader.position += 1
            body = self._body()
            self.expect(")")
            return Subshell(body)
        reserved = self.reserved()
        if reserved is None:
            return self._function(_FUNCTION)
        if reserved in _CLOSERS:
            raise self.unexpected()
        self.take_reserved()
        match reserved:
            case "if":
                return self._if()
            case "for":
                return self._for()
            case "while" | "until":
                condition, body = self._body(), self._do_block()
                return While(condition, body, reserved == "until")
            case "case":
                return self._case()
            case "{":
                body = self._body()
                self.expect_reserved("}")
                return Group(body)
            case "[[":
                return self._conditional()
            case "function":
                self.skip_blanks()
                function = self._function(_FUNCTION) or self._function(_NAME)
                if function is None:
                    raise self.unexpected()
                return function
            case _:
                raise self.unexpected()

    def _if(self) -> If:
        branches = []
        keyword = "if"
        while keyword in ("if", "elif"):
            condition = self._body()
            self.expect_reserved("then")
            branches.append((condition, self._body()))
            keyword = self.take_reserved()
        otherwise = None
        if keyword == "else":
            otherwise = self._body()
            keyword = self.take_reserved()
        if keyword != "fi":
            raise ShellSyntaxError("'if' unmatched") if not keyword else self.unexpected(keyword)
        return If(tuple(branches), otherwise)

    def _for(self) -> For:
        self.skip_blanks()
        name = self.match(_NAME)
        if name is None:
            raise self.unexpected()
        self.skip_newlines()
        words: list[Word] | None = None
        if re.compile(r"in(?=[\s;]|$)").match(self.reader.text, self.reader.position):
            self.reader.position += 2
            words = []
            self.skip_blanks()
            while word := self.reader.word():
                words.extend(expand_braces(word))
                self.skip_blanks()
        if self.reader.peek() == ";" and self.reader.peek(2) != ";;":
            self.reader.position += 1
        body = self._do_block()
        return For(name, None if words is None else tuple(words), body)

    def _do_block(self) -> Sequence:
        self.skip_newlines()
        self.expect_reserved("do")
        body = self._body()
        self.expect_reserved("done")
        return body

    def _case(self) -> Case:
        self.skip_blanks()
        word = self.reader.word()
        if word is None:
            raise self.unexpected()
        self.skip_newlines()
        if self.match(re.compile(r"in(?=[\s(]|$)")) is None:
            raise self.unexpected()
        arms: list[tuple[tuple[Word, ...], Sequence]] = []
        while True:
            self.skip_newlines()
            if self.reserved() == "esac":
                self.take_reserved()
                return Case(word, tuple(arms))
            arms.append((self._patterns(), self._sequence()))
            self.skip_newlines()
            if self.reader.peek(2) == ";;":
                self.reader.position += 2
            elif self.reserved() != "esac":
                raise self.unexpected()

    def _patterns(self) -> tuple[Word, ...]:
        if self.reader.peek() == "(":
            self.reader.position += 1
        patterns = []
        while True:
            self.skip_blanks()
            pattern = self.reader.word()
            if pattern is None:
                raise self.unexpected()
            patterns.append(pattern)
            self.skip_blanks()
            if self.reader.peek() != "|":
                self.expect(")")
                return tuple(patterns)
            self.reader.position += 1

    def _conditional(self) -> Conditional:
        tokens: list[Word | str] = []
        while True:
            self.skip_newlines()
            operator = self.match(re.compile(r"\]\](?=[\s;&|()]|$)|&&|\|\||!(?=\s)|[()<>]"))
            if operator == "]]":
                return Conditional(tuple(tokens))
            if operator is not None:
                tokens.append(operator)
            elif tokens and isinstance(last := tokens[-1], tuple) and last == (Literal("=~", False),):
                tokens.append(self._pattern_word())
            elif word := self.reader.word():
                tokens.append(word)
            else:
                raise self.unexpected()

    def _pattern_word(self) -> Word:
        """A regular expression behind `=~`, in which `( ) |` are plain."""
        parts: list[Literal] = []
        result: Word = ()
        while (mark := self.reader.peek()) and not mark.isspace():
            if mark in "()|<>&;":
                self.reader.position += 1
                result = (*result, Literal(mark, False))
            else:
                result = (*result, *(self.reader.word() or parts))
        return result

    def _function(self, pattern: re.Pattern[str]) -> Function | None:
        found = pattern.match(self.reader.text, self.reader.position)
        if found is None:
            return None
        name = found.group(1) if found.re is _FUNCTION else found.group()
        self.reader.position = found.end()
        self.skip_newlines()
        return Function(name, self._command())

    def _simple(self) -> Simple:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self.skip_blanks()
            if redirect := self._redirect():
                redirects.append(redirect)
            elif not words and (assigned := _ASSIGNMENT.match(self.reader.text, self.reader.position)):
                self.reader.position = assigned.end()
                value = self.reader.word() or ()
                assignments.append(Assignment(assigned.group(1), value, bool(assigned.group(2))))
            elif word := self.reader.word():
                words.extend(expand_braces(word))
            else:
                break
        if not (assignments or words or redirects):
            raise self.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _redirect(self) -> Redirect | None:
        found = _REDIRECT.match(self.reader.text, self.reader.position)
        if found is None:
            return None
        self.reader.position = found.end()
        self.skip_blanks()
        operator = found.group(2) or found.group(3)
        if operator in ("<<", "<<-"):
            return Redirect(int(found.group(1) or 0), "<<", self._here_document(strip_tabs=operator == "<<-"))
        target = self.reader.word()
        if target is None:
            raise self.unexpected()
        default = 0 if operator[0] == "<" else 1
        return Redirect(int(found.group(1) or default), operator, target)

    def _here_document(self, *, strip_tabs: bool) -> Word:
        """Cuts the document, which starts behind this line, out of the text."""
        word = self.reader.word()
        if word is None:
            raise self.unexpected()
        mark = "".join(part.text for part in word if isinstance(part, Literal))
        is_literal = any(isinstance(part, Literal) and part.quoted for part in word)
        text = self.reader.text
        start = text.find("\n", self.reader.position) + 1
        position = start
        lines: list[str] = []
        while start and position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            line = text[position:end]
            line = line.lstrip("\t") if strip_tabs else line
            position = end + 1
            if line == mark:
                self.reader.text = text[:start] + text[position:]
                body = "".join(lines)
                return (Literal(body, True),) if is_literal else self.reader.quoted_text(body)
            lines.append(line + "\n")
        raise ShellSyntaxError(f"here document '{mark}' unclosed")
