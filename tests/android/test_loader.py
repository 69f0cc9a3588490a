"""Backends by config and by command-line name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from device_farm.backends.adb import AdbBackend
from device_farm.backends.config import (
    AdbConfig,
    BackendConfig,
    FakeConfig,
    ImportedConfig,
    SimulatorConfig,
    XvfbConfig,
)
from device_farm.backends.fake import FakeBackend
from device_farm.backends.loader import load_backend, parse_backend
from device_farm.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("simulator", SimulatorConfig()),
        ("simulator=4", SimulatorConfig(devices=4)),
        (" xvfb=2 ", XvfbConfig(devices=2)),
        ("fake=1", FakeConfig(devices=1)),
        ("adb", AdbConfig()),
        ("adb=S1,S2", AdbConfig(serials=("S1", "S2"))),
        ("adb=10.0.0.2:5555", AdbConfig(serials=("10.0.0.2:5555",))),
        ("import=a.b:c", ImportedConfig(import_path="a.b:c")),
    ],
)
def test_parse_backend_reads_names_and_counts(text: str, config: BackendConfig) -> None:
    assert parse_backend(text) == config


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("simulatr", "did you mean simulator"),
        ("windows", "simulator, emulator, xvfb, docker, qemu, adb, fake, import"),
        ("", "unknown backend ''"),
        ("simulator=", "nothing follows"),
        ("simulator=four", "'four' is no number"),
        ("simulator=-1", "'-1' is no number"),
        ("simulator=0", "0 devices"),
        ("xvfb=9999", "devices: Input should be less than or equal to 64"),
        ("import", "module:callable"),
    ],
)
def test_parse_backend_names_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse_backend(text)
    assert caught.value.field == "--backend"


def test_load_backend_gives_the_backend_of_the_config() -> None:
    assert isinstance(load_backend(FakeConfig()), FakeBackend)
    assert isinstance(load_backend(AdbConfig()), AdbBackend)
    assert load_backend(SimulatorConfig()).name == "simulator"


def make_backend(*, count: int) -> FakeBackend:
    return FakeBackend(FakeConfig(devices=count))


def make_nothing() -> Any:
    return object()


def test_an_imported_backend_gets_its_options() -> None:
    config = ImportedConfig(import_path=f"{__name__}:make_backend", options={"count": 3})
    assert isinstance(load_backend(config), FakeBackend)


@pytest.mark.parametrize(
    ("path", "options", "said"),
    [
        ("no_colon", {}, "'no_colon' is not MODULE:ATTRIBUTE"),
        (":x", {}, "':x' is not MODULE:ATTRIBUTE"),
        ("no_such_module_9:x", {}, "cannot import 'no_such_module_9:x'"),
        ("json:no_such", {}, "json has no 'no_such'"),
        ("json:__name__", {}, "json:__name__ cannot be called"),
        (f"{__name__}:make_backend", {"wrong": 1}, "refused its options"),
        (f"{__name__}:make_nothing", {}, "returned no Backend"),
    ],
)
def test_a_bad_import_path_is_a_config_error(path: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_backend(ImportedConfig(import_path=path, options=options))


def test_a_module_that_breaks_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaking_backend.py").write_text("make = 1 // 0\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ConfigError, match=r"breaking_backend fails at line 1 .*ZeroDivisionError"):
        load_backend(ImportedConfig(import_path="breaking_backend:make"))


@pytest.mark.parametrize("server", ["", "5037", "host:", "host:0", "host:x", ":5037", "host:99999"])
def test_a_bad_adb_server_address_is_a_config_error(server: str) -> None:
    with pytest.raises(ConfigError, match="HOST:PORT"):
        load_backend(AdbConfig(server=server))


def test_parsing_a_backend_loads_no_driver() -> None:
    code = (
        "import sys; from device_farm.backends.loader import parse_backend; parse_backend('simulator=4');"
        "sys.exit(any(name in sys.modules for name in ('skia', 'grpc', 'cv2', 'xcffib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
