"""`sed`: the commands `s d p q a i c y = n` with addresses and ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from device_farm.simulator.shell.commands.regexes import compile_regex
from device_farm.simulator.shell.commands.text import inputs
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import decode, encode


@dataclass(frozen=True, slots=True)
class Address:
    """A line number, `$` (number -1), or a pattern."""

    number: int = 0
    pattern: re.Pattern[str] | None = None


@dataclass(slots=True, kw_only=True)
class Command:
    """`active`: inside the range `start` to `end`."""

    letter: str
    start: Address | None = None
    end: Address | None = None
    negated: bool = False
    pattern: re.Pattern[str] | None = None
    text: str = ""
    every: bool = False
    nth: int = 1
    printing: bool = False
    block: list[Command] = field(default_factory=list)
    active: bool = False


async def sed(process: Process) -> int:
    scripts, process.args = _take_scripts(process.args)
    options = read_options(process, "niErsz", "f", long={"quiet": "n", "in-place": "i", "regexp-extended": "E"})
    if "f" in options:
        scripts.append(await process.input_text(options.value("f")))
    if not scripts:
        if not options.rest:
            raise CommandError("no pattern")
        scripts.append(options.rest.pop(0))
    extended = "E" in options or "r" in options
    text = "\n".join(scripts)
    if "i" in options:
        for name in options.rest:
            content = await process.input_text(name)
            result = _Editor(_Parser(text, extended).parse(), quiet="n" in options).edit(content)
            process.files.write(process.path(name), encode(result))
        return 0
    names = options.rest or ["-"]
    parts = [decode(data) async for _, data in inputs(process, options.rest)]
    process.write(encode(_Editor(_Parser(text, extended).parse(), quiet="n" in options).edit("".join(parts))))
    return int(len(parts) < len(names))


def _take_scripts(args: list[str]) -> tuple[list[str], list[str]]:
    scripts: list[str] = []
    rest: list[str] = []
    index = 0
    while index < len(args):
        if args[index] in ("-e", "--expression") and index + 1 < len(args):
            scripts.append(args[index + 1])
            index += 1
        elif re.fullmatch("-i.+", args[index]) and not re.fullmatch("-[inErsz]+", args[index]):
            rest.append("-i")
        else:
            rest.append(args[index])
        index += 1
    return scripts, rest


class _Parser:
    def __init__(self, text: str, extended: bool) -> None:
        self._text = text
        self._extended = extended
        self._position = 0

    def parse(self, *, nested: int = 0) -> list[Command]:
        commands: list[Command] = []
        while True:
            self._skip(" \t\n;")
            if self._peek() == "#":
                self._line()
                continue
            if not self._peek():
                if nested:
                    raise CommandError("no }")
                return commands
            if self._peek() == "}" and nested:
                self._position += 1
                return commands
            commands.append(self._command(nested))

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _skip(self, marks: str) -> None:
        while self._peek() and self._peek() in marks:
            self._position += 1

    def _bad(self) -> CommandError:
        return CommandError(f"bad pattern '{self._text}'@{self._position + 1} ({self._peek()})")

    def _command(self, nested: int) -> Command:
        start = self._address()
        end = None
        self._skip(" \t")
        if start and self._peek() == ",":
            self._position += 1
            self._skip(" \t")
            end = self._address()
            if end is None:
                raise self._bad()
        self._skip(" \t")
        negated = self._peek() == "!"
        self._skip("! \t")
        letter = self._peek()
        self._position += 1
        command = Command(letter=letter, start=start, end=end, negated=negated)
        match letter:
            case "{":
                if nested > 20:
                    raise self._bad()
                command.block = self.parse(nested=nested + 1)
            case "s" | "y":
                self._substitution(command)
            case "a" | "i" | "c":
                command.text = self._appended_text()
            case "d" | "p" | "q" | "=" | "n":
                pass
            case _:
                self._position -= 1
                raise self._bad()
        return command

    def _address(self) -> Address | None:
        if found := re.compile(r"\d{1,12}").match(self._text, self._position):
            self._position = found.end()
            return Address(number=int(found.group()))
        if self._peek() == "$":
            self._position += 1
            return Address(number=-1)
        if self._peek() in ("/", "\\"):
            self._position += self._peek() == "\\"
            pattern = self._delimited(self._take())
            ignore_case = self._peek() == "I"
            self._position += ignore_case
            return Address(pattern=compile_regex(pattern, extended=self._extended, ignore_case=ignore_case))
        return None

    def _take(self) -> str:
        mark = self._peek()
        if not mark:
            raise self._bad()
        self._position += 1
        return mark

    def _delimited(self, delimiter: str) -> str:
        """Up to the next `delimiter` that is neither escaped nor in brackets; an escaped one stands for itself."""
        result: list[str] = []
        bracket = False
        while (mark := self._take()) != delimiter or bracket:
            if mark == "\\" and self._peek():
                escaped = self._take()
                result.append(escaped if escaped == delimiter else "\\" + escaped)
                continue
            if mark == "[" and not bracket:
                bracket = True
            elif mark == "]" and bracket and result[-1] not in ("[", "^"):
                bracket = False
            result.append(mark)
        return "".join(result)

    def _delimited_replacement(self, delimiter: str) -> str:
        result: list[str] = []
        while (mark := self._take()) != delimiter:
            if mark == "\\" and self._peek():
                escaped = self._take()
                result.append(escaped if escaped == delimiter and delimiter != "&" else "\\" + escaped)
            else:
                result.append(mark)
        return "".join(result)

    def _substitution(self, command: Command) -> None:
        delimiter = self._take()
        if delimiter in "\n\\":
            raise self._bad()
        if command.letter == "y":
            source = self._delimited_replacement(delimiter)
            target = self._delimited_replacement(delimiter)
            if len(source) != len(target):
                raise self._bad()
            command.text = source + target
            return
        pattern = self._delimited(delimiter)
        command.text = self._delimited_replacement(delimiter)
        ignore_case = False
        while (flag := self._peek()) and flag in "gpIi0123456789":
            if flag.isdigit():
                found = re.compile(r"\d{1,9}").match(self._text, self._position)
                assert found is not None
                command.nth = max(1, int(found.group()))
                self._position = found.end()
                continue
            self._position += 1
            command.every |= flag == "g"
            command.printing |= flag == "p"
            ignore_case |= flag in "Ii"
        command.pattern = compile_regex(pattern, extended=self._extended, ignore_case=ignore_case)
        if re.findall(r"(?<!\\)(?:\\\\)*\\([1-9])", command.text):
            highest = max(int(digit) for digit in re.findall(r"(?<!\\)(?:\\\\)*\\([1-9])", command.text))
            if highest > command.pattern.groups:
                raise CommandError(f"no s//\\{highest}/")

    def _appended_text(self) -> str:
        self._skip(" \t")
        if self._text[self._position : self._position + 2] == "\\\n":
            self._position += 2
        elif self._peek() == "\\":
            self._position += 1
        return self._line()

    def _line(self) -> str:
        end = self._text.find("\n", self._position)
        end = len(self._text) if end < 0 else end
        line = self._text[self._position : end]
        self._position = end
        return line


class _Editor:
    def __init__(self, commands: list[Command], *, quiet: bool) -> None:
        self._commands = commands
        self._quiet = quiet
        self._output: list[str] = []
        self._lines: list[str] = []
        self._number = 0
        self._appended: list[str] = []

    def edit(self, text: str) -> str:
        ends_with_newline = text.endswith("\n")
        self._lines = text.removesuffix("\n").split("\n") if text else []
        going_on = True
        while going_on and self._number < len(self._lines):
            line = self._lines[self._number]
            self._number += 1
            result, going_on = self._run(self._commands, line)
            if result is not None and not self._quiet:
                self._output.append(result)
            self._output += self._appended
            self._appended.clear()
        joined = "\n".join(self._output)
        # The last line keeps its missing newline.
        return joined + ("\n" if self._output and (ends_with_newline or self._number < len(self._lines)) else "")

    def _run(self, commands: list[Command], line: str) -> tuple[str | None, bool]:
        """The line as changed (None: deleted), and whether to go on with the next one."""
        for command in commands:
            if self._applies(command, line) == command.negated:
                continue
            match command.letter:
                case "{":
                    result, going_on = self._run(command.block, line)
                    if result is None or not going_on:
                        return result, going_on
                    line = result
                case "s":
                    line = self._substitute(command, line)
                case "y":
                    half = len(command.text) // 2
                    line = line.translate(str.maketrans(command.text[:half], command.text[half:]))
                case "d":
                    return None, True
                case "c":
                    if command.end is None or not command.active:
                        self._output.append(command.text)
                    return None, True
                case "p":
                    self._output.append(line)
                case "q":
                    return line, False
                case "a":
                    self._appended.append(command.text)
                case "i":
                    self._output.append(command.text)
                case "=":
                    self._output.append(str(self._number))
                case _:
                    if self._number >= len(self._lines):
                        return line, False
                    if not self._quiet:
                        self._output.append(line)
                    line = self._lines[self._number]
                    self._number += 1
        return line, True

    def _applies(self, command: Command, line: str) -> bool:
        if command.start is None:
            return True
        if command.end is None:
            return self._matches(command.start, line)
        if command.active:
            ended = self._number >= command.end.number if command.end.number > 0 else self._matches(command.end, line)
            command.active = not ended
            return True
        if not self._matches(command.start, line):
            return False
        command.active = not (0 < command.end.number <= self._number)
        return True

    def _matches(self, address: Address, line: str) -> bool:
        if address.pattern is not None:
            return address.pattern.search(line) is not None
        return self._number == (len(self._lines) if address.number == -1 else address.number)

    def _substitute(self, command: Command, line: str) -> str:
        assert command.pattern is not None
        seen = changed = 0

        def replace(found: re.Match[str]) -> str:
            nonlocal seen, changed
            seen += 1
            if seen < command.nth or (seen > command.nth and not command.every):
                return found.group()
            changed += 1
            return _expand(command.text, found)

        line = command.pattern.sub(replace, line)
        if changed and command.printing:
            self._output.append(line)
        return line


def _expand(template: str, found: re.Match[str]) -> str:
    def replace(mark: re.Match[str]) -> str:
        text = mark.group()
        if text == "&":
            return found.group()
        if text[1].isdigit():
            return found.group(int(text[1])) or ""
        return {"n": "\n", "t": "\t"}.get(text[1], text[1])

    return re.sub(r"\\.|&", replace, template, flags=re.DOTALL)
