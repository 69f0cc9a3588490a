"""What an emulator's last words are taken to mean. The lines are those of public reports of the real program."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device_farm.emulator.startup_log import explain

USUAL = """INFO         | Android emulator version 35.2.10.0 (build_id 12414864) (CL:N/A)
INFO         | Found AVD name 'Pixel_6'
INFO         | Found systemPath /sdk/system-images/android-33/google_apis/x86_64/
INFO         | Storing crashdata in: /tmp/android-root/emu-crash.db, detection is enabled for process: 12
WARNING      | Your host does not satisfy the recommended ram size
"""


@pytest.mark.parametrize(
    ("lines", "code", "kind", "words"),
    [
        (
            "ERROR        | Running multiple emulators with the same AVD \nERROR | is an experimental feature.\n",
            1,
            "avd_in_use",
            "read_only = true",
        ),
        (
            "ERROR | Another emulator instance is running. Please close it or run all emulators with -read-only flag.",
            1,
            "avd_in_use",
            "adb emu kill",
        ),
        (
            "ERROR | A snapshot operation for 'p' is pending and timeout has expired. Exiting...",
            1,
            "snapshot_pending",
            "snapshot.lock",
        ),
        ("ERROR | Unknown AVD name [p], use -list-avds to see valid list.", 1, "unknown_avd", "avd_home"),
        (
            "PANIC: Cannot find AVD system path. Please define ANDROID_SDK_ROOT",
            1,
            "no_system_image",
            "sdkmanager",
        ),
        (
            "FATAL        | Broken AVD system path. Check your ANDROID_SDK_ROOT value [/sdk]!",
            1,
            "no_system_image",
            "sdkmanager",
        ),
        ("ERROR | x86_64 emulation currently requires hardware acceleration!", 1, "no_acceleration", "farm doctor"),
        (
            "CPU acceleration status: This user doesn't have permissions to use KVM (/dev/kvm).",
            1,
            "no_acceleration",
            "farm doctor",
        ),
        (
            "ERROR | It seems too many emulator instances are running on this machine. Aborting.",
            1,
            "ports_taken",
            "base_port = 0",
        ),
        ("ERROR | Not enough disk space to run AVD 'p'. Exiting...", 1, "disk_full", "avd_home"),
        (
            "emulator: error while loading shared libraries: libpulse.so.0: cannot open shared object file",
            127,
            "missing_library",
            "libpulse.so.0",
        ),
        ("unknown option: -bogus\nplease use -help for a list of valid options", 1, "unknown_option", "-bogus"),
        ("Could not initialize OpenglES emulation, use '-gpu off' to disable it.", 1, "graphics", "swangle_indirect"),
        ("PANIC: Missing emulator engine program for 'x86' CPU.", 1, "engine_missing", "sdkmanager"),
        (
            "WARNING | Device 'cache' does not have the requested snapshot 'farm'",
            None,
            "snapshot_unfit",
            "farm emulator prepare",
        ),
        ("", -9, "killed", "memory"),
        ("", -11, "crashed", "SIGSEGV"),
        ("emulator: ERROR: something new\n", 1, "unknown", "something new"),
        ("FATAL        | something else\nINFO | bye", 1, "unknown", "something else"),
    ],
)
def test_the_reason_is_found_in_the_log(lines: str, code: int | None, kind: str, words: str) -> None:
    failure = explain(USUAL + lines, code)
    assert failure.kind == kind
    assert words in f"{failure.text} {failure.fix}"


def test_swiftshader_is_blamed_only_where_it_drew() -> None:
    assert explain(USUAL, -11, gpu="swiftshader_indirect").kind == "gpu_crash"
    assert explain(USUAL, -11, gpu="swangle_indirect").kind == "crashed"


def test_a_known_reason_comes_before_what_follows_from_it() -> None:
    log = "ERROR | It seems too many emulator instances are running.\nWARNING | Failed to load snapshot 'a'\n"
    assert explain(log, 1).kind == "ports_taken"
    assert explain("WARNING | Failed to load snapshot 'a'\n", -11).kind == "crashed"


def test_silence_is_said() -> None:
    assert explain("", 3).text == "it said nothing"
    assert explain(USUAL, 3).text.startswith("its last words: WARNING")


@given(st.text(max_size=2000), st.one_of(st.none(), st.integers(-70, 255)), st.sampled_from(["", "swiftshader", "x"]))
@example("error while loading shared libraries:", 1, "")
@example("unknown option: \x00", 1, "")
@example("PANIC:", None, "")
def test_any_log_is_explained_in_one_short_line(log: str, code: int | None, gpu: str) -> None:
    failure = explain(log, code, gpu=gpu)
    assert failure.kind and 0 < len(failure.text) < 500
    assert "\n" not in failure.text


LINES = [*USUAL.splitlines(), "ERROR | a", "PANIC: b", "\x1b[0m", "|", "ERROR |"]


@given(st.lists(st.sampled_from(LINES), max_size=60))
def test_shuffled_lines_of_a_log_are_explained(lines: list[str]) -> None:
    assert explain("\n".join(lines), 1).text
