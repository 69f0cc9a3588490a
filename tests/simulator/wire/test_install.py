"""Installing packages over adb, streamed and from a file on the phone."""

from __future__ import annotations

from pathlib import Path

import adbutils
import pytest
from sample_apk import apk as sample_apk
from wire_clients import Adb

APK_OF_UIAUTOMATOR2 = "assets/app-uiautomator.apk"


@pytest.fixture(scope="session")
def apk() -> Path:
    package = pytest.importorskip("uiautomator2")
    return Path(package.__file__).parent / APK_OF_UIAUTOMATOR2


def test_streamed_install_lists_the_package(adb: Adb, apk: Path) -> None:
    done = adb("install", "-r", "-t", str(apk))
    assert b"Success" in done.stdout, done
    assert b"package:com.github.uiautomator\n" in adb("shell", "pm list packages").stdout
    assert b"Success" in adb("uninstall", "com.github.uiautomator").stdout
    assert b"com.github.uiautomator" not in adb("shell", "pm list packages").stdout


def test_a_simulated_app_that_was_uninstalled_comes_back_with_its_package(adb: Adb, tmp_path: Path) -> None:
    path = tmp_path / "clipper.apk"
    path.write_bytes(sample_apk("ca.zgrs.clipper"))
    assert b"Success" in adb("uninstall", "ca.zgrs.clipper").stdout
    assert b"Success" in adb("install", str(path)).stdout
    adb("shell", "am start -n ca.zgrs.clipper/ca.zgrs.clipper.Main")
    assert b"Choose what to allow Clipper to access" in adb("exec-out", "uiautomator dump /dev/tty").stdout


def test_install_of_what_is_no_package_fails(adb: Adb, tmp_path: Path) -> None:
    bad = tmp_path / "bad.apk"
    bad.write_bytes(b"not a package" * 100)
    done = adb("install", str(bad))
    assert done.returncode != 0
    assert b"INSTALL_" in done.stdout + done.stderr


def test_adbutils_installs_a_pushed_file(adbutils_device: adbutils.AdbDevice, apk: Path) -> None:
    adbutils_device.sync.push(str(apk), "/data/local/tmp/app.apk")
    adbutils_device.install_remote("/data/local/tmp/app.apk", clean=True)
    assert "com.github.uiautomator" in adbutils_device.list_packages()
    assert not adbutils_device.sync.exists("/data/local/tmp/app.apk")
