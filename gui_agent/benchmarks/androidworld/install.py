"""Installs AndroidWorld into a virtual environment of its own; its pins do not go together with ours."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.benchmarks.androidworld.crew import clerk

COMMIT: Final = "d9c569f764b3a5629321858de03ff653d0f24056"
"""AndroidWorld of 2026-02-24: the one that the experts and the figures were made with."""
REPOSITORY: Final = "https://github.com/google-research/android_world"

BUILD_REQUIREMENTS: Final = ("setuptools<81", "wheel", "grpcio-tools==1.71.0")
"""Its setup.py imports pkg_resources, which setuptools 81 no longer has, and makes protobuf code while it builds."""
REQUIREMENTS: Final = (
    # Those of AndroidWorld that its package does not name, and upper bounds for what it leaves open: versions that
    # still go with its numpy 1.26.
    "matplotlib",
    "numpy==1.26.3",
    "opencv-python<4.12",
    "pandas==2.1.4",
    "protobuf==5.29.5",
)
_HELLO_S = 120.0
_KEPT_LINES = 40

Tell = Callable[[str], None]


async def install(*, venv: Path, source: Path | None, tell: Tell) -> dict[str, object]:
    """Makes or renews the virtual environment at `venv`; `source` is a checkout of AndroidWorld, None its repository.

    Returns what the installed AndroidWorld says of itself.

    Raises:
        ConfigError: `source` holds no AndroidWorld, or `venv` is in the way.
        PrerequisiteError: git is missing, or pip could not do its work.
    """
    check_source(source)
    if source is None and shutil.which("git") is None:
        raise PrerequisiteError("the program git is not installed", fix="apt-get install -y git, or --source DIR")
    python = venv / "bin" / "python"
    if not await asyncio.to_thread(is_environment, venv):
        tell(f"a virtual environment in {venv}")
        await run_shown((sys.executable, "-m", "venv", str(venv)), "making the virtual environment", tell)
    pip = (str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    tell("what its build needs")
    await run_shown((*pip, *BUILD_REQUIREMENTS), "installing its build requirements", tell)
    with tempfile.TemporaryDirectory(prefix="farm-androidworld-") as folder:
        wanted = f"android_world @ git+{REPOSITORY}@{COMMIT}"
        if source is not None:
            # Its build writes into its own folder: a copy keeps the user's checkout as it is.
            copy = Path(folder) / "android_world"
            await asyncio.to_thread(shutil.copytree, source, copy, ignore=shutil.ignore_patterns(".git", "build"))
            wanted = str(copy)
        tell(f"AndroidWorld from {source or REPOSITORY}; this takes some minutes")
        build = (*pip, "--no-build-isolation", *REQUIREMENTS, wanted)
        await run_shown(build, "installing AndroidWorld", tell)
    return await examine(python)


def is_environment(venv: Path) -> bool:
    """Whether a virtual environment lies at `venv`. Raises ConfigError where something else does."""
    if (venv / "pyvenv.cfg").exists():
        return (venv / "bin" / "python").exists()
    if venv.exists() and any(venv.iterdir()):
        raise ConfigError(f"{venv} is not empty and is no virtual environment", field="--venv", fix="choose another")
    return False


def check_source(source: Path | None) -> None:
    """Raises ConfigError where `source` is no checkout of AndroidWorld."""
    if source is not None and not (source / "android_world" / "suite_utils.py").is_file():
        message = f"{source} holds no android_world/suite_utils.py"
        raise ConfigError(message, field="--source", fix=f"git clone {REPOSITORY}")


async def examine(python: Path) -> dict[str, object]:
    """What AndroidWorld under an interpreter says of itself: `path`, `python`, `tasks`.

    Raises:
        WorldError, BackendError: it does not run.
    """
    async with clerk(python) as worker:
        return await worker.call("hello", timeout_s=_HELLO_S)


def missing_programs() -> list[tuple[str, str]]:
    """Programs that some of AndroidWorld's tasks call, and that are not on the PATH: name and fix."""
    needed = (
        ("ffmpeg", "apt-get install -y ffmpeg (its Retro Music tasks make mp3 files)"),
        ("adb", "apt-get install -y adb"),
    )
    return [(name, fix) for name, fix in needed if shutil.which(name) is None]


async def run_shown(command: tuple[str, ...], what: str, tell: Tell) -> None:
    """Raises PrerequisiteError with the command's last lines."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    lines: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        async for line in process.stdout:
            lines.append(line.decode("utf-8", "replace").rstrip())
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        for said in lines:
            tell(f"  {said}")
        fix = "see the lines above; without a network: --source DIR, and a package index that can be reached"
        raise PrerequisiteError(f"{what} failed with status {status}", fix=fix)
