"""Snapshots of a desktop: its home directory, packed, kept by the host until the next reset."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from device_farm.device import SnapshotInfo, check_snapshot_name
from device_farm.errors import GuestError

LIMIT = 32
"""Snapshots of one desktop at a time: they lie in memory."""


@dataclass(slots=True)
class Snapshots:
    """By name. Raises GuestError for a bad or unknown name."""

    _kept: dict[str, tuple[SnapshotInfo, bytes]] = field(default_factory=dict)

    def check(self, name: str) -> None:
        """Before anything is packed."""
        check_snapshot_name(name)
        if name not in self._kept and len(self._kept) >= LIMIT:
            raise GuestError(f"there are {LIMIT} snapshots already", field="name", fix="delete one")

    def save(self, name: str, home: bytes) -> SnapshotInfo:
        info = SnapshotInfo(name=name, created_s=time.time(), size_bytes=len(home))
        self._kept[name] = (info, home)
        return info

    def home(self, name: str) -> bytes:
        return self._find(name)[1]

    def delete(self, name: str) -> None:
        self._find(name)
        del self._kept[name]

    def list(self) -> Sequence[SnapshotInfo]:
        return [info for info, _ in self._kept.values()]

    def clear(self) -> None:
        self._kept.clear()

    def _find(self, name: str) -> tuple[SnapshotInfo, bytes]:
        if name not in self._kept:
            there = ", ".join(sorted(self._kept)) or "none"
            raise GuestError(f"no snapshot {name[:80]!r}", field="name", fix=f"there is {there}")
        return self._kept[name]
