"""`find`."""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Stat
from device_farm.simulator.shell.commands.dates import format_time
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.expansion import matcher
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time
from device_farm.simulator.shell.users import user_id, user_name


@dataclass(frozen=True, slots=True)
class Found:
    """`name` as printed, `path` where it lies, `depth` below the starting point, `start` that point."""

    name: str
    path: str
    status: Stat
    depth: int
    start: str


Test: TypeAlias = Callable[[Found], bool]

_ACTIONS = frozenset({"-print", "-print0", "-delete", "-exec", "-ls", "-printf", "-quit"})
_SIZE_UNITS = {"": 512, "b": 512, "c": 1, "k": 1024, "M": 1 << 20, "G": 1 << 30}


async def find(process: Process) -> int:
    args = [argument for argument in process.args if argument not in ("-H", "-L")]
    split = next((index for index, text in enumerate(args) if text.startswith("-") or text in "!()"), len(args))
    starts, expression = args[:split] or ["."], args[split:]
    parser = _Expression(process, expression)
    test = parser.parse()
    status = 0
    for start in starts:
        try:
            follow = "-L" in process.args or "-H" in process.args
            for found in list(_below(process, start, parser, follow=follow)):
                if found.depth < parser.least or not test(found):
                    continue
                if not parser.has_action:
                    process.print(found.name)
                for command in parser.pending:
                    await process.run(command)
                parser.pending.clear()
                if parser.ended:
                    return status
        except FileSystemError as error:
            process.error(f"{start}: {error.reason}")
            status = 1
    for command, names in parser.batches:
        if names:
            await process.run([*command, *names])
    return status


def _below(process: Process, start: str, parser: _Expression, *, follow: bool) -> Iterator[Found]:
    path = process.path(start)
    status = process.files.stat(path, follow=follow or path.endswith("/"))
    yield from _walk(process, Found(start, path, status, 0, start), parser)


def _walk(process: Process, found: Found, parser: _Expression) -> Iterator[Found]:
    if not parser.depth_first:
        yield found
    if found.status.is_dir and found.depth < parser.most:
        for name in process.files.list(found.path):
            path = posixpath.join(found.path, name)
            status = process.files.stat(path, follow=False)
            child = Found(f"{found.name.rstrip('/')}/{name}", path, status, found.depth + 1, found.start)
            yield from _walk(process, child, parser)
    if parser.depth_first:
        yield found


