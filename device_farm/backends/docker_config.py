"""Config section of desktops in containers."""

from __future__ import annotations

import os
from typing import Literal

from pydantic import Field

from device_farm.config import ConfigModel


def _host() -> str:
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


class DockerConfig(ConfigModel):
    """Desktops in containers of one image, without a network. Sizes in pixels.

    `host` is the address of the daemon, of this machine; DOCKER_HOST where it is not given. The limits are those of one
    container; its memory holds the files of its home, too.
    """

    type: Literal["docker"] = "docker"
    devices: int = Field(default=1, ge=1, le=64)
    width: int = Field(default=1280, ge=640, le=7680)
    height: int = Field(default=800, ge=480, le=4320)
    image: str = Field(default="gui-agent-farm-desktop:latest", min_length=1)
    host: str = Field(default_factory=_host)
    memory_mb: int = Field(default=3072, ge=256, le=1 << 20)
    cpus: float = Field(default=2.0, gt=0, le=256)
    pids: int = Field(default=1024, ge=64, le=65536)
