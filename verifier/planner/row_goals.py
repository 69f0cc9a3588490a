"""Checks that goals about rows of one table share: add some, delete some by name, delete what is there twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from device_farm.errors import VerifierError
from verifier.planner.plan import Check, Given, Plan
from verifier.planner.tables import NoneTwice, Row, RowsBecome, Table, has_twins, plain
from verifier.rules.base import Probe
from verifier.rules.files import read_text


def over(table: Table, check: Check) -> Plan:
    """One check that compares the whole table, which is all that may change."""
    return Plan(checks=(check,), allowed=table.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The rows `new`, and nothing else, came to the table."""

    table: Table
    new: tuple[Row, ...]

    async def bind(self, given: Given) -> Probe:
        return RowsBecome(table=self.table, before=await self.table.rows(given.before()), new=self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFromNote:
    """The rows that the note at `path` lists came to the table; `read` makes them of its text, or None.

    Raises (when bound) VerifierError where there is no such note, or where it is no list.
    """

    table: Table
    path: str
    read: Callable[[str], list[Row] | None]

    async def bind(self, given: Given) -> Probe:
        text = await read_text(given.before(), self.path)
        rows = None if text is None else self.read(text)
        if not rows:
            raise VerifierError(f"{self.path} holds no list that can be read")
        return await Added(table=self.table, new=tuple(rows)).bind(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedByName:
    """The rows called one of `names` by `column` are gone, and only they.

    Raises (when bound) VerifierError where a name is nobody's, or where several rows have it: which is meant is
    not said then.
    """

    table: Table
    column: str
    names: tuple[str, ...]

    async def bind(self, given: Given) -> Probe:
        before = await self.table.rows(given.before())
        gone = [self._only(before, name) for name in self.names]
        return RowsBecome(table=self.table, before=before, gone=frozenset(gone))

    def _only(self, rows: Mapping[str, Row], name: str) -> str:
        keys = [key for key, row in rows.items() if plain(row[self.column]) == plain(name)]
        if len(keys) != 1:
            raise VerifierError(f"{len(keys)} rows of {self.table.name} were called {name!r} at the start")
        return keys[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedWhere:
    """The rows whose `column` holds `word`, whatever the case, are gone, and only they.

    Raises (when bound) VerifierError where there was none.
    """

    table: Table
    column: str
    word: str

    async def bind(self, given: Given) -> Probe:
        before = await self.table.rows(given.before())
        word = self.word.casefold()
        gone = frozenset(key for key, row in before.items() if word in row[self.column].casefold())
        if not gone:
            raise VerifierError(f"no row of {self.table.name} had {self.word!r} in its {self.column} at the start")
        return RowsBecome(table=self.table, before=before, gone=gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduplicated:
    """Every row that was there twice is there once. Raises (when bound) VerifierError where none was."""

    table: Table

    async def bind(self, given: Given) -> Probe:
        before = await self.table.rows(given.before())
        if not has_twins(before):
            raise VerifierError(f"no row of {self.table.name} was there twice at the start")
        return NoneTwice(table=self.table, before=before)
