"""System properties: what `getprop` shows and `setprop` changes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Limits of bionic: a property's value, except for read-only ones, is shorter than 92 bytes.
VALUE_MAX: Final = 91

# A Pixel 6 image of Android 13 for the emulator. The phone's profile adds and overrides.
DEFAULT_PROPERTIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dalvik.vm.heapsize": "512m",
        "debug.force_rtl": "false",
        "debug.layout": "false",
        "dev.bootcomplete": "1",
        "gsm.operator.alpha": "T-Mobile",
        "gsm.operator.iso-country": "us",
        "gsm.operator.numeric": "310260",
        "gsm.sim.state": "LOADED",
        "gsm.version.baseband": "1.0.0.0",
        "init.svc.adbd": "running",
        "init.svc.bootanim": "stopped",
        "init.svc.surfaceflinger": "running",
        "init.svc.zygote": "running",
        "net.bt.name": "Android",
        "persist.sys.locale": "en-US",
        "persist.sys.timezone": "UTC",
        "persist.sys.usb.config": "adb",
        "ro.adb.secure": "0",
        "ro.baseband": "unknown",
        "ro.board.platform": "goldfish",
        "ro.boot.hardware": "ranchu",
        "ro.boot.qemu": "1",
        "ro.bootmode": "unknown",
        "ro.build.characteristics": "emulator",
        "ro.build.date.utc": "1664236800",
        "ro.build.display.id": "TE1A.220922.034",
        "ro.build.fingerprint": "google/sdk_gphone64_x86_64/emu64x:13/TE1A.220922.034/10940250:userdebug/dev-keys",
        "ro.build.host": "localhost",
        "ro.build.id": "TE1A.220922.034",
        "ro.build.tags": "dev-keys",
        "ro.build.type": "userdebug",
        "ro.build.user": "android-build",
        "ro.build.version.codename": "REL",
        "ro.build.version.incremental": "10940250",
        "ro.build.version.release": "13",
        "ro.build.version.release_or_codename": "13",
        "ro.build.version.sdk": "33",
        "ro.build.version.security_patch": "2022-09-05",
        "ro.config.ringtone": "Ring_Synth_04.ogg",
        "ro.crypto.state": "encrypted",
        "ro.debuggable": "1",
        "ro.hardware": "ranchu",
        "ro.hardware.egl": "emulation",
        "ro.kernel.qemu": "1",
        "ro.opengles.version": "196608",
        "ro.product.board": "goldfish_x86_64",
        "ro.product.brand": "google",
        "ro.product.cpu.abi": "x86_64",
        "ro.product.cpu.abilist": "x86_64,arm64-v8a",
        "ro.product.cpu.abilist32": "",
        "ro.product.cpu.abilist64": "x86_64,arm64-v8a",
        "ro.product.device": "emu64x",
        "ro.product.locale": "en-US",
        "ro.product.manufacturer": "Google",
        "ro.product.model": "sdk_gphone64_x86_64",
        "ro.product.name": "sdk_gphone64_x86_64",
        "ro.product.system.brand": "google",
        "ro.secure": "1",
        "ro.serialno": "EMULATOR33X1X24X0",
        "ro.sf.lcd_density": "420",
        "ro.surface_flinger.max_frame_buffer_acquired_buffers": "3",
        "ro.zygote": "zygote64",
        "service.bootanim.exit": "1",
        "sys.boot_completed": "1",
        "sys.usb.config": "adb",
        "sys.usb.state": "adb",
        "vendor.qemu.sf.fake_camera": "none",
        "wifi.interface": "wlan0",
    }
)


class Properties:
    """Text to text. Those called `ro.*` can be set once."""

    def __init__(self, values: Mapping[str, str] = DEFAULT_PROPERTIES) -> None:
        self._values: Mapping[str, str] = MappingProxyType(dict(values))

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def set(self, name: str, value: str) -> bool:
        """False where init would refuse: a bad name, a value that is too long, a read-only property that is set."""
        fits = name.startswith("ro.") or len(value.encode()) <= VALUE_MAX
        frozen = name.startswith("ro.") and name in self._values
        if not fits or frozen or not _is_legal(name):
            return False
        self._values = MappingProxyType({**self._values, name: value})
        return True

    def list(self) -> list[tuple[str, str]]:
        """(name, value), sorted by name."""
        return sorted(self._values.items())

    def snapshot(self) -> Mapping[str, str]:
        return self._values

    def restore(self, state: Mapping[str, str]) -> None:
        self._values = state


def _is_legal(name: str) -> bool:
    characters = name.replace(".", "").replace("-", "").replace("_", "").replace("@", "").replace(":", "")
    return (
        bool(name)
        and not name.startswith(".")
        and not name.endswith(".")
        and ".." not in name
        and (characters.isalnum() and characters.isascii())
    )
