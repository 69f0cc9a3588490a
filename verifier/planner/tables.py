"""Tables of applications' databases: what they held at the start, and what has to have become of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from device_farm.device import Device
from device_farm.types.trajectory import Evidence
from verifier.planner.allowed import Allowed
from verifier.planner.places import kept_by
from verifier.rules.base import shown
from verifier.rules.database import query

Row: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of an application by its `key` column and the `columns` that a person would miss, every value as text."""

    package: str
    database: str
    name: str
    key: str
    columns: tuple[str, ...]

    @property
    def path(self) -> str:
        """Of the database's file."""
        return f"/data/data/{self.package}/databases/{self.database}"

    async def rows(self, device: Device) -> dict[str, Row]:
        """The rows by their keys. Raises VerifierError where there is no such table, GuestError, TransportError."""
        listed = ", ".join(f'"{column}"' for column in (self.key, *self.columns))
        found = await query(device, self.path, f'SELECT {listed} FROM "{self.name}"')
        return {row[0]: dict(zip(self.columns, row[1:], strict=True)) for row in found}

    @property
    def places(self) -> tuple[Allowed, ...]:
        """Rows that came or went, and what the application remembers, for goals whose check compares all rows."""
        place = re.compile(rf"row {re.escape(self.path)} {re.escape(self.name)}/\d+")
        rows = Allowed(place=place, only="new or gone")
        return rows, kept_by(self.package)


def plain(text: str) -> str:
    """A text as it is compared: blanks and line ends at the ends and in runs do not make two texts differ."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsBecome:
    """The table holds what it held `before` without the rows `gone`, and one new row for each of `new`.

    A new row fits where it has all the values of one of `new`; other columns are free.
    """

    table: Table
    before: Mapping[str, Row]
    gone: frozenset[str] = frozenset()
    new: tuple[Row, ...] = ()

    async def check(self, device: Device) -> Evidence:
        after = await self.table.rows(device)
        kept = {key: row for key, row in self.before.items() if key not in self.gone}
        lost = sorted(kept.keys() - after.keys())
        changed = sorted(key for key in kept.keys() & after.keys() if kept[key] != after[key])
        left = sorted(self.gone & after.keys())
        added = [row for key, row in after.items() if key not in self.before]
        columns = sorted({column for row in self.new for column in row})
        right = _counted(added, columns) == _counted(self.new, columns)
        seen = {"lost": lost, "changed": changed, "not deleted": left, "new": [_only(row, columns) for row in added]}
        return Evidence(
            probe=f"rows of {self.table.path}: {self.table.name}",
            observed=shown({what: found for what, found in seen.items() if found} or "as at the start"),
            expected=shown(f"{len(self.gone)} deleted, new: {[dict(row) for row in self.new]}"),
            holds=not (lost or changed or left) and right,
        )


def _only(row: Row, columns: Iterable[str]) -> dict[str, str]:
    return {column: row[column] for column in columns} if columns else dict(row)


def _counted(rows: Iterable[Row], columns: Iterable[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(plain(row[column]) for column in columns) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneTwice:
    """Of rows that were equal `before` exactly one is left, of every other its one; none is changed or new."""

    table: Table
    before: Mapping[str, Row]

    async def check(self, device: Device) -> Evidence:
        after = await self.table.rows(device)
        strange = sorted(key for key, row in after.items() if self.before.get(key) != row)
        twice = sum(_contents(after).values()) - len(_contents(after))
        lacking = sorted(str(content) for content in _contents(self.before).keys() - _contents(after).keys())
        return Evidence(
            probe=f"rows of {self.table.path}: {self.table.name}",
            observed=shown(f"{len(after)} rows, {twice} twice, lacking {lacking}, changed or new {strange}"),
            expected=f"{len(_contents(self.before))} different rows, each of them once",
            holds=not (strange or twice or lacking),
        )


def _contents(rows: Mapping[str, Row]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted(row.items())) for row in rows.values())


def has_twins(rows: Mapping[str, Row]) -> bool:
    """Whether two rows are equal in all columns."""
    return len(_contents(rows)) < len(rows)
