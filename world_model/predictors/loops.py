"""When a model has begun to repeat itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LONGEST_BLOCK: Final = 8
REPEATS: Final = 4
MOST_AGAIN: Final = 8


def looping(lines: Sequence[str]) -> bool:
    """Whether text is a loop, as a sketch never is: it ends with the same one to eight lines four times in a row, or
    at least eight lines, and half of all, are lines that were there before. Blank lines do not count.

    The last line may be cut off by the end of the reply, so it is left out where there are others.
    """
    said = [line.strip() for line in lines if line.strip()]
    said = said[:-1] or said
    for block in range(1, LONGEST_BLOCK + 1):
        tail = said[-block * REPEATS :]
        if len(tail) == block * REPEATS and all(tail[at] == tail[at % block] for at in range(len(tail))):
            return True
    again = len(said) - len(set(said))
    return again >= MOST_AGAIN and 2 * again >= len(said)
