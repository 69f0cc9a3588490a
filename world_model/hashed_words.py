"""Words of goals and screens as rows of one table, also words never seen before. Small learnt models share it."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

BUCKETS: Final = 4096
"""Rows of the word table. Row 0 is no word. Two words may share a row; among the words of one screen that is rare."""
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign of a text, from character `start` up to `end`."""

    word: int
    start: int
    end: int


@lru_cache(maxsize=65536)
def word_id(word: str) -> int:
    """1 to BUCKETS − 1, of the word in lower case."""
    return 1 + zlib.crc32(word.casefold().encode("utf-8", "surrogatepass")) % (BUCKETS - 1)


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[int, ...]:
    """The words and numbers of a text or label, without signs."""
    return tuple(word_id(word) for word in _WORD.findall(text))


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """All words, numbers and signs, in order."""
    return tuple(Token(word_id(found.group()), found.start(), found.end()) for found in _TOKEN.finditer(text))


@lru_cache(maxsize=65536)
def identifier_words(resource_id: str) -> tuple[int, ...]:
    """Those of a resource id's last part; never the same as words that a person reads."""
    return tuple(word_id(f"#{word}") for word in _WORD.findall(resource_id.rpartition("/")[2]))


def find_span(text: str, goal: str) -> tuple[int, int] | None:
    """The first and last token of `goal` that hold exactly `text`, the first place where they do."""
    if not text:
        return None
    there = tokens(goal)
    ends = {token.end: index for index, token in enumerate(there)}
    for first, token in enumerate(there):
        last = ends.get(token.start + len(text))
        if last is not None and last >= first and goal.startswith(text, token.start):
            return first, last
    return None
