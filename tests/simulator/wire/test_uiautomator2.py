"""The unmodified `uiautomator2` library against a simulated phone."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import adbutils
import pytest

from device_farm.simulator.server import RunningPhone

u2 = pytest.importorskip("uiautomator2")


@pytest.fixture
def device(adbutils_device: adbutils.AdbDevice) -> Iterator[u2.Device]:
    device = u2.connect(adbutils_device)
    device.settings["wait_timeout"] = 2.0
    yield device
    device.stop_uiautomator()


def test_server_runs_with_its_command_and_no_longer(device: u2.Device, phone: RunningPhone) -> None:
    assert phone.handset.automation.listens(9008)
    device.stop_uiautomator()
    assert not phone.handset.automation.listens(9008)
    assert device.info["displayWidth"] == 1080  # started again on demand


def test_info_and_dump(device: u2.Device) -> None:
    info = device.info
    assert (info["displayWidth"], info["displayHeight"], info["displayRotation"]) == (1080, 2400, 0)
    assert info["screenOn"] is True
    device.app_start("com.android.settings")
    assert device.info["currentPackageName"] == "com.android.settings"
    root = ElementTree.fromstring(device.dump_hierarchy().encode())
    assert any(node.get("package") == "com.android.settings" for node in root.iter("node"))


def test_click_by_text_opens_a_screen(device: u2.Device) -> None:
    device.app_start("com.android.settings")
    device(text="Display").click()
    assert device(textContains="Dark").wait(timeout=2.0)
    device.press("back")
    assert device(text="Display").exists


def test_missing_object_raises_not_found(device: u2.Device) -> None:
    with pytest.raises(u2.UiObjectNotFoundError):
        device(text="no such text").click(timeout=0.5)
    with pytest.raises(u2.UiObjectNotFoundError):
        device(text="no such text").info  # noqa: B018 - the access is the call
    assert not device(text="no such text").exists
    assert device(text="no such text").wait_gone(timeout=1.0)


def test_scroll_finds_what_lies_below(device: u2.Device) -> None:
    device.app_start("com.android.settings")
    assert not device(text="About phone").exists
    assert device(scrollable=True).scroll.to(text="About phone")
    assert device(text="About phone").exists
    assert device(scrollable=True).scroll.vert.toBeginning()
    assert not device(text="About phone").exists


def test_screenshot_shows_the_frame(device: u2.Device) -> None:
    device.app_start("com.android.settings")
    image = device.screenshot()
    assert image.size == (1080, 2400)
    exact = device.adb_device.framebuffer().convert("RGB")
    for point in ((5, 300), (540, 1200), (1075, 2000)):
        got, expected = image.getpixel(point), exact.getpixel(point)
        assert all(abs(one - other) <= 12 for one, other in zip(got, expected, strict=True))  # JPEG


def test_set_text_replaces_and_clears(device: u2.Device) -> None:
    device.app_start("com.android.settings")
    device(textContains="Search").click()
    field = device(className="android.widget.EditText")
    field.set_text("Blue tooth ü")
    assert field.get_text() == "Blue tooth ü"
    field.set_text("other")
    assert field.get_text() == "other"
    field.clear_text()
    assert field.get_text() in ("", field.info["text"])
    device.send_keys("pasted")
    assert field.get_text() == "pasted"


def test_clipboard_toast_and_keys(device: u2.Device) -> None:
    device.clipboard = "some text"
    assert device.clipboard == "some text"
    device.toast.show("Hello toast")
    assert device.toast.get_message(wait_timeout=1.0) == "Hello toast"
    device.press("home")
    assert device.info["currentPackageName"] != "com.android.settings"


def test_notification_shade_opens(device: u2.Device) -> None:
    before = device.dump_hierarchy()
    device.open_notification()
    assert device.dump_hierarchy() != before
    device.press("back")
    device.open_quick_settings()
    assert device(textContains="Internet").exists or device(descriptionContains="Internet").exists


def test_screen_sleeps_and_wakes(device: u2.Device) -> None:
    device.screen_off()
    assert device.info["screenOn"] is False
    device.screen_on()
    assert device.info["screenOn"] is True


def test_lost_accessibility_is_reported(device: u2.Device, phone: RunningPhone) -> None:
    phone.handset.faults.set(phone.handset.faults.current.plus("accessibility-lost"))
    with pytest.raises(u2.UiAutomationNotConnectedError):
        device.dump_hierarchy()


def test_shell_appends_the_exit_code(device: u2.Device) -> None:
    assert device.shell("echo hi").output == "hi\n"
    assert device.shell("false").exit_code == 1


def test_session_follows_the_process(device: u2.Device) -> None:
    with device.session("com.android.settings") as session:
        assert session.running()
        assert session.info["currentPackageName"] == "com.android.settings"
    assert "com.android.settings" not in device.app_list_running()
