"""Desktops of this machine on the built root file system."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from device_farm.backends.config import XvfbConfig
from device_farm.backends.loader import parse_backend
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.image import image_name
from device_farm.desktop.local_machine import LocalMachine
from device_farm.desktop.sandbox import Confinement, SandboxProbe, bubblewrap_argv
from device_farm.errors import BackendError, PrerequisiteError
from device_farm.types.geometry import Size


def shown(argv: list[str]) -> dict[str, str]:
    """Guest path to host path, of everything that is bound."""
    places = [index for index, word in enumerate(argv) if word.startswith("--ro-bind") and word != "--ro-bind-data"]
    return {argv[place + 2]: argv[place + 1] for place in places}


def test_walls_show_the_root_and_nothing_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    (tmp_path / "opt").mkdir()
    argv = bubblewrap_argv((), 3, root=str(tmp_path))
    bound = shown(argv)
    assert bound["/usr"] == f"{tmp_path}/usr" and bound["/etc/fonts"] == f"{tmp_path}/etc/fonts"
    assert all(host == str(tmp_path) + guest for guest, host in bound.items())
    links = [index for index, word in enumerate(argv) if word == "--symlink"]
    assert [argv[index + 1 : index + 3] for index in links] == [["usr/lib", "/lib"]]
    assert all(host == guest for guest, host in shown(bubblewrap_argv((), 3)).items())


def test_root_without_the_desktop_names_the_command_that_builds_it(tmp_path: Path) -> None:
    config = parse_backend(f"xvfb={tmp_path},2")
    assert isinstance(config, XvfbConfig) and config.devices == 2
    with pytest.raises(PrerequisiteError, match=f"{tmp_path} lacks .*xvfb") as caught:
        XvfbBackend(config).preflight()
    assert caught.value.fix == "python emulator_images/desktop/build.py --root"


def test_root_takes_namespaces(tmp_path: Path) -> None:
    walls = SandboxProbe(confinement=Confinement.UNCONFINED, reason="none for the test")
    with pytest.raises(BackendError, match="cannot be used: none for the test"):
        asyncio.run(LocalMachine(Size(800, 600), walls, root=str(tmp_path)).open())


def test_image_is_named_after_the_root(tmp_path: Path) -> None:
    release = tmp_path / "usr/lib/os-release"
    release.parent.mkdir(parents=True)
    release.write_text('PRETTY_NAME="Debian 99 (next)"\nID=debian\nVERSION_ID="99"\n')
    walls = SandboxProbe(confinement=Confinement.NAMESPACES)
    assert asyncio.run(image_name(walls, str(tmp_path))) == "debian-99 (namespaces)"
