"""JSON lines that are appended to: one torn last line, from a killed process, is tolerated and mended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from device_farm.errors import DataError
from device_farm.types.codec.json import dumps_value, loads_value
from gui_agent.store.files import Files, read_bytes


def append_line(files: Files, path: Path, record: Mapping[str, Any]) -> None:
    files.append(path, (dumps_value(record) + "\n").encode("ascii"))


def mend(path: Path) -> None:
    """Cuts off a torn last line, so that what is appended next begins a line of its own."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        os.truncate(path, whole)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines. Raises DataError, naming the line, for one in the middle that is no JSON object."""
    if not path.exists():
        return []
    data = read_bytes(path, fix="check the permissions of the run folder")
    records: list[dict[str, Any]] = []
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            record = loads_value(line)
        except DataError as error:
            raise DataError(f"{path} line {number}: {error.message}", field=path.name) from error
        if not isinstance(record, dict):
            raise DataError(f"{path} line {number} is no JSON object", field=path.name)
        records.append(record)
    return records
