"""`am`, `pm`, `cmd`, `monkey`: applications started, stopped, installed and asked about from the shell."""

from __future__ import annotations

import pytest
from sample_apk import apk

SETTINGS = "com.android.settings"


# am


def test_am_start_opens_an_activity_and_says_so(sh) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(f"am start -n {SETTINGS}/.Settings")
    assert outcome.stdout == b"Starting: Intent { cmp=com.android.settings/.Settings }\n"
    assert (outcome.exit_code, outcome.stderr) == (0, b"")
    assert sh.phone.activities.top.package == SETTINGS
    assert "intent has been delivered to currently running top-most instance" in sh.text(
        f"am start -n {SETTINGS}/.Settings"
    )


def test_am_start_waits_and_reports(sh) -> None:  # type: ignore[no-untyped-def]
    lines = sh.text("am start -W -a android.settings.SETTINGS").splitlines()
    assert lines[0] == "Starting: Intent { act=android.settings.SETTINGS }"
    assert lines[1:4] == ["Status: ok", "LaunchState: COLD", f"Activity: {SETTINGS}/.Settings"]
    assert [line.split(":")[0] for line in lines[4:]] == ["TotalTime", "WaitTime", "Complete"]


@pytest.mark.parametrize(
    ("arguments", "stderr", "code"),
    [
        ("-n no.such/.App", "Error type 3\nError: Activity class {no.such/no.such.App} does not exist.\n", 1),
        ("-a no.such", "Error: Activity not started, unable to resolve Intent { act=no.such flg=0x10000000 }\n", 1),
        ("-n nonsense", "java.lang.IllegalArgumentException: Bad component name: nonsense\n", 255),
        ("--nonsense", "Error: Unknown option: --nonsense\n", 255),
        ("--ei n x", 'java.lang.NumberFormatException: For input string: "x"\n', 255),
        ("--ez b maybe", "java.lang.IllegalArgumentException: Invalid boolean value: maybe\n", 255),
    ],
)
def test_am_start_fails_as_on_android(sh, arguments: str, stderr: str, code: int) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(f"am start {arguments}")
    assert (outcome.stderr.decode(), outcome.exit_code) == (stderr, code)


def test_am_start_hands_on_data_type_flags_and_extras(sh) -> None:  # type: ignore[no-untyped-def]
    said = sh.text(
        'am start -a android.intent.action.INSERT -t vnd.android.cursor.dir/contact -e name "Ada Byron" -e phone 555'
    )
    assert said.startswith(
        "Starting: Intent { act=android.intent.action.INSERT typ=vnd.android.cursor.dir/contact (has extras) }"
    )
    texts = [node.text for node in sh.phone.accessibility().walk()]
    assert "555" in " ".join(texts)


def test_am_hides_telephone_numbers_in_what_it_prints(sh) -> None:  # type: ignore[no-untyped-def]
    assert "dat=tel:xxxx" in sh.text("am start -a android.intent.action.CALL -d tel:1234")


def test_am_force_stop_ends_the_app_and_stack_lists_the_rest(sh) -> None:  # type: ignore[no-untyped-def]
    contacts = "com.google.android.contacts/com.android.contacts.activities.PeopleActivity"
    sh(f"am start -n {SETTINGS}/.Settings; am start -n {contacts}")
    assert SETTINGS in sh.text("am stack list")
    sh(f"am force-stop {SETTINGS}")
    said = sh.text("am stack list")
    assert SETTINGS not in said and "com.google.android.contacts" in said
    task = sh.text("dumpsys activity recents | grep -oE ' id=[0-9]+' | head -1").strip().removeprefix("id=")
    sh(f"am stack remove {task}")
    launcher = "com.google.android.apps.nexuslauncher/com.google.android.apps.nexuslauncher.NexusLauncherActivity"
    said = sh.text("am stack list")
    assert said.count("taskId=") == 1
    assert f"visible=true topActivity=ComponentInfo{{{launcher}}}" in said


def test_am_broadcast_switches_airplane_mode(sh) -> None:  # type: ignore[no-untyped-def]
    said = sh.text("am broadcast -a android.intent.action.AIRPLANE_MODE --ez state true")
    assert said.splitlines()[-1] == "Broadcast completed: result=0"
    assert sh.text("settings get global airplane_mode_on") == "1\n"


def test_am_rejects_unknown_verbs(sh) -> None:  # type: ignore[no-untyped-def]
    outcome = sh("am nonsense")
    assert (outcome.exit_code, outcome.stderr) == (255, b"Unknown command: nonsense\n")


# pm


def test_pm_lists_packages_by_kind(sh) -> None:  # type: ignore[no-untyped-def]
    everything = sh.text("pm list packages").splitlines()
    assert f"package:{SETTINGS}" in everything
    assert everything == sorted(everything)
    system, third = sh.text("pm list packages -s").splitlines(), sh.text("pm list packages -3").splitlines()
    assert sorted(system + third) == everything
    assert sh.text(f"pm list packages -f {SETTINGS}") == f"package:/system/app/Settings/Settings.apk={SETTINGS}\n"
    assert sh.text("cmd package list packages settings").splitlines() == [
        line for line in everything if "settings" in line
    ]


