"""Where a run's work goes when it goes to a Ray cluster."""

from __future__ import annotations

from pydantic import Field

from device_farm.config import ConfigModel


class RayConfig(ConfigModel):
    """A running Ray cluster. `address` is HOST:PORT of its head, `auto` for the one of this machine ("" uses none).

    Each of `workers` (0: one a machine) plays its share of the devices, and books `cpus` and `gpus` of its machine; a
    share of a GPU, such as 0.25, lets workers share it. A worker whose machine dies is replaced on another within
    `replace_s` seconds.
    """

    address: str = ""
    workers: int = Field(default=0, ge=0, le=1000)
    cpus: float = Field(default=1.0, ge=0)
    gpus: float = Field(default=0.0, ge=0)
    replace_s: float = Field(default=120.0, gt=0)
