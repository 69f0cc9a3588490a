"""Clipper: lets the shell read and write the clipboard by broadcasts (`clipper.get`, `clipper.set`).

It was built for an old Android, so after its data were cleared the system asks to review its permissions and warns.
"""

from __future__ import annotations

from typing import Final

from device_farm.simulator.apps.first_run import factory_set_up, set_stage, stage
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App, AppContext, AppIcon, Context

PACKAGE: Final = "ca.zgrs.clipper"

_REVIEWED, _DONE = "reviewed", "done"
_HELP = (
    "Clipper service is running in the background.\n\n"
    "Set the clipboard:\nadb shell am broadcast -a clipper.set -e text \"text\"\n\n"
    "Read the clipboard:\nadb shell am broadcast -a clipper.get"
)  # fmt: skip


class _Main(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        if not stage(context):
            return _review(context)
        body: tuple[w.Widget, ...] = (w.Text(_HELP, style="body_large"),)
        if stage(context) == _REVIEWED:
            body = (_warning(context), w.Spacer(height=16), *body)
        return w.Screen(app_bar=w.AppBar(title="Clipper"), body=w.Column(body, padding=16, cross="stretch"))


def _review(context: Context[None]) -> w.Widget:
    return w.Column(
        (
            w.Text("Choose what to allow Clipper to access", style="headline", resource_id="permissions_message"),
            w.Spacer(height=16),
            w.Text("This app asks for no permission that can be denied.", colour="on_surface_variant"),
            w.Spacer(weight=1),
            w.Row(
                (
                    w.Button("Cancel", "text", resource_id="cancel_button", on_tap=context.finish),
                    w.Button(
                        "Continue",
                        "text",
                        resource_id="continue_button",
                        on_tap=lambda: set_stage(context, _REVIEWED),
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


def _warning(context: Context[None]) -> w.Widget:
    text = (
        "This app was built for an older version of Android. It might not work properly and doesn't include the latest"
        " security and privacy protections. Check for an update, or contact the app's developer."
    )
    button = w.Button("OK", "text", resource_id="android:id/button1", on_tap=lambda: set_stage(context, _DONE))
    rows = (w.Text(text, resource_id="android:id/message"), w.Row((button,), main="end"))
    return w.Card(w.Column(rows, cross="stretch", padding=16))


class ClipperApp(App):
    """The broadcasts themselves are answered by the system's broadcast code, which knows who is in front."""

    package = PACKAGE
    label = "Clipper"
    icon = AppIcon(glyph="content_paste", background=0xFF455A64)
    version_name = "1.2"
    system = False
    activities = (
        ActivityEntry(
            class_name="ca.zgrs.clipper.Main",
            activity=_Main(),
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        factory_set_up(context)
