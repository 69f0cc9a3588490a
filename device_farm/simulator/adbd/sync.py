"""`sync:`, the file transfer service, versions 1 and 2.

Source of the layouts: AOSP `packages/modules/adb/file_sync_protocol.h` and `SYNC.TXT`; every number is
little-endian.
"""

from __future__ import annotations

import errno
import posixpath
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from device_farm.simulator.adbd.stream import Stream
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Stat

MAX_PATH = 1024
"""Longest path in bytes that adbd takes."""

MAX_CHUNK = 64 * 1024
"""Largest DATA chunk in bytes (`SYNC_DATA_MAX`)."""

_HEAD = struct.Struct("<4sI")
_STAT_V1 = struct.Struct("<4sIII")
_DENT_V1 = struct.Struct("<4sIIII")
_STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
_DENT_V2 = struct.Struct("<4sIQQIIIIQqqqI")
_SEND_V2 = struct.Struct("<4sII")
_RECV_V2 = struct.Struct("<4sI")

_DEVICE_NUMBER = 1
_MAX_U32 = 0xFFFFFFFF
_DRY_RUN = 0x80000000


class SyncProtocolError(Exception):
    """The host does not speak sync; the stream ends after a FAIL with this text."""


@dataclass(frozen=True, slots=True)
class _Upload:
    path: str
    mode: int
    dry_run: bool = False


class SyncService:
    """One `sync:` stream on the phone's files."""

    def __init__(self, stream: Stream, files: FileSystem) -> None:
        self._stream = stream
        self._files = files

    async def serve(self) -> None:
        """Answers requests until QUIT or the end of the stream."""
        try:
            while await self._serve_request():
                pass
        except SyncProtocolError as error:
            await self._fail(str(error))

    async def _serve_request(self) -> bool:
        request, size = _HEAD.unpack(await self._stream.read_exactly(_HEAD.size))
        if request == b"QUIT":
            return False
        if size > MAX_PATH:
            raise SyncProtocolError(f"path too long: {size} bytes")
        path = (await self._stream.read_exactly(size)).decode("utf-8", "surrogateescape")
        match request:
            case b"STAT":
                await self._stream.write(_stat_v1(self._lstat(path)))
            case b"LST2":
                await self._stream.write(_stat_v2(b"LST2", *self._stat(path, follow=False)))
            case b"STA2":
                await self._stream.write(_stat_v2(b"STA2", *self._stat(path, follow=True)))
            case b"LIST":
                await self._stream.write(b"".join(_list_v1(self._entries(path))))
            case b"LIS2":
                await self._stream.write(b"".join(_list_v2(self._entries(path))))
            case b"RECV":
                await self._send_file(path)
            case b"RCV2":
                _, flags = _RECV_V2.unpack(await self._stream.read_exactly(_RECV_V2.size))
                _refuse_flags(flags)
                await self._send_file(path)
            case b"SEND":
                await self._receive_file(_upload_v1(path))
            case b"SND2":
                _, mode, flags = _SEND_V2.unpack(await self._stream.read_exactly(_SEND_V2.size))
                _refuse_flags(flags & ~_DRY_RUN)
                await self._receive_file(_Upload(path, mode, bool(flags & _DRY_RUN)))
            case _:
                raise SyncProtocolError(f"unknown command {request!r}")
        return True

    def _stat(self, path: str, *, follow: bool) -> tuple[Stat | None, int]:
        try:
            return self._files.stat(path, follow=follow), 0
        except FileSystemError as error:
            return None, getattr(errno, error.errno_name)

    def _lstat(self, path: str) -> Stat | None:
        return self._stat(path, follow=False)[0]

    def _entries(self, path: str) -> list[tuple[str, Stat]]:
        try:
            names = self._files.list(path)
        except FileSystemError:
            return []  # the protocol has no way to say it: adbd answers with an empty list too
        prefix = path.rstrip("/")
        found = [(name, self._lstat(f"{prefix}/{name}")) for name in (".", "..", *names)]
        return [(name, info) for name, info in found if info is not None]

    async def _send_file(self, path: str) -> None:
        try:
            data = self._files.read(path)
        except FileSystemError as error:
            verb = "read" if error.errno_name == "EISDIR" else "open"
            await self._fail(f"{verb} failed: {error.reason}")
            return
        view = memoryview(data)
        parts = bytearray()
        for start in range(0, len(view), MAX_CHUNK):
            chunk = view[start : start + MAX_CHUNK]
            parts += _HEAD.pack(b"DATA", len(chunk))
            parts += chunk
        parts += _HEAD.pack(b"DONE", 0)
        await self._stream.write(parts)

    async def _receive_file(self, upload: _Upload) -> None:
        """Takes DATA chunks up to DONE. A failure is reported at DONE, when the host looks for the answer."""
        content = bytearray()
        size = 0
        while True:
            kind, number = _HEAD.unpack(await self._stream.read_exactly(_HEAD.size))
            if kind == b"DONE":
                break
            if kind != b"DATA":
                raise SyncProtocolError(f"invalid data message {kind!r}")
            if number > MAX_CHUNK:
                raise SyncProtocolError(f"oversize data message: {number} bytes")
            chunk = await self._stream.read_exactly(number)
            size += number
            if size <= self._files.capacity_bytes:
                content += chunk
        try:
            if size > self._files.capacity_bytes:
                raise FileSystemError("ENOSPC", upload.path)
            if not upload.dry_run:
                self._store(upload, bytes(content), mtime_s=number)
        except FileSystemError as error:
            await self._fail(f"couldn't create file: {error.reason}")
            return
        await self._stream.write(_HEAD.pack(b"OKAY", 0))

    def _store(self, upload: _Upload, content: bytes, *, mtime_s: int) -> None:
        """As adbd: folders above are made, an older file is replaced, not written into."""
        files, path = self._files, upload.path
        above = posixpath.dirname(path)
        if above not in ("", "/") and not files.is_dir(above):
            files.mkdir(above, parents=True, mode=0o775)
        if stat.S_ISLNK(upload.mode):
            if files.exists(path):
                files.remove(path)
            files.symlink(content.rstrip(b"\0").decode("utf-8", "surrogateescape"), path)
            return
        files.write(path, content, mode=stat.S_IMODE(upload.mode))
        files.touch(path, mtime_s=float(mtime_s))

    async def _fail(self, message: str) -> None:
        data = message.encode("utf-8", "surrogateescape")
        await self._stream.write(_HEAD.pack(b"FAIL", len(data)) + data)


