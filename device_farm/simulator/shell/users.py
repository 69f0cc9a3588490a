"""User and group names of Android (AOSP `android_filesystem_config.h`)."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    0: "root",
    1000: "system",
    1001: "radio",
    1002: "bluetooth",
    1003: "graphics",
    1004: "input",
    1005: "audio",
    1007: "log",
    1011: "adb",
    1015: "sdcard_rw",
    1023: "media_rw",
    1028: "sdcard_r",
    1077: "external_storage",
    1078: "ext_data_rw",
    1079: "ext_obb_rw",
    2000: "shell",
    2001: "cache",
    3001: "net_bt_admin",
    3002: "net_bt",
    3003: "inet",
    3006: "net_bw_stats",
    3009: "readproc",
    3011: "uhid",
    3012: "readtracefs",
    9997: "everybody",
    9998: "misc",
}
_IDS: Final = {name: number for number, name in _NAMES.items()}

FIRST_APP_ID: Final = 10_000
FIRST_CACHE_ID: Final = 20_000
USER_SIZE: Final = 100_000

# The groups of adbd's root shell.
SHELL_GROUPS: Final = (0, 1004, 1007, 1011, 1015, 1028, 1078, 1079, 3001, 3002, 3003, 3006, 3009, 3011, 3012)


def user_name(number: int) -> str:
    """The name of a user or group, its number where it has none."""
    if number in _NAMES:
        return _NAMES[number]
    user, app = divmod(number, USER_SIZE)
    if FIRST_APP_ID <= app < FIRST_CACHE_ID:
        return f"u{user}_a{app - FIRST_APP_ID}"
    if FIRST_CACHE_ID <= app < 30_000:
        return f"u{user}_a{app - FIRST_CACHE_ID}_cache"
    return str(number)


def user_id(name: str) -> int | None:
    """The number of a user or group given by name or number; None where there is none."""
    if name in _IDS:
        return _IDS[name]
    if name.isascii() and name.isdigit() and len(name) < 10:
        return int(name)
    user, separator, app = name.removeprefix("u").partition("_a")
    if name.startswith("u") and separator and user.isdigit() and app.isdigit() and len(name) < 16:
        return int(user) * USER_SIZE + FIRST_APP_ID + int(app)
    return None
