"""Named snapshots of one phone, kept beside it: taking and loading one costs a few references."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from device_farm.errors import GuestError
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.snapshot import PhoneSnapshot

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`created_s` is Unix seconds of the host, `uptime_s` the phone's uptime when it was taken."""

    name: str
    created_s: float
    uptime_s: float
    size_bytes: int
    state: PhoneSnapshot


class SnapshotStore:
    """The snapshots of the phone that `phone` returns."""

    def __init__(self, phone: Callable[[], SimulatedPhone]) -> None:
        self._phone = phone
        self._entries: dict[str, Entry] = {}
        self._loaded: Entry | None = None

    def entries(self) -> tuple[Entry, ...]:
        """Oldest first."""
        return tuple(self._entries.values())

    def find(self, name: str) -> Entry:
        """Raises GuestError where there is none of that name."""
        entry = self._entries.get(name)
        if entry is None:
            known = ", ".join(self._entries) or "none"
            raise GuestError(f"no snapshot {name!r}", field="name", fix=f"there is: {known}")
        return entry

    def is_loaded(self, entry: Entry) -> bool:
        """Whether the phone was last set to this one; a later one of the same name is another one."""
        return entry is self._loaded

    def put(self, name: str, state: PhoneSnapshot) -> None:
        """Keeps a snapshot that was taken elsewhere. Raises GuestError for a bad name."""
        _check_name(name)
        size = state.files.root.total_bytes
        self._keep(name, state, state.clock[1], size)

    def save(self, name: str) -> None:
        """Takes a snapshot; an older one of the same name is replaced.

        Raises:
            GuestError: not a name that a console line can carry.
        """
        _check_name(name)
        phone = self._phone()
        size = phone.files.used_bytes - phone.files.base_used_bytes
        self._keep(name, phone.snapshot(), phone.clock.uptime_s(), size)

    def load(self, name: str) -> None:
        """Puts the phone into the state of the snapshot. Raises GuestError where there is none of that name."""
        entry = self.find(name)
        self._phone().restore(entry.state)
        self._loaded = entry

    def delete(self, name: str) -> None:
        """Raises GuestError where there is none of that name."""
        self.find(name)
        del self._entries[name]

    def clear(self) -> None:
        self._entries.clear()
        self._loaded = None

    def _keep(self, name: str, state: PhoneSnapshot, uptime_s: float, size_bytes: int) -> None:
        self._entries.pop(name, None)
        self._entries[name] = Entry(
            name=name, created_s=time.time(), uptime_s=uptime_s, size_bytes=size_bytes, state=state
        )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise GuestError(f"bad snapshot name {name[:80]!r}", field="name", fix="1 to 100 of A-Z a-z 0-9 . _ -")
