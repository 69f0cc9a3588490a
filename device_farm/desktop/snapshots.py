"""The names of a desktop's snapshots, until the next reset; what they hold is the machine's."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from device_farm.device import SnapshotInfo, check_snapshot_name
from device_farm.errors import GuestError


@dataclass(slots=True, kw_only=True)
class Snapshots:
    """By name, at most `limit`. Raises GuestError for a bad or unknown name."""

    limit: int
    _kept: dict[str, SnapshotInfo] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Before anything is kept."""
        check_snapshot_name(name)
        if name not in self._kept and len(self._kept) >= self.limit:
            raise GuestError(f"there are {self.limit} snapshots already", field="name", fix="delete one")

    def save(self, name: str, size_bytes: int) -> SnapshotInfo:
        info = self._kept[name] = SnapshotInfo(name=name, created_s=time.time(), size_bytes=size_bytes)
        return info

    def delete(self, name: str) -> None:
        self.find(name)
        del self._kept[name]

    def list(self) -> Sequence[SnapshotInfo]:
        return list(self._kept.values())

    def clear(self) -> None:
        self._kept.clear()

    def find(self, name: str) -> SnapshotInfo:
        if name not in self._kept:
            there = ", ".join(sorted(self._kept)) or "none"
            raise GuestError(f"no snapshot {name[:80]!r}", field="name", fix=f"there is {there}")
        return self._kept[name]