class _Expression:
    """Parses the expression into one test; actions are tests that do something."""

    def __init__(self, process: Process, tokens: list[str]) -> None:
        self._process = process
        self._tokens = tokens
        self._position = 0
        self.least = 0
        self.most = 1 << 30
        self.depth_first = False
        self.has_action = False
        self.ended = False
        self.pending: list[list[str]] = []
        """Commands of `-exec ... ;` to be run now."""
        self.batches: list[tuple[list[str], list[str]]] = []
        """Commands of `-exec ... +` and the names for them."""

    def parse(self) -> Test:
        if not self._tokens:
            return lambda found: True
        test = self._either()
        if self._position < len(self._tokens):
            raise CommandError(f"bad arg '{self._tokens[self._position]}'")
        return test

    def _peek(self) -> str | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _argument(self, name: str) -> str:
        value = self._peek()
        if value is None:
            raise CommandError(f"'{name}' needs 1 arg")
        self._position += 1
        return value

    def _either(self) -> Test:
        tests = [self._both()]
        while self._peek() in ("-o", "-or"):
            self._position += 1
            tests.append(self._both())
        return lambda found: any(test(found) for test in tests)

    def _both(self) -> Test:
        tests = [self._not()]
        while (token := self._peek()) is not None and token not in ("-o", "-or", ")"):
            if token in ("-a", "-and"):
                self._position += 1
            tests.append(self._not())
        return lambda found: all(test(found) for test in tests)

    def _not(self) -> Test:
        if self._peek() in ("!", "-not"):
            self._position += 1
            inner = self._not()
            return lambda found: not inner(found)
        if self._peek() == "(":
            self._position += 1
            test = self._either()
            if self._peek() != ")":
                raise CommandError("need )")
            self._position += 1
            return test
        token = self._argument("find")
        return self._action(token) if token in _ACTIONS else self._primary(token)

    def _primary(self, token: str) -> Test:
        match token:
            case "-name" | "-iname" | "-path" | "-ipath" | "-wholename":
                return self._name_test(token, self._argument(token))
            case "-type":
                return self._type_test(self._argument(token))
            case "-maxdepth":
                self.most = self._whole(token)
            case "-mindepth":
                self.least = self._whole(token)
            case "-depth":
                self.depth_first = True
            case "-xdev" | "-mount" | "-noleaf":
                pass
            case "-true":
                return lambda found: True
            case "-false":
                return lambda found: False
            case "-empty":
                return lambda found: (
                    not self._process.files.list(found.path) if found.status.is_dir else found.status.size == 0
                )
            case "-size":
                return self._size_test(self._argument(token))
            case "-mtime" | "-mmin" | "-atime" | "-amin" | "-ctime" | "-cmin":
                return self._time_test(token, self._argument(token))
            case "-newer":
                limit_s = self._process.files.stat(self._process.path(self._argument(token))).mtime_s
                return lambda found: found.status.mtime_s > limit_s
            case "-user" | "-group":
                number = user_id(self._argument(token))
                return lambda found: (found.status.uid if token == "-user" else found.status.gid) == number
            case "-perm":
                bits = int(re.sub(r"\D", "", self._argument(token)) or "0", 8)
                return lambda found: found.status.mode & bits == bits
            case _:
                raise CommandError(f"bad arg '{token}'")
        return lambda found: True

    def _whole(self, token: str) -> int:
        text = self._argument(token)
        if not re.fullmatch(r"\d{1,9}", text):
            raise CommandError(f"not integer: {text}")
        return int(text)

    def _name_test(self, token: str, pattern: str) -> Test:
        if token.startswith("-i"):
            compiled = matcher(pattern.lower())
            whole = token == "-ipath"
            return lambda found: bool(compiled.fullmatch((found.name if whole else _base(found)).lower()))
        compiled = matcher(pattern)
        if token == "-name":
            return lambda found: bool(compiled.fullmatch(_base(found)))
        return lambda found: bool(compiled.fullmatch(found.name))

    def _type_test(self, kinds: str) -> Test:
        if not kinds or not re.fullmatch("[bcdflps](,[bcdflps])*", kinds):
            raise CommandError(f"bad -type '{kinds[:1]}'")
        checks = {"d": stat.S_ISDIR, "f": stat.S_ISREG, "l": stat.S_ISLNK, "c": stat.S_ISCHR}
        wanted = [checks[kind] for kind in kinds.split(",") if kind in checks]
        return lambda found: any(check(found.status.mode) for check in wanted)

    def _size_test(self, text: str) -> Test:
        found_size = re.fullmatch(r"([-+]?)(\d{1,12})([bckMG]?)", text)
        if found_size is None:
            raise CommandError(f"{text} not [+-]N")
        sign, number, unit = found_size.groups()
        size = _SIZE_UNITS[unit]
        return lambda found: _compare(-(-found.status.size // size), sign, int(number))

    def _time_test(self, token: str, text: str) -> Test:
        parsed = re.fullmatch(r"([-+]?)(\d{1,9})[smhd]?", text)
        if parsed is None:
            raise CommandError(f"{text} not [+-]N")
        sign, number = parsed.groups()
        unit_s = 60 if token.endswith("min") else 86_400
        now_s = self._process.phone.clock.now_s()
        return lambda found: _compare(int((now_s - found.status.mtime_s) // unit_s), sign, int(number))

    def _action(self, token: str) -> Test:
        self.has_action = True
        match token:
            case "-exec":
                return self._exec()
            case "-delete":
                self.depth_first = True
                return self._delete
            case "-printf":
                form = self._argument(token)
                return self._print_with(lambda found: _formatted(self._process, form, found), end="")
            case "-print0":
                return self._print_with(lambda found: found.name, end="\0")
            case "-ls":
                return self._print_with(lambda found: f"{found.status.ino} {found.name}", end="\n")
            case "-quit":
                return self._quit
            case _:
                return self._print_with(lambda found: found.name, end="\n")

    def _print_with(self, text: Callable[[Found], str], *, end: str) -> Test:
        def act(found: Found) -> bool:
            self._process.print(text(found), end)
            return True

        return act

    def _quit(self, found: Found) -> bool:
        self.ended = True
        return True

    def _delete(self, found: Found) -> bool:
        if found.name in (".", "./"):
            return True
        try:
            if found.status.is_dir:
                self._process.files.rmdir(found.path)
            else:
                self._process.files.remove(found.path)
        except FileSystemError as error:
            self._process.error(f"'{found.name}': {error.reason}")
            return False
        return True

    def _exec(self) -> Test:
        command: list[str] = []
        while (word := self._argument("-exec")) not in (";", "+"):
            command.append(word)
        if not command:
            raise CommandError("'-exec' needs 1 arg")
        if word == "+":
            names: list[str] = []
            self.batches.append(([part for part in command if part != "{}"], names))

            def collect(found: Found) -> bool:
                names.append(found.name)
                return True

            return collect

        def run(found: Found) -> bool:
            self.pending.append([part.replace("{}", found.name) for part in command])
            return True

        return run


def _base(found: Found) -> str:
    return posixpath.basename(found.name.rstrip("/")) or found.name


def _compare(value: int, sign: str, number: int) -> bool:
    return value > number if sign == "+" else value < number if sign == "-" else value == number


def _formatted(process: Process, form: str, found: Found) -> str:
    status = found.status
    moment = local_time(process.phone, status.mtime_s)

    def replace(directive: re.Match[str]) -> str:
        letter = directive.group(1)
        match letter:
            case "p":
                return found.name
            case "f":
                return _base(found)
            case "h":
                return posixpath.dirname(found.name) or "."
            case "P":
                return found.name[len(found.start) :].lstrip("/")
            case "s":
                return str(status.size)
            case "m":
                return f"{status.mode & 0o7777:o}"
            case "u":
                return user_name(status.uid)
            case "g":
                return user_name(status.gid)
            case "d":
                return str(found.depth)
            case "y":
                return "d" if status.is_dir else "l" if status.is_link else "f"
            case "t":
                return format_time(moment, "%a %b %e %H:%M:%S.%N %Y", status.mtime_s)
            case "T@":
                return f"{status.mtime_s:.10f}"
            case "i":
                return str(status.ino)
            case _:
                return "%"

    text = re.sub(r"%(T@|[pfhPsmugdyti%])", replace, form)
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
