"""AndroidWorld's own launcher, unmodified, attaches to simulated phones."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from attached import androidworld_python, announce, attached_phones, finish_program, run_program, start_program
from mirror import mirror

FRESH = 20


def test_launcher_attaches_and_never_sees_an_old_tree(tmp_path: Path) -> None:
    python = androidworld_python()
    with attached_phones(1, tmp_path) as (phone,), mirror(tmp_path) as environment:
        seen = run_program(
            python, "attach", str(phone.console_port), str(phone.adb), str(phone.grpc_port), **environment
        )
    assert seen["pixels"] == [2400, 1080, 3]
    assert seen["screen"] == [1080, 2400]
    assert seen["home"] > 5
    assert seen["activity"] == "com.android.settings/com.android.settings.Settings"
    assert "Settings" in seen["texts"]
    assert "com.google.androidenv.accessibilityforwarder" in seen["packages"]
    assert seen["fresh"] == FRESH
    assert not [text for text in seen["warnings"] if "a11y" in text or "adb" in text.lower()]


def test_android_env_saves_loads_touches_and_presses_keys(tmp_path: Path) -> None:
    python = androidworld_python()
    with attached_phones(1, tmp_path) as (phone,):
        seen = run_program(python, "states", str(phone.console_port), str(phone.adb), str(phone.grpc_port))
    assert (seen["saved"], seen["loaded"], seen["missing"]) == ("OK", "OK", "NOT_FOUND")
    assert "later.txt" not in seen["kept"]
    assert "NexusLauncherActivity" in seen["after_home_key"]
    assert seen["after_touch"]
    assert seen["pixels"] == [2400, 1080, 3]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_set_up_of_all_apps_runs_through(tmp_path: Path) -> None:
    """With stand-ins for the APKs: the simulated apps are there already, and get AndroidWorld's clicks."""
    python = androidworld_python()
    with attached_phones(1, tmp_path) as (phone,), mirror(tmp_path) as environment:
        seen = run_program(
            python,
            "attach",
            *(str(phone.console_port), str(phone.adb), str(phone.grpc_port), "set-up"),
            timeout_s=600,
            TMPDIR=str(tmp_path),
            **environment,
        )
    assert not [text for text in seen["warnings"] if "Failed to automatically setup" in text]
    assert len(seen["snapshots"]) == 24


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_sixteen_phones_are_attached_by_four_processes_at_a_time(tmp_path: Path) -> None:
    python = androidworld_python()
    with attached_phones(16, tmp_path) as phones, mirror(tmp_path) as environment:
        for start in range(0, len(phones), 4):
            running = [
                start_program(
                    python, "attach", str(phone.console_port), str(phone.adb), str(phone.grpc_port), **environment
                )
                for phone in phones[start : start + 4]
            ]
            for process in running:
                assert finish_program(process)["fresh"] == FRESH


def test_the_end_of_one_adb_server_leaves_the_other_phones_alone(tmp_path: Path) -> None:
    with attached_phones(2, tmp_path) as (one, other):
        subprocess.run(["adb", "-P", str(one.server_port), "kill-server"], check=True, timeout=60)
        assert other.run_adb("shell", "getprop", "sys.boot_completed").stdout == b"1\n"
        subprocess.run(["adb", "-P", str(one.server_port), "start-server"], check=True, timeout=60)
        announce(one.server_port, one.adb_port)
        assert one.run_adb("wait-for-device").returncode == 0
        assert one.run_adb("shell", "getprop", "sys.boot_completed").stdout == b"1\n"
        assert other.run_adb("shell", "getprop", "sys.boot_completed").stdout == b"1\n"
