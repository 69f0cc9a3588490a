"""The emulator's gRPC control service, through its own client stubs."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import grpc
import numpy as np
import pytest
from google.protobuf.empty_pb2 import Empty
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire_clients import Loop
from wire_raw import raw_host

from device_farm.pb import emulator_controller_pb2 as pb
from device_farm.pb import emulator_controller_pb2_grpc as services
from device_farm.simulator.server import RunningPhone

Stub = services.EmulatorControllerStub


@pytest.fixture
def stub(phone: RunningPhone) -> Iterator[Stub]:
    options = [("grpc.max_receive_message_length", 64 * 1024 * 1024)]
    with grpc.insecure_channel(f"127.0.0.1:{phone.ports.grpc}", options=options) as channel:
        yield Stub(channel)


def shell(phone: RunningPhone, command: str) -> str:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        return host.shell(command).decode()


def test_field_numbers_are_those_of_the_emulator() -> None:
    """Numbers and types as in the Android Emulator's emulator_controller.proto."""
    assert pb.DESCRIPTOR.package == "android.emulation.control"
    touch = pb.Touch(x=1, y=2, identifier=3, pressure=4)
    assert pb.TouchEvent(touches=[touch], display=5).SerializeToString() == bytes.fromhex("0a08080110021803 2004 1005")
    assert pb.ImageFormat(format=1, width=3, height=4, display=5).SerializeToString() == bytes.fromhex(
        "0801180320042805"
    )
    assert pb.Image(image=b"i", seq=5, timestampUs=6).SerializeToString() == bytes.fromhex("22016928053006")
    assert pb.KeyboardEvent(keyCode=3, key="a", text="b", eventType=2).SerializeToString() == bytes.fromhex(
        "1002180322016 12a0162".replace(" ", "")
    )
    assert pb.EmulatorStatus(version="v", uptime=2, booted=True).SerializeToString() == bytes.fromhex("0a017610021801")


def test_status_is_booted(stub: Stub, phone: RunningPhone) -> None:
    status = stub.getStatus(Empty())
    assert status.booted
    assert status.version
    assert {entry.key: entry.value for entry in status.hardwareConfig.entry}["avd.name"] == phone.handset.name


