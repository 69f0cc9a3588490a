"""What a snapshot was taken of. The emulator refuses one of another build, image or AVD, or boots it half.

So the three are written beside the snapshot when it is made, and compared before a fleet is started from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from device_farm.emulator.avd import Avd
from device_farm.emulator.sdk import Sdk
from device_farm.errors import PrerequisiteError

FILE = "farm-fingerprint.json"
_UNSTABLE = ("avd.id", "avd.name", "hw.sensors.", "snapshot.", "fastboot.", "showDeviceFrame")
"""Keys of `config.ini` that the emulator writes itself or that do not shape the virtual machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Versions as the packages name them; `hardware` is a digest of the AVD's config and of memory, cores and GPU."""

    emulator: str
    image: str
    hardware: str


def fingerprint(sdk: Sdk, avd: Avd, *, gpu: str, memory_mb: int, cores: int) -> Fingerprint:
    """Of what lies on disk now."""
    shaping = {key: value for key, value in avd.config.items() if not key.startswith(_UNSTABLE)}
    described = json.dumps([sorted(shaping.items()), gpu, memory_mb, cores]).encode()
    return Fingerprint(
        emulator=f"{sdk.emulator_version} build {sdk.emulator_build}".strip(),
        image=_image(avd.image_properties, avd.image),
        hardware=hashlib.blake2b(described, digest_size=12).hexdigest(),
    )


def _image(properties: Mapping[str, str], folder: Path) -> str:
    build = properties.get("ro.build.fingerprint") or properties.get("ro.system.build.fingerprint", "")
    revision = properties.get("Pkg.Revision", "?")
    return f"{'/'.join(folder.parts[-3:])} revision {revision} {build}".strip()


def write_fingerprint(folder: Path, made_of: Fingerprint) -> None:
    """Beside the snapshot in `folder`."""
    (folder / FILE).write_text(json.dumps(asdict(made_of), indent=1) + "\n", "utf-8")


def check_snapshot(avd: Avd, snapshot: str, now: Fingerprint, *, prepare: str) -> None:
    """Raises PrerequisiteError, naming what has changed and the command `prepare`, unless the snapshot fits `now`."""
    folder = avd.snapshots / snapshot
    field = "snapshot"
    if not folder.is_dir():
        raise PrerequisiteError(f"the virtual device {avd.name} has no snapshot {snapshot!r}", field=field, fix=prepare)
    made_of = read_fingerprint(folder)
    if made_of is None:
        message = f"nobody wrote down of what the snapshot {snapshot!r} of {avd.name} was taken"
        raise PrerequisiteError(message, field=field, fix=prepare)
    changed = [
        f"{part.name} was {getattr(made_of, part.name)}, is {getattr(now, part.name)}"
        for part in fields(Fingerprint)
        if getattr(made_of, part.name) != getattr(now, part.name)
    ]
    if changed:
        message = f"the snapshot {snapshot!r} of {avd.name} no longer fits: {'; '.join(changed)}"
        raise PrerequisiteError(message, field=field, fix=prepare)


def read_fingerprint(folder: Path) -> Fingerprint | None:
    """None where there is none, or one that cannot be read."""
    try:
        values = json.loads((folder / FILE).read_text("utf-8"))
        return Fingerprint(**{part.name: str(values[part.name]) for part in fields(Fingerprint)})
    except (OSError, ValueError, KeyError, TypeError):
        return None
