"""From named backend sections to the templates of a machine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import assert_never

from device_farm.backends.base import Backend
from device_farm.backends.config import (
    AdbConfig,
    BackendConfig,
    FakeConfig,
    ImportedConfig,
    SimulatorConfig,
    XvfbConfig,
)
from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.backends.loader import load_backend
from device_farm.backends.qemu_config import QemuConfig
from device_farm.errors import ConfigError
from device_farm.farm.pool import Template

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


def name_backends(configs: Sequence[BackendConfig]) -> dict[str, BackendConfig]:
    """Each config under its type; the second and later of a type as `type-2`, `type-3`."""
    named: dict[str, BackendConfig] = {}
    for config in configs:
        name: str = config.type
        number = 1
        while name in named:
            number += 1
            name = f"{config.type}-{number}"
        named[name] = config
    return named


async def make_templates(configs: Mapping[str, BackendConfig]) -> list[Template]:
    """Loads the backends and checks that this machine can run them. Nothing is started.

    Raises:
        ConfigError: a name or an import path is bad.
        PrerequisiteError: this machine cannot run one of them; names the fix.
    """
    for name in configs:
        if not _NAME.fullmatch(name):
            fix = "lower-case letters, digits, - and _, a letter first"
            raise ConfigError(f"{name!r} is no name of a template", field="backends", fix=fix)
    return [await _template(name, config) for name, config in configs.items()]


async def _template(name: str, config: BackendConfig) -> Template:
    backend = load_backend(config)
    return Template(name=name, backend=backend, devices=await _count(config, backend))


async def _count(config: BackendConfig, backend: Backend) -> int:
    match config:
        case SimulatorConfig() | XvfbConfig() | DockerConfig() | QemuConfig() | FakeConfig() | ImportedConfig():
            return config.devices
        case EmulatorConfig():
            return config.devices or 1
        case AdbConfig(serials=serials):
            # Asked first, because only a server that answers can be counted at.
            await asyncio.to_thread(backend.preflight)
            return len(serials) or len(await backend.serials())  # type: ignore[attr-defined]
        case _:
            assert_never(config)