def test_screenshot_formats_show_the_same_pixels(stub: Stub, phone: RunningPhone) -> None:
    raw = stub.getScreenshot(pb.ImageFormat(format=pb.ImageFormat.RGBA8888))
    assert (raw.format.width, raw.format.height) == (1080, 2400)
    rgba = np.frombuffer(raw.image, np.uint8).reshape(2400, 1080, 4)
    rgb = stub.getScreenshot(pb.ImageFormat(format=pb.ImageFormat.RGB888))
    assert np.array_equal(np.frombuffer(rgb.image, np.uint8).reshape(2400, 1080, 3), rgba[:, :, :3])
    png = stub.getScreenshot(pb.ImageFormat(format=pb.ImageFormat.PNG))
    decoded = cv2.cvtColor(cv2.imdecode(np.frombuffer(png.image, np.uint8), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
    assert np.array_equal(decoded, rgba)
    assert png.seq > rgb.seq > raw.seq
    assert png.image == shell_png(phone)


def shell_png(phone: RunningPhone) -> bytes:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        return host.shell("screencap -p")


def test_screenshot_is_fitted_into_the_box(stub: Stub) -> None:
    small = stub.getScreenshot(pb.ImageFormat(format=pb.ImageFormat.RGBA8888, width=270, height=2000))
    assert (small.format.width, small.format.height) == (270, 600)
    assert len(small.image) == 270 * 600 * 4


def test_stream_sends_a_frame_for_every_change(stub: Stub, phone: RunningPhone) -> None:
    stream = stub.streamScreenshot(pb.ImageFormat(format=pb.ImageFormat.PNG, width=108, height=240))
    first = next(stream)
    shell(phone, "am start -n com.android.settings/.Settings")
    second = next(stream)
    assert second.image != first.image
    stream.cancel()


def touch(x: int, y: int, pressure: int, identifier: int = 0) -> pb.TouchEvent:
    return pb.TouchEvent(touches=[pb.Touch(x=x, y=y, pressure=pressure, identifier=identifier)])


def test_touch_taps_what_is_there(stub: Stub, phone: RunningPhone, loop: Loop) -> None:
    shell(phone, "am start -n com.android.settings/.Settings")
    tree = loop.call(phone.handset.remote.tree)
    row = next(node for node in tree.walk() if node.text == "Display")
    point = row.bounds.center
    stub.sendTouch(touch(point.x, point.y, 1))
    stub.sendTouch(touch(point.x, point.y, 0))
    assert any("Dark" in node.text for node in loop.call(phone.handset.remote.tree).walk())


def test_second_finger_is_refused(stub: Stub) -> None:
    stub.sendTouch(touch(500, 1500, 1))
    with pytest.raises(grpc.RpcError) as caught:
        stub.sendTouch(touch(600, 1500, 1, identifier=1))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    stub.sendTouch(touch(500, 1500, 0))


def test_keys_by_name_code_and_text(stub: Stub, phone: RunningPhone, loop: Loop) -> None:
    shell(phone, "am start -n com.android.settings/.Settings")
    stub.sendKey(pb.KeyboardEvent(key="GoHome", eventType=pb.KeyboardEvent.keypress))
    assert "mCurrentFocus" in shell(phone, "dumpsys window windows | grep mCurrentFocus")
    assert "com.android.settings/" not in shell(phone, "dumpsys window windows | grep mCurrentFocus")
    shell(phone, "am start -n com.android.settings/.Settings")
    search = next(node for node in loop.call(phone.handset.remote.tree).walk() if "Search" in node.label)
    shell(phone, f"input tap {search.bounds.center.x} {search.bounds.center.y}")
    stub.sendKey(pb.KeyboardEvent(text="wi"))
    stub.sendKey(pb.KeyboardEvent(codeType=pb.KeyboardEvent.Evdev, keyCode=33, eventType=pb.KeyboardEvent.keypress))
    stub.sendKey(pb.KeyboardEvent(key="i"))
    stub.sendKey(pb.KeyboardEvent(key="i", eventType=pb.KeyboardEvent.keyup))
    field = next(node for node in loop.call(phone.handset.remote.tree).walk() if "editable" in node.states)
    assert field.text == "wifi"


@pytest.mark.parametrize(
    "event", [pb.KeyboardEvent(key="NoSuchKey"), pb.KeyboardEvent(codeType=pb.KeyboardEvent.Win, keyCode=13)]
)
def test_unknown_key_is_refused(stub: Stub, event: pb.KeyboardEvent) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.sendKey(event)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_xkb_codes_are_those_of_linux_plus_eight(stub: Stub, phone: RunningPhone, loop: Loop) -> None:
    loop.call(lambda: phone.handset.phone.activities.launch_app("com.android.settings"))
    home = pb.KeyboardEvent(codeType=pb.KeyboardEvent.XKB, eventType=pb.KeyboardEvent.keypress, keyCode=102 + 8)
    stub.sendKey(home)
    assert loop.call(lambda: phone.handset.phone.state.surface) == "home"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(data=st.data())
def test_any_request_is_served_or_refused_with_a_reason(stub: Stub, data: st.DataObject) -> None:
    whole = st.integers(-(2**31), 2**31 - 1)
    touch = st.builds(pb.Touch, x=whole, y=whole, identifier=st.integers(0, 2), pressure=st.integers(-1, 2))
    calls = st.one_of(
        st.tuples(st.just(stub.sendTouch), st.builds(pb.TouchEvent, touches=st.lists(touch, max_size=4))),
        st.tuples(
            st.just(stub.sendKey),
            st.builds(
                pb.KeyboardEvent,
                codeType=st.integers(0, 6),
                eventType=st.integers(0, 4),
                keyCode=whole,
                key=st.text(max_size=8),
                text=st.text(max_size=8),
            ),
        ),
        st.tuples(
            st.just(stub.getScreenshot),
            st.builds(
                pb.ImageFormat,
                format=st.integers(0, 4),
                width=st.sampled_from([0, 1, 7, 100, 2**32 - 1]),
                height=st.sampled_from([0, 1, 7, 100, 2**32 - 1]),
                display=st.integers(0, 1),
            ),
        ),
        st.tuples(st.just(stub.setClipboard), st.builds(pb.ClipData, text=st.text(max_size=20))),
    )
    call, request = data.draw(calls)
    try:
        call(request)
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, (request, error)
        assert error.details()


def test_clipboard_goes_both_ways(stub: Stub, phone: RunningPhone) -> None:
    stub.setClipboard(pb.ClipData(text="ünder"))
    assert phone.handset.remote.clipboard == "ünder"
    assert stub.getClipboard(Empty()).text == "ünder"


def test_hanging_boot_is_not_booted(stub: Stub, phone: RunningPhone, loop: Loop) -> None:
    loop.call(lambda: phone.handset.faults.set(phone.handset.faults.current.plus("boot-hang")))
    assert not stub.getStatus(Empty()).booted
    with pytest.raises(grpc.RpcError) as caught:
        stub.getScreenshot(pb.ImageFormat())
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