def _upload_v1(text: str) -> _Upload:
    path, comma, mode = text.rpartition(",")
    if not comma or not (mode.isascii() and mode.isdigit()):
        raise SyncProtocolError(f"missing , in ID_SEND_V1: {text}")
    return _Upload(path, int(mode) & _MAX_U32)


def _refuse_flags(flags: int) -> None:
    if flags:
        raise SyncProtocolError(f"unknown flags {flags:#x}, no compression is offered")


def _stat_v1(info: Stat | None) -> bytes:
    if info is None:
        return _STAT_V1.pack(b"STAT", 0, 0, 0)
    return _STAT_V1.pack(b"STAT", info.mode, info.size & _MAX_U32, int(info.mtime_s) & _MAX_U32)


def _stat_v2(kind: bytes, info: Stat | None, error: int) -> bytes:
    if info is None:
        return _STAT_V2.pack(kind, error, *([0] * 10))
    return _STAT_V2.pack(kind, 0, *_fields_v2(info))


def _fields_v2(info: Stat) -> tuple[int, ...]:
    time_s = int(info.mtime_s)
    return (_DEVICE_NUMBER, info.ino, info.mode, info.links, info.uid, info.gid, info.size, time_s, time_s, time_s)


def _list_v1(entries: list[tuple[str, Stat]]) -> Iterator[bytes]:
    for name, info in entries:
        data = name.encode("utf-8", "surrogateescape")
        size, mtime_s = info.size & _MAX_U32, int(info.mtime_s) & _MAX_U32
        yield _DENT_V1.pack(b"DENT", info.mode, size, mtime_s, len(data)) + data
    yield _DENT_V1.pack(b"DONE", 0, 0, 0, 0)


def _list_v2(entries: list[tuple[str, Stat]]) -> Iterator[bytes]:
    for name, info in entries:
        data = name.encode("utf-8", "surrogateescape")
        yield _DENT_V2.pack(b"DNT2", 0, *_fields_v2(info), len(data)) + data
    yield _DENT_V2.pack(b"DONE", *([0] * 12))
