"""What the stand-in prints."""

from __future__ import annotations

import sys


def say(kind: str, text: str) -> None:
    """A line as the emulator prints it."""
    sys.stdout.write(f"{kind:<12} | {text}\n")
    sys.stdout.flush()
