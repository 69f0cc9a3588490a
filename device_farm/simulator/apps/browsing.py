"""What the file browsers (Files, Notes) share: entries of a folder, their order, sizes, kinds and free names."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote

from device_farm.simulator.apps.times import time_text

SortKey: TypeAlias = Literal["name", "date", "size", "type"]
FileKind: TypeAlias = Literal["folder", "image", "video", "audio", "document", "text", "archive", "app", "other"]

SDCARD = "/storage/emulated/0"

_KINDS: dict[str, tuple[FileKind, str]] = {
    "png": ("image", "image/png"),
    "jpg": ("image", "image/jpeg"),
    "jpeg": ("image", "image/jpeg"),
    "gif": ("image", "image/gif"),
    "webp": ("image", "image/webp"),
    "mp4": ("video", "video/mp4"),
    "mkv": ("video", "video/x-matroska"),
    "webm": ("video", "video/webm"),
    "mp3": ("audio", "audio/mpeg"),
    "m4a": ("audio", "audio/mp4"),
    "ogg": ("audio", "audio/ogg"),
    "wav": ("audio", "audio/x-wav"),
    "flac": ("audio", "audio/flac"),
    "pdf": ("document", "application/pdf"),
    "doc": ("document", "application/msword"),
    "docx": ("document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xls": ("document", "application/vnd.ms-excel"),
    "xlsx": ("document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": ("document", "application/vnd.oasis.opendocument.spreadsheet"),
    "txt": ("text", "text/plain"),
    "md": ("text", "text/markdown"),
    "csv": ("text", "text/csv"),
    "json": ("text", "application/json"),
    "xml": ("text", "text/xml"),
    "html": ("text", "text/html"),
    "org": ("text", "text/plain"),
    "adoc": ("text", "text/plain"),
    "log": ("text", "text/plain"),
    "zip": ("archive", "application/zip"),
    "tar": ("archive", "application/x-tar"),
    "gz": ("archive", "application/gzip"),
    "apk": ("app", "application/vnd.android.package-archive"),
}
FOLDER_MIMETYPE = "vnd.android.document/directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder. `modified_s` is Unix time; a folder's size is 0."""

    name: str
    path: str
    is_folder: bool
    size_bytes: int
    modified_s: float

    @property
    def kind(self) -> FileKind:
        return "folder" if self.is_folder else _KINDS.get(extension_of(self.name), ("other", ""))[0]

    @property
    def mimetype(self) -> str:
        return FOLDER_MIMETYPE if self.is_folder else mimetype_of(self.name)


def extension_of(name: str) -> str:
    """The ending in lower case without its dot."""
    head, _, tail = name.rpartition(".")
    return tail.lower() if head else ""


def mimetype_of(name: str) -> str:
    return _KINDS.get(extension_of(name), ("other", "application/octet-stream"))[1]


def ordered(
    entries: Iterable[Entry], key: SortKey, *, reverse: bool = False, folders_first: bool = True
) -> tuple[Entry, ...]:
    """Entries in the order a person chose. Ties go by name, so that the order never depends on the file system."""

    def rank(entry: Entry) -> tuple[float | str, ...]:
        match key:
            case "name":
                return ()
            case "date":
                return (entry.modified_s,)
            case "size":
                return (float(entry.size_bytes),)
            case "type":
                return (extension_of(entry.name),)

    by_name = sorted(entries, key=lambda entry: (entry.name.lower(), entry.name), reverse=reverse and key == "name")
    chosen = by_name if key == "name" else sorted(by_name, key=rank, reverse=reverse)
    if folders_first:
        chosen = sorted(chosen, key=lambda entry: not entry.is_folder)
    return tuple(chosen)


def size_text(size_bytes: int) -> str:
    """Decimal units with up to three digits, as Android's `Formatter.formatFileSize` writes them."""
    value, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value <= 900:
            break
        value, unit = value / 1000, larger
    if unit == "B" or value >= 100:
        return f"{value:.0f} {unit}"
    return f"{value:.1f} {unit}" if value >= 10 else f"{value:.2f} {unit}"


def date_text(modified: datetime, now: datetime, use_24_hour: bool = False) -> str:
    """The time of day for today, month and day this year, else the full date."""
    if modified.date() == now.date():
        return time_text(modified.hour, modified.minute, use_24_hour)
    month_day = f"{modified.strftime('%b')} {modified.day}"
    return month_day if modified.year == now.year else f"{month_day}, {modified.year}"


def free_name(name: str, taken: Callable[[str], bool]) -> str:
    """`name`, or `name (1).ext`, `name (2).ext`: the first that is not taken."""
    if not taken(name):
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    number = 1
    while taken(candidate := f"{stem} ({number}){dot}{ending}"):
        number += 1
    return candidate


def inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return path == folder or path.startswith(posixpath.join(folder, ""))


def file_uri(path: str) -> str:
    return f"file://{quote(path)}"


def path_of(uri: str) -> str:
    """The file that a `file://` URI or a bare path names; empty where it names none."""
    path = unquote(uri.removeprefix("file://"))
    return path if path.startswith("/") else ""
