"""Rows of Android content providers, as `content query` prints them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import guest_output, shown

_ROW = re.compile(r"^Row: \d+ ", re.MULTILINE)


def parse_rows(output: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of `content query` output; values may hold commas and line feeds, so column names guide the split.

    Raises:
        VerifierError: a row lacks one of the columns.
    """
    if not output.strip() or output.strip() == "No result found.":
        return []
    starts = [match for match in _ROW.finditer(output)]
    if not starts:
        raise VerifierError(f"not understood as rows of a content provider: {output[:120]!r}")
    ends = [match.start() for match in starts[1:]] + [len(output)]
    bodies = [output[match.end() : end].rstrip("\n") for match, end in zip(starts, ends, strict=True)]
    return [_split(body, columns) for body in bodies]


def _split(body: str, columns: tuple[str, ...]) -> dict[str, str]:
    pattern = ", ".join(rf"{re.escape(name)}=(.*?)" for name in columns)
    match = re.fullmatch(pattern, body, re.DOTALL)
    if match is None:
        raise VerifierError(f"expected the columns {', '.join(columns)}, found {body[:120]!r}")
    return dict(zip(columns, match.groups(), strict=True))


async def query_content(device: Device, uri: str, columns: tuple[str, ...], where: str = "") -> list[dict[str, str]]:
    """The provider's rows with these columns. Raises VerifierError, GuestError, TransportError."""
    condition = f" --where {shlex.quote(where)}" if where else ""
    projection = shlex.quote(":".join(columns))
    output = await guest_output(device, f"content query --uri {shlex.quote(uri)} --projection {projection}{condition}")
    if output.startswith(("Error", "Exception", "java.")):
        raise VerifierError(f"content query {uri}: {output.splitlines()[0]}")
    return parse_rows(output, columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRow:
    """A provider row has all of `expected` (column to text); with `absent` there must be none."""

    uri: str
    expected: Mapping[str, str]
    where: str = ""
    absent: bool = False

    async def check(self, device: Device) -> Evidence:
        rows = await query_content(device, self.uri, tuple(self.expected), self.where)
        found = any(row == dict(self.expected) for row in rows)
        return Evidence(
            probe=f"rows of {self.uri} {self.where}".rstrip(),
            observed=shown(rows),
            expected=("no row " if self.absent else "a row ") + shown(dict(self.expected)),
            holds=found is not self.absent,
        )
