"""What Chrome asks when its data were cleared: its terms, sync, notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from device_farm.simulator.apps.chrome.state import ChromeContext
from device_farm.simulator.apps.first_run import set_stage, stage
from device_farm.simulator.toolkit import widgets as w

NOTIFICATIONS: Final = "android.permission.POST_NOTIFICATIONS"
_BLUE = 0xFF1A73E8


def pending(context: ChromeContext) -> bool:
    return stage(context) != "done"


def first_run_screen(context: ChromeContext) -> w.Widget:
    match stage(context):
        case "":
            return _terms(context)
        case "sync":
            return _sync(context)
        case _:
            return _notifications(context)


def _after_sync(context: ChromeContext) -> None:
    # Who may send notifications already is not asked.
    set_stage(context, "done" if context.has_permission(NOTIFICATIONS) else "notifications")


def _terms(context: ChromeContext) -> w.Widget:
    return _page(
        "public",
        "Welcome to Chrome",
        "By continuing, you agree to the Terms of Service.",
        (
            w.Checkbox(
                True,
                "Help make Chrome better by sending usage statistics and crash reports to Google",
                resource_id="send_report_checkbox",
            ),
        ),
        ("Accept & continue", "terms_accept", lambda: set_stage(context, "sync")),
        None,
    )


def _sync(context: ChromeContext) -> w.Widget:
    return _page(
        "sync",
        "Turn on sync?",
        "Sync your passwords, history & more on all devices",
        (),
        ("Yes, I'm in", "positive_button", lambda: _after_sync(context)),
        ("No thanks", "negative_button", lambda: _after_sync(context)),
    )


def _notifications(context: ChromeContext) -> w.Widget:
    def ask() -> None:
        set_stage(context, "done")
        context.request_permission(NOTIFICATIONS)

    return _page(
        "notifications",
        "Chrome notifications make things easier",
        "You can get download status, website notifications and more",
        (),
        ("Continue", "positive_button", ask),
        ("No thanks", "negative_button", lambda: set_stage(context, "done")),
    )


Choice = tuple[str, str, Callable[[], None]]


def _page(icon: str, title: str, text: str, more: tuple[w.Widget, ...], yes: Choice, no: Choice | None) -> w.Widget:
    buttons: list[w.Widget] = []
    if no is not None:
        buttons.append(w.Button(no[0], "text", colour=_BLUE, resource_id=no[1], on_tap=no[2]))
    buttons.append(w.Spacer(weight=1))
    buttons.append(w.Button(yes[0], colour=_BLUE, resource_id=yes[1], on_tap=yes[2]))
    return w.Column(
        (
            w.Spacer(weight=1),
            w.Row((w.Icon(icon, size=96, colour=_BLUE),), main="center"),
            w.Spacer(height=32),
            w.Text(title, style="headline", align="center", resource_id="title"),
            w.Spacer(height=16),
            w.Text(text, style="body_large", align="center", colour="on_surface_variant"),
            w.Spacer(height=24),
            *more,
            w.Spacer(weight=1),
            w.Row(tuple(buttons)),
        ),
        padding=24,
        background="surface",
        width="fill",
        height="fill",
    )
