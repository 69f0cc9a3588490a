"""Reading and writing an app's shared preferences on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.preferences import (
    PreferenceValue,
    decode_preferences,
    encode_preferences,
    preferences_path,
)
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_nodes import File


@lru_cache(maxsize=256)
def _decoded(data: bytes) -> Mapping[str, PreferenceValue]:
    """Screens ask for many values of one file, at every frame. Shared between phones, so never changed."""
    return decode_preferences(data)


class PreferenceStore:
    """One preferences file, read at each call."""

    def __init__(self, files: FileSystem, package: str, name: str = "") -> None:
        self._files = files
        self._path = preferences_path(package, name)

    def _values(self) -> Mapping[str, PreferenceValue]:
        node = self._files.node(self._path)
        return _decoded(node.data) if isinstance(node, File) else {}

    def load(self) -> dict[str, PreferenceValue]:
        return dict(self._values())

    def save(self, values: dict[str, PreferenceValue]) -> None:
        save_file(self._files, self._path, encode_preferences(values))

    def put(self, **changes: PreferenceValue) -> None:
        self.save({**self.load(), **changes})

    def text(self, key: str, default: str = "") -> str:
        value = self._values().get(key, default)
        return value if isinstance(value, str) else default

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._values().get(key, default)
        return value if isinstance(value, bool) else default

    def number(self, key: str, default: int = 0) -> int:
        value = self._values().get(key, default)
        return value if isinstance(value, int) and not isinstance(value, bool) else default
