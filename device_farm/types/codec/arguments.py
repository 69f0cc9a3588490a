"""Reads the arguments of one action in a JSON dialect, and says exactly what is wrong with them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from device_farm.errors import DialectError
from device_farm.types.codec.json import describe
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point

MAX_WAIT_S = 3600.0
"""A longer wait or press is a slip of the model, not a wish."""


def read_object(text: str, start: int, what: str) -> tuple[dict[str, object], int]:
    """The JSON object that begins at `start`, and where it ends.

    Raises:
        DialectError: no JSON object begins there, a key occurs twice, or a number is not finite.
    """
    begin = start + len(text[start:]) - len(text[start:].lstrip())
    try:
        value, end = _DECODER.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        raise DialectError(f"{what} is no JSON: {error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise DialectError(f"{what} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise DialectError(f"{what} must be a JSON object, found {describe(value)} at character {begin}")
    return value, end


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key occurs twice")
    return read


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)


class Arguments:
    """Typed access to an action's arguments. A null counts as absent, as the data sets write it."""

    def __init__(self, values: Mapping[str, object], action: str) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._action = action
        self._read: set[str] = set()

    def has(self, name: str) -> bool:
        return name in self._values

    def _get(self, name: str) -> object:
        self._read.add(name)
        if name not in self._values:
            raise DialectError(f"{self._action} needs it", field=name)
        return self._values[name]

    def _wrong(self, name: str, expected: str) -> DialectError:
        found = describe(self._values.get(name))
        return DialectError(f"{self._action} takes {expected}, found {found}", field=name)

    def text(self, name: str) -> str:
        value = self._get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def choice(self, name: str, options: Mapping[str, str]) -> str:
        """The option's meaning; upper and lower case are the same."""
        value = self._get(name)
        if not isinstance(value, str) or value.strip().lower() not in options:
            raise self._wrong(name, "one of " + ", ".join(options))
        return options[value.strip().lower()]

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number, also where it is written as a string; models do both."""
        if default is not None and name not in self._values:
            return default
        value = self._get(name)
        try:
            number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong(name, "a number")
        return number

    def seconds(self, name: str, default: float | None = None) -> float:
        value = self.number(name, default)
        if not 0 <= value <= MAX_WAIT_S:
            raise self._wrong(name, f"seconds from 0 to {MAX_WAIT_S:g}")
        return value

    def point(self, name: str, space: CoordinateSpace) -> Point:
        value = self._get(name)
        pair = value if isinstance(value, list) and len(value) == 2 else ()
        numbers = [part for part in pair if isinstance(part, int | float) and not isinstance(part, bool)]
        if len(numbers) != 2:
            raise self._wrong(name, "[x, y]")
        try:
            return space.to_native(float(numbers[0]), float(numbers[1]), name)
        except OverflowError as error:
            raise self._wrong(name, "[x, y] inside the image") from error

    def texts(self, name: str) -> list[str]:
        value = self._get(name)
        entries = value if isinstance(value, list) else [value]
        texts = [entry for entry in entries if isinstance(entry, str)]
        if not texts or len(texts) != len(entries):
            raise self._wrong(name, "a list of strings")
        return texts

    def finish(self, *ignored: str) -> None:
        """Raises DialectError for an argument that nobody read; `ignored` ones carry labels, not meaning."""
        left = [name for name in self._values if name not in self._read and name not in ignored]
        # An empty string is how models fill in what they leave out.
        left = [name for name in left if self._values[name] != ""]
        if left:
            raise DialectError(f"{self._action} takes no such argument", field=left[0])
