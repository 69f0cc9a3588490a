"""Declared parameters of a task template: how each is sampled, and which values it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Protocol

from device_farm.errors import ConfigError
from device_farm.types.codec.json import describe
from device_farm.types.task import JsonValue


class Param(Protocol):
    """One parameter. `range_text` is how its values are named in messages."""

    @property
    def range_text(self) -> str: ...

    def sample(self, rng: Random) -> JsonValue: ...

    def accepts(self, value: JsonValue) -> bool: ...


@dataclass(frozen=True, slots=True)
class IntParam:
    """A whole number from `low` to `high`, both included, in steps of `step` from `low`."""

    low: int
    high: int
    step: int = 1

    @property
    def range_text(self) -> str:
        steps = f" in steps of {self.step}" if self.step != 1 else ""
        return f"a whole number from {self.low} to {self.high}{steps}"

    def sample(self, rng: Random) -> JsonValue:
        return rng.randrange(self.low, self.high + 1, self.step)

    def accepts(self, value: JsonValue) -> bool:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and self.low <= value <= self.high and (value - self.low) % self.step == 0  # type: ignore


@dataclass(frozen=True, slots=True)
class ChoiceParam:
    """One of `options`."""

    options: tuple[JsonValue, ...]

    @property
    def range_text(self) -> str:
        return "one of " + ", ".join(repr(option) for option in self.options)

    def sample(self, rng: Random) -> JsonValue:
        return rng.choice(self.options)

    def accepts(self, value: JsonValue) -> bool:
        # 1 == True in Python; a choice between numbers does not take a truth value.
        return any(type(value) is type(option) and value == option for option in self.options)


@dataclass(frozen=True, slots=True)
class TextParam:
    """One line of 1 to `max_length` printable characters; sampled from `examples`."""

    examples: tuple[str, ...]
    max_length: int = 60

    @property
    def range_text(self) -> str:
        return f"one line of 1 to {self.max_length} printable characters"

    def sample(self, rng: Random) -> JsonValue:
        return rng.choice(self.examples)

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, str) and 1 <= len(value) <= self.max_length and value.isprintable()


@dataclass(frozen=True, slots=True)
class SubsetParam:
    """`count` different ones of `options`, in sampled order."""

    options: tuple[str, ...]
    count: int

    @property
    def range_text(self) -> str:
        return f"{self.count} different ones of {', '.join(self.options)}"

    def sample(self, rng: Random) -> JsonValue:
        return list(rng.sample(self.options, self.count))

    def accepts(self, value: JsonValue) -> bool:
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            return False
        return len(value) == self.count == len(set(map(str, value))) and set(map(str, value)) <= set(self.options)


@dataclass(frozen=True, slots=True)
class RowsParam:
    """A list of `low` to `high` JSON objects that all have exactly `columns`; for rows of an app's table.

    A template whose rows hang together (duplicates, noise beside targets) overrides `TaskTemplate.sample` instead of
    giving `draw`.
    """

    columns: tuple[str, ...]
    low: int
    high: int
    draw: Callable[[Random], list[JsonValue]] | None = None

    @property
    def range_text(self) -> str:
        return f"a list of {self.low} to {self.high} objects with {', '.join(self.columns)}"

    def sample(self, rng: Random) -> JsonValue:
        return self.draw(rng) if self.draw is not None else []

    def accepts(self, value: JsonValue) -> bool:
        if not isinstance(value, list) or not self.low <= len(value) <= self.high:
            return False
        return all(isinstance(row, dict) and set(row) == set(self.columns) for row in value)


def check_params(owner: str, declared: Mapping[str, Param], values: Mapping[str, JsonValue]) -> None:
    """Raises ConfigError naming the parameter, its value and its range where one is unknown, missing or outside."""
    for name in values:
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise ConfigError("unknown parameter", field=f"{owner}.{name}", fix=f"it takes: {known}")
    for name, param in declared.items():
        if name not in values:
            raise ConfigError(f"missing; must be {param.range_text}", field=f"{owner}.{name}")
        if not param.accepts(values[name]):
            message = f"{describe(values[name])} is out of range"
            raise ConfigError(message, field=f"{owner}.{name}", fix=f"must be {param.range_text}")
