"""Brace expansion, `a{b,c}d`: done once, when a command line is parsed."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.shell.syntax import Literal, Word, WordPart

# Words that are longer, or would become more words, stay as they are written.
UNITS_MAX: Final = 5000
EXPANDED_MAX: Final = 1000


def expand_braces(word: Word) -> list[Word]:
    """The words that `word` stands for; itself alone where it has no braces with a comma in them."""
    if not any(isinstance(part, Literal) and not part.quoted and "{" in part.text for part in word):
        return [word]
    units = _split(word)
    if len(units) > UNITS_MAX:
        return [word]
    try:
        return [_join(expanded) for expanded in _expand(units)]
    except OverflowError:
        return [word]


def _split(word: Word) -> tuple[WordPart, ...]:
    """Unquoted literals character by character."""
    units: list[WordPart] = []
    for part in word:
        if isinstance(part, Literal) and not part.quoted:
            units.extend(Literal(mark, False) for mark in part.text)
        else:
            units.append(part)
    return tuple(units)


def _join(units: tuple[WordPart, ...]) -> Word:
    joined: list[WordPart] = []
    for unit in units:
        last = joined[-1] if joined else None
        if isinstance(unit, Literal) and isinstance(last, Literal) and not unit.quoted and not last.quoted:
            joined[-1] = Literal(last.text + unit.text, False)
        else:
            joined.append(unit)
    return tuple(joined)


def _expand(units: tuple[WordPart, ...]) -> list[tuple[WordPart, ...]]:
    for start, unit in enumerate(units):
        if unit != Literal("{", False):
            continue
        alternatives, end = _alternatives(units, start)
        if len(alternatives) < 2:
            continue
        heads = [units[:start] + middle for alternative in alternatives for middle in _expand(alternative)]
        tails = _expand(units[end:])
        if len(heads) * len(tails) > EXPANDED_MAX:
            raise OverflowError
        return [head + tail for head in heads for tail in tails]
    return [units]


def _alternatives(units: tuple[WordPart, ...], start: int) -> tuple[list[tuple[WordPart, ...]], int]:
    """What lies between the braces that open at `start`, split at its commas, and where they end."""
    depth, begin, found = 0, start + 1, []
    for index in range(start, len(units)):
        match units[index]:
            case Literal("{", False):
                depth += 1
            case Literal("}", False):
                depth -= 1
                if depth == 0:
                    found.append(units[begin:index])
                    return found, index + 1
            case Literal(",", False) if depth == 1:
                found.append(units[begin:index])
                begin = index + 1
            case _:
                pass
    return [], start
