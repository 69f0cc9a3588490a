"""The build script, as far as nothing is built."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from device_farm.desktop.packages import packages

SCRIPT = Path(__file__).parents[2] / "emulator_images/desktop/build.py"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("desktop_build", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_list_of_packages_and_the_machines_own(build: ModuleType) -> None:
    wanted = build.wanted(["wmctrl", "ffmpeg", "wmctrl"])
    assert tuple(wanted[: len(packages())]) == packages()
    assert wanted[len(packages()) :] == ["linux-image-cloud-amd64", "initramfs-tools", "kmod", "ffmpeg", "wmctrl"]


def test_another_mirror_or_package_is_another_image(build: ModuleType) -> None:
    first = build.inputs("", [])
    assert first == build.inputs("", [])
    assert len({first, build.inputs("https://mirror", []), build.inputs("", ["wmctrl"])}) == 3


def test_every_locked_package_has_a_digest(build: ModuleType) -> None:
    lines = build.LOCK.read_text("utf-8").splitlines()
    assert lines == sorted(set(lines))
    locked = {}
    for line in lines:
        name, _, rest = line.partition("=")
        version, _, digest = rest.partition(" sha256:")
        assert version and len(digest) == 64 and set(digest) <= set("0123456789abcdef"), line
        locked[name] = version
    assert set(packages()) <= set(locked)


def test_image_is_described_by_its_lock(build: ModuleType, tmp_path: Path) -> None:
    names = ("xvfb", "openbox", "mousepad", "thunar", "xfce4-terminal", "libreoffice-calc")
    (tmp_path / "packages.lock").write_text("".join(f"{name}=1:2=3 sha256:00\n" for name in names))
    assert build.description(tmp_path) == "debian-12 " + " ".join(f"{name}-1:2=3" for name in names)


def test_packages_that_differ_are_named(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "locked"
    lock.write_text("same=1 sha256:aa\nxvfb=1 sha256:bb\n")
    monkeypatch.setattr(build, "LOCK", lock)
    (tmp_path / "packages.lock").write_text("same=1 sha256:aa\nxvfb=2 sha256:cc\n")
    with pytest.raises(SystemExit) as caught:
        build.check_lock(tmp_path)
    assert caught.value.code == 1
    assert capsys.readouterr().err.splitlines()[:2] == ["+ xvfb=2 sha256:cc", "- xvfb=1 sha256:bb"]
    (tmp_path / "packages.lock").write_text(lock.read_text())
    build.check_lock(tmp_path)


def test_missing_program_ends_with_exit_code_3_and_the_fix(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, str(SCRIPT), "--out", str(tmp_path / "out")],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 3
    assert "missing: mmdebstrap" in ended.stderr and "apt-get install -y mmdebstrap" in ended.stderr
