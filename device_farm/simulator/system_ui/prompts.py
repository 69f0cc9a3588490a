"""Questions of the system over whatever is in front: permissions, which app to open with, a crashed app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.intents import SEND, ComponentName
from device_farm.simulator.state import Chooser, CrashNotice, PermissionPrompt
from device_farm.simulator.system_ui.app_window import modal_window
from device_farm.simulator.system_ui.home import app_icon
from device_farm.simulator.system_ui.window import PERMISSIONS, Window
from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.chrome import BottomSheet, Dialog
from device_farm.simulator.toolkit.containers import Column, Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import ListRow

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

# Permission group icon and what the app asks for (strings of Android's permission controller).
_NEARBY = "find, connect to, and determine the relative position of nearby devices"
PERMISSION_TEXTS = {
    "ACCESS_COARSE_LOCATION": ("location_on", "access this device’s location"),
    "ACCESS_FINE_LOCATION": ("location_on", "access this device’s location"),
    "ACCESS_MEDIA_LOCATION": ("perm_media", "access photos and videos on this device"),
    "BLUETOOTH_ADVERTISE": ("bluetooth", _NEARBY),
    "BLUETOOTH_CONNECT": ("bluetooth", _NEARBY),
    "BLUETOOTH_SCAN": ("bluetooth", _NEARBY),
    "CALL_PHONE": ("call", "make and manage phone calls"),
    "CAMERA": ("photo_camera", "take pictures and record video"),
    "POST_NOTIFICATIONS": ("notifications", "send you notifications"),
    "READ_CALENDAR": ("event", "access your calendar"),
    "READ_CONTACTS": ("contacts", "access your contacts"),
    "READ_EXTERNAL_STORAGE": ("folder", "access photos, media, and files on your device"),
    "READ_MEDIA_AUDIO": ("library_music", "access music and audio on this device"),
    "READ_MEDIA_IMAGES": ("perm_media", "access photos and videos on this device"),
    "READ_MEDIA_VIDEO": ("perm_media", "access photos and videos on this device"),
    "READ_PHONE_STATE": ("call", "make and manage phone calls"),
    "READ_SMS": ("sms", "send and view SMS messages"),
    "RECORD_AUDIO": ("mic", "record audio"),
    "SEND_SMS": ("sms", "send and view SMS messages"),
    "WRITE_CALENDAR": ("event", "access your calendar"),
    "WRITE_CONTACTS": ("contacts", "access your contacts"),
    "WRITE_EXTERNAL_STORAGE": ("folder", "access photos, media, and files on your device"),
}


def permission_window(phone: SimulatedPhone, prompt: PermissionPrompt) -> Window:
    """`Allow APP to ...?`"""
    icon, wish = _question(prompt.permission)
    package = phone.packages.get(prompt.package)
    label = package.label if package is not None else prompt.package
    body = Column(
        (
            Row((Icon(icon, size=28, colour="primary"),), main="center", padding=(0, 8, 0, 16)),
            Text(f"Allow {label} to {wish}?", style="title_large", align="center", resource_id="permission_message"),
            Spacer(height=20),
            _answer("Allow", "permission_allow_button", lambda: answer_permission(phone, granted=True)),
            Spacer(height=4),
            _answer("Don’t allow", "permission_deny_button", lambda: answer_permission(phone, granted=False)),
        ),
        resource_id="grant_dialog",
    )
    return modal_window(phone, Dialog(body=body), ref="prompt", package=PERMISSIONS)


def _answer(text: str, resource_id: str, on_tap: Handler) -> Widget:
    label = Text(text, style="title", colour="on_primary_container", decorative=True)
    return Stack(
        (label,),
        ("center",),
        height=52,
        radius=16,
        background="primary_container",
        class_name="android.widget.Button",
        a11y_text=text,
        resource_id=resource_id,
        on_tap=on_tap,
    )


def answer_permission(phone: SimulatedPhone, *, granted: bool, decided: bool = True) -> None:
    """Answers the prompt on the screen, and what was asked with it. `decided` false: the app may ask again."""
    shown = phone.state.prompt
    if shown is None:
        return
    answered = [prompt for prompt in phone.state.prompts if _same_question(prompt, shown)]
    phone.change(prompts=tuple(prompt for prompt in phone.state.prompts if prompt not in answered))
    for prompt in answered:
        if granted:
            phone.packages.grant(prompt.package, prompt.permission)
        elif decided:
            phone.packages.revoke(prompt.package, prompt.permission, by_person=True)
        phone.callbacks.permission(prompt.record_id, prompt.permission, granted)


def _same_question(one: PermissionPrompt, other: PermissionPrompt) -> bool:
    """A request for several permissions of one group is one question, as on Android."""
    return one.record_id == other.record_id and _question(one.permission) == _question(other.permission)


def _question(permission: str) -> tuple[str, str]:
    """Icon and wish."""
    short = permission.rpartition(".")[2]
    return PERMISSION_TEXTS.get(short, ("security", short.replace("_", " ").lower()))


def chooser_window(phone: SimulatedPhone, chooser: Chooser) -> Window:
    """`Open with`, or for something shared what it is: the apps that can handle an intent."""
    shared = chooser.intent.text_extra("android.intent.extra.TEXT")
    title = "Open with"
    if chooser.intent.action == SEND:
        title = "Sharing text" if shared else "Sharing file"
    lines: list[Widget] = [Text(title, style="title_large", padding=(24, 0, 24, 12), resource_id="android:id/title")]
    if chooser.intent.action == SEND and shared:
        preview = Text(shared, max_lines=2, padding=(16, 12), background="surface_high", radius=12,
                       resource_id="android:id/content_preview_text")  # fmt: skip
        lines.append(Column((preview,), padding=(24, 0, 24, 12)))
    for component in chooser.candidates:
        package = phone.packages.get(component.package)
        entry = phone.packages.entry(component)
        if package is None or entry is None:
            continue
        lines.append(
            ListRow(
                entry.label or package.label,
                leading=app_icon(package.app.icon, 40),
                title_id="android:id/text1",
                on_tap=_choose(phone, chooser, component),
            )
        )
    lines.append(Spacer(height=24))

    def dismiss() -> None:
        phone.change(chooser=None)

    sheet = BottomSheet(body=Column(tuple(lines)))
    return modal_window(phone, sheet, ref="chooser", package="android", on_outside=dismiss)


def _choose(phone: SimulatedPhone, chooser: Chooser, component: ComponentName) -> Handler:
    def choose() -> None:
        phone.change(chooser=None)
        phone.activities.launch(component, chooser.intent, caller=chooser.caller, request=chooser.request)

    return choose


def crash_window(phone: SimulatedPhone, notice: CrashNotice) -> Window:
    """`APP keeps stopping`."""

    def close() -> None:
        phone.change(crash=None)

    def restart() -> None:
        phone.change(crash=None)
        phone.activities.launch_app(notice.package)

    body = Column(
        (
            ListRow("App info", icon="info", on_tap=close, resource_id="android:id/aerr_app_info"),
            ListRow("Open app again", icon="refresh", on_tap=restart, resource_id="android:id/aerr_restart"),
            ListRow("Close app", icon="close", on_tap=close, resource_id="android:id/aerr_close"),
        )
    )
    dialog = Dialog(title=f"{notice.label} has stopped", body=body)
    return modal_window(phone, dialog, ref="crash", package="android", on_outside=close)
