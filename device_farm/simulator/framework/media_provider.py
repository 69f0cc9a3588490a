"""`content://media/external/...`: what lies in shared storage, read off the file tree at each query."""

from __future__ import annotations

import mimetypes
import posixpath
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from device_farm.errors import GuestError
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.framework.table_provider import Scalar, quoted
from device_farm.simulator.sqlite_engine import Image

_ROOT: Final = "/storage/emulated/0"
_KINDS: Final = {"images": 1, "audio": 2, "video": 3}
_COLUMNS: Final = (
    "_id INTEGER PRIMARY KEY, _data TEXT, _display_name TEXT, title TEXT, _size INTEGER, mime_type TEXT, "
    "date_added INTEGER, date_modified INTEGER, relative_path TEXT, bucket_display_name TEXT, media_type INTEGER, "
    "is_download INTEGER, volume_name TEXT, owner_package_name TEXT"
)

# The host's tables differ; these are what Android's MediaScanner knows beyond the standard library.
_TYPES: Final = {
    ".md": "text/markdown",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".heic": "image/heic",
    ".webp": "image/webp",
}


class MediaProvider:
    def __init__(self, files: FileSystem) -> None:
        self._files = files

    def query(self, path: str, projection: Sequence[str], where: str, sort: str) -> list[sqlite3.Row]:
        condition = _condition(path)
        image = Image(b"")
        try:
            image.connection.execute(f"CREATE TABLE files ({_COLUMNS})")
            marks = ", ".join("?" * 14)
            image.connection.executemany(f"INSERT INTO files VALUES ({marks})", list(self._rows()))
            image.set_read_only(True)
            columns = ", ".join(quoted(name) for name in projection) or "*"
            clauses = " AND ".join(f"({clause})" for clause in (condition, where) if clause)
            sql = f"SELECT {columns} FROM files" + (f" WHERE {clauses}" if clauses else "")
            return image.connection.execute(f"{sql} ORDER BY {sort}" if sort else sql).fetchall()
        finally:
            image.close()

    def insert(self, path: str, values: Mapping[str, Scalar]) -> str:
        """Makes an empty file from `_data`, or from `relative_path` and `_display_name`."""
        name = values.get("_data")
        if name is None:
            folder, leaf = values.get("relative_path") or "Download/", values.get("_display_name")
            if leaf is None:
                raise GuestError("java.lang.IllegalArgumentException: _display_name is required")
            name = posixpath.join(_ROOT, str(folder), str(leaf))
        real = posixpath.normpath(str(name))
        if not self._files.realpath(posixpath.dirname(real)).startswith(_ROOT):
            raise GuestError(f"java.lang.IllegalArgumentException: {name} is not in shared storage")
        self._files.write(real, b"")
        return f"content://media/{path}/{self._files.stat(real).ino}"

    def update(self, path: str, values: Mapping[str, Scalar], where: str) -> int:
        raise GuestError("java.lang.UnsupportedOperationException: media rows follow the files")

    def delete(self, path: str, where: str) -> int:
        """Removes the files of the rows."""
        rows = self.query(path, ("_data",), where, "")
        for row in rows:
            if self._files.exists(row["_data"]):
                self._files.remove(row["_data"], recursive=True)
        return len(rows)

    def read(self, path: str) -> bytes:
        """The content of the one file at `path`. Raises GuestError."""
        rows = self.query(path, ("_data",), "", "")
        if len(rows) != 1:
            raise GuestError(f"java.io.FileNotFoundException: No item at content://media/{path}")
        return self._files.read(rows[0]["_data"])

    def _rows(self) -> Iterator[tuple[Scalar, ...]]:
        for path, status in self._files.walk(_ROOT):
            relative = path[len(_ROOT) + 1 :]
            # Android/data and hidden files are not scanned.
            if not relative or relative.startswith(("Android/data", "Android/obb")) or "/." in f"/{relative}":
                continue
            folder, name = posixpath.split(relative)
            mime = None if status.is_dir else mime_type(name)
            kind = 0 if mime is None else _media_type(mime)
            stamp = int(status.mtime_s)
            yield (
                status.ino, path, name, posixpath.splitext(name)[0], status.size, mime, stamp, stamp,
                f"{folder}/" if folder else "/", posixpath.basename(folder) or "0", kind,
                int(relative.startswith("Download/")), "external_primary", None,
            )  # fmt: skip


def mime_type(name: str) -> str:
    """The MIME type that Android gives to a file of that name."""
    suffix = posixpath.splitext(name)[1].lower()
    return _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")


def _media_type(mime: str) -> int:
    """MediaStore.Files.FileColumns.MEDIA_TYPE_*: image, audio, video, document, none."""
    major = mime.partition("/")[0]
    if major in ("text", "application") and mime != "application/octet-stream":
        return 6
    return {"image": 1, "audio": 2, "video": 3}.get(major, 0)


def _condition(path: str) -> str:
    """The rows that a path means, as SQL."""
    found = re.fullmatch(
        r"(?:external|external_primary|internal)/(?:(images|audio|video)/(?:media|thumbnails)|(file|downloads))(?:/(\d+))?",
        path,
    )
    if found is None:
        raise GuestError(f"java.lang.IllegalStateException: Unknown URL: content://media/{path}")
    kind, other, row = found.groups()
    clauses = [f"media_type = {_KINDS[kind]}"] if kind else ["is_download = 1"] if other == "downloads" else []
    if row:
        clauses.append(f"_id = {row}")
    return " AND ".join(clauses)
