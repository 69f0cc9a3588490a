"""The few file operations that durability hangs on, behind a port, so that tests can fail them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from device_farm.errors import DataError

_SYNC_THREADS = 16


class Files(Protocol):
    """Raises OSError as the operating system does."""

    def write(self, path: Path, data: bytes) -> None:
        """Creates or replaces `path`; durable only after `sync`."""
        ...

    def append(self, path: Path, data: bytes) -> None: ...

    def rename(self, source: Path, target: Path) -> None:
        """Atomic; durable only after `sync` of the folder."""
        ...

    def sync(self, paths: Sequence[Path]) -> None:
        """Puts files, and the entries of folders, on the disk."""
        ...


class LocalFiles:
    """The operating system's own."""

    def write(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)

    def append(self, path: Path, data: bytes) -> None:
        # One write call on a descriptor in append mode: a killed process leaves at most one torn last line.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def sync(self, paths: Sequence[Path]) -> None:
        if len(paths) < 2:
            for path in paths:
                _sync(path)
            return
        # Several at once: the file system commits them together, which is many times faster than one by one.
        with ThreadPoolExecutor(max_workers=min(_SYNC_THREADS, len(paths))) as pool:
            for _ in pool.map(_sync, paths):
                pass


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class StorageError(DataError):
    """The run folder cannot be written. What is in it stays readable."""


@contextmanager
def storage_errors(
    path: Path, *, again: str = " with --resume", kept: str = "what is collected stays readable"
) -> Iterator[None]:
    """Turns an OSError while writing into a StorageError that says what to do; `again` is how the run goes on, `kept`
    what it has all the same.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        fix = "free some space" if full else "make the folder writable"
        raise StorageError(
            f"cannot write {path}: {error.strerror or error}",
            field="--out",
            fix=f"{fix}, then run again{again}; {kept}",
        ) from error


def read_bytes(path: Path, *, fix: str) -> bytes:
    """The file's bytes. Raises DataError with `fix` when it is missing or unreadable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}", field=path.name, fix=fix) from error
