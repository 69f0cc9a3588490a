"""Writing a file whose folder may not be there yet."""

from __future__ import annotations

import posixpath

from device_farm.simulator.filesystem import FileSystem


def save_file(files: FileSystem, path: str, data: bytes) -> None:
    """Writes `data` to `path` and makes the folders above it. Raises FileSystemError."""
    files.mkdir(posixpath.dirname(path), parents=True)
    files.write(path, data)
