"""Lock files as the emulator leaves them."""

from __future__ import annotations

import os
from pathlib import Path


class LockFile:
    """A file with this process's id; `with` holds it. Whoever dies with it leaves it behind, as the emulator does."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def holder(self) -> int | None:
        """The id of another living process that has it."""
        try:
            pid = int(self._path.read_text("ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        # As the emulator: any living process of that id will do, which is what makes its locks go stale.
        return pid if pid != os.getpid() and Path(f"/proc/{pid}").exists() else None

    def take(self) -> bool:
        if self.holder is not None:
            return False
        self._path.write_text(f"{os.getpid()}\n", "ascii")
        return True

    def release(self) -> None:
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> LockFile:
        self.take()
        return self

    def __exit__(self, *error: object) -> None:
        self.release()
