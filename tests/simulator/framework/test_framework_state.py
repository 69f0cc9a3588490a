"""`settings`, `svc`, `content`, `ime`, `service` and their kind: state read and changed from the shell."""

from __future__ import annotations

import pytest


def test_settings_are_read_written_listed_and_deleted(sh) -> None:  # type: ignore[no-untyped-def]
    assert sh.text("settings get system screen_brightness") == "102\n"
    assert sh.text("settings put system screen_brightness 7; settings get system screen_brightness") == "7\n"
    assert sh.text("settings --user 0 put secure mine 'two words'; settings get --user 0 secure mine") == "two words\n"
    assert "mine=two words\n" in sh.text("settings list secure")
    assert sh.text("settings delete secure mine; settings delete secure mine; settings get secure mine") == (
        "Deleted 1 rows\nDeleted 0 rows\nnull\n"
    )
    assert sh.phone.settings.get_int("system", "screen_brightness") == 7


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("settings get nonsense x", "Invalid namespace 'nonsense'\n"),
        ("settings get system", "Bad arguments\n"),
        ("settings put system x", "Bad arguments\n"),
        ("settings put system x y z", "Too many arguments\n"),
        ("settings nonsense", "Unknown command: nonsense\n"),
    ],
)
def test_settings_refuse_bad_arguments(sh, command: str, message: str) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(command)
    assert (outcome.stderr.decode(), outcome.exit_code) == (message, 255)


@pytest.mark.parametrize(
    ("command", "namespace", "key", "off", "on"),
    [
        ("svc wifi {}able", "global", "wifi_on", "0", "1"),
        ("svc bluetooth {}able", "global", "bluetooth_on", "0", "1"),
        ("svc data {}able", "global", "mobile_data", "0", "1"),
        ("cmd bluetooth_manager {}able", "global", "bluetooth_on", "0", "1"),
        ("cmd connectivity airplane-mode {}able", "global", "airplane_mode_on", "0", "1"),
    ],
)
def test_switches_change_the_tables_that_the_screens_show(  # type: ignore[no-untyped-def]
    sh, command: str, namespace: str, key: str, off: str, on: str
) -> None:
    sh(command.format("en"))
    assert sh.text(f"settings get {namespace} {key}") == f"{on}\n"
    sh(command.format("dis"))
    assert sh.text(f"settings get {namespace} {key}") == f"{off}\n"


def test_airplane_mode_switches_the_radios_and_brings_them_back(sh) -> None:  # type: ignore[no-untyped-def]
    sh("cmd connectivity airplane-mode enable")
    assert "Wi-Fi is disabled" in sh.text("dumpsys wifi")
    assert "enabled: false" in sh.text("dumpsys bluetooth_manager")
    assert sh.text("ifconfig wlan0 | grep inet; ip addr show dev wlan0 | grep 'inet '") == ""
    sh("cmd connectivity airplane-mode disable")
    assert sh.text("settings get global wifi_on; settings get global bluetooth_on") == "1\n1\n"
    assert sh.text("cmd connectivity airplane-mode") == "disabled\n"


