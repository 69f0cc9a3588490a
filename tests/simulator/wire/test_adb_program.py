"""The unmodified `adb` program against a simulated phone."""

from __future__ import annotations

import filecmp
import os
import socket
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from wire_clients import Adb

from device_farm.simulator.server import RunningPhone


def test_shell_returns_output_errors_and_exit_code(adb: Adb) -> None:
    done = adb("shell", "echo out; echo err >&2; exit 3")
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 3)
    missing = adb("shell", "no-such-command")
    assert missing.returncode == 127
    assert b"not found" in missing.stderr


def test_shell_version_1_interleaves_errors(adb: Adb) -> None:
    done = adb("shell", "-x", "echo 1; echo 2 >&2; echo 3")
    assert done.stdout == b"1\n2\n3\n"


def test_shell_reads_standard_input(adb: Adb) -> None:
    assert adb("shell", "cat | tr a-z A-Z", stdin=b"hello\n").stdout == b"HELLO\n"


def test_exec_out_is_raw(adb: Adb) -> None:
    assert adb("exec-out", "printf 'a\\nb'").stdout == b"a\nb"


def test_exec_in_writes_what_it_is_given(adb: Adb) -> None:
    data = os.urandom(300_000)
    adb("exec-in", "cat > /sdcard/in.bin", stdin=data)
    assert adb("exec-out", "cat /sdcard/in.bin").stdout == data


def test_push_and_pull_of_3_mib_keep_content_mode_and_time(adb: Adb, tmp_path: Path) -> None:
    source, target = tmp_path / "big", tmp_path / "back"
    source.write_bytes(os.urandom(3 * 1024 * 1024))
    source.chmod(0o640)
    os.utime(source, (1_600_000_000, 1_600_000_000))
    assert adb("push", str(source), "/data/local/tmp/big").returncode == 0
    assert adb("shell", "stat -c '%a %Y %s' /data/local/tmp/big").stdout == b"640 1600000000 3145728\n"
    assert adb("pull", "-a", "/data/local/tmp/big", str(target)).returncode == 0
    assert filecmp.cmp(source, target, shallow=False)
    assert int(target.stat().st_mtime) == 1_600_000_000


def test_push_and_pull_of_a_directory(adb: Adb, tmp_path: Path) -> None:
    (tmp_path / "tree" / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "tree" / "a.txt").write_text("a")
    (tmp_path / "tree" / "deep" / "ü.txt").write_text("ü")
    (tmp_path / "tree" / "deep" / "deeper" / "empty").write_text("")
    assert adb("push", str(tmp_path / "tree"), "/sdcard/Download/").returncode == 0
    assert adb("pull", "/sdcard/Download/tree", str(tmp_path / "back")).returncode == 0
    files = sorted(str(path.relative_to(tmp_path / "back")) for path in (tmp_path / "back").rglob("*"))
    assert files == ["a.txt", "deep", "deep/deeper", "deep/deeper/empty", "deep/ü.txt"]
    assert (tmp_path / "back" / "deep" / "ü.txt").read_text() == "ü"


