"""`test`, `[ ... ]` and `[[ ... ]]`."""

from __future__ import annotations

import posixpath
import re
import stat

from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Stat
from device_farm.simulator.shell.arithmetic import parse_integer
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.expansion import Expander, matcher
from device_farm.simulator.shell.syntax import Conditional, Literal, Word

_UNARY = frozenset("abcdefghknoprstuwxzGLOS")
_BINARY = frozenset({"=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef", "=~"})


class Checker:
    """Answers single questions about texts, numbers and files."""

    def __init__(self, files: FileSystem, cwd: str) -> None:
        self._files = files
        self._cwd = cwd

    def unary(self, operator: str, operand: str) -> bool:
        match operator:
            case "z":
                return not operand
            case "n":
                return bool(operand)
            case "t" | "o":
                return False
        status = self._stat(operand, follow=operator not in "hL")
        if status is None:
            return False
        match operator:
            case "f":
                return status.is_file
            case "d":
                return status.is_dir
            case "h" | "L":
                return status.is_link
            case "s":
                return status.size > 0
            case "x":
                return status.is_dir or bool(status.mode & 0o111)
            case "c":
                return stat.S_ISCHR(status.mode)
            case "b" | "p" | "S":
                return False
            case "u" | "g" | "k":
                return bool(status.mode & {"u": stat.S_ISUID, "g": stat.S_ISGID, "k": stat.S_ISVTX}[operator])
            case _:
                return True

    def binary(self, left: str, operator: str, right: str) -> bool:
        """Raises CommandError for what is no number."""
        match operator:
            case "=" | "==":
                return left == right
            case "!=":
                return left != right
            case "<":
                return left < right
            case ">":
                return left > right
            case "-nt" | "-ot" | "-ef":
                return self._compare_files(left, operator, right)
            case "=~":
                return _regex_matches(left, right)
        first, second = _number(left), _number(right)
        match operator:
            case "-eq":
                return first == second
            case "-ne":
                return first != second
            case "-lt":
                return first < second
            case "-le":
                return first <= second
            case "-gt":
                return first > second
            case _:
                return first >= second

    def _compare_files(self, left: str, operator: str, right: str) -> bool:
        first, second = self._stat(left, follow=True), self._stat(right, follow=True)
        if operator == "-ef":
            return first is not None and second is not None and first.ino == second.ino
        if operator == "-ot":
            first, second = second, first
        if first is None:
            return False
        return second is None or first.mtime_s > second.mtime_s

    def _stat(self, name: str, *, follow: bool) -> Stat | None:
        try:
            return self._files.stat(posixpath.join(self._cwd, name) if name else "", follow=follow)
        except FileSystemError:
            return None


class TestParser:
    """The grammar of `test` over expanded arguments. Raises CommandError with exit code 2."""

    __test__ = False  # keeps pytest from collecting it

    def __init__(self, args: list[str], checker: Checker) -> None:
        self._args = args
        self._checker = checker
        self._position = 0

    def evaluate(self) -> bool:
        if not self._args:
            return False
        value = self._either()
        if self._position < len(self._args):
            raise CommandError(f"{self._args[self._position]}: unexpected operator/operand", exit_code=2)
        return value

    def _peek(self, ahead: int = 0) -> str | None:
        index = self._position + ahead
        return self._args[index] if index < len(self._args) else None

    def _take(self) -> str:
        value = self._peek()
        if value is None:
            raise CommandError("expression expected", exit_code=2)
        self._position += 1
        return value

    def _either(self) -> bool:
        value = self._both()
        while self._peek() == "-o":
            self._position += 1
            value = self._both() or value
        return value

    def _both(self) -> bool:
        value = self._negation()
        while self._peek() == "-a":
            self._position += 1
            value = self._negation() and value
        return value

    def _negation(self) -> bool:
        negations = 0
        while self._peek() == "!" and self._peek(1) is not None and self._peek(1) not in _BINARY:
            self._position += 1
            negations += 1
        return self._primary() != bool(negations % 2)

    def _primary(self) -> bool:
        first = self._take()
        operator = self._peek()
        if operator in _BINARY and self._peek(1) is not None:
            self._position += 2
            return self._checker.binary(first, operator, self._args[self._position - 1])
        if first == "(" and operator is not None:
            value = self._either()
            if self._take() != ")":
                raise CommandError("missing )", exit_code=2)
            return value
        if len(first) == 2 and first[0] == "-" and first[1] in _UNARY and operator is not None:
            return self._checker.unary(first[1], self._take())
        return bool(first)


async def evaluate_conditional(command: Conditional, expander: Expander, files: FileSystem, cwd: str) -> int:
    """0 where `[[ ... ]]` holds, 1 where not, 2 where it makes no sense."""
    machine = _Conditional(command.tokens, expander, Checker(files, cwd))
    try:
        value = await machine.either()
    except CommandError:
        return 2
    return 2 if machine.position < len(command.tokens) else int(not value)


class _Conditional:
    """Evaluates while it parses; words on the side that `&&` or `||` leaves out are not expanded."""

    def __init__(self, tokens: tuple[Word | str, ...], expander: Expander, checker: Checker) -> None:
        self._tokens = tokens
        self._expander = expander
        self._checker = checker
        self.position = 0

    def _peek(self, ahead: int = 0) -> Word | str | None:
        index = self.position + ahead
        return self._tokens[index] if index < len(self._tokens) else None

    async def either(self, live: bool = True) -> bool:
        value = await self._both(live)
        while self._peek() == "||":
            self.position += 1
            value = await self._both(live and not value) or value
        return value

    async def _both(self, live: bool) -> bool:
        value = await self._primary(live)
        while self._peek() == "&&":
            self.position += 1
            value = await self._primary(live and value) and value
        return value

    async def _primary(self, live: bool) -> bool:
        token = self._peek()
        self.position += 1
        if token == "!":
            return not await self._primary(live)
        if token == "(":
            value = await self.either(live)
            if self._peek() != ")":
                raise CommandError("missing )")
            self.position += 1
            return value
        if token is None or isinstance(token, str):
            raise CommandError("expression expected")
        plain = _plain(token)
        following = self._peek()
        if len(plain) == 2 and plain[0] == "-" and plain[1] in _UNARY and isinstance(following, tuple):
            self.position += 1
            return live and self._checker.unary(plain[1], await self._expander.text(following))
        operator = following if isinstance(following, str) else _plain(following or ())
        right = self._peek(1)
        if operator in _BINARY and isinstance(right, tuple):
            self.position += 2
            return live and await self._binary(token, operator, right)
        return live and bool(await self._expander.text(token))

    async def _binary(self, left: Word, operator: str, right: Word) -> bool:
        text = await self._expander.text(left)
        if operator in ("=", "==", "!="):
            found = matcher(await self._expander.pattern(right)).fullmatch(text)
            return (found is not None) == (operator != "!=")
        if operator == "=~":
            return self._checker.binary(text, operator, await self._expander.regex(right))
        return self._checker.binary(text, operator, await self._expander.text(right))


def _plain(word: Word) -> str:
    """The text of an unquoted literal, else ""."""
    return word[0].text if len(word) == 1 and isinstance(word[0], Literal) and not word[0].quoted else ""


def _number(text: str) -> int:
    number = parse_integer(text) if text.strip() else 0
    if number is None:
        raise CommandError(f"{text}: bad number", exit_code=2)
    return number


def _regex_matches(text: str, pattern: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        raise CommandError(f"{pattern}: bad regex", exit_code=2) from None
