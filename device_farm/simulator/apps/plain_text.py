"""Text as searches compare it."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Lower case without accents, so that `schonberg` finds Schönberg."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
