"""Interpreters of benchmarks that live in a virtual environment of their own."""

from __future__ import annotations

import os
from pathlib import Path

from device_farm.errors import PrerequisiteError


def data_folder() -> Path:
    """Where `farm` keeps what it installs for the user (XDG base directories)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "farm"


def own_interpreter(what: str, *, named: str, venv: Path, field: str, fix: str) -> Path:
    """The interpreter that has `what`: the one that is `named`, in the config key `field`, else that of `venv`.

    Raises:
        PrerequisiteError: there is none; `fix` is the command that installs it.
    """
    python = Path(named).expanduser() if named else venv / "bin" / "python"
    if not (python.is_file() and os.access(python, os.X_OK)):
        message = f"{python} is no interpreter" if named else f"{what} is not installed"
        raise PrerequisiteError(message, field=field if named else "", fix=fix)
    return python
