"""Virtual devices (AVDs) on disk: `NAME.ini` beside the folder `NAME.avd` with its `config.ini`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from device_farm.emulator.ini import read_ini
from device_farm.emulator.sdk import GUIDE, Sdk, sdkmanager
from device_farm.errors import ConfigError, PrerequisiteError

EXAMPLE_IMAGE = "system-images;android-33;google_apis;x86_64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Avd:
    """One virtual device. `config` is its `config.ini`; `image` the folder of its system image."""

    name: str
    folder: Path
    config: Mapping[str, str]
    image: Path

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    @property
    def image_properties(self) -> dict[str, str]:
        """What the system image says of itself: its package's revision and its build."""
        return {**read_ini(self.image / "source.properties"), **read_ini(self.image / "build.prop")}


def avd_names(avd_home: Path) -> tuple[str, ...]:
    """As `emulator -list-avds` finds them."""
    return tuple(sorted(path.stem for path in avd_home.glob("*.ini")))


def open_avd(name: str, avd_home: str, sdk: Sdk) -> Avd:
    """The virtual device `name`, or the only one.

    Raises:
        ConfigError: there are several and none is named, or none of that name.
        PrerequisiteError: there is none at all, or its parts are missing.
    """
    home = Path(avd_home).expanduser()
    names = avd_names(home)
    if not names:
        fix = f"{sdk.root}/cmdline-tools/latest/bin/avdmanager create avd -n farm -k '{EXAMPLE_IMAGE}'; see {GUIDE}"
        raise PrerequisiteError(f"there is no virtual device in {home}", field="avd", fix=fix)
    if not name and len(names) > 1:
        raise ConfigError(f"{home} holds several: {', '.join(names)}", field="avd", fix=f"name one, such as {names[0]}")
    chosen = name or names[0]
    if chosen not in names:
        raise ConfigError(f"no virtual device {chosen!r} in {home}", field="avd", fix=f"there is {', '.join(names)}")
    return _read(chosen, home, sdk)


def _read(name: str, home: Path, sdk: Sdk) -> Avd:
    pointer = read_ini(home / f"{name}.ini")
    folder = Path(pointer.get("path", "")) if pointer.get("path") else home / f"{name}.avd"
    if not folder.is_dir() and (home / f"{name}.avd").is_dir():
        # The emulator, too, falls back to the sibling where an AVD was moved.
        folder = home / f"{name}.avd"
    config = read_ini(folder / "config.ini")
    if not config:
        fix = "create it again with avdmanager"
        raise PrerequisiteError(f"the virtual device {name} has no config.ini in {folder}", field="avd", fix=fix)
    image = config.get("image.sysdir.1", "").rstrip("/")
    if not image:
        fix = "create it again with avdmanager"
        raise PrerequisiteError(f"the virtual device {name} names no system image", field="avd", fix=fix)
    return Avd(name=name, folder=folder, config=MappingProxyType(config), image=sdk.root / image)


def require_image(avd: Avd, sdk: Sdk) -> None:
    """Raises PrerequisiteError where the system image of `avd` is not installed."""
    if (avd.image / "source.properties").is_file() or (avd.image / "build.prop").is_file():
        return
    package = ";".join(avd.image.relative_to(sdk.root).parts) if avd.image.is_relative_to(sdk.root) else EXAMPLE_IMAGE
    raise PrerequisiteError(
        f"the system image of {avd.name} is not in {avd.image}", field="avd", fix=f"{sdkmanager(sdk)} '{package}'"
    )
