"""Writes the resolved config as TOML; the standard library only reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from device_farm.errors import DataError


def dump_toml(values: Mapping[str, object]) -> str:
    """`values` as TOML text that `tomllib` reads back to the same. None is left out: TOML has no null."""
    return "\n".join(_table(values, ())).lstrip("\n") + "\n"


def _table(values: Mapping[str, object], path: tuple[str, ...]) -> list[str]:
    plain = {key: value for key, value in values.items() if not _is_table(value) and value is not None}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in values.items():
        name = (*path, key)
        dotted = ".".join(_key(part) for part in name)
        if isinstance(value, Mapping):
            lines += ["", f"[{dotted}]", *_table(value, name)]
        elif _is_table(value) and isinstance(value, Sequence):
            for entry in value:
                lines += ["", f"[[{dotted}]]", *_table(entry, name)]
    return lines


def _is_table(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    tables = isinstance(value, list | tuple) and len(value) > 0
    return tables and all(isinstance(entry, Mapping) for entry in value)  # type: ignore[attr-defined]


def _key(key: str) -> str:
    return key if key.replace("_", "a").replace("-", "a").isalnum() and key.isascii() else _text(key)


def _text(text: str) -> str:
    # A JSON string is a TOML basic string once DEL is escaped and surrogates cannot occur.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return repr(value)
        case str():
            return _text(value)
        case list() | tuple():
            return "[" + ", ".join(_value(entry) for entry in value) + "]"
    raise DataError(f"{value!r} cannot be written as TOML")
