"""Config section of desktops in virtual machines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field

from device_farm.config import ConfigModel


def _cache() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME", "~")).expanduser() / ".cache"
    return Path(cache) / "gui-agent-farm"


def default_image() -> str:
    """Where the image is built where no folder is given."""
    return str(_cache() / "desktop-image")


class QemuConfig(ConfigModel):
    """Desktops in virtual machines, without a way to any network. Sizes in pixels.

    `image` is the folder that `emulator_images/desktop/build.py --vm` made; `state_dir` keeps the saved machines that
    every start begins with, one for each combination of image, size and acceleration. `acceleration` auto uses KVM
    where a guest proves it and software emulation elsewhere. `boot_timeout_s` is what the one cold boot may take.
    """

    type: Literal["qemu"] = "qemu"
    devices: int = Field(default=1, ge=1, le=64)
    width: int = Field(default=1280, ge=640, le=7680)
    height: int = Field(default=800, ge=480, le=4320)
    image: str = Field(default_factory=default_image, min_length=1)
    state_dir: str = Field(default_factory=lambda: str(_cache() / "desktop-vm"), min_length=1)
    program: str = Field(default="qemu-system-x86_64", min_length=1)
    acceleration: Literal["auto", "on", "off"] = "auto"
    memory_mb: int = Field(default=1024, ge=512, le=1 << 20)
    cores: int = Field(default=2, ge=1, le=64)
    boot_timeout_s: float = Field(default=600.0, gt=0)
