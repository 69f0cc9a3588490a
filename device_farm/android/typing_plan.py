"""Splits a text into pieces that Android's `input text` carries unharmed, line feeds, and pieces that it cannot type.

`input text` turns `%s` into a space (AOSP `InputShellCommand.sendText`), so a space travels as `%s` and a `%` of the
text always ends its piece. It knows only characters of the virtual keyboard's key map, which are those of ASCII.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Literal, TypeAlias

from device_farm.adb.client import quote

_LONGEST_PIECE = 400
"""Characters; keeps a command line far below the kernel's and adb's limits."""

PieceKind: TypeAlias = Literal["ascii", "enter", "tab", "other"]


def _kind(character: str) -> PieceKind:
    if character in "\n\r":
        return "enter"
    if character == "\t":
        return "tab"
    return "ascii" if " " <= character <= "~" else "other"


def _ascii_pieces(text: str) -> Iterator[str]:
    piece = ""
    for character in text:
        piece += character
        if character == "%" or len(piece) >= _LONGEST_PIECE:
            yield piece
            piece = ""
    if piece:
        yield piece


def input_text_command(piece: str) -> str:
    """The command that types printable ASCII `piece`, in which `%` may only stand at the end."""
    return f"input text {quote(piece.replace(' ', '%s'))}"


def split_text(text: str) -> list[tuple[PieceKind, str]]:
    """Runs of one kind each, in order; every `enter` and `tab` alone. `\\r\\n` is one line feed."""
    pieces: list[tuple[PieceKind, str]] = []
    for kind, run in groupby(text.replace("\r\n", "\n"), key=_kind):
        characters = "".join(run)
        match kind:
            case "ascii":
                pieces.extend((kind, piece) for piece in _ascii_pieces(characters))
            case "other":
                pieces.append((kind, characters))
            case "enter" | "tab":
                pieces.extend((kind, character) for character in characters)
    return pieces
