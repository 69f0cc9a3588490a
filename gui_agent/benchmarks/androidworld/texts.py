"""How AndroidWorld compares texts (its `fuzzy_match_lib`)."""

from __future__ import annotations

import difflib
from typing import Final

SAME_TEXT: Final = 0.9
"""Two texts count as the same from this difflib ratio on, case aside."""


def same_text(first: str, second: str) -> bool:
    return difflib.SequenceMatcher(None, first.lower(), second.lower()).ratio() >= SAME_TEXT
