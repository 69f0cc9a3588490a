"""The `key=value` files of the Android SDK: `config.ini`, `NAME.ini`, `source.properties`, `build.prop`."""

from __future__ import annotations

from pathlib import Path


def parse_ini(text: str) -> dict[str, str]:
    """Pairs of a file; lines without `=`, comments and byte order marks are skipped, the last of a key counts."""
    pairs = {}
    for line in text.lstrip("\ufeff").splitlines():
        key, equals, value = line.partition("=")
        if equals and key.strip() and not key.lstrip().startswith(("#", ";")):
            pairs[key.strip()] = value.strip()
    return pairs


def read_ini(path: Path) -> dict[str, str]:
    """The pairs of the file; none where it cannot be read."""
    try:
        return parse_ini(path.read_text("utf-8", errors="replace"))
    except OSError:
        return {}
