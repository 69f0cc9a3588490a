"""Every kind of adb command that AndroidWorld and android_env send, through the real `adb`, with the answer they parse.

A command that fails makes android_env kill and restart the adb server, so the exit code matters as much as the output.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from wire_clients import Adb

TMP = "/data/local/tmp/aw"

# (arguments of adb, pattern that the whole output has to match)
REQUESTS: tuple[tuple[tuple[str, ...], str], ...] = (
    # android_env, attaching
    (("shell", "settings", "put", "system", "show_touches", "1"), ""),
    (("shell", "settings", "put", "system", "pointer_location", "0"), ""),
    (("shell", "settings", "put", "global", "policy_control", "immersive.full=*"), ""),
    (("shell", "settings", "put", "global", "policy_control", "null*"), ""),
    (("shell", "settings", "put", "global", "no_proxy", "10.0.2.2:12345"), ""),
    (("shell", "settings", "get", "global", "airplane_mode_on"), "0\n"),
    (("shell", "settings", "delete", "global", "no_proxy"), "Deleted [01] rows\n"),
    (("shell", "svc", "wifi", "enable"), ""),
    (("shell", "dumpsys", "input"), r"(?s).*\n +(SurfaceOrientation|InputDeviceOrientation): +0\n.*"),
    (("shell", "getprop ro.build.version.sdk"), "33\n"),
    (("shell", "pm", "list", "packages"), r"(package:[\w.]+\n)+"),
    (("shell", "pm", "list", "features"), r"(feature:.*\n)+"),
    (("shell", "pm", "list", "libraries"), r"(library:.*\n)+"),
    (("shell", "su", "0", "iptables", "-A", "OUTPUT", "-j", "DROP"), ""),
    (("shell", "whoami"), "root\n"),
    (("root",), "adbd is already running as root\n"),
    (("devices",), r"(?s)List of devices attached\n.*\tdevice\n.*"),
    (("shell", "am", "task", "lock", "1"), ""),
    (("shell", "dumpsys", "-l"), r"(?s)Currently running services:\n.*"),
    (("shell", "dumpsys", "-t", "5", "activity", "recents"), r"(?s)ACTIVITY MANAGER RECENT TASKS .*"),
    # Screen
    (("shell", "wm size"), r"Physical size: 1080x2400\n"),
    (("shell", "dumpsys", "input", "|", "grep", "logicalFrame"), r"(?s).*logicalFrame=\[0, 0, 1080, 2400\].*"),
    (("shell", "dumpsys", "input", "|", "grep", "physicalFrame"), r"(?s).*physicalFrame=\[0, 0, 1080, 2400\].*"),
    (("shell", "dumpsys", "window", "|", "grep", "mCurrentRotation"), r"(?s).*mCurrentRotation=ROTATION_0.*"),
    (("shell", "settings", "put", "system", "accelerometer_rotation", "0"), ""),
    (("shell", "settings", "put", "system", "user_rotation", "0"), ""),
    # Date and time
    (("shell", "settings", "put", "global", "auto_time", "0"), ""),
    (("shell", "settings", "put", "global", "auto_time_zone", "0"), ""),
    (("shell", "settings", "put", "system", "time_12_24", "24"), ""),
    (("shell", "service", "call", "alarm", "3", "s16", "UTC"), r"Result: Parcel\(.*\)\n"),
    (("shell", "date", "101515342023.00"), r"date: .*|Sun Oct 15 15:34:00 UTC 2023\n"),
    (("shell", "date", "1015153423.00"), "Sun Oct 15 15:34:00 UTC 2023\n"),
    (("shell", "date"), r"Sun Oct 15 15:34:\d\d UTC 2023\n"),
    (("shell", "date", "+%s"), r"16973840\d\d\n"),
    # Apps
    (
        ("shell", "am", "start", "", "-W", "-n", "com.android.settings/.Settings"),
        r"(?s)Starting: Intent \{.*\}\nStatus: ok\n.*Complete\n",
    ),
    (
        ("shell", "am", "stack", "list", "|", "grep", "-E", "visible=true"),
        r" +taskId=\d+: .* visible=true "
        r"topActivity=ComponentInfo\{com.android.settings/com.android.settings.Settings\}\n",
    ),
    (("shell", "am", "force-stop", "com.android.settings"), ""),
    (
        ("shell", "am", "stack", "list", "|", "grep", "-E", "visible=true"),
        r" +taskId=1: .* topActivity=ComponentInfo\{com.google.android.apps.nexuslauncher/.*NexusLauncherActivity\}\n",
    ),
    (("shell", "dumpsys", "activity", "recents"), r"(?s)ACTIVITY MANAGER RECENT TASKS .*"),
    (("shell", "am", "stack", "remove", "1"), ""),
    (("shell", "am", "stack", "remove", "98765"), ""),
    (("shell", "monkey", "-p", "com.android.settings", "1"), r"(?s).*Events injected: 1\n.*"),
    (
        ("shell", "monkey", "-p", "com.android.settings", "-candroid.intent.category.LAUNCHER", "1"),
        r"(?s).*Events injected: 1\n.*",
    ),
    (("shell", "pm", "clear", "com.google.android.deskclock"), "Success\n"),
    (("shell", "pm", "clear", "com.android.providers.contacts"), "Success\n"),
    (("shell", "pm", "grant", "com.google.android.deskclock", "android.permission.POST_NOTIFICATIONS"), ""),
    (
        ("shell", "appops", "set", "com.google.android.deskclock", "android:system_alert_window", "allow"),
        "",
    ),
    (("shell", "am start -a android.intent.action.VIEW -d http://www.google.com"), r"(?s)Starting: Intent .*"),
    (("shell", "am", "start", "-a", "android.intent.action.VIEW", "-d", "content://contacts/people/"), "(?s).*"),
    (("shell", "am", "start", "-a", "android.intent.action.CALL", "-d", "tel:5551234"), r"(?s)Starting: Intent .*"),
    (("shell", "dumpsys", "telephony.registry"), r"(?s).*mCallState=2.*"),
    (("shell", "input", "keyevent", "KEYCODE_ENDCALL"), ""),
    (("shell", "settings", "put", "secure", "sms_default_application", "com.simplemobiletools.smsmessenger"), ""),
    (("shell", "settings", "put", "global", "heads_up_notifications_enabled", "0"), ""),
    (("shell", "settings", "put", "global", "heads_up_notifications_enabled", "1"), ""),
    (("shell", "settings", "put", "global", "airplane_mode_on", "0"), ""),
    (("shell", "settings", "list", "secure"), r"(?s).*\nzen_duration=0\n.*"),
    (("shell", "settings", "list", "global"), r"([^=\n]+=[^\n]*\n)+"),
    (("shell", "settings", "list", "system"), r"([^=\n]+=[^\n]*\n)+"),
    (("shell", "settings", "put", "system", "screen_brightness", "255"), ""),
    (("shell", "settings", "get", "system", "screen_brightness"), "255\n"),
    (("shell", "svc", "wifi", "disable"), ""),
    (("shell", "settings", "get", "global", "wifi_on"), "0\n"),
    (("shell", "svc", "wifi", "enable"), ""),
    (("shell", "settings", "get", "global", "wifi_on"), "[12]\n"),
    (("shell", "svc", "bluetooth", "disable"), "(?s).*"),
    (("shell", "settings", "get", "global", "bluetooth_on"), "0\n"),
    (("shell", "svc", "bluetooth", "enable"), "(?s).*"),
    (("shell", "settings", "get", "global", "bluetooth_on"), "1\n"),
    # Actions
    (("shell", "input", "tap", "540", "1200"), ""),
    (("shell", "input", "swipe", "540", "1200", "540", "1200", "1000"), ""),
    (("shell", "input", "swipe", "540", "1200", "540", "0", ""), ""),
    (("shell", "input", "swipe", "540", "2160", "540", "720", ""), ""),
    (("shell", "input", "swipe", "540", "30", "540", "720", "10"), ""),
    (("shell", "input", "draganddrop", "300", "1200", "500", "1200", "4000"), ""),
    (("shell", "input", "keyevent", "KEYCODE_HOME"), ""),
    (("shell", "input", "keyevent", "KEYCODE_BACK"), ""),
    (("shell", "input", "keyevent", "KEYCODE_ENTER"), ""),
    (("shell", "input", "keycombination", "113", "29", "&&", "input", "keyevent", "67"), ""),
    (("shell", "input", "text", "hello"), ""),
    (("shell", "input", "text", "%s"), ""),
    (("shell", "input", "text", r"it\'s\;\(\$5\)\<\>\&\|\`\#\"\\"), ""),
    (("shell", "uiautomator", "dump", "/sdcard/window_dump.xml"), "UI hierchary dumped to: /sdcard/window_dump.xml\n"),
    (("shell", "cat", "/sdcard/window_dump.xml"), r"(?s)<\?xml .*<hierarchy .*</hierarchy>\s*"),
    # Broadcasts
    (
        ("shell", "am", "broadcast", "-a", "com.example.ACTION_UPDATE_OVERLAY", "--es", "task_type_string", '"Agent"'),
        r"Broadcasting: Intent \{.*\}\nBroadcast completed: result=0\n",
    ),
    (
        (
            *("shell", "am", "broadcast", "-a", "android.intent.action.MEDIA_SCANNER_SCAN_FILE"),
            *("-d", "file:///storage/emulated/0/Music"),
        ),
        r"(?s)Broadcasting: .*Broadcast completed: result=0\n",
    ),
    (
        (
            *("shell", "am", "broadcast", "-a", "accessibility_forwarder.intent.action.ENABLE_ACCESSIBILITY_TREE_LOGS"),
            *("-n", "com.google.androidenv.accessibilityforwarder/.FlagsBroadcastReceiver"),
        ),
        r"(?s)Broadcasting: .*Broadcast completed: result=0\n",
    ),
    # Telephone
    (("emu", "gsm", "call", "+15551234567"), "(OK\n)?"),
    (("shell", "dumpsys", "telephony.registry"), r"(?s).*mCallState=1.*"),
    (("shell", "input", "keyevent", "KEYCODE_ENDCALL"), ""),
    (("shell", "dumpsys", "telephony.registry"), r"(?s).*mCallState=0.*"),
    (("shell", "content", "delete", "--uri", "content://call_log/calls"), ""),
    (("emu", "sms", "send", "+15551234567", "Hello there, it's me"), "(OK\n)?"),
    (
        ("shell", "content", "query", "--uri", "content://sms/inbox"),
        r"Row: 0 _id=\d+, thread_id=\d+, address=\+15551234567, .*body=Hello there, it's me, .*\n",
    ),
    (("shell", "content", "delete", "--uri", "content://sms"), ""),
    (("shell", "content", "query", "--uri", "content://sms/inbox"), "No result found.\n"),
    (("shell", "content", "query", "--uri", "content://sms/sent"), "No result found.\n"),
    (("shell", "content", "delete", "--uri", "content://media/external/downloads"), ""),
    (
        ("shell", "content query --uri content://contacts/phones/ --projection display_name:number"),
        r"No result found\.\n|(Row: \d+ display_name=.*, number=.*\n)+",
    ),
    # Files
    (("shell", "mkdir", "-p", f"{TMP}/folder"), ""),
    (("shell", f'\n  if [ -d "{TMP}" ]; then\n      echo "Exists"\n  else\n      echo "Does not exist"\n  fi\n  '),
     "Exists\n"),
    (("shell", f'\n  if [ -f "{TMP}" ]; then\n      echo "Exists"\n  else\n      echo "Does not exist"\n  fi\n  '),
     "Does not exist\n"),
    (("shell", "echo", """'it'"'"'s a\ntext with $HOME and `ls`'""", ">", f"{TMP}/a.txt"), ""),
    (("shell", "cat", f"{TMP}/a.txt"), r"it's a\ntext with \$HOME and `ls`\n"),
    (("shell", "echo", "'x'", ">", f"{TMP}/with\\ space.txt"), ""),
    (("shell", "chmod", "777", f"{TMP}/with\\ space.txt"), ""),
    (("shell", "ls", TMP, "-ll", "-au"),
     r"total \d+\n(d[\w-]{9} .* \.\.?\n)*"
     r"(?:[d-][\w-]{9} +\d+ \w+ +\w+ +\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} \+0000 "
     r"(\.\.?|a\.txt|folder|with space\.txt)\n){3,5}"),
    (("shell", "ls", "-1", TMP), "a.txt\nfolder\nwith space.txt\n"),
    (("shell", "ls", TMP), "a.txt\nfolder\nwith space.txt\n"),
    (("shell", "find", TMP, "-type", "f", "-o", "-type", "d"),
     f"(?:{TMP}\n|{TMP}/a.txt\n|{TMP}/folder\n|{TMP}/with space.txt\n){{4}}"),
    (("shell", "mkdir", "-p", f"{TMP}-copy"), ""),
    (("shell", "cp", "-a", f"{TMP}/.", f"{TMP}-copy/"), ""),
    (("shell", "ls", "-1", f"{TMP}-copy"), "a.txt\nfolder\nwith space.txt\n"),
    (("shell", "restorecon", "-RD", TMP), "(?s).*"),
    (("shell", "chmod", "777", "-R", TMP), ""),
    (("shell", "chcon", "u:object_r:media_rw_data_file:s0", f"{TMP}/a.txt"), ""),
    (("shell", "find", TMP, "-mindepth", "1", "-type", "f", "-delete"), ""),
    (("shell", "ls", "-1", TMP), "folder\n"),
    (("shell", "rm", "-r", f"{TMP}/*"), ""),
    (("shell", "ls", "-1", TMP), ""),
    (("shell", "rm", "-rf", f"{TMP}/*"), ""),
    (("shell", "rm", "-r", f"{TMP}-copy/a.txt"), ""),
)  # fmt: skip


def test_each_request_succeeds_with_the_output_that_is_parsed(emulator: Adb) -> None:
    wrong = []
    for arguments, pattern in REQUESTS:
        done = emulator(*arguments)
        said = (done.stdout + done.stderr).decode().replace("\r\n", "\n")
        if done.returncode != 0 or not re.fullmatch(pattern, said):
            wrong.append(f"{arguments}: {done.returncode} {said[:300]!r} instead of {pattern!r}")
    assert not wrong, "\n".join(wrong)


def test_a_database_goes_there_and_back_with_its_directory_emptied_first(emulator: Adb, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE t (a)")
        database.execute("INSERT INTO t VALUES ('it''s')")
    emulator("shell", "mkdir", "-p", "/data/data/com.android.settings/databases")
    assert emulator("push", str(tmp_path / "x.db"), "/data/data/com.android.settings/databases/x.db").returncode == 0
    said = emulator("shell", 'sqlite3 /data/data/com.android.settings/databases/x.db "SELECT * FROM t;"')
    assert (said.returncode, said.stdout) == (0, b"it's\n")
    said = emulator("shell", 'sqlite3 /data/data/com.android.settings/databases/x.db "DELETE FROM t;"')
    assert (said.returncode, said.stdout) == (0, b"")
    assert emulator("pull", "/data/data/com.android.settings/databases/x.db", str(tmp_path / "y.db")).returncode == 0
    with sqlite3.connect(tmp_path / "y.db") as database:
        assert database.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_clipboard_is_set_and_read_by_broadcast_while_the_clipper_is_in_front(emulator: Adb) -> None:
    assert emulator("shell", "am", "start", "", "-W", "-n", "ca.zgrs.clipper/ca.zgrs.clipper.Main").returncode == 0
    said = emulator("shell", "am", "broadcast", "-a", "clipper.set", "-e", "text", r"a\ \"b\"\ \$c").stdout
    assert b'Broadcast completed: result=-1, data="Text is copied into clipboard."\n' in said
    said = emulator("shell", "am", "broadcast", "-a", "clipper.get").stdout
    assert said.endswith(b'Broadcast completed: result=-1, data="a "b" $c"\n')


def test_logcat_stays_open(emulator: Adb) -> None:
    assert emulator("logcat", "-b", "all", "-c").returncode == 0
    reader = emulator.start("logcat", "-v", "epoch", "FarmTag:V", "*:S")
    try:
        emulator("shell", "log", "-t", "FarmTag", "hello: you")
        assert reader.stdout is not None
        line = next(line for line in reader.stdout if b"hello" in line)
        assert re.fullmatch(rb" +\d+\.\d{3} +\d+ +\d+ I FarmTag *: hello: you\n", line)
        assert reader.poll() is None
    finally:
        reader.kill()
        reader.communicate()


@pytest.mark.parametrize("command", ["rm -r /data/local/tmp/none", "cat /data/local/tmp/none", "pm clear no.such"])
def test_what_fails_says_so_by_its_exit_code(emulator: Adb, command: str) -> None:
    assert emulator("shell", command).returncode != 0
