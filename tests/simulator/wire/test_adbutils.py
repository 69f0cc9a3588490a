"""The unmodified `adbutils` library against a simulated phone."""

from __future__ import annotations

import io
import os
from pathlib import Path

import adbutils
import pytest
from PIL import Image

from device_farm.simulator.server import RunningPhone


def test_shell_in_both_versions(adbutils_device: adbutils.AdbDevice) -> None:
    assert adbutils_device.shell("echo hi") == "hi"
    assert adbutils_device.shell(["echo", "two words", "it's"]) == "two words it's"
    old = adbutils_device.shell2("ls /nowhere")
    assert old.returncode != 0 and "No such file" in old.output
    new = adbutils_device.shell2("echo out; echo err >&2; exit 4", v2=True)
    assert (new.returncode, new.stdout, new.stderr) == (4, "out\n", "err\n")


def test_sync_stat_list_push_pull(adbutils_device: adbutils.AdbDevice, tmp_path: Path) -> None:
    data = os.urandom(100_000)
    assert adbutils_device.sync.push(data, "/sdcard/new/folder/file.bin", check=True) == len(data)
    assert adbutils_device.sync.stat("/sdcard/new/folder/file.bin").size == len(data)
    assert [info.path for info in adbutils_device.sync.list("/sdcard/new/folder")] == [".", "..", "file.bin"]
    assert adbutils_device.sync.read_bytes("/sdcard/new/folder/file.bin") == data
    assert adbutils_device.sync.pull("/sdcard/new", str(tmp_path / "out")) == len(data)
    assert (tmp_path / "out" / "folder" / "file.bin").read_bytes() == data
    assert not adbutils_device.sync.exists("/sdcard/none")
    with pytest.raises(adbutils.AdbError):
        adbutils_device.sync.read_bytes("/sdcard/none")


def test_screens_agree_however_they_are_taken(adbutils_device: adbutils.AdbDevice) -> None:
    buffer = adbutils_device.framebuffer()
    assert buffer.size == (1080, 2400)
    png = adbutils_device.shell("screencap -p", encoding=None)
    shot = Image.open(io.BytesIO(png))
    assert shot.convert("RGB").tobytes() == buffer.convert("RGB").tobytes()
    assert adbutils_device.screenshot().size == (1080, 2400)
    assert adbutils_device.screenshot(display_id=0).size == (1080, 2400)


def test_device_facts(adbutils_device: adbutils.AdbDevice, phone: RunningPhone) -> None:
    assert adbutils_device.window_size() == (1080, 2400)
    assert adbutils_device.rotation() == 0
    assert adbutils_device.is_screen_on()
    assert adbutils_device.getprop("sys.boot_completed") == "1"
    assert adbutils_device.prop.model
    assert "shell_v2" in adbutils_device.get_features()
    assert adbutils_device.root().strip().endswith("root")


def test_apps_start_and_stop(adbutils_device: adbutils.AdbDevice) -> None:
    adbutils_device.app_start("com.android.settings")
    assert adbutils_device.app_current().package == "com.android.settings"
    adbutils_device.app_stop("com.android.settings")
    assert adbutils_device.app_current().package != "com.android.settings"
    info = adbutils_device.app_info("com.android.settings")
    assert info is not None and info.version_name
    assert adbutils_device.app_info("com.example.none") is None


def test_dump_hierarchy_is_the_screen(adbutils_device: adbutils.AdbDevice) -> None:
    adbutils_device.app_start("com.android.settings")
    xml = adbutils_device.dump_hierarchy()
    assert (xml.startswith("<?xml") and "Bluetooth" in xml) or "Network" in xml


def test_reverse_is_listed_and_removed(adbutils_device: adbutils.AdbDevice) -> None:
    adbutils_device.reverse("tcp:7200", "tcp:7201")
    assert [(item.remote, item.local) for item in adbutils_device.reverse_list()] == [("tcp:7200", "tcp:7201")]
    with pytest.raises(adbutils.AdbError):
        adbutils_device.reverse("tcp:7200", "tcp:7202", norebind=True)
    adbutils_device.reverse_remove("tcp:7200")
    assert adbutils_device.reverse_list() == []
