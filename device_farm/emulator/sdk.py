"""The user's Android SDK on disk: which of its parts are there. Runs nothing.

The licence of the SDK is accepted by its user (`sdkmanager --licenses`), which leaves a file in `licenses/`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from device_farm.emulator.ini import read_ini
from device_farm.errors import PrerequisiteError

GUIDE = "docs/emulator.md"
LICENCE_FILES = ("android-sdk-license", "android-sdk-preview-license")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk:
    """Paths below one SDK folder; they exist only as far as `open_sdk` and `installed` say so."""

    root: Path

    @property
    def emulator(self) -> Path:
        return self.root / "emulator" / "emulator"

    @property
    def adb(self) -> Path:
        return self.root / "platform-tools" / "adb"

    @property
    def emulator_version(self) -> str:
        """Such as `35.2.10`; empty where the package does not say."""
        return read_ini(self.root / "emulator" / "source.properties").get("Pkg.Revision", "")

    @property
    def emulator_build(self) -> str:
        """The build number of the emulator package; a snapshot of another build does not load."""
        return read_ini(self.root / "emulator" / "source.properties").get("Pkg.BuildId", "")

    @property
    def accepted_licences(self) -> tuple[str, ...]:
        return tuple(name for name in LICENCE_FILES if _has_content(self.root / "licenses" / name))

    def system_images(self) -> tuple[Path, ...]:
        """Folders of installed system images, relative to the SDK."""
        found = sorted((self.root / "system-images").glob("*/*/*/source.properties"))
        return tuple(path.parent.relative_to(self.root) for path in found)


def open_sdk(sdk_root: str) -> Sdk:
    """The SDK at `sdk_root`, with a runnable emulator in it.

    Raises:
        PrerequisiteError: there is no such folder, or no emulator in it; names the fix.
    """
    if not sdk_root:
        fix = f"set sdk_root, or export ANDROID_SDK_ROOT=/path/to/Android/Sdk; {GUIDE} says how to get one"
        raise PrerequisiteError("no Android SDK is named", field="sdk_root", fix=fix)
    sdk = Sdk(root=Path(sdk_root).expanduser())
    if not sdk.root.is_dir():
        raise PrerequisiteError(f"{sdk.root} is no folder", field="sdk_root", fix="name the folder of the Android SDK")
    if not sdk.emulator.is_file():
        fix = f"{sdkmanager(sdk)} emulator platform-tools"
        raise PrerequisiteError(f"there is no emulator in {sdk.root}", field="sdk_root", fix=fix)
    if not os.access(sdk.emulator, os.X_OK):
        raise PrerequisiteError(f"{sdk.emulator} may not be run", field="sdk_root", fix=f"chmod +x {sdk.emulator}")
    return sdk


def require_adb(sdk: Sdk) -> str:
    """The SDK's `adb`. Raises PrerequisiteError where it is not installed."""
    if not os.access(sdk.adb, os.X_OK):
        fix = f"{sdkmanager(sdk)} platform-tools"
        raise PrerequisiteError(f"there is no adb in {sdk.root / 'platform-tools'}", field="sdk_root", fix=fix)
    return str(sdk.adb)


def sdkmanager(sdk: Sdk) -> str:
    """The command that installs parts of this SDK."""
    return f"{sdk.root}/cmdline-tools/latest/bin/sdkmanager"


def _has_content(path: Path) -> bool:
    try:
        return bool(path.read_text("utf-8", errors="replace").strip())
    except OSError:
        return False
