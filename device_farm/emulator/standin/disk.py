"""What the stand-in reads and leaves on disk: versions, locks, and snapshots in `AVD.avd/snapshots/NAME/`.

A snapshot's `ram.bin` is the simulated phone's state, pickled: load only what this program wrote.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from device_farm.emulator.avd import Avd
from device_farm.emulator.sdk import Sdk
from device_farm.emulator.standin.locking import LockFile
from device_farm.errors import GuestError
from device_farm.pb import snapshot_pb2
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.snapshot import PhoneSnapshot
from device_farm.simulator.snapshots import Entry, SnapshotStore

_DESCRIPTION, _RAM = "snapshot.pb", "ram.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """What a snapshot must agree with to be loaded."""

    emulator: str
    image: str
    hardware: str

    @staticmethod
    def of(sdk: Sdk, avd: Avd, *, memory: str, cores: str) -> Builds:
        shape = sorted((key, value) for key, value in avd.config.items() if key.startswith(("hw.", "disk.", "abi.")))
        return Builds(
            emulator=sdk.emulator_build,
            image=avd.image_properties.get("ro.build.fingerprint", ""),
            hardware=hashlib.blake2b(repr((shape, memory, cores)).encode(), digest_size=8).hexdigest(),
        )


class DiskSnapshots(SnapshotStore):
    """Snapshots of one virtual device. A read-only instance has the one that it was started from and writes none."""

    def __init__(
        self, phone: Callable[[], SimulatedPhone], avd: Avd, builds: Builds, *, only: str | None, adb_key: str
    ) -> None:
        """`only`: the one snapshot that a read-only instance has; None for a writer."""
        super().__init__(phone)
        self._phone = phone
        self._avd = avd
        self._builds = builds
        self._only = only
        self._adb_key = adb_key
        self.loaded = ""
        self.refuses_loads = False

    def entries(self) -> tuple[Entry, ...]:
        folders = sorted(self._avd.snapshots.glob(f"*/{_DESCRIPTION}"), key=lambda path: path.stat().st_mtime_ns)
        return tuple(self._entry(path.parent) for path in folders)

    def fits(self, name: str) -> bool:
        """Whether the snapshot exists and was taken of this emulator, image and hardware."""
        details = self.details(name)
        return details is not None and (
            details.emulator_build_id,
            details.system_image_build_id,
            list(details.launch_parameters),
        ) == (self._builds.emulator, self._builds.image, [self._builds.hardware])

    def details(self, name: str) -> snapshot_pb2.Snapshot | None:
        try:
            data = (self._avd.snapshots / name / _DESCRIPTION).read_bytes()
        except OSError:
            return None
        return snapshot_pb2.Snapshot.FromString(data)

    def key_of(self, name: str) -> str:
        """The adb key that the phone in the snapshot knows."""
        details = self.details(name)
        return details.description if details is not None else ""

    def save(self, name: str) -> None:
        if self._only is not None:
            raise GuestError("snapshots are not saved by a read-only instance")
        folder = self._avd.snapshots / name
        with self._pending():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / _RAM).write_bytes(dump(self._phone().snapshot()))
            details = snapshot_pb2.Snapshot(
                version=63,
                creation_time=int(time.time()),
                logical_name=name,
                description=self._adb_key,
                launch_parameters=[self._builds.hardware],
                emulator_build_id=self._builds.emulator,
                system_image_build_id=self._builds.image,
            )
            (folder / _DESCRIPTION).write_bytes(details.SerializeToString())

    def load(self, name: str) -> None:
        if self.refuses_loads:
            raise GuestError("an injected fault: snapshots are not loaded")
        if self._only is not None and name != self._only:
            raise GuestError(f"a read-only instance has only the snapshot {self._only!r}")
        if not self.fits(name):
            raise GuestError(f"snapshot {name!r} does not exist, or was taken of another build")
        self._phone().restore(undump((self._avd.snapshots / name / _RAM).read_bytes()))
        self.loaded = name

    def delete(self, name: str) -> None:
        if self._only is not None:
            raise GuestError("snapshots are not deleted by a read-only instance")
        if self.details(name) is None:
            raise GuestError(f"no snapshot {name!r}")
        with self._pending():
            shutil.rmtree(self._avd.snapshots / name)

    def clear(self) -> None:
        """A virtual device keeps its snapshots."""

    def size(self, name: str) -> int:
        return sum(path.stat().st_size for path in (self._avd.snapshots / name).glob("*"))

    def _pending(self) -> LockFile:
        return LockFile(self._avd.folder / "snapshot.lock")

    def _entry(self, folder: Path) -> Entry:
        details = self.details(folder.name)
        assert details is not None
        state = undump((folder / _RAM).read_bytes())
        return Entry(
            name=folder.name,
            created_s=float(details.creation_time),
            uptime_s=state.clock[1],
            size_bytes=self.size(folder.name),
            state=state,
        )


def dump(snapshot: PhoneSnapshot) -> bytes:
    """The phone's state as bytes."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(snapshot)
    return buffer.getvalue()


def undump(data: bytes) -> PhoneSnapshot:
    """Raises ValueError where `data` holds something else."""
    snapshot = pickle.loads(data)
    if not isinstance(snapshot, PhoneSnapshot):
        raise ValueError(f"a {type(snapshot).__name__} is no phone")
    return snapshot


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        return (frozen, (dict(value),)) if isinstance(value, MappingProxyType) else NotImplemented


def frozen(values: dict[Any, Any]) -> Mapping[Any, Any]:
    """What pickle cannot name by itself."""
    return MappingProxyType(values)
