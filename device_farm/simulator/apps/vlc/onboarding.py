"""VLC's first run, and the question for the permission to read files."""

from __future__ import annotations

from device_farm.simulator.apps.first_run import set_stage, stage
from device_farm.simulator.apps.settings.all_files import access_intent
from device_farm.simulator.apps.vlc.schema import PACKAGE
from device_farm.simulator.apps.vlc.state import VlcContext
from device_farm.simulator.toolkit import widgets as w

ORANGE = 0xFFFF8800
ACCESS_REQUEST = "access"


def onboarding_pending(context: VlcContext) -> bool:
    return stage(context) != "done"


def onboarding(context: VlcContext) -> w.Widget:
    """Welcome, permission, look; Skip ends it at once."""
    step = stage(context)
    match step:
        case "permission":
            icon, title = "perm_media", "Permission"
            text = "VLC needs your permission to access media on your device"
            following = "theme"
        case "theme":
            icon, title, text, following = "palette", "Make yourself at home", "Follow system mode", "done"
        case _:
            icon, title = "play_circle", "Welcome to VLC!"
            text, following = "The free and open source multimedia player", "permission"

    def go_on() -> None:
        set_stage(context, following)
        if step == "permission":
            ask_for_files(context)

    return w.Column(
        (
            w.Spacer(weight=1),
            w.Row((w.Icon(icon, size=96, colour=ORANGE),), main="center"),
            w.Spacer(height=32),
            w.Text(title, style="headline", align="center", resource_id="welcome_title"),
            w.Spacer(height=12),
            w.Text(text, style="body_large", align="center", colour="on_surface_variant"),
            w.Spacer(weight=2),
            w.Row(
                (
                    w.Button("Skip", "text", resource_id="skip_button", on_tap=lambda: set_stage(context, "done")),
                    w.Button(
                        "Done" if following == "done" else "Next", "text", resource_id="next_button", on_tap=go_on
                    ),
                ),
                main="between",
            ),
        ),
        padding=24,
        background="surface",
        width="fill",
        height="fill",
    )


def permission_missing(context: VlcContext) -> w.Widget:
    """In place of the media."""
    return w.Column(
        (
            w.Icon("folder_off", size=64, colour="on_surface_variant"),
            w.Text("Permission not granted", style="title_large", align="center"),
            w.Text("You won't be able to auto-discover your media nor use external subtitles", align="center"),
            w.Button(
                "GRANT PERMISSION",
                "outlined",
                resource_id="grant_permission_button",
                on_tap=lambda: context.dialog("all_files"),
            ),
        ),
        gap=16,
        main="center",
        cross="center",
        padding=32,
        height="fill",
    )


def all_files_dialog(context: VlcContext) -> w.Dialog:
    return w.Dialog(
        title="Allow VLC all file access",
        text="To get all the capabilities of VLC and the support of all types of media files, we strongly suggest you "
        "to grant this permission.\n\nGrant permission?",
        icon="warning",
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("OK", lambda: ask_for_files(context))),
    )


def ask_for_files(context: VlcContext) -> None:
    """Opens the switch in Settings; what was granted is looked at when the person comes back."""
    context.start_for_result(access_intent(PACKAGE), ACCESS_REQUEST)
