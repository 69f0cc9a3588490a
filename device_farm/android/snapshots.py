"""Snapshots of a whole device, where it has them."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Sequence
from typing import Protocol

from device_farm.android.console import EmulatorConsole
from device_farm.device import SnapshotInfo, check_snapshot_name
from device_farm.errors import GuestError

_ROW = re.compile(
    r"^\S+\s+(?P<name>[A-Za-z0-9._-]+)\s+(?P<size>[\d.]+)\s*(?P<unit>[KMGT]?i?B?)\s+"
    r"(?P<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Snapshots(Protocol):
    """Raises GuestError for a bad or unknown name, or where the device has no snapshots."""

    async def save(self, name: str) -> SnapshotInfo: ...

    async def load(self, name: str) -> None: ...

    async def list(self) -> Sequence[SnapshotInfo]: ...

    async def delete(self, name: str) -> None: ...


class NoSnapshots:
    """A phone in the hand, or any other that keeps none; `kind` and `fix` name it and the way out."""

    def __init__(self, kind: str, *, fix: str = "use a simulated phone or an emulator") -> None:
        self._kind = kind
        self._fix = fix

    async def save(self, name: str) -> SnapshotInfo:
        raise self._refusal()

    async def load(self, name: str) -> None:
        raise self._refusal()

    async def list(self) -> Sequence[SnapshotInfo]:
        return ()

    async def delete(self, name: str) -> None:
        raise self._refusal()

    def _refusal(self) -> GuestError:
        return GuestError(f"{self._kind} has no snapshots", fix=self._fix)


def parse_snapshot_list(answer: str) -> tuple[SnapshotInfo, ...]:
    """Reads the table of `avd snapshot list`; lines that are no rows are skipped."""
    rows = (_info(row) for row in map(_ROW.match, answer.splitlines()) if row is not None)
    return tuple(info for info in rows if info is not None)


def _info(row: re.Match[str]) -> SnapshotInfo | None:
    """None for a row whose date or size is none."""
    try:
        when = calendar.timegm(time.strptime(row["date"], "%Y-%m-%d %H:%M:%S"))
        size = float(row["size"]) * _UNITS[row["unit"].rstrip("iB")]
    except ValueError:
        return None
    return SnapshotInfo(name=row["name"], created_s=float(when), size_bytes=int(size))


class ConsoleSnapshots:
    """Snapshots of an emulator or simulated phone, by its console."""

    def __init__(self, console: EmulatorConsole) -> None:
        self._console = console

    async def save(self, name: str) -> SnapshotInfo:
        check_snapshot_name(name)
        await self._console.command(f"avd snapshot save {name}")
        for info in await self.list():
            if info.name == name:
                return info
        raise GuestError(f"the console saved {name!r} but does not list it")

    async def load(self, name: str) -> None:
        check_snapshot_name(name)
        await self._expect(name)
        await self._console.command(f"avd snapshot load {name}")

    async def list(self) -> Sequence[SnapshotInfo]:
        return parse_snapshot_list(await self._console.command("avd snapshot list"))

    async def delete(self, name: str) -> None:
        check_snapshot_name(name)
        await self._expect(name)
        await self._console.command(f"avd snapshot delete {name}")

    async def _expect(self, name: str) -> None:
        # The real console answers OK to a load of a name that it does not have.
        names = [info.name for info in await self.list()]
        if name not in names:
            raise GuestError(f"no snapshot {name!r}", field="name", fix=f"there is {', '.join(names) or 'none'}")
