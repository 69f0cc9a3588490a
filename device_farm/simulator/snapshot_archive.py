"""A snapshot as an archive that another phone can take: a tar of `phone.json` and the file tree.

What runs at that moment (tasks, timers, notifications) is made of programs, not of data, and is left behind: a phone
that loads the archive comes up as after a restart.
"""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.own_apps import app_of_package
from device_farm.simulator.phone import SYSTEM_PACKAGES, SimulatedPhone
from device_farm.simulator.placeholder import headless_app, placeholder_app
from device_farm.simulator.settings_defaults import NAMESPACES
from device_farm.simulator.snapshot import PhoneSnapshot
from device_farm.simulator.snapshot_files import ArchiveError, TreeBuilder, finite, write_tree
from device_farm.simulator.state import Hardware, InstalledPackage, PhoneState
from device_farm.simulator.toolkit.app import App

VERSION: Final = 1
SIZE_MAX: Final = 512 * 1024 * 1024
"""Bytes that an unpacked archive may have."""
_RECORD: Final = "phone.json"
_HEADER_MAX: Final = 4 * 1024 * 1024


def pack(snapshot: PhoneSnapshot, *, compress: bool) -> bytes:
    """The archive of `snapshot`."""
    record = json.dumps(_record(snapshot)).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if compress else "w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo(_RECORD)
        entry.size = len(record)
        archive.addfile(entry, io.BytesIO(record))
        write_tree(archive, snapshot.files.root)
    return out.getvalue()


def unpack(data: bytes, like: PhoneSnapshot) -> PhoneSnapshot:
    """The snapshot in an archive, for a phone of the kind of `like`; `restarted` makes it one that runs.

    Touches nothing that phones share, so it may run in a thread.

    Raises:
        ArchiveError: it is damaged, too large, or of another kind of phone.
    """
    with _explained():
        record, tree = _read(data)
        return _restored(record, tree, like)


def restarted(snapshot: PhoneSnapshot) -> PhoneSnapshot:
    """The phone of an unpacked snapshot after a restart. In the thread of the phones, whose open databases it uses.

    Raises:
        ArchiveError: a phone does not start from it.
    """
    with _explained():
        phone = SimulatedPhone(snapshot.profile, seed=snapshot.seed, clock=VirtualClock())
        phone.restore(snapshot)
        phone.reboot()
        return phone.snapshot()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except (tarfile.TarError, OSError, EOFError, zlib.error, UnicodeDecodeError, RecursionError) as error:
        raise ArchiveError(f"no archive of a snapshot: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArchiveError(f"bad {_RECORD}: {type(error).__name__} {error}") from error
    except FileSystemError as error:
        raise ArchiveError(f"not the files of a phone: {error}") from error


def _record(snapshot: PhoneSnapshot) -> dict[str, Any]:
    packages = [
        {field.name: _plain(getattr(package, field.name)) for field in fields(package) if field.name != "app"}
        for package in snapshot.state.packages.values()
    ]
    return {
        "version": VERSION,
        "profile": snapshot.profile.name,
        "seed": snapshot.seed,
        "clock": list(snapshot.clock),
        "settings": {name: dict(table) for name, table in snapshot.settings.items()},
        "properties": dict(snapshot.properties),
        "packages": packages,
        "hardware": asdict(snapshot.state.hardware),
    }


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _read(data: bytes) -> tuple[dict[str, Any], TreeBuilder]:
    record: dict[str, Any] | None = None
    tree = TreeBuilder()
    left = SIZE_MAX
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
        for entry in archive:
            left -= entry.size + tarfile.BLOCKSIZE
            if left < 0 or entry.size < 0:
                raise ArchiveError(f"the archive holds more than {SIZE_MAX} bytes")
            source = archive.extractfile(entry) if entry.isreg() else None
            content = source.read() if source is not None else b""
            if entry.name != _RECORD:
                tree.add(entry, content)
            elif len(content) <= _HEADER_MAX:
                record = json.loads(content)
    if not isinstance(record, dict):
        raise ArchiveError(f"there is no {_RECORD}")
    return record, tree


def _restored(record: dict[str, Any], tree: TreeBuilder, like: PhoneSnapshot) -> PhoneSnapshot:
    if record["version"] != VERSION or record["profile"] != like.profile.name:
        raise ArchiveError(f"version {record['version']!r} of {record['profile']!r} does not fit {like.profile.name}")
    now_s, uptime_s = (finite(float(value)) for value in record["clock"])
    packages = {entry["name"]: _package(entry) for entry in record["packages"]}
    root = tree.build()
    if not all(name in root.children for name in ("data", "sdcard", "storage", "system")):
        raise ArchiveError("not the files of a phone")
    return replace(
        like,
        seed=int(record["seed"]),
        state=PhoneState(packages=packages, hardware=_hardware(record["hardware"]), next_id=like.state.next_id),
        files=replace(like.files, root=root, next_ino=tree.next_ino),
        settings=MappingProxyType({name: _texts(record["settings"][name]) for name in NAMESPACES}),
        properties=_texts(record["properties"]),
        clock=(now_s, uptime_s),
        picture=None,
    )


def _hardware(entry: Mapping[str, Any]) -> Hardware:
    return Hardware(
        battery_percent=min(max(int(entry["battery_percent"]), 0), 100),
        charging=bool(entry["charging"]),
        flashlight=bool(entry["flashlight"]),
        rotation=int(entry["rotation"]) % 4,
    )


def _texts(table: Mapping[str, Any]) -> Mapping[str, str]:
    return MappingProxyType({str(key): str(value) for key, value in table.items()})


def _package(entry: Mapping[str, Any]) -> InstalledPackage:
    name = str(entry["name"])
    values: dict[str, Any] = {"app": _program(name, str(entry["label"]))}
    for key, kind in get_type_hints(InstalledPackage).items():
        if key == "app":
            continue
        value = entry[key]
        if kind in (str, int, float, bool):
            values[key] = kind(value)
        else:
            texts = [str(text) for text in value]
            values[key] = frozenset(texts) if isinstance(getattr(_EMPTY, key), frozenset) else tuple(texts)
    return InstalledPackage(**values)


def _program(name: str, label: str) -> App:
    """The program of a package: one that is simulated, a part of the system, or the stand-in of an installed APK."""
    known = app_of_package(name)
    if known is not None:
        return known
    is_system = any(package == name for package, _ in SYSTEM_PACKAGES)
    return headless_app(name, label) if is_system else placeholder_app(name, label)


_EMPTY: Final = InstalledPackage(name="", label="", app=App(), uid=0)
