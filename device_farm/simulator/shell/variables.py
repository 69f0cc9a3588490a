"""The variables of one shell process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# What adbd gives to a shell on an Android 13 emulator.
DEFAULT_ENVIRONMENT: Final[Mapping[str, str]] = {
    "ANDROID_ART_ROOT": "/apex/com.android.art",
    "ANDROID_ASSETS": "/system/app",
    "ANDROID_BOOTLOGO": "1",
    "ANDROID_DATA": "/data",
    "ANDROID_ROOT": "/system",
    "ANDROID_STORAGE": "/storage",
    "EXTERNAL_STORAGE": "/sdcard",
    "HOME": "/",
    "HOSTNAME": "emu64x",
    "LOGNAME": "root",
    "PATH": "/product/bin:/apex/com.android.runtime/bin:/apex/com.android.art/bin:/system_ext/bin:/system/bin:"
    "/system/xbin:/odm/bin:/vendor/bin:/vendor/xbin",
    "SHELL": "/bin/sh",
    "TERM": "dumb",
    "TMPDIR": "/data/local/tmp",
    "USER": "root",
}


class Variables:
    """Names to text. A subshell gets a copy; a function's `local` names come back at its end."""

    def __init__(self, environment: Mapping[str, str] = DEFAULT_ENVIRONMENT) -> None:
        self.values: dict[str, str] = dict(environment)
        self.exported: set[str] = set(environment)
        self.read_only: set[str] = set()
        self.positional: list[str] = []
        self._saved: list[dict[str, str | None]] = []

    def copy(self) -> Variables:
        twin = Variables({})
        twin.values = dict(self.values)
        twin.exported = set(self.exported)
        twin.read_only = set(self.read_only)
        twin.positional = list(self.positional)
        return twin

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def set(self, name: str, value: str) -> bool:
        """False where the name is read-only."""
        if name in self.read_only:
            return False
        self.values[name] = value
        return True

    def unset(self, name: str) -> None:
        self.values.pop(name, None)
        self.exported.discard(name)

    def environment(self) -> dict[str, str]:
        """What a command inherits."""
        return {name: self.values[name] for name in sorted(self.exported) if name in self.values}

    def enter_function(self) -> None:
        self._saved.append({})

    def leave_function(self) -> None:
        for name, value in self._saved.pop().items():
            if value is None:
                self.unset(name)
            else:
                self.values[name] = value

    def make_local(self, name: str) -> bool:
        """False outside a function."""
        if not self._saved:
            return False
        self._saved[-1].setdefault(name, self.values.get(name))
        return True
