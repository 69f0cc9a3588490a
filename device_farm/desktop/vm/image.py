"""The folder that `emulator_images/desktop/build.py --vm` makes: disk, kernel, initrd, and what they consist of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from device_farm.errors import PrerequisiteError

_FILES = ("root.qcow2", "vmlinuz", "initrd")
_BUILD = "python emulator_images/desktop/build.py --vm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`description` as `DeviceInfo.image` tells it; `sha256` of each file by name."""

    description: str
    sha256: dict[str, str]

    def write(self, folder: Path) -> None:
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A folder that is whole."""

    folder: Path
    manifest: Manifest

    @property
    def disk(self) -> Path:
        return self.folder / "root.qcow2"

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    def verify(self) -> None:
        """Reads every file. Raises PrerequisiteError where one is not what the manifest says."""
        for name, digest in self.manifest.sha256.items():
            with (self.folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest:
                fix = f"{_BUILD} --out {self.folder}"
                raise PrerequisiteError(f"{self.folder / name} is not what was built", field="image", fix=fix)


def open_image(folder: Path) -> Image:
    """Raises PrerequisiteError, with the command that builds it, where the folder or a file in it is missing."""
    fix = f"{_BUILD} --out {folder}"
    try:
        fields = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest = Manifest(description=str(fields["description"]), sha256=dict(fields["sha256"]))
    except FileNotFoundError as error:
        raise PrerequisiteError(f"there is no desktop image in {folder}", field="image", fix=fix) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PrerequisiteError(f"{folder}/manifest.json is broken: {error}", field="image", fix=fix) from error
    missing = [name for name in _FILES if name not in manifest.sha256 or not (folder / name).is_file()]
    if missing:
        raise PrerequisiteError(f"{folder} lacks {', '.join(missing)}", field="image", fix=fix)
    return Image(folder=folder, manifest=manifest)
