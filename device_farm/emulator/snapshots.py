"""Snapshots that the holder of a phone may take, beside the one that the farm resets it to."""

from __future__ import annotations

from collections.abc import Sequence

from device_farm.android.snapshots import NoSnapshots, parse_snapshot_list
from device_farm.device import SnapshotInfo, check_snapshot_name
from device_farm.emulator.control import UnservedError
from device_farm.emulator.instance import EmulatorInstance
from device_farm.errors import BackendError, GuestError

_TIMEOUT_S = 120.0


def read_only_snapshots() -> NoSnapshots:
    """Of a phone that shares its virtual device: what it would write is thrown away with it."""
    return NoSnapshots(
        "a phone of a read-only fleet", fix="configure one phone with read_only = false, or use simulated phones"
    )


class WritableSnapshots:
    """Of the only phone of its virtual device. The AVD's other snapshots are neither shown nor touched."""

    def __init__(self, instance: EmulatorInstance) -> None:
        self._instance = instance
        self._own: set[str] = set()

    async def save(self, name: str) -> SnapshotInfo:
        check_snapshot_name(name)
        if name not in self._own and name in {info.name for info in await self._all()}:
            fix = "choose another name"
            raise GuestError(f"the virtual device has a snapshot {name!r} that is not yours", field="name", fix=fix)
        await self._instance.snapshot("save", name, timeout_s=_TIMEOUT_S)
        self._own.add(name)
        for info in await self.list():
            if info.name == name:
                return info
        raise GuestError(f"the emulator saved {name!r} but does not list it")

    async def load(self, name: str) -> None:
        check_snapshot_name(name)
        self._expect(name)
        try:
            await self._instance.load(name)
        except BackendError as error:
            raise GuestError(error.message, fix=error.fix) from error

    async def list(self) -> Sequence[SnapshotInfo]:
        return tuple(info for info in await self._all() if info.name in self._own)

    async def delete(self, name: str) -> None:
        check_snapshot_name(name)
        self._expect(name)
        await self._instance.snapshot("delete", name, timeout_s=_TIMEOUT_S)
        self._own.discard(name)

    async def forget(self) -> None:
        """Deletes what was saved since the last reset."""
        for name in sorted(self._own):
            await self.delete(name)

    def _expect(self, name: str) -> None:
        # The real console answers OK to a load of a name that it does not have.
        if name not in self._own:
            fix = f"there is {', '.join(sorted(self._own)) or 'none'}"
            raise GuestError(f"no snapshot {name!r}", field="name", fix=fix)

    async def _all(self) -> Sequence[SnapshotInfo]:
        if self._instance.has_control:
            try:
                return await self._instance.control.snapshots()
            except UnservedError:
                pass
        return parse_snapshot_list(await self._instance.console.command("avd snapshot list"))
