"""A minimal APK: what `pm install` reads of one, and nothing else."""

from __future__ import annotations

import io
import struct
import zipfile


def manifest(package: str, *, version: int = 1, permissions: tuple[str, ...] = (), utf8: bool = True) -> bytes:
    """A binary AndroidManifest.xml as aapt writes it, as far as a reader needs it."""
    strings = ["manifest", "package", package, "versionCode", "versionName", f"{version}.0", "uses-permission", "name",
               "application", "label", "Sample app", *permissions]  # fmt: skip
    data = b""
    offsets = []
    for text in strings:
        offsets.append(len(data))
        raw = text.encode() if utf8 else text.encode("utf-16-le")
        head = bytes([len(text), len(raw)]) if utf8 else struct.pack("<H", len(text))
        data += head + raw + (b"\0" if utf8 else b"\0\0")
    data += b"\0" * (-len(data) % 4)
    start = 28 + 4 * len(strings)
    pool = struct.pack("<HHIIIIII", 1, 28, start + len(data), len(strings), 0, 0x100 if utf8 else 0, start, 0)
    pool += struct.pack(f"<{len(strings)}I", *offsets) + data

    def element(name: int, attributes: list[tuple[int, int, int, int]]) -> bytes:
        body = struct.pack("<iiHHHHHH", -1, name, 20, 20, len(attributes), 0, 0, 0)
        for key, raw, kind, value in attributes:
            body += struct.pack("<iiiHBBi", -1, key, raw, 8, 0, kind, value)
        return struct.pack("<HHIii", 0x102, 16, 16 + len(body), 1, -1) + body

    tags = element(0, [(1, 2, 3, 2), (3, -1, 0x10, version), (4, 5, 3, 5)])
    for index in range(len(permissions)):
        tags += element(6, [(7, 11 + index, 3, 11 + index)])
    tags += element(8, [(9, 10, 3, 10)])
    return struct.pack("<HHI", 3, 8, 8 + len(pool) + len(tags)) + pool + tags


def apk(package: str = "com.example.app", *, padding: int = 0, **named: object) -> bytes:
    """An APK of `package`; `padding` bytes of nothing make it as large as a real one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("AndroidManifest.xml", manifest(package, **named))  # type: ignore[arg-type]
        archive.writestr("classes.dex", b"dex\n035\0" + bytes(padding))
    return stream.getvalue()
