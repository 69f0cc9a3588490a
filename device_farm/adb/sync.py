"""File transfer over a `sync:` stream (AOSP `SYNC.TXT` and `file_sync_protocol.h`), versions 1 and 2."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from device_farm.adb.stream import AdbStream, read_exactly
from device_farm.errors import GuestError, TransportError

_HEAD = struct.Struct("<4sI")
_STAT_V1 = struct.Struct("<3I")
_STAT_V2 = struct.Struct("<I2Q4IQ3q")
_DENT_V1 = struct.Struct("<4I")
_MODE_FLAGS = struct.Struct("<4s2I")
_FLAGS = struct.Struct("<4sI")

_CHUNK = 64 * 1024
"""Bytes in a DATA block; adbd refuses more (SYNC_DATA_MAX)."""

_LONGEST_PATH = 1024
_REGULAR = 0o100000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStat:
    """`mode` holds the file type too, as in `stat`; `modified_s` is Unix time."""

    name: str
    mode: int
    size: int
    modified_s: int

    @property
    def is_dir(self) -> bool:
        return self.mode & 0o170000 == 0o040000


def encode_send(path: str, data: bytes, *, mode: int, modified_s: int, v2: bool) -> bytes:
    """Everything that a push sends: the request, the DATA blocks, DONE."""
    name = _encode_path(path)
    parts: list[bytes] = []
    if v2:
        parts += [_HEAD.pack(b"SND2", len(name)), name, _MODE_FLAGS.pack(b"SND2", _REGULAR | mode, 0)]
    else:
        name = b"%s,%d" % (name, _REGULAR | mode)
        parts += [_HEAD.pack(b"SEND", len(name)), name]
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        parts += [_HEAD.pack(b"DATA", len(chunk)), chunk]
    parts.append(_HEAD.pack(b"DONE", modified_s))
    return b"".join(parts)


async def send(stream: AdbStream, path: str, data: bytes, *, mode: int, modified_s: int, v2: bool = False) -> None:
    """Writes a file. Raises GuestError with the device's own words when it refuses."""
    await stream.write(encode_send(path, data, mode=mode, modified_s=modified_s, v2=v2))
    kind, size = _HEAD.unpack(await read_exactly(stream, _HEAD.size))
    if kind == b"FAIL":
        raise await _refusal(stream, path, size)
    if kind != b"OKAY":
        raise TransportError(f"sync: {kind!r} in answer to a push")


async def receive(stream: AdbStream, path: str, *, at_most: int, v2: bool = False) -> bytes:
    """Reads a file. Raises GuestError when it is missing, TransportError when it is larger than `at_most` bytes."""
    name = _encode_path(path)
    if v2:
        await stream.write(_HEAD.pack(b"RCV2", len(name)) + name + _FLAGS.pack(b"RCV2", 0))
    else:
        await stream.write(_HEAD.pack(b"RECV", len(name)) + name)
    parts: list[bytes] = []
    total = 0
    while True:
        kind, size = _HEAD.unpack(await read_exactly(stream, _HEAD.size))
        match kind:
            case b"DATA" if size <= _CHUNK:
                total += size
                if total > at_most:
                    raise TransportError(f"{path} is larger than {at_most} bytes", fix="pull it in parts")
                parts.append(await read_exactly(stream, size))
            case b"DONE":
                return b"".join(parts)
            case b"FAIL":
                raise await _refusal(stream, path, size)
            case _:
                raise TransportError(f"sync: {kind!r} of {size} bytes in answer to a pull")


async def stat(stream: AdbStream, path: str, *, v2: bool = False) -> FileStat | None:
    """What lies at `path`, links followed where the device can say (version 2); None when nothing does."""
    name = _encode_path(path)
    if v2:
        await stream.write(_HEAD.pack(b"STA2", len(name)) + name)
        await _expect(stream, b"STA2")
        error, *fields = _STAT_V2.unpack(await read_exactly(stream, _STAT_V2.size))
        return None if error else _from_v2(path, fields)
    await stream.write(_HEAD.pack(b"STAT", len(name)) + name)
    await _expect(stream, b"STAT")
    mode, size, modified_s = _STAT_V1.unpack(await read_exactly(stream, _STAT_V1.size))
    return FileStat(name=path, mode=mode, size=size, modified_s=modified_s) if mode else None


async def list_dir(stream: AdbStream, path: str, *, v2: bool = False) -> list[FileStat]:
    """The entries of a directory without `.` and `..`; empty when it is missing, as the protocol has it."""
    name = _encode_path(path)
    await stream.write(_HEAD.pack(b"LIS2" if v2 else b"LIST", len(name)) + name)
    entries: list[FileStat] = []
    while True:
        kind = await read_exactly(stream, 4)
        if kind == b"DONE":
            # DONE is as long as an entry, with nothing in it.
            await read_exactly(stream, (_STAT_V2.size + 4) if v2 else _DENT_V1.size)
            return entries
        if kind != (b"DNT2" if v2 else b"DENT"):
            raise TransportError(f"sync: {kind!r} in a directory listing")
        entry = await (_entry_v2(stream) if v2 else _entry_v1(stream))
        if entry.name not in (".", ".."):
            entries.append(entry)


async def _entry_v1(stream: AdbStream) -> FileStat:
    mode, size, modified_s, length = _DENT_V1.unpack(await read_exactly(stream, _DENT_V1.size))
    return FileStat(name=await _name(stream, length), mode=mode, size=size, modified_s=modified_s)


async def _entry_v2(stream: AdbStream) -> FileStat:
    _, *fields = _STAT_V2.unpack(await read_exactly(stream, _STAT_V2.size))
    (length,) = struct.unpack("<I", await read_exactly(stream, 4))
    return _from_v2(await _name(stream, length), fields)


def _from_v2(name: str, fields: list[int]) -> FileStat:
    _device, _inode, mode, _links, _uid, _gid, size, _accessed_s, modified_s, _changed_s = fields
    return FileStat(name=name, mode=mode, size=size, modified_s=modified_s)


async def _name(stream: AdbStream, length: int) -> str:
    if length > _LONGEST_PATH:
        raise TransportError(f"sync: a name of {length} bytes")
    return (await read_exactly(stream, length)).decode("utf-8", "surrogateescape")


async def _expect(stream: AdbStream, wanted: bytes) -> None:
    kind = await read_exactly(stream, 4)
    if kind != wanted:
        raise TransportError(f"sync: {kind!r} where {wanted!r} was due")


async def _refusal(stream: AdbStream, path: str, size: int) -> GuestError:
    said = await read_exactly(stream, min(size, _CHUNK))
    return GuestError(f"{path}: {said.decode('utf-8', 'replace')}", field="path")


def _encode_path(path: str) -> bytes:
    name = path.encode("utf-8", "surrogateescape")
    if not path or len(name) > _LONGEST_PATH or b"\0" in name:
        raise GuestError(f"{path[:80]!r} is no path that adb can carry", field="path", fix="use 1 to 1024 bytes")
    return name
