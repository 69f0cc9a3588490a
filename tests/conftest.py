"""What holds for all tests."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Where the caller wants the tests of learning, none of them may skip for want of torch."""
    missing = [name for name in ("torch", "transformers", "peft") if importlib.util.find_spec(name) is None]
    if missing and "torch" in os.environ.get("FARM_REQUIRE", "").split(","):
        raise pytest.UsageError(f"FARM_REQUIRE names torch, and these are missing: {', '.join(missing)}")


@contextmanager
def _small_disk(size: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"cannot mount a tmpfs here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        # Lazily: a caught error may keep the file open that did not fit.
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture
def small_disk() -> Callable[[str], AbstractContextManager[Path]]:
    """A file system of its own, of a size such as `256k`, that can really be full."""
    return _small_disk
