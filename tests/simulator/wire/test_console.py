"""The emulator console, line by line, and what its commands do to the phone."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from wire_clients import Loop
from wire_raw import raw_host

from device_farm.simulator.server import RunningPhone


class ConsoleClient:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._file = self._socket.makefile("rb")
        self.banner = self._answer()

    def __call__(self, line: str) -> list[str]:
        self._socket.sendall(f"{line}\r\n".encode())
        return self._answer()

    def _answer(self) -> list[str]:
        lines = []
        while line := self._file.readline():
            assert line.endswith(b"\r\n")
            lines.append(line.decode().rstrip("\r\n"))
            if lines[-1] == "OK" or lines[-1].startswith("KO"):
                break
        return lines

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@pytest.fixture
def console(phone: RunningPhone) -> Iterator[ConsoleClient]:
    client = ConsoleClient(phone.ports.console)
    yield client
    client.close()


def shell(phone: RunningPhone, command: str) -> str:
    with raw_host(phone.ports.adb) as host:
        host.connect()
        return host.shell(command).decode()


def test_banner_asks_for_nothing(console: ConsoleClient) -> None:
    assert console.banner == ["Android Console: type 'help' for a list of commands", "OK"]
    assert console("auth anything") == ["OK"]


def test_ports_are_a_pair_with_an_even_console(phone: RunningPhone) -> None:
    assert phone.ports.console % 2 == 0
    assert phone.ports.adb == phone.ports.console + 1
    assert phone.serial == f"emulator-{phone.ports.console}"


def test_help_names_every_command(console: ConsoleClient) -> None:
    text = "\n".join(console("help"))
    for name in ("avd", "sms", "gsm", "power", "network", "fault", "kill", "quit", "ping"):
        assert f"    {name} " in text


def test_ping_and_status(console: ConsoleClient, phone: RunningPhone) -> None:
    assert console("ping") == ["I am alive!", "OK"]
    assert console("avd name") == [phone.handset.name, "OK"]
    assert console("avd status") == ["virtual device is running", "OK"]


@pytest.mark.parametrize(
    "line",
    ["nonsense", "avd", "avd fly", "avd snapshot", "avd snapshot load", "avd snapshot load none", "sms", "sms send 1",
     "sms send a;b hi", "gsm", "gsm cancel 5", "geo fix", "geo fix 200 0", "geo fix x y", "power", "power capacity 101",
     "network", "fault", "fault fire", "fault adb-drop x", "auth", "reset x", "avd snapshot save a/b"],
)  # fmt: skip
def test_bad_command_is_refused_and_the_session_goes_on(console: ConsoleClient, line: str) -> None:
    assert console(line)[-1].startswith("KO: ")
    assert console("ping")[-1] == "OK"


def test_snapshots_bring_everything_back(console: ConsoleClient, phone: RunningPhone) -> None:
    shell(
        phone,
        "settings put system wire_test one; echo first > /sdcard/s.txt; am start -n com.android.settings/.Settings",
    )
    before = phone.handset.phone.screenshot_png()
    assert console("avd snapshot save one") == ["OK"]
    shell(phone, "settings put system wire_test two; rm /sdcard/s.txt; input keyevent HOME")
    assert phone.handset.phone.screenshot_png() != before
    assert console("avd snapshot load one") == ["OK"]
    assert shell(phone, "settings get system wire_test; cat /sdcard/s.txt") == "one\nfirst\n"
    assert phone.handset.phone.screenshot_png() == before
    assert any("one" in line for line in console("avd snapshot list"))
    assert console("avd snapshot delete one") == ["OK"]
    assert console("avd snapshot list") == ["There is no snapshot available.", "OK"]


def test_reset_forgets_what_was_done_and_saved(console: ConsoleClient, phone: RunningPhone) -> None:
    fresh = phone.handset.phone.screenshot_png()
    shell(phone, "settings put system wire_test x; am start -n com.android.settings/.Settings; echo x > /sdcard/x")
    console("avd snapshot save mine")
    assert console("reset") == ["OK"]
    assert shell(phone, "settings get system wire_test; ls /sdcard/x 2>/dev/null") == "null\n"
    assert phone.handset.phone.screenshot_png() == fresh
    assert console("avd snapshot load mine")[-1].startswith("KO")


def test_reset_with_a_seed_is_repeatable(console: ConsoleClient, phone: RunningPhone) -> None:
    query = "content query --uri content://com.android.contacts/raw_contacts | sort"
    seen = {}
    for seed in (3, 4, 3):
        assert console(f"reset {seed}") == ["OK"]
        now = (phone.handset.phone.screenshot_png(), shell(phone, query), shell(phone, "date +%s"))
        assert seen.setdefault(seed, now) == now
    console("reset 7")


def test_sms_lands_in_the_inbox_and_in_the_shade(console: ConsoleClient, phone: RunningPhone) -> None:
    assert console("sms send +15551234 Hello there") == ["OK"]
    database = "/data/data/com.android.providers.telephony/databases/mmssms.db"
    assert shell(phone, f"sqlite3 {database} 'select address, body, type from sms'") == "+15551234|Hello there|1\n"
    assert "Hello there" in shell(phone, "content query --uri content://sms/inbox --projection address:body")
    assert any(entry.text == "Hello there" for entry in phone.handset.phone.notifications.list())


def test_call_rings_and_is_missed(console: ConsoleClient, phone: RunningPhone) -> None:
    assert console("gsm call 5551234") == ["OK"]
    assert any(entry.ongoing and entry.title == "5551234" for entry in phone.handset.phone.notifications.list())
    assert console("gsm cancel 5551234") == ["OK"]
    assert [entry.title for entry in phone.handset.phone.notifications.list()][:1] == ["Missed call"]
    assert console("gsm cancel 5551234")[-1].startswith("KO")


def test_power_changes_the_battery(console: ConsoleClient, phone: RunningPhone) -> None:
    assert console("power capacity 41") == ["OK"]
    assert console("power ac off") == ["OK"]
    battery = shell(phone, "dumpsys battery")
    assert "level: 41" in battery and "AC powered: false" in battery
    assert any("capacity: 41" in line for line in console("power display"))


def test_network_status_reads_the_settings(console: ConsoleClient, phone: RunningPhone) -> None:
    assert "  wifi:           enabled" in console("network status")
    shell(phone, "svc wifi disable")
    assert "  wifi:           disabled" in console("network status")


def test_stopped_device_answers_nothing_until_started(console: ConsoleClient, phone: RunningPhone) -> None:
    assert console("avd stop") == ["OK"]
    assert console("avd stop")[-1].startswith("KO")
    with raw_host(phone.ports.adb) as host:
        host.send_greeting()
        host.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            host.receive()
        assert console("avd start") == ["OK"]
        host.socket.settimeout(10)
        assert host.receive() is not None
        assert host.shell("echo on") == b"on\n"


def test_quit_ends_the_session_only(console: ConsoleClient, phone: RunningPhone) -> None:
    assert console("quit") == []
    other = ConsoleClient(phone.ports.console)
    assert other("ping")[-1] == "OK"
    other.close()


def test_reset_is_fast(loop: Loop, phone: RunningPhone) -> None:
    """Bounded well above the 10 ms aimed for, so that a busy machine does not fail it."""
    shell(phone, "echo x > /sdcard/x; am start -n com.android.settings/.Settings")
    began = time.perf_counter()
    for _ in range(10):
        loop.call(phone.handset.reset)
    assert (time.perf_counter() - began) / 10 < 0.1
