"""Temporary folders that outlive a killed farm only until the next one looks.

The maker holds a lock on the folder. The kernel gives it up when the maker dies, however it dies and in whatever
process namespace it lived, which a process id in the name could not tell.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

_YOUNG_S = 60.0
"""A folder may be on its way from being made to being locked."""


class HeldFolder:
    """A private folder of this process. `remove` gives it up."""

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        """Made in `parent`, or where the system has its temporary files. Raises OSError."""
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def remove(self) -> None:
        """Idempotent."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def sweep(prefix: str, parent: Path | None = None) -> None:
    """Removes the folders of this user that nobody holds any more."""
    for path in Path(parent or tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            status = path.lstat()
            if status.st_uid != os.geteuid() or time.time() - status.st_ctime < _YOUNG_S:
                continue
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