def test_push_where_nothing_may_be_written_fails_with_the_reason(adb: Adb, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = adb("push", str(tmp_path / "file"), "/system/file")
    assert done.returncode != 0
    assert b"Read-only file system" in done.stdout + done.stderr


def test_pull_of_a_missing_file_fails(adb: Adb, tmp_path: Path) -> None:
    done = adb("pull", "/sdcard/nothing", str(tmp_path / "x"))
    assert done.returncode != 0
    assert b"does not exist" in done.stdout + done.stderr or b"No such file" in done.stdout + done.stderr


def test_ls_lists_what_the_shell_sees(adb: Adb) -> None:
    adb("shell", "mkdir -p /sdcard/d && echo hi > /sdcard/d/file")
    listed = adb("ls", "/sdcard/d").stdout.decode().split()
    assert "file" in listed and "." in listed


def test_screencap_is_a_whole_png(adb: Adb) -> None:
    png = adb("exec-out", "screencap -p").stdout
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and png.endswith(b"IEND\xaeB`\x82")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (1080, 2400)
    assert zlib.crc32(png[12:29]) == int.from_bytes(png[29:33])


def test_root_remount_and_state(adb: Adb) -> None:
    assert b"already running as root" in adb("root").stdout
    assert b"remount succeeded" in adb("remount").stdout
    assert adb("get-state").stdout == b"device\n"


@pytest.fixture
def echo_port() -> Iterator[int]:
    """A host server that answers every connection's first bytes in upper case."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                client.sendall(client.recv(100).upper())

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def test_reverse_connections_reach_the_host(adb: Adb, echo_port: int) -> None:
    assert adb("reverse", "tcp:7100", f"tcp:{echo_port}").returncode == 0
    assert f"tcp:7100 tcp:{echo_port}".encode() in adb("reverse", "--list").stdout
    # What connects to port 7100 on the phone comes out at the host's port.
    local = int(adb("forward", "tcp:0", "tcp:7100").stdout)
    for text in (b"one", b"two"):
        with socket.create_connection(("127.0.0.1", local), timeout=10) as client:
            client.sendall(text)
            assert client.recv(100) == text.upper()
            assert client.recv(100) == b""
    assert adb("reverse", "--remove", "tcp:7100").returncode == 0
    assert adb("reverse", "--remove", "tcp:7100").returncode != 0
    assert b"7100" not in adb("reverse", "--list").stdout


def test_program_on_the_phone_reaches_the_host(adb: Adb, echo_port: int) -> None:
    assert adb("shell", "echo hi | nc localhost 7101").returncode != 0
    adb("reverse", "tcp:7101", f"tcp:{echo_port}")
    done = adb("shell", "echo from the phone | nc localhost 7101")
    assert (done.stdout, done.returncode) == (b"FROM THE PHONE\n", 0)


def test_forward_to_a_closed_port_is_refused(adb: Adb) -> None:
    local = int(adb("forward", "tcp:0", "tcp:9008").stdout)
    with socket.create_connection(("127.0.0.1", local), timeout=10) as client, suppress(ConnectionResetError):
        assert client.recv(1) == b""


def test_logcat_follows_until_the_host_ends_it(adb: Adb, phone: RunningPhone) -> None:
    follower = adb.start("logcat", "-v", "brief", "-s", "wire")
    try:
        assert follower.stdout is not None
        seen = b""
        for number in range(3):
            adb("shell", f"log -t wire 'line {number}'")
        while b"line 2" not in seen:
            line = follower.stdout.readline()
            assert line, seen
            seen += line
        assert b"wire" in seen and b"line 0" in seen
    finally:
        follower.kill()
        follower.communicate()
    assert adb("shell", "echo ok").stdout == b"ok\n"


def test_interactive_shell_runs_lines_until_exit(adb: Adb) -> None:
    done = adb("shell", stdin=b"echo first\nfalse\necho $((1 + 2))\nexit\n")
    assert b"first" in done.stdout and b"3" in done.stdout


def test_interactive_shell_keeps_folder_and_variables(adb: Adb) -> None:
    done = adb("shell", stdin=b"cd /sdcard\nX=5\npwd\necho $X\nexit 4\n")
    assert done.stdout == b"/sdcard\n5\n"
    assert done.returncode == 4


def test_terminal_echoes_edits_and_prompts(adb: Adb) -> None:
    done = adb("shell", "-tt", stdin=b"echo hix\x7f\rabc\x03exit\r")
    assert b"phone:/ # echo hix\x08 \x08\r\nhi\r\n" in done.stdout
    assert b"^C" in done.stdout
    assert adb("shell", "-tt", "echo a; echo b >&2").stdout == b"a\r\nb\r\n"


def test_adb_server_lists_the_phone_as_an_emulator(adb_server: int, phone: RunningPhone) -> None:
    with socket.create_connection(("127.0.0.1", adb_server), timeout=10) as client:
        request = f"host:emulator:{phone.ports.adb}".encode()
        client.sendall(b"%04x" % len(request) + request)
    environment = {**os.environ, "ANDROID_ADB_SERVER_PORT": str(adb_server)}
    program = ["adb", "-s", phone.serial]
    subprocess.run([*program, "wait-for-device"], env=environment, timeout=20, check=True)
    done = subprocess.run(
        [*program, "shell", "echo hi"],
        env=environment,
        timeout=20,
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.stdout == b"hi\n"


def test_reboot_breaks_the_connection_and_the_phone_comes_back(adb: Adb) -> None:
    adb("shell", "echo kept > /sdcard/kept.txt")
    assert adb("reboot").returncode == 0
    for _ in range(20):
        if (
            adb("connect", adb.serial).stdout.startswith((b"connected", b"already"))
            and adb("get-state").returncode == 0
        ):
            break
        adb("disconnect", adb.serial)
    adb("wait-for-device")
    assert adb("shell", "cat /sdcard/kept.txt").stdout == b"kept\n"