@pytest.mark.parametrize("utf8", [True, False])
def test_pm_installs_an_apk_that_can_be_started_and_removed(sh, utf8: bool) -> None:  # type: ignore[no-untyped-def]
    sh.phone.files.write("/data/local/tmp/a.apk", apk(version=3, permissions=("android.permission.CAMERA",), utf8=utf8))
    assert sh.text("pm install -r -t /data/local/tmp/a.apk") == "Success\n"
    assert sh.text("pm list packages -3 com.example.app") == "package:com.example.app\n"
    assert sh.text("pm path com.example.app") == "package:/data/app/com.example.app/base.apk\n"
    dump = sh.text("dumpsys package com.example.app")
    assert "versionCode=3 " in dump and "versionName=3.0" in dump
    assert "android.permission.CAMERA: granted=false" in dump
    sh("pm grant com.example.app android.permission.CAMERA")
    assert "android.permission.CAMERA: granted=true" in sh.text("dumpsys package com.example.app")
    sh("monkey -p com.example.app -c android.intent.category.LAUNCHER 1")
    assert sh.phone.activities.top.package == "com.example.app"
    assert sh.text("pm uninstall com.example.app") == "Success\n"
    assert sh("pm path com.example.app").exit_code == 1
    assert sh.phone.activities.top.package != "com.example.app"


def test_pm_installs_from_stdin_and_in_sessions(sh) -> None:  # type: ignore[no-untyped-def]
    data = apk("com.example.streamed")
    assert sh(f"pm install -S {len(data)}", data).stdout == b"Success\n"
    created = sh.text("pm install-create -r -t")
    number = created.partition("[")[2].partition("]")[0]
    other = apk("com.example.session")
    assert sh(f"pm install-write -S {len(other)} {number} base.apk -", other).output == (
        f"Success: streamed {len(other)} bytes\n".encode()
    )
    assert sh.text(f"pm install-commit {number}") == "Success\n"
    assert sh.text("pm list packages -3 com.example.s") == "package:com.example.session\npackage:com.example.streamed\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"nonsense", "Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk: no AndroidManifest.xml]\n"),
        (apk()[:100], "Failure [INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk: no AndroidManifest.xml]\n"),
        (apk(""), "Failure [INSTALL_PARSE_FAILED_NOT_APK: No package name in AndroidManifest.xml]\n"),
    ],
    ids=["nonsense", "truncated", "nameless"],
)
def test_pm_refuses_what_is_no_apk(sh, data: bytes, message: str) -> None:  # type: ignore[no-untyped-def]
    sh.phone.files.write("/data/local/tmp/a.apk", data)
    outcome = sh("pm install /data/local/tmp/a.apk")
    assert (outcome.stdout.decode(), outcome.exit_code) == (message, 1)


def test_pm_refuses_downgrades_and_full_disks(sh) -> None:  # type: ignore[no-untyped-def]
    sh.phone.files.write("/data/local/tmp/new.apk", apk(version=5))
    sh.phone.files.write("/data/local/tmp/old.apk", apk(version=4))
    sh("pm install /data/local/tmp/new.apk")
    assert "INSTALL_FAILED_VERSION_DOWNGRADE" in sh.text("pm install -r /data/local/tmp/old.apk")
    assert sh.text("pm install -r -d /data/local/tmp/old.apk") == "Success\n"
    sh.phone.files.capacity_bytes = sh.phone.files.used_bytes
    assert sh.text("pm install -r /data/local/tmp/new.apk") == "Failure [INSTALL_FAILED_INSUFFICIENT_STORAGE]\n"


def test_pm_clear_forgets_data(sh) -> None:  # type: ignore[no-untyped-def]
    sh("echo x > /data/data/net.gsantner.markor/files/mine")
    assert sh.text("pm clear net.gsantner.markor") == "Success\n"
    assert sh("ls /data/data/net.gsantner.markor/files/mine").exit_code == 1


@pytest.mark.parametrize(
    ("command", "said", "code"),
    [
        ("pm clear no.such", "Failed\n", 1),
        ("pm uninstall no.such", "Failure [DELETE_FAILED_INTERNAL_ERROR]\n", 1),
        (f"pm uninstall {SETTINGS}", "Failure [DELETE_FAILED_INTERNAL_ERROR]\n", 1),
        ("pm path no.such", "", 1),
        ("pm nonsense", "Unknown command: nonsense\n", 255),
        ("pm list nonsense", "Error: unknown list type 'nonsense'\n", 255),
        ("pm disable-user --user 0 net.gsantner.markor", "Package net.gsantner.markor new state: disabled-user\n", 0),
        ("cmd nonsense", "cmd: Can't find service: nonsense\n", 20),
        ("cmd package resolve-activity --brief com.android.settings | tail -1", "com.android.settings/.Settings\n", 0),
        ("cmd package resolve-activity --brief no.such", "No activity found\n", 0),
        ("monkey -p no.such 1 2>/dev/null", "** No activities found to run, monkey aborted.\n", 252),
    ],
)
def test_package_commands_answer_as_on_android(sh, command: str, said: str, code: int) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(command)
    assert (outcome.output.decode(), outcome.exit_code) == (said, code)


def test_pm_grants_only_what_was_asked_for(sh) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(f"pm grant {SETTINGS} android.permission.NOT_REQUESTED")
    assert outcome.exit_code == 255
    assert b"has not requested permission android.permission.NOT_REQUESTED" in outcome.stderr


def test_a_disabled_app_cannot_be_started(sh) -> None:  # type: ignore[no-untyped-def]
    sh("pm disable-user net.gsantner.markor")
    assert sh.text("pm list packages -d") == "package:net.gsantner.markor\n"
    assert "No activities found" in sh.text("monkey -p net.gsantner.markor 1")
    sh("pm enable net.gsantner.markor; monkey -p net.gsantner.markor 1")
    assert sh.phone.activities.top.package == "net.gsantner.markor"


def test_monkey_is_seeded(sh) -> None:  # type: ignore[no-untyped-def]
    state = sh.phone.snapshot()
    sh(f"monkey -p {SETTINGS} -s 7 30")
    first = sh.phone.screenshot_png()
    sh.phone.restore(state)
    sh(f"monkey -p {SETTINGS} -s 7 30")
    assert sh.phone.screenshot_png() == first
