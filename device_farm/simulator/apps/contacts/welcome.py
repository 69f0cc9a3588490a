"""What the contacts app shows after its data were cleared: an offer to back up, then a question about notifications."""

from __future__ import annotations

from device_farm.simulator.apps.contacts.access import S
from device_farm.simulator.apps.first_run import set_stage, stage
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

NOTIFICATIONS = "android.permission.POST_NOTIFICATIONS"


def welcome_pending(context: Context[S]) -> bool:
    return not stage(context)


def _go_on(context: Context[S]) -> None:
    set_stage(context, "done")
    context.request_permission(NOTIFICATIONS)


def welcome_screen(context: Context[S]) -> w.Widget:
    return w.Column(
        (
            w.Spacer(weight=1),
            w.Row((w.Icon("cloud_sync", size=96, colour="primary"),), main="center"),
            w.Spacer(height=32),
            w.Text(
                "Back up & organize your contacts with Google",
                style="headline",
                align="center",
                resource_id="title",
            ),
            w.Spacer(height=16),
            w.Text(
                "Get your contacts on any device you sign in to, and keep them safe if you lose this one",
                style="body_large",
                align="center",
                colour="on_surface_variant",
            ),
            w.Spacer(weight=2),
            w.Row(
                (
                    w.Button("Skip", "text", resource_id="left_button", on_tap=lambda: _go_on(context)),
                    w.Button(
                        "Add account",
                        resource_id="right_button",
                        on_tap=lambda: context.toast("Can’t reach Google’s servers"),
                    ),
                ),
                main="between",
            ),
        ),
        cross="stretch",
        padding=24,
        background="surface",
        width="fill",
        height="fill",
    )
