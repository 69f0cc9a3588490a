"""The phone app's package."""

from __future__ import annotations

from device_farm.simulator import telephone
from device_farm.simulator.apps.dialer.call_screen import InCall
from device_farm.simulator.apps.dialer.main_screen import Dialtacts
from device_farm.simulator.intents import DIAL, LAUNCHER, MAIN, VIEW, IntentFilter
from device_farm.simulator.telephone import DIALER, IN_CALL
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_PERMISSIONS = (
    "android.permission.CALL_PHONE",
    "android.permission.POST_NOTIFICATIONS",
    "android.permission.READ_CALL_LOG",
    "android.permission.READ_CONTACTS",
)


class DialerApp(App):
    package = DIALER
    label = "Phone"
    icon = AppIcon(glyph="call", background=0xFF1A73E8)
    version_name = "87.0"
    permissions = _PERMISSIONS
    granted = _PERMISSIONS
    activities = (
        ActivityEntry(
            class_name="com.google.android.dialer.extensions.GoogleDialtactsActivity",
            activity=Dialtacts(),
            single_top=True,
            filters=(
                IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),
                IntentFilter(actions=(DIAL, VIEW), schemes=("tel",)),
                IntentFilter(actions=(DIAL,)),
            ),
        ),
        ActivityEntry(
            class_name=IN_CALL.class_name,
            activity=InCall(),
            single_top=True,
            filters=(IntentFilter(actions=("android.intent.action.CALL",), schemes=("tel",)),),
        ),
    )

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        """The buttons under the notification of a ringing call."""
        match event:
            case telephone.ANSWER_EVENT:
                telephone.answer(context.phone)
            case telephone.DECLINE_EVENT:
                telephone.hang_up(context.phone)
