"""Reads command options as toybox does: `-la`, `-n 5`, `-n5`, `--long`, `--long=value`, `--`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.process import Process


@dataclass(slots=True)
class Options:
    """Flags by letter or long name, how often each was given, the values of those that take one, and the rest."""

    flags: dict[str, int] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.flags or name in self.values

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def number(self, name: str, default: int) -> int:
        """Raises CommandError for what is no number."""
        text = self.values.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"[-+]?\d{1,15}", text, re.ASCII):
            raise CommandError(f"not integer: {text}")
        return int(text)


def read_options(
    process: Process,
    flags: str,
    values: str = "",
    *,
    long: Mapping[str, str] | None = None,
    stop_early: bool = False,
    least: int = 0,
    negative_numbers: bool = False,
) -> Options:
    """Reads `process.args`. `flags` and `values` are letters without and with a value, `long` maps long names to
    letters. `stop_early`: options end at the first argument. `least`: how many arguments must follow.
    `negative_numbers`: `-2` is an argument, not an option.

    Raises CommandError for an unknown option or a missing argument.
    """
    options = Options()
    args = process.args
    index = 0
    while index < len(args):
        argument = args[index]
        index += 1
        if argument == "--":
            options.rest.extend(args[index:])
            break
        is_number = negative_numbers and re.match(r"-[.\d]", argument) is not None
        if not argument.startswith("-") or argument == "-" or is_number:
            options.rest.append(argument)
            if stop_early:
                options.rest.extend(args[index:])
                break
            continue
        if argument.startswith("--"):
            index = _read_long(process, options, args, index, long or {}, values)
        else:
            index = _read_short(process, options, args, index, flags, values)
    if len(options.rest) < least:
        raise process.usage(f"Needs {least} argument{'s' if least > 1 else ''}")
    return options


def _read_short(process: Process, options: Options, args: list[str], index: int, flags: str, values: str) -> int:
    letters = args[index - 1][1:]
    for position, letter in enumerate(letters):
        if letter in values:
            attached = letters[position + 1 :]
            if attached:
                options.values[letter] = attached
                return index
            if index >= len(args):
                raise process.usage(f"Missing argument to -{letter}")
            options.values[letter] = args[index]
            return index + 1
        if letter not in flags:
            raise process.usage(f"Unknown option '{letter}'")
        options.flags[letter] = options.flags.get(letter, 0) + 1
    return index


def _read_long(
    process: Process, options: Options, args: list[str], index: int, long: Mapping[str, str], values: str
) -> int:
    name, equals, value = args[index - 1][2:].partition("=")
    letter = long.get(name)
    if letter is None:
        raise process.usage(f"Unknown option '{name}'")
    if letter not in values:
        options.flags[letter] = options.flags.get(letter, 0) + 1
        return index
    if equals:
        options.values[letter] = value
        return index
    if index >= len(args):
        raise process.usage(f"Missing argument to --{name}")
    options.values[letter] = args[index]
    return index + 1
