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

TEXT: Final = r".+?"
"""Whatever stands between two words of a goal."""
LAST: Final = r".+?(?<![.\s])"
"""The same at its end, where a full stop belongs to the goal."""
REST: Final = r".+"
"""The rest of a goal as it stands, its full stop too."""
_MOST: Final = {0: 20_000, 1: 20_000, 2: 6_000, 3: 1_200}
"""Characters of a goal by the number of values that may be anything, 1,200 for more of them.

A search for n values in a text full of the words between them takes the length to the power of n.
"""
_FREE: Final = frozenset({"text", "title", "description", "listed"})
"""Groups whose values are texts; others are names, numbers or words in one line."""
_FILES: Final = frozenset({"file", "new", "folder", "into", "source", "one", "two", "three"})
"""Groups whose values are names of files or folders, without their paths."""


def sound(values: Values) -> bool:
    """Whether the values are what their groups stand for.

    Forms take any text for a value, so that a second reading is seen even where it makes no sense: what looks strange
    may be what was meant, and the reading that looks better may be the wrong one.
    """
    words = {name: value for name, value in values.items() if name not in _FREE}
    files = [value for name, value in words.items() if name in _FILES]
    return all(value == value.strip() and value.isprintable() for value in words.values()) and not any(
        "/" in value or value in (".", "..") for value in files
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The words of a whole goal with named groups for its values, as two patterns that differ in one thing.

    Wherever a part of the goal may be longer or shorter, one pattern tries the shorter first where the other tries the
    longer first. Where the two agree there is one way to read the goal: the searches take their choices in opposite
    orders, so a second reading would be the first one found by one of them. (Choices by "|" do not turn round; forms
    use them for words that exclude each other.)
    """

    shortest: Pattern[str]
    longest: Pattern[str]
    most: int

    def readings(self, goal: str) -> list[dict[str, str]]:
        """The values in `goal`: none where it is not of this form, two that differ where it can be read in two ways.

        A goal of more than `most` characters is not of this form.
        """
        if len(goal) > self.most:
            return []
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
    """Forms of whole goals, whatever the case of their words.

    Blanks around a goal and a full stop at its end say nothing, but where a value begins or ends it as it stands.
    """
    return tuple(_form(_loosely(pattern)) for pattern in patterns)


def _loosely(pattern: str) -> str:
    begin = "" if pattern.startswith("(?P<") else r"\s*"
    end = "" if pattern.endswith(f"{REST})") else r"\.?\s*"
    return begin + pattern + end


def _form(pattern: str) -> Form:
    one, other = (re.compile(text, re.IGNORECASE | re.DOTALL) for text in (pattern, turned(pattern)))
    return Form(shortest=one, longest=other, most=_MOST.get(pattern.count(".+"), min(_MOST.values())))


def turned(pattern: str) -> str:
    """`pattern` with every quantifier that takes as little as it can taking as much, and the other way round."""
    return _TOKEN.sub(lambda token: _turned(token), pattern)


def _turned(token: re.Match[str]) -> str:
    count = token["count"]
    if count is None:
        return token[0]
    return str(count) if token["few"] else f"{count}?"