@pytest.mark.parametrize(
    ("command", "check", "expected"),
    [
        ("cmd uimode night yes", "settings get secure ui_night_mode", "2\n"),
        ("cmd notification set_dnd priority", "settings get global zen_mode", "1\n"),
        ("cmd media_session volume --stream 3 --set 9", "settings get system volume_music", "9\n"),
        ("svc power stayon usb", "settings get global stay_on_while_plugged_in", "2\n"),
        ("wm user-rotation lock 0", "settings get system accelerometer_rotation", "0\n"),
        ("cmd wifi set-wifi-enabled disabled", "settings get global wifi_on", "0\n"),
        ("service call alarm 3 s16 Asia/Tokyo", "date +%H:%M", "00:34\n"),
        ("cmd alarm set-timezone America/New_York", "date +%H:%M", "11:34\n"),
        ("ime set com.android.inputmethod.latin/.LatinIME", "settings get secure default_input_method",
         "com.android.inputmethod.latin/.LatinIME\n"),
        ("appops set com.android.settings CAMERA deny", "appops get com.android.settings CAMERA", "CAMERA: deny\n"),
    ],
)  # fmt: skip
def test_commands_change_what_others_read(sh, command: str, check: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert sh(command).exit_code == 0
    assert sh.text(check) == expected


@pytest.mark.parametrize("command", ["svc nonsense", "ime nonsense", "ime set no.such/.Ime", "appops nonsense",
                                     "service call nonsense 1", "cmd connectivity nonsense", "cmd uimode night maybe",
                                     "cmd statusbar nonsense", "service nonsense"])  # fmt: skip
def test_switches_refuse_what_they_do_not_know(sh, command: str) -> None:  # type: ignore[no-untyped-def]
    assert sh(command).exit_code != 0


# content


def test_content_shows_the_contacts_database(sh) -> None:  # type: ignore[no-untyped-def]
    rows = sh.text("content query --uri content://contacts/phones/ --projection display_name:number").splitlines()
    assert rows[0].startswith("Row: 0 display_name=") and ", number=" in rows[0]
    database = "/data/data/com.android.providers.contacts/databases/contacts2.db"
    count = sh.text(f"sqlite3 {database} \"select count(*) from view_data where mimetype like '%phone_v2'\"")
    assert len(rows) == int(count)
    sh(f"sqlite3 {database} \"update raw_contacts set display_name='Changed by SQL'\"")
    assert "display_name=Changed by SQL" in sh.text("content query --uri content://com.android.contacts/contacts")


def test_content_inserts_updates_and_deletes_messages(sh) -> None:  # type: ignore[no-untyped-def]
    assert sh.text("content query --uri content://sms/inbox") == "No result found.\n"
    for number in (1, 2):
        insert = f"content insert --uri content://sms --bind address:s:+555{number} --bind body:s:'hi, {number}'"
        assert sh(f"{insert} --bind date:l:{number}").exit_code == 0
    sh("content insert --uri content://sms/sent --bind address:s:+1 --bind body:s:sent --bind date:l:3")
    query = "content query --uri content://sms/inbox --projection address:body"
    assert sh.text(query) == "Row: 0 address=+5552, body=hi, 2\nRow: 1 address=+5551, body=hi, 1\n"
    assert sh.text(f"{query} --sort date") == "Row: 0 address=+5551, body=hi, 1\nRow: 1 address=+5552, body=hi, 2\n"
    assert sh.text(f"{query} --where \"body='hi, 1'\"") == "Row: 0 address=+5551, body=hi, 1\n"
    sh("content update --uri content://sms/1 --bind body:s:new")
    assert "body=new" in sh.text("content query --uri content://sms/1")
    sh("content delete --uri content://sms --where 'type=1'")
    assert sh.text("content query --uri content://sms --projection _id:type:read") == "Row: 0 _id=3, type=2, read=1\n"
    assert (
        sh.text("sqlite3 /data/data/com.android.providers.telephony/databases/mmssms.db 'select body from sms'")
        == "sent\n"
    )


def test_content_reads_and_writes_settings(sh) -> None:  # type: ignore[no-untyped-def]
    where = "--where \"name='font_scale'\""
    assert sh.text(f"content query --uri content://settings/system --projection name:value {where}") == (
        "Row: 0 name=font_scale, value=1.0\n"
    )
    sh("content insert --uri content://settings/system --bind name:s:font_scale --bind value:s:1.3")
    assert sh.text("settings get system font_scale") == "1.3\n"
    sh(f"content delete --uri content://settings/system {where}")
    assert sh.text("settings get system font_scale") == "null\n"


def test_content_lists_media_by_the_files_that_are_there(sh) -> None:  # type: ignore[no-untyped-def]
    sh("echo x > /sdcard/Pictures/p.png; echo y > /sdcard/Download/d.pdf; echo z > /sdcard/Music/m.mp3")
    images = "content query --uri content://media/external/images/media --projection _display_name:mime_type"
    assert sh.text(f"{images} --where \"_display_name='p.png'\"") == "Row: 0 _display_name=p.png, mime_type=image/png\n"
    audio = "content query --uri content://media/external/audio/media --projection _data --where \"title='m'\""
    assert sh.text(audio) == "Row: 0 _data=/storage/emulated/0/Music/m.mp3\n"
    sh("content delete --uri content://media/external/downloads")
    assert sh("ls /sdcard/Download/d.pdf").exit_code == 1


@pytest.mark.parametrize(
    ("command", "stderr"),
    [
        ("content query", "[ERROR] Content provider URI not specified. Did you specify --uri argument?\n"),
        ("content query --uri", "[ERROR] No value for argument: --uri\n"),
        ("content nonsense", "[ERROR] Unsupported operation: nonsense\n"),
        ("content insert --uri content://sms --bind nonsense", "[ERROR] Binding not well formed: nonsense\n"),
        ("content insert --uri content://sms --bind a:q:b", "[ERROR] Unsupported type: q\n"),
        ("content query --uri content://no.such/x", "Error while accessing provider:no.such\n"
         "java.lang.IllegalStateException: Could not find provider: no.such\n"),
        ("content query --uri content://sms/nonsense", "Error while accessing provider:sms\n"
         "java.lang.IllegalArgumentException: Unknown URL content://sms/nonsense\n"),
        ("content query --uri content://sms --where 'bad ('", 'Error while accessing provider:sms\n'
         'android.database.sqlite.SQLiteException: near "ORDER": syntax error\n'),
        ("content query --uri content://sms --projection 'a;b'", "Error while accessing provider:sms\n"
         "java.lang.IllegalArgumentException: Invalid column a;b\n"),
    ],
)  # fmt: skip
def test_content_reports_errors(sh, command: str, stderr: str) -> None:  # type: ignore[no-untyped-def]
    outcome = sh(command)
    assert outcome.stderr.decode() == stderr
    assert outcome.exit_code == 1


@pytest.mark.parametrize("where", ["1=1); DROP TABLE sms; --", "1=1) UNION SELECT * FROM sqlite_master --"])
def test_a_where_clause_changes_nothing(sh, where: str) -> None:  # type: ignore[no-untyped-def]
    sh("content insert --uri content://sms --bind body:s:kept")
    sh(f'content query --uri content://sms --where "{where}"')
    assert "body=kept" in sh.text("content query --uri content://sms")


def test_reboot_keeps_files_and_settings(sh) -> None:  # type: ignore[no-untyped-def]
    sh("echo x > /sdcard/kept; settings put global mine 1; am start -n com.android.settings/.Settings; reboot")
    assert sh.text("cat /sdcard/kept; settings get global mine; getprop sys.boot_completed") == "x\n1\n1\n"
    assert "com.android.settings/" not in sh.text("dumpsys window windows | grep mCurrentFocus")
