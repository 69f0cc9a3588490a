"""How many tokens a text takes, without a tokenizer."""

from __future__ import annotations

import re
from typing import Final

_PIECES: Final = re.compile(r"(?P<word>[A-Za-z]+)|(?P<sign>[!-@\[-`{-~])|(?P<blank>[ \n\t]+)|(?P<other>[^!-~ \n\t]+)")
_LETTERS: Final = 4


def estimated_tokens(text: str) -> int:
    """A run of up to four ASCII letters, a digit, a sign: one each. A blank goes with what follows; a line feed is one.

    Other characters: one for every two bytes of UTF-8, rounded up. Byte-level tokenizers of the usual models split
    digits singly or in threes and English into pieces of about four letters, so this errs to the high side; 0 for "".
    """
    total = 0
    for piece in _PIECES.finditer(text):
        match piece.lastgroup:
            case "word":
                total += -(-len(piece[0]) // _LETTERS)
            case "sign":
                total += 1
            case "blank":
                total += max(piece[0].count("\n"), len(piece[0]) - 1)
            case _:
                # A lone surrogate has no UTF-8; it is printed as an escape anyway.
                total += -(-len(piece[0].encode("utf-8", "surrogatepass")) // 2)
    return total
