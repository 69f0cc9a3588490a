"""Reads an APK: the package's name, version, label and permissions out of its binary AndroidManifest.xml.

Format: AOSP `frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_STRING_POOL = 0x0001
_START_ELEMENT = 0x0102
_UTF8_FLAG = 0x100
_TYPE_STRING = 0x03
# A manifest is a few tens of kilobytes; more is a bomb.
_MANIFEST_MAX = 8 * 1024 * 1024


class ApkError(Exception):
    """The file is no APK, or its manifest cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApkInfo:
    package: str
    label: str = ""
    version_name: str = "1.0"
    version_code: int = 1
    permissions: tuple[str, ...] = ()


def read_apk(data: bytes) -> ApkInfo:
    """Raises ApkError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = archive.getinfo("AndroidManifest.xml")
            if entry.file_size > _MANIFEST_MAX:
                raise ApkError("AndroidManifest.xml is too large")
            manifest = archive.read(entry)
    except (zipfile.BadZipFile, KeyError, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ApkError("Failed to parse base.apk: no AndroidManifest.xml") from error
    try:
        return _read_manifest(manifest)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise ApkError("Corrupt AndroidManifest.xml") from error


def _read_manifest(data: bytes) -> ApkInfo:
    package = label = ""
    version_name, version_code = "1.0", 1
    permissions: list[str] = []
    for element, attributes in _elements(data):
        match element:
            case "manifest":
                package = str(attributes.get("package", ""))
                version_name = str(attributes.get("versionName", "1.0"))
                code = attributes.get("versionCode", 1)
                version_code = code if isinstance(code, int) else 1
            case "uses-permission":
                permissions.append(str(attributes.get("name", "")))
            case "application":
                found = attributes.get("label", "")
                # A reference to a resource is a number; the resource table is not read.
                label = found if isinstance(found, str) else ""
    if not package:
        raise ApkError("No package name in AndroidManifest.xml")
    return ApkInfo(
        package=package,
        label=label,
        version_name=version_name,
        version_code=version_code,
        permissions=tuple(dict.fromkeys(name for name in permissions if name)),
    )


def _elements(data: bytes) -> Iterator[tuple[str, dict[str, str | int]]]:
    """(name, attributes) of each start tag. A value is text, or the raw number of what is not text."""
    strings: list[str] = []
    position = struct.unpack_from("<H", data, 2)[0]
    while position + 8 <= len(data):
        kind, header_size, size = struct.unpack_from("<HHI", data, position)
        if size < 8:
            raise ValueError("chunk without content")
        if kind == _STRING_POOL:
            strings = _string_pool(data, position)
        elif kind == _START_ELEMENT:
            yield _element(data, position + header_size, strings)
        position += size


def _element(data: bytes, position: int, strings: list[str]) -> tuple[str, dict[str, str | int]]:
    _, name, start, size, count = struct.unpack_from("<iiHHH", data, position)
    attributes: dict[str, str | int] = {}
    for index in range(count):
        _, key, raw, _, _, kind, value = struct.unpack_from("<iiiHBBi", data, position + start + index * size)
        attributes[strings[key]] = strings[raw] if raw >= 0 else strings[value] if kind == _TYPE_STRING else value
    return strings[name], attributes


def _string_pool(data: bytes, start: int) -> list[str]:
    count, _, flags, strings_start, _ = struct.unpack_from("<IIIII", data, start + 8)
    if count > len(data):
        raise ValueError("more strings than bytes")
    offsets = struct.unpack_from(f"<{count}I", data, start + 28)
    read = _utf8_string if flags & _UTF8_FLAG else _utf16_string
    return [read(data, start + strings_start + offset) for offset in offsets]


def _utf8_string(data: bytes, position: int) -> str:
    # Two lengths, in characters and in bytes, each of one or two bytes.
    position += 2 if data[position] & 0x80 else 1
    size = data[position]
    position += 1
    if size & 0x80:
        size = (size & 0x7F) << 8 | data[position]
        position += 1
    return data[position : position + size].decode("utf-8", "replace")


def _utf16_string(data: bytes, position: int) -> str:
    size = struct.unpack_from("<H", data, position)[0]
    position += 2
    if size & 0x8000:
        size = (size & 0x7FFF) << 16 | struct.unpack_from("<H", data, position)[0]
        position += 2
    return data[position : position + size * 2].decode("utf-16-le", "replace")
