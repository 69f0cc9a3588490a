"""Runtime permissions by the groups that people see, as Android's permission controller names them."""

from __future__ import annotations

from collections.abc import Mapping

from device_farm.simulator.state import InstalledPackage

_PREFIX = "android.permission."
GROUPS: Mapping[str, str] = {
    "READ_CONTACTS": "Contacts",
    "WRITE_CONTACTS": "Contacts",
    "GET_ACCOUNTS": "Contacts",
    "CALL_PHONE": "Phone",
    "READ_PHONE_STATE": "Phone",
    "READ_CALL_LOG": "Call logs",
    "WRITE_CALL_LOG": "Call logs",
    "SEND_SMS": "SMS",
    "READ_SMS": "SMS",
    "RECEIVE_SMS": "SMS",
    "CAMERA": "Camera",
    "RECORD_AUDIO": "Microphone",
    "ACCESS_FINE_LOCATION": "Location",
    "ACCESS_COARSE_LOCATION": "Location",
    "READ_CALENDAR": "Calendar",
    "WRITE_CALENDAR": "Calendar",
    "READ_EXTERNAL_STORAGE": "Files and media",
    "WRITE_EXTERNAL_STORAGE": "Files and media",
    "MANAGE_EXTERNAL_STORAGE": "Files and media",
    "READ_MEDIA_IMAGES": "Photos and videos",
    "READ_MEDIA_VIDEO": "Photos and videos",
    "READ_MEDIA_AUDIO": "Music and audio",
    "POST_NOTIFICATIONS": "Notifications",
    "BLUETOOTH_CONNECT": "Nearby devices",
    "BLUETOOTH_SCAN": "Nearby devices",
    "BODY_SENSORS": "Body sensors",
    "ACTIVITY_RECOGNITION": "Physical activity",
}


def group_of(permission: str) -> str:
    """The group's name, empty for a permission that nobody is asked about."""
    return GROUPS.get(permission.removeprefix(_PREFIX), "")


def permissions_in(package: InstalledPackage, group: str) -> tuple[str, ...]:
    """The permissions of `group` that the app asks for or has."""
    known = dict.fromkeys((*package.requested, *sorted(package.granted | package.denied)))
    return tuple(permission for permission in known if group_of(permission) == group)


def groups_of(package: InstalledPackage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Groups with at least one permission granted, and the other groups that the app asks for; each by name."""
    known = (*package.requested, *package.granted, *package.denied)
    names = sorted({group_of(permission) for permission in known} - {""})
    allowed = {group_of(permission) for permission in package.granted}
    return tuple(name for name in names if name in allowed), tuple(name for name in names if name not in allowed)


def allowed_summary(package: InstalledPackage) -> str:
    allowed, refused = groups_of(package)
    if allowed:
        return ", ".join(allowed)
    return "No permissions allowed" if refused else "No permissions requested"
