"""The config section `[osworld]`, and where OSWorld is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import Field

from device_farm.config import ConfigModel
from device_farm.errors import ConfigError
from gui_agent.benchmarks.own_python import data_folder, own_interpreter

INSTALL_FIX: Final = "farm osworld install"
PYTHON_VARIABLE: Final = "FARM_OSWORLD_PYTHON"
SCREEN: Final = (1920, 1080)
"""The screen that OSWorld's tasks and its published results are for, in pixels."""


class OsworldConfig(ConfigModel):
    """How OSWorld's own code is run.

    `tasks_dir` holds the task files (`evaluation_examples` of OSWorld's repository), `assets` the files that they
    download ("" none). `python` is the interpreter of OSWorld's virtual environment; "" takes the environment variable
    FARM_OSWORLD_PYTHON, then where `farm osworld install` puts it. `call_s` is the longest that one set-up or verdict
    may take, in seconds, `max_steps` the step budget of every task. `password` is what tasks are told is the user's.
    """

    tasks_dir: str = ""
    assets: str = ""
    python: str = ""
    call_s: float = Field(default=300.0, gt=0)
    max_steps: int = Field(default=50, ge=1)
    password: str = "password"


def default_venv() -> Path:
    return data_folder() / "osworld"


def interpreter(config: OsworldConfig) -> Path:
    """The interpreter that has OSWorld.

    Raises:
        PrerequisiteError: there is none; holds the command that installs it.
    """
    named = config.python or os.environ.get(PYTHON_VARIABLE, "")
    return own_interpreter("OSWorld", named=named, venv=default_venv(), field="osworld.python", fix=INSTALL_FIX)


def tasks_folder(config: OsworldConfig) -> Path:
    """Raises ConfigError where none is named."""
    if not config.tasks_dir:
        fix = "add --tasks-dir DIR: the folder evaluation_examples of OSWorld's repository"
        raise ConfigError("the suite osworld needs its task files", field="--tasks-dir", fix=fix)
    return Path(config.tasks_dir).expanduser().absolute()


def assets_folder(config: OsworldConfig) -> Path | None:
    return Path(config.assets).expanduser().absolute() if config.assets else None
