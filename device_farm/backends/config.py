"""Config sections of the backends: a union discriminated by `type`. Importing it starts and loads no backend."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.backends.qemu_config import QemuConfig
from device_farm.config import ConfigModel


class SimulatorConfig(ConfigModel):
    """Simulated phones. `base_port` 0 takes free ports; otherwise phone n has console port base_port + 2n.

    `faults` are injected into every phone: `NAME` or `NAME=ARGUMENT`, as `farm simulator --fault` takes them.
    `apps` are installed beside the built-in ones: `module:Class` each.
    """

    type: Literal["simulator"] = "simulator"
    devices: int = Field(default=4, ge=1, le=1000)
    seed: int = 0
    base_port: int = Field(default=0, ge=0, le=65000)
    isolation: Literal["in_process", "process"] = "in_process"
    clock: Literal["virtual", "real"] = "virtual"
    faults: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()


class XvfbConfig(ConfigModel):
    """Local desktops on virtual X servers. Sizes in pixels.

    `root` is a folder with the desktop's own root file system, as `emulator_images/desktop/build.py --root` makes it;
    without one the desktops use this machine's programs. `standby` desktops are booted before one is needed, for all
    devices together: a reset takes one of them.
    """

    type: Literal["xvfb"] = "xvfb"
    devices: int = Field(default=1, ge=1, le=64)
    width: int = Field(default=1280, ge=640, le=7680)
    height: int = Field(default=800, ge=480, le=4320)
    root: str = ""
    standby: int = Field(default=1, ge=0, le=16)


class AdbConfig(ConfigModel):
    """Phones that an adb server lists already. `serials` empty takes every device in state `device`.

    A serial HOST:PORT (a phone on the network, Cuttlefish) is connected to where the server does not list it. A reset
    clears the data of all third-party applications, and of the packages in `clear`.
    """

    type: Literal["adb"] = "adb"
    serials: tuple[str, ...] = ()
    server: str = "127.0.0.1:5037"
    clear: tuple[str, ...] = ()


class FakeConfig(ConfigModel):
    """Scripted devices for tests of the farm itself; no phone and no desktop is behind them."""

    type: Literal["fake"] = "fake"
    devices: int = Field(default=2, ge=1, le=1000)
    seed: int = 0
    start_failures: int = Field(default=0, ge=0)
    latency_ms: float = Field(default=0.0, ge=0)


class ImportedConfig(ConfigModel):
    """A backend from outside: `import_path` is `module:callable`, called with `options`, returning a Backend."""

    type: Literal["import"] = "import"
    import_path: str
    devices: int = Field(default=1, ge=1)
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


BackendConfig: TypeAlias = Annotated[
    SimulatorConfig | EmulatorConfig | XvfbConfig | DockerConfig | QemuConfig | AdbConfig | FakeConfig | ImportedConfig,
    Field(discriminator="type"),
]
DesktopConfig: TypeAlias = XvfbConfig | DockerConfig | QemuConfig
"""The sections of desktops: all have `devices`, `width` and `height`."""
