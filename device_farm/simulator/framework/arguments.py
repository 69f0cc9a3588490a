"""Reads arguments as Android's ShellCommand does: one after another, options before words."""

from __future__ import annotations

import re

from device_farm.simulator.shell.errors import CommandError


class ArgumentError(CommandError):
    """Bad arguments. The message goes to stderr as it is, without the command's name."""

    def __init__(self, message: str, *, exit_code: int = 255) -> None:
        super().__init__(message, exit_code=exit_code, bare=True)


class Arguments:
    """The remaining arguments of a command."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._position = 0

    @property
    def rest(self) -> list[str]:
        """What has not been read yet."""
        return self._words[self._position :]

    def option(self) -> str | None:
        """The next argument if it is an option, None if it is a word or there is none. `--` ends the options."""
        word = self.peek()
        if word is None or not word.startswith("-") or word == "-":
            return None
        self._position += 1
        return None if word == "--" else word

    def peek(self) -> str | None:
        return self._words[self._position] if self._position < len(self._words) else None

    def next(self) -> str | None:
        word = self.peek()
        self._position += word is not None
        return word

    def required(self) -> str:
        """Raises ArgumentError where there is none."""
        word = self.next()
        if word is None:
            raise ArgumentError(
                "Exception occurred while executing:\njava.lang.IllegalArgumentException: Argument expected after "
                f'"{self._words[-1] if self._words else ""}"'
            )
        return word

    def number(self) -> int:
        """Raises ArgumentError for what is no whole number."""
        return whole(self.required())


def whole(text: str) -> int:
    """A decimal or 0x hexadecimal number. Raises ArgumentError."""
    if not re.fullmatch(r"[-+]?(0[xX][0-9a-fA-F]{1,16}|\d{1,18})", text, re.ASCII):
        raise ArgumentError(f'java.lang.NumberFormatException: For input string: "{text}"')
    return int(text, 16) if "x" in text.lower() else int(text)


def decimal(text: str) -> float:
    """Raises ArgumentError for what is no number."""
    if not re.fullmatch(r"[-+]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})", text, re.ASCII):
        raise ArgumentError(f'java.lang.NumberFormatException: For input string: "{text}"')
    return float(text)
