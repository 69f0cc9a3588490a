"""Forms of words: what goals of one kind say, and every way in which a goal can be read as that form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Final

Values = Mapping[str, str]

_TOKEN: Final = re.compile(
    r"""\\.                                              # an escape
    | \[ \^? \]? (?: \\. | [^\]\\] )* \]                 # a class of characters
    | \( (?: \? (?: P<\w+> | : | <?[=!] ) )?             # the beginning of a group, whose "?" asks for nothing
    | (?P<count> [*+?] | \{\d+(?:,\d*)?\} ) (?P<few>\?)? # how often the part before it comes, and of those the fewest
    | .""",
    re.VERBOSE | re.DOTALL,
)

NAME: Final = r"(?!\.(?:[\s.]|$))[^\s/](?:[^/\n]*?[^\s/.])??"
"""A file's or folder's name without its path, as the end of a goal has it: the full stop belongs to the goal."""
TEXT: Final = r".+?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The words of a whole goal with named groups for its values, as two patterns that differ in one thing.

    `shortest` gives every part of the goal that may be longer or shorter, from left to right, as little as it can,
    `longest` as much as it can. Where the two agree there is one way to read the goal: the searches take their choices
    in opposite orders, so a second reading would be the first one found by one of them. (Choices by "|" do not turn
    round; forms use them for words that exclude each other.)
    """

    shortest: Pattern[str]
    longest: Pattern[str]

    def readings(self, goal: str) -> list[dict[str, str]]:
        """The values in `goal`: none where it is not of this form, two that differ where it can be read in two ways."""
        found: list[dict[str, str]] = []
        for pattern in (self.shortest, self.longest):
            match = pattern.fullmatch(goal)
            if match is None:
                return []
            values = {name: text for name, text in match.groupdict().items() if text is not None}
            if values not in found:
                found.append(values)
        return found


def forms(*patterns: str) -> tuple[Form, ...]:
    """Forms of whole goals, whatever the case of their words and with or without a full stop at the end.

    A pattern that ends in a text takes the rest of the goal as it stands: there the full stop belongs to the text.
    """
    return tuple(_form(pattern if pattern.endswith(f"{TEXT})") else rf"\s*{pattern}\.?\s*") for pattern in patterns)


def _form(pattern: str) -> Form:
    one, other = (re.compile(text, re.IGNORECASE | re.DOTALL) for text in (pattern, turned(pattern)))
    return Form(shortest=one, longest=other)


def turned(pattern: str) -> str:
    """`pattern` with every quantifier that takes as little as it can taking as much, and the other way round."""
    return _TOKEN.sub(lambda token: _turned(token), pattern)


def _turned(token: re.Match[str]) -> str:
    count = token["count"]
    if count is None:
        return token[0]
    return str(count) if token["few"] else f"{count}?"
