"""Rows of an app's SQLite table: put there before a task, compared after it as AndroidWorld compares them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence
from gui_agent.benchmarks.androidworld.texts import same_text
from gui_agent.benchmarks.basics.phone.common import run
from verifier.rules.base import shown
from verifier.rules.database import query

Row: TypeAlias = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of one app. `key` is its number column, `columns` are the others."""

    package: str
    path: str
    name: str
    key: str
    columns: tuple[str, ...]

    async def fill(self, device: Device, rows: Sequence[Row]) -> None:
        """The table holds exactly `rows`, numbered from 1, and the app will read it anew.

        Raises:
            GuestError: a command failed.
        """
        statements = [f"DELETE FROM {self.name}"]
        names = ", ".join(f'"{column}"' for column in (self.key, *self.columns))
        for number, row in enumerate(rows, 1):
            values = ", ".join((str(number), *(literal(row[column]) for column in self.columns)))
            statements.append(f"INSERT INTO {self.name} ({names}) VALUES ({values})")
        await run(device, f"am force-stop {self.package}")
        await run(device, f"sqlite3 {self.path} {shlex.quote('; '.join(statements) + ';')}")

    async def rows(self, device: Device) -> list[dict[str, str]]:
        """What the table holds now, every value as text, by its number.

        Raises:
            VerifierError, GuestError, TransportError: it cannot be read.
        """
        columns = (self.key, *self.columns)
        listed = ", ".join(f'"{column}"' for column in columns)
        found = await query(device, self.path, f"SELECT {listed} FROM {self.name} ORDER BY {self.key}")
        return [dict(zip(columns, row, strict=True)) for row in found]

    def numbered(self, rows: Sequence[Row]) -> list[dict[str, str]]:
        """`rows` as `fill` stores them and `rows` gives them back."""
        return [
            {self.key: str(number), **{column: _as_text(row[column]) for column in self.columns}}
            for number, row in enumerate(rows, 1)
        ]


def rows_param(task: Task, name: str) -> list[dict[str, JsonValue]]:
    """The rows of a task's parameter; none where it has no such parameter."""
    value = task.params.get(name)
    return [dict(row) for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def literal(value: JsonValue) -> str:
    """A value as SQL writes it."""
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(int(value)) if isinstance(value, bool) else str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            raise VerifierError(f"{value!r} is no value of a table")


def _as_text(value: JsonValue) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def removed(
    table: Table,
    before: Sequence[Mapping[str, str]],
    after: Sequence[Mapping[str, str]],
    gone: Sequence[int],
    *,
    either: bool = False,
) -> Evidence:
    """Exactly the rows numbered `gone` are missing and nothing else has changed; `either` takes any one of them."""
    options = [{str(number)} for number in gone] if either else [{str(number) for number in gone}]
    held = [dict(row) for row in after]
    missing = sorted({row[table.key] for row in before} - {row[table.key] for row in after}, key=int)
    return Evidence(
        probe=f"rows of {table.path}: {table.name}",
        observed=shown(f"{len(after)} rows, missing {missing}"),
        expected=f"{'one' if either else 'all'} of {list(gone)} missing, the rest unchanged",
        holds=any([dict(row) for row in before if row[table.key] not in lost] == held for lost in options),
    )


def added(
    table: Table,
    before: Sequence[Mapping[str, str]],
    after: Sequence[Mapping[str, str]],
    wanted: Sequence[Row],
    *,
    exact: Sequence[str],
    alike: Sequence[str],
) -> Evidence:
    """Every wanted row is there, as many rows as wanted are new, and the old ones are unchanged.

    `exact` columns must be equal; `alike` ones are compared as texts by `same_text`.
    """

    def fits(row: Mapping[str, str], want: Row) -> bool:
        return all(row[column] == _as_text(want[column]) for column in exact) and all(
            same_text(row[column], _as_text(want[column])) for column in alike
        )

    lacking = [want for want in wanted if not any(fits(row, want) for row in after)]
    kept = all(row in after for row in before)
    return Evidence(
        probe=f"rows of {table.path}: {table.name}",
        observed=shown(f"{len(after)} rows, lacking {lacking}, old rows {'kept' if kept else 'changed'}"),
        expected=f"{len(before)} old rows unchanged and {len(wanted)} new ones",
        holds=not lacking and kept and len(after) == len(before) + len(wanted),
    )
