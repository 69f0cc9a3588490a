"""Content-addressed files: screens as the device encoded them, UI trees as deflated canonical JSON."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from device_farm.errors import DataError
from device_farm.types.codec.json import dumps, loads
from device_farm.types.observation import ImageFormat, image_digest
from device_farm.types.ui_tree import UiTree
from gui_agent.store.files import Files, read_bytes
from gui_agent.store.layout import TEMPORARY, Layout

TREE_SUFFIX = "tree.z"
_SUFFIX: dict[ImageFormat, str] = {"png": "png", "jpeg": "jpg"}
_MAX_TREE_BYTES = 64 * 1024 * 1024
_LOST = "the blob is lost or damaged; remove the episodes that use it and run again with --resume"


class BlobWriter:
    """Writes each content once. New blobs get their names, and are on the disk, at `flush`."""

    def __init__(self, layout: Layout, files: Files) -> None:
        self._layout = layout
        self._files = files
        self._pending: dict[Path, Path] = {}

    def put_image(self, data: bytes, image_format: ImageFormat) -> str:
        return self._put(data, _SUFFIX[image_format])

    def put_tree(self, tree: UiTree) -> str:
        return self._put(zlib.compress(dumps(tree).encode("ascii"), 6), TREE_SUFFIX)

    def _put(self, data: bytes, suffix: str) -> str:
        digest = image_digest(data)
        path = self._layout.blob(digest, suffix)
        # A blob of another length is what a power cut left behind; it is written again.
        if path not in self._pending and not (path.exists() and path.stat().st_size == len(data)):
            partial = path.parent / f"{TEMPORARY}{os.getpid()}-{path.name}"
            self._pending[path] = partial
            self._files.write(partial, data)
        return digest

    def flush(self) -> None:
        """Makes every blob so far durable and visible."""
        self._files.sync(list(self._pending.values()))
        for path, partial in self._pending.items():
            self._files.rename(partial, path)
        if self._pending:
            self._files.sync([self._layout.blobs])
        self._pending.clear()

    def discard(self) -> None:
        """Forgets what was not flushed."""
        for partial in self._pending.values():
            partial.unlink(missing_ok=True)
        self._pending.clear()


def image_path(layout: Layout, digest: str, image_format: ImageFormat) -> Path:
    return layout.blob(digest, _SUFFIX[image_format])


def read_image(layout: Layout, digest: str, image_format: ImageFormat) -> bytes:
    """Raises DataError when the blob is missing or its bytes do not have that digest."""
    return _read(image_path(layout, digest, image_format), digest)


def read_tree(layout: Layout, digest: str) -> UiTree:
    """Raises DataError as `read_image` does, or when it does not unpack to a UI tree."""
    path = layout.blob(digest, TREE_SUFFIX)
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(_read(path, digest), _MAX_TREE_BYTES)
    except zlib.error as error:
        raise DataError(f"{path} does not unpack: {error}", field="ui_tree", fix=_LOST) from error
    if not unpacker.eof:
        raise DataError(f"{path} is cut short or unpacks to more than {_MAX_TREE_BYTES} bytes", field="ui_tree")
    return loads(UiTree, text)


def _read(path: Path, digest: str) -> bytes:
    data = read_bytes(path, fix=_LOST)
    found = image_digest(data)
    if found != digest:
        raise DataError(f"{path} holds {found}, not what its name says", field="blob", fix=_LOST)
    return data
