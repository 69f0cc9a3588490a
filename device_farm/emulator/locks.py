"""Lock files that the emulator leaves in a virtual device's folder when it is killed, and the lock around our starts.

The emulator writes its process id into `NAME.lock` (a file, or a folder with the file `pid`) and refuses a second
writer. In a new container, or after a crash, the id belongs to nobody or to a stranger.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from device_farm.adb.deadline import Deadline
from device_farm.errors import BackendError

_PERMANENT = frozenset({"multiinstance.lock"})
"""Always there; held by flock, not by its existence."""

_PROGRAMS = re.compile(rb"(?:.*/)?(?:qemu-system-\S*|emulator\S*)")
_STAND_IN = b"device_farm.emulator.standin"
_LAUNCH_LOCK = ".farm-launch.lock"
_POLL_S = 0.05


def lock_owner(lock: Path) -> int | None:
    """The process id that a lock file or folder names; None where it holds none."""
    path = lock / "pid" if lock.is_dir() else lock
    try:
        digits = re.match(rb"\s*(\d{1,10})", path.read_bytes()[:64])
    except OSError:
        return None
    return int(digits[1]) if digits else None


def is_emulator(pid: int, *, proc: Path = Path("/proc")) -> bool:
    """Whether a process of that id lives and is an emulator."""
    try:
        words = (proc / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return _PROGRAMS.fullmatch(words[0]) is not None or _STAND_IN in words[:4]


def stale_locks(folder: Path, *, proc: Path = Path("/proc")) -> tuple[Path, ...]:
    """Locks in an AVD's folder whose owner is gone."""
    stale = []
    for lock in sorted(folder.glob("*.lock")):
        owner = lock_owner(lock)
        if lock.name not in _PERMANENT and (owner is None or not is_emulator(owner, proc=proc)):
            stale.append(lock)
    return tuple(stale)


def remove_stale_locks(folder: Path) -> tuple[str, ...]:
    """Removes them and returns their names. Call it with the launch lock held."""
    removed = []
    for lock in stale_locks(folder):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(lock) if lock.is_dir() else lock.unlink()
            removed.append(lock.name)
    return tuple(removed)


@asynccontextmanager
async def launch_lock(avd_home: Path, *, timeout_s: float) -> AsyncIterator[None]:
    """One start at a time, whichever process makes it: parallel starts race for the AVD's files and for ports.

    Two files are locked: one in `avd_home`, which other machines or users may share, and one of this user's machine,
    whose ports all AVDs share. The kernel gives both up when their holder dies.

    Raises:
        BackendError: another start did not end within `timeout_s`, or a folder cannot be written.
    """
    machine = Path(tempfile.gettempdir()) / f"farm-emulator-launch-{os.getuid()}.lock"
    async with AsyncExitStack() as both, Deadline(timeout_s, "waiting for another emulator's start"):
        for path in (avd_home / _LAUNCH_LOCK, machine):
            handle = _open(path)
            both.callback(os.close, handle)
            while not _try_lock(handle):  # noqa: ASYNC110 - flock tells nobody when it comes free
                await asyncio.sleep(_POLL_S)
        held = both.pop_all()
    async with held:
        yield


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        fix = "the emulator must be able to write there"
        raise BackendError(f"{path} cannot be written: {error.strerror}", field="avd_home", fix=fix) from error


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
