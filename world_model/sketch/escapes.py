"""Texts in single quotes on one line, and back."""

from __future__ import annotations

import re
from typing import Final

_SHORT: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONG: Final = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_ESCAPE: Final = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt\\'\"]))|(\\)",
)


def quoted(text: str) -> str:
    """`text` in single quotes. What is not printable is written as `\\n`, `\\r`, `\\t`, `\\xNN`, `\\uNNNN`,
    `\\UNNNNNNNN`, so that the result holds no line break of any kind, no lone surrogate and no invisible character.
    """
    return "'" + "".join(map(_shown, text)) + "'"


def _shown(character: str) -> str:
    if (short := _SHORT.get(character)) is not None:
        return short
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def unquoted(inner: str) -> tuple[str, bool]:
    """What stands between the quotes, and whether every escape in it was one; a bad one stays as it is."""
    good = True

    def meant(match: re.Match[str]) -> str:
        nonlocal good
        if (digits := match[1] or match[2] or match[3]) is not None:
            if (code := int(digits, 16)) <= 0x10FFFF:
                return chr(code)
        elif match[4] is not None:
            return _LONG[match[4]]
        good = False
        return match[0]

    return _ESCAPE.sub(meant, inner), good
