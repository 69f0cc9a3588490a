"""The config section `[androidworld]`, and where AndroidWorld is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, field_validator

from device_farm.config import ConfigModel
from gui_agent.benchmarks.own_python import data_folder, own_interpreter

INSTALL_FIX = "farm androidworld install"
PYTHON_VARIABLE = "FARM_ANDROIDWORLD_PYTHON"
SIMULATOR_WAIT_SCALE = 0.02
"""On a simulated phone nothing happens while nobody acts, so AndroidWorld waits there for its own polls only."""
DEFAULT_WAIT_SCALE = -1.0
"""Stands for "by what the devices are", because TOML has no null."""

Accessibility: TypeAlias = Literal["forwarder", "uiautomator"]


class AndroidWorldConfig(ConfigModel):
    """How AndroidWorld's own code is run.

    `python` is the interpreter of its virtual environment; "" takes the environment variable FARM_ANDROIDWORLD_PYTHON,
    then where `farm androidworld install` puts it. `wait_scale` multiplies every wait of AndroidWorld; -1 means 1.0,
    and on simulated phones alone 0.02. `require_done` is AndroidWorld's rule that an agent that did not say that it is
    done scores 0. `accessibility` is how AndroidWorld reads the screen: by its forwarder app, which it downloads where
    the phone has none, or by `uiautomator`. `call_s` is the longest that one set-up, verdict or tear-down may take, in
    seconds.
    """

    python: str = ""
    wait_scale: float = Field(default=DEFAULT_WAIT_SCALE, le=10.0)
    require_done: bool = True
    accessibility: Accessibility = "forwarder"
    call_s: float = Field(default=300.0, gt=0)

    @field_validator("wait_scale")
    @classmethod
    def _is_a_factor(cls, value: float) -> float:
        if value < 0 and value != DEFAULT_WAIT_SCALE:
            raise ValueError("must be 0 or more, or left out")
        return value


def default_venv() -> Path:
    return data_folder() / "androidworld"


def interpreter(config: AndroidWorldConfig) -> Path:
    """The interpreter that has AndroidWorld.

    Raises:
        PrerequisiteError: there is none; holds the command that installs it.
    """
    named = config.python or os.environ.get(PYTHON_VARIABLE, "")
    return own_interpreter(
        "AndroidWorld", named=named, venv=default_venv(), field="androidworld.python", fix=INSTALL_FIX
    )


def effective_wait_scale(config: AndroidWorldConfig, *, simulated: bool) -> float:
    """The factor that a run uses, and records."""
    if config.wait_scale >= 0:
        return config.wait_scale
    return SIMULATOR_WAIT_SCALE if simulated else 1.0
