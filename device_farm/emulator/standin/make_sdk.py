"""`python -m device_farm.emulator.standin.make_sdk DIR`: a folder that looks like an SDK, with the stand-in in it."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

IMAGE = "system-images/android-33/google_apis/x86_64"
VERSION, BUILD = "35.2.10", "12414864"
FINGERPRINT = "gui-agent-farm/standin/emulator:13/TE1A.220922.034/1:userdebug/dev-keys"
"""The build of what runs here, so that no result can be taken for one of a real Android."""


def make_sdk(root: Path, *, avd: str = "farm", config: Mapping[str, str] | None = None) -> Path:
    """Writes the SDK to `root`, with one virtual device in `root/avd`; returns that folder. Files there are kept."""
    _program(root / "emulator" / "emulator", root)
    _write(root / "emulator" / "source.properties", f"Pkg.Revision={VERSION}\nPkg.BuildId={BUILD}\n")
    _write(root / "licenses" / "android-sdk-license", "the stand-in has nothing to accept\n")
    _write(root / IMAGE / "source.properties", "Pkg.Revision=17\nAndroidVersion.ApiLevel=33\n")
    _write(root / IMAGE / "build.prop", f"ro.build.fingerprint={FINGERPRINT}\n")
    adb = root / "platform-tools" / "adb"
    found = shutil.which("adb")
    if found is not None and not adb.exists():
        adb.parent.mkdir(parents=True, exist_ok=True)
        adb.symlink_to(found)
    make_avd(root / "avd", avd, config=config)
    return root / "avd"


def make_avd(avd_home: Path, name: str, *, config: Mapping[str, str] | None = None) -> Path:
    """One virtual device; `config` lies over the usual `config.ini`. Returns its folder."""
    folder = avd_home / f"{name}.avd"
    values = {
        "AvdId": name,
        "abi.type": "x86_64",
        "hw.cpu.ncore": "4",
        "hw.ramSize": "4096",
        "hw.lcd.width": "1080",
        "hw.lcd.height": "2400",
        "hw.lcd.density": "420",
        "image.sysdir.1": f"{IMAGE}/",
        "tag.id": "google_apis",
        **(config or {}),
    }
    _write(folder / "config.ini", "".join(f"{key}={value}\n" for key, value in values.items()))
    _write(avd_home / f"{name}.ini", f"avd.ini.encoding=UTF-8\npath={folder}\ntarget=android-33\n")
    return folder


def _program(path: Path, root: Path) -> None:
    command = [sys.executable, "-m", "device_farm.emulator.standin", "--sdk", str(root.absolute())]
    _write(path, f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    path.chmod(0o755)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="the folder to write")
    parser.add_argument("--avd", default="farm", help="name of its virtual device")
    arguments = parser.parse_args()
    home = make_sdk(arguments.root.absolute(), avd=arguments.avd)
    if not os.access(arguments.root / "platform-tools" / "adb", os.X_OK):
        sys.stderr.write("no adb was found: apt-get install -y adb, then run this again\n")
    sys.stdout.write(f"export ANDROID_SDK_ROOT={shlex.quote(str(arguments.root.absolute()))}\n")
    sys.stdout.write(f"export ANDROID_AVD_HOME={shlex.quote(str(home))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
