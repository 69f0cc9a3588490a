"""JSON lines with errors that name file, line and field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_farm.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One object of a file, and where it stands."""

    path: Path
    number: int
    values: Mapping[str, Any]

    @property
    def origin(self) -> str:
        return f"{self.path.name}:{self.number}"

    def error(self, message: str, field: str, fix: str = "") -> DataError:
        return DataError(f"{message}, at {self.path}:{self.number}", field=field, fix=fix)

    def text(self, field: str) -> str:
        """Raises DataError where it is missing or no text."""
        value = self.values.get(field)
        if not isinstance(value, str):
            raise self.error("must be text" if field in self.values else "is missing", field)
        return value

    def flag(self, field: str, default: bool) -> bool:
        """Missing and null mean `default`. Raises DataError for anything else than true and false."""
        value = self.values.get(field)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error("must be true or false", field)
        return value

    def items(self, field: str) -> list[Any]:
        """Raises DataError where it is missing or no list."""
        value = self.values.get(field)
        if not isinstance(value, list):
            raise self.error("must be a list" if field in self.values else "is missing", field)
        return value


def read_lines(path: Path) -> Iterator[Line]:
    """The objects of a JSON Lines file; blank lines are passed over.

    Raises:
        DataError: the file cannot be read, or a line is no JSON object; names the line.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}", field="path") from error
    with file:
        for number, text in enumerate(file, 1):
            if text.strip():
                yield Line(path=path, number=number, values=_object(text, f"{path}:{number}"))


def _object(text: bytes, place: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place} is no JSON: {error}", field="line") from error
    if not isinstance(values, dict):
        raise DataError(f"{place} is no JSON object", field="line")
    return values


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
