"""Each fault as a client sees it, injected while the phone runs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from wire_clients import Loop
from wire_raw import raw_host

from device_farm.simulator.faults import NO_FAULTS
from device_farm.simulator.server import RunningPhone, SimulatorServer


def inject(loop: Loop, phone: RunningPhone, name: str, argument: str = "") -> None:
    loop.call(lambda: phone.handset.faults.set(phone.handset.faults.current.plus(name, argument)))


def shell(phone: RunningPhone, command: str) -> bytes:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        return host.shell(command)


def test_boot_hang_leaves_hosts_waiting_until_cleared(loop: Loop, phone: RunningPhone) -> None:
    with raw_host(phone.ports.adb) as online:
        online.connect()
        inject(loop, phone, "boot-hang")
        assert online.receive() is None
    with raw_host(phone.ports.adb) as host:
        host.send_greeting()
        host.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            host.receive()
        loop.call(lambda: phone.handset.faults.set(NO_FAULTS))
        host.socket.settimeout(10)
        assert host.receive() is not None
        assert host.shell("echo up") == b"up\n"


@pytest.fixture
def quiet_phone(loop: Loop) -> Iterator[RunningPhone]:
    """A phone of its own: no adb server sends packets to it."""
    server = SimulatorServer(devices=1)
    loop.run(server.__aenter__())
    yield server.phones[0]
    loop.run(server.close())


@pytest.mark.parametrize("packets", [0, 2])
def test_adb_drop_breaks_one_connection(loop: Loop, quiet_phone: RunningPhone, packets: int) -> None:
    with raw_host(quiet_phone.ports.adb) as host:
        host.connect()
        assert host.shell("echo before") == b"before\n"
        inject(loop, quiet_phone, "adb-drop", str(packets))
        with pytest.raises(ConnectionError):
            for _ in range(3):
                host.shell("echo during")
    assert shell(quiet_phone, "echo after") == b"after\n"


def test_stale_frame_hides_changes_everywhere(loop: Loop, phone: RunningPhone) -> None:
    before = shell(phone, "screencap -p")
    inject(loop, phone, "stale-frame")
    shell(phone, "am start -n com.android.settings/.Settings")
    assert shell(phone, "screencap -p") == before
    stale = loop.call(phone.handset.phone.frame).copy()
    loop.call(lambda: phone.handset.faults.set(NO_FAULTS))
    assert shell(phone, "screencap -p") != before
    assert (loop.call(phone.handset.phone.frame) != stale).any()


def test_lost_accessibility_fails_the_dump(loop: Loop, phone: RunningPhone) -> None:
    inject(loop, phone, "accessibility-lost")
    text = shell(phone, "uiautomator dump /sdcard/dump.xml; echo $?; ls /sdcard/dump.xml")
    assert b"ERROR" in text
    assert b"No such file" in text


def test_slow_shell_delays_the_command(loop: Loop, phone: RunningPhone) -> None:
    inject(loop, phone, "slow-shell", "0.3")
    began = time.monotonic()
    assert shell(phone, "echo late") == b"late\n"
    assert time.monotonic() - began >= 0.3


def test_full_disk_refuses_writes_until_cleared(loop: Loop, phone: RunningPhone) -> None:
    shell(phone, "echo old > /sdcard/old.txt")
    inject(loop, phone, "full-disk")
    text = shell(phone, "echo new > /sdcard/new.txt; echo code $?; cat /sdcard/old.txt")
    assert b"No space left on device" in text and b"code 1" in text and b"old" in text
    # Loading a snapshot does not mend the disk.
    loop.call(phone.handset.reset)
    assert b"No space left on device" in shell(phone, "echo new > /sdcard/new.txt")
    loop.call(lambda: phone.handset.faults.set(NO_FAULTS))
    assert shell(phone, "echo new > /sdcard/new.txt; cat /sdcard/new.txt") == b"new\n"
