"""How the arguments of a program are checked: by options and operands, or by whole forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verifier.probes.refusal import ProbeRefused
from verifier.probes.shell_line import Word

Check: TypeAlias = Callable[[str, Sequence[Word]], None]
"""Given the program's name and its arguments, raises ProbeRefused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`letters` stand alone or in clusters, `valued` take the rest of their word or the next one; `longs` without `--`.

    A long option's value comes after `=`. `numeric` allows `-5`. From `least` to `most` operands.
    """

    letters: str = ""
    valued: str = ""
    longs: frozenset[str] = frozenset()
    least: int = 0
    most: int = 64
    numeric: bool = False
    operand: re.Pattern[str] | None = None

    def __call__(self, name: str, arguments: Sequence[Word]) -> None:
        operands = self.operands(name, arguments)
        if not self.least <= len(operands) <= self.most:
            wanted = f"{self.least} to {self.most}" if self.least != self.most else str(self.least)
            raise refused(name, f"{len(operands)} operands", f"give {wanted}")
        for word in operands:
            if self.operand is not None and not self.operand.fullmatch(word.text):
                raise refused(name, repr(word.text[:80]), f"operands look like {self.operand.pattern}")

    def operands(self, name: str, arguments: Sequence[Word]) -> list[Word]:
        """What is left after the options. Raises ProbeRefused for an option that is not listed."""
        operands: list[Word] = []
        rest = iter(arguments)
        for word in rest:
            text = word.text
            if text == "--":
                operands.extend(rest)
            elif text.startswith("--"):
                self._check_long(name, text)
            elif not text.startswith("-") or text == "-":
                operands.append(word)
            elif self._takes_next(name, text):
                value = next(rest, None)
                if value is None:
                    raise refused(name, f"{text} without its value", "give the value")
        return operands

    def _check_long(self, name: str, text: str) -> None:
        if text[2:].partition("=")[0] not in self.longs:
            known = ", ".join(f"--{long}" for long in sorted(self.longs))
            raise refused(name, repr(text[:40]), f"these are known: {known}" if known else "use short options")

    def _takes_next(self, name: str, text: str) -> bool:
        if self.numeric and text[1:].isascii() and text[1:].isdigit():
            return False
        for at, letter in enumerate(text[1:], 2):
            if letter in self.valued:
                return at == len(text)
            if letter not in self.letters:
                known = " ".join(f"-{known}" for known in self.letters + self.valued)
                raise refused(name, f"option -{letter} in {text[:40]!r}", f"these are known: {known or 'none'}")
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The arguments are, word by word, one of `forms` (regular expressions, each for a whole word)."""

    forms: tuple[tuple[str, ...], ...]

    def __call__(self, name: str, arguments: Sequence[Word]) -> None:
        texts = [word.text for word in arguments]
        for form in self.forms:
            if len(form) == len(texts) and all(map(re.fullmatch, form, texts)):
                return
        shapes = "; ".join(" ".join((name, *form)) for form in self.forms)
        raise refused(name, " ".join(texts)[:80] or "no arguments", f"allowed are, as patterns: {shapes}")


def refused(name: str, what: str, fix: str) -> ProbeRefused:
    """What a program may not be given, and what it may."""
    return ProbeRefused(f"{name}: {what} is not for probes", field="command", fix=fix)
