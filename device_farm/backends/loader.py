"""From a config section to a backend: the only place that knows them all."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar, assert_never

from pydantic import ValidationError

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
from device_farm.backends.qemu_config import QemuConfig
from device_farm.config import import_attribute
from device_farm.errors import ConfigError

BACKEND_NAMES = ("simulator", "emulator", "xvfb", "docker", "qemu", "adb", "fake", "import")
KeyedConfig = TypeVar("KeyedConfig", EmulatorConfig, XvfbConfig, DockerConfig, QemuConfig)


def load_backend(config: BackendConfig) -> Backend:
    """The backend of `config`, not started. Each one's own dependencies are imported only when it is asked for.

    Raises:
        ConfigError: an import path leads nowhere, or what lies there is no backend.
    """
    match config:
        case SimulatorConfig():
            from device_farm.backends.simulator import SimulatorBackend

            return SimulatorBackend(config)
        case EmulatorConfig():
            from device_farm.backends.emulator import EmulatorBackend

            return EmulatorBackend(config)
        case XvfbConfig():
            from device_farm.backends.xvfb import XvfbBackend

            return XvfbBackend(config)
        case DockerConfig():
            from device_farm.backends.docker import DockerBackend

            return DockerBackend(config)
        case QemuConfig():
            from device_farm.backends.qemu import QemuBackend

            return QemuBackend(config)
        case AdbConfig():
            from device_farm.backends.adb import AdbBackend

            return AdbBackend(config)
        case FakeConfig():
            from device_farm.backends.fake import FakeBackend

            return FakeBackend(config)
        case ImportedConfig():
            return _imported(config)
        case _:
            assert_never(config)


def parse_backend(text: str, *, field: str = "--backend") -> BackendConfig:
    """A backend as a command line names it.

    `simulator`, `simulator=4` (four devices), `xvfb=2`, `fake=2`, `adb` (every phone that the server lists),
    `adb=SERIAL,SERIAL`, `emulator` (the only virtual device), `emulator=2`, `emulator=AVD,2,snapshot=NAME` (any key of
    its section), `docker=2`, `docker=IMAGE,memory_mb=2048`, `qemu=FOLDER,acceleration=off` (likewise),
    `import=module:callable`.

    Raises:
        ConfigError: no backend has this name, or what follows `=` does not fit it.
    """
    name, equals, argument = text.strip().partition("=")
    if equals and not argument:
        raise ConfigError(f"nothing follows {name}=", field=field, fix=f"write {name} or {name}=VALUE")
    match name:
        case "simulator":
            return _with_devices(SimulatorConfig, argument, field)
        case "xvfb":
            return _keyed(XvfbConfig, argument, field, bare="root")
        case "fake":
            return _with_devices(FakeConfig, argument, field)
        case "emulator":
            return _keyed(EmulatorConfig, argument, field, bare="avd")
        case "docker":
            return _keyed(DockerConfig, argument, field, bare="image")
        case "qemu":
            return _keyed(QemuConfig, argument, field, bare="image")
        case "adb":
            return AdbConfig(serials=tuple(part for part in argument.split(",") if part))
        case "import" if argument:
            return ImportedConfig(import_path=argument)
        case "import":
            raise ConfigError("needs module:callable", field=field, fix="write import=module:callable")
        case _:
            close = difflib.get_close_matches(name, BACKEND_NAMES, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise ConfigError(
                f"unknown backend {name!r}", field=field, fix=f"{hint}There is {', '.join(BACKEND_NAMES)}"
            )


def _with_devices(
    model: type[SimulatorConfig] | type[FakeConfig], argument: str, field: str
) -> SimulatorConfig | FakeConfig:
    if not argument:
        return model()
    if not (argument.isascii() and argument.isdigit()):
        raise ConfigError(f"{argument!r} is no number of devices", field=field, fix="write for example simulator=4")
    try:
        return model(devices=int(argument))
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise ConfigError(f"{argument} devices: {reason}", field=field) from error


def _keyed(model: type[KeyedConfig], argument: str, field: str, *, bare: str) -> KeyedConfig:
    """A number of devices, `key=value` pairs, and a word that stands for the key `bare`, separated by commas."""
    kind = model.model_fields["type"].default
    example = f"write for example {kind}={bare.upper()},2"
    values: dict[str, Any] = {}
    for part in filter(None, argument.split(",")):
        key, equals, text = part.partition("=")
        if not equals:
            key, text = "devices" if part.isdigit() else bare, part
        section, dot, inner = key.partition(".")
        place = values.setdefault(section, {}) if dot else values
        if not isinstance(place, dict) or (inner or key) in place:
            raise ConfigError(f"{key} is given twice", field=field, fix=example)
        place[inner or key] = text
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(place) for place in first["loc"]) or kind
        known = ", ".join(model.model_fields)
        fix = f"there is {known}" if first["type"] == "extra_forbidden" else example
        raise ConfigError(f"{where}: {first['msg']}", field=field, fix=fix) from error


def _imported(config: ImportedConfig) -> Backend:
    factory = import_attribute(config.import_path, field="import_path")
    if not callable(factory):
        fix = 'write import_path = "package.module:callable"'
        raise ConfigError(f"{config.import_path} cannot be called", field="import_path", fix=fix)
    try:
        backend = factory(**config.options)
    except TypeError as error:
        raise ConfigError(f"{config.import_path} refused its options: {error}", field="options") from error
    for member in ("name", "platform", "preflight", "create", "close"):
        if not hasattr(backend, member):
            raise ConfigError(f"{config.import_path} returned no Backend: it has no {member!r}", field="import_path")
    return backend  # type: ignore[no-any-return]
