"""Audio Recorder under its package, activities and paths (github.com/Dimowner/AudioRecorder, Apache-2.0)."""

from __future__ import annotations

from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.apps.recorder.main import RECORD_AUDIO, RECORDS_CLASS, SETTINGS_CLASS, Main
from device_farm.simulator.apps.recorder.records import Records, Settings
from device_farm.simulator.apps.recorder.setup import MAIN_CLASS, SETUP_CLASS, Setup, Welcome
from device_farm.simulator.apps.recorder.store import PACKAGE, RECORDS
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_PERMISSIONS = (RECORD_AUDIO, "android.permission.POST_NOTIFICATIONS")


class AudioRecorderApp(App):
    """A new phone has its permissions granted but its welcome page still ahead: so AndroidWorld's set-up leaves it."""

    package = PACKAGE
    label = "Audio Recorder"
    icon = AppIcon(glyph="mic", background=0xFF455A64, foreground=0xFFFF5252)
    version_name = "0.9.26"
    version_code = 926
    system = False
    permissions = _PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=MAIN_CLASS,
            activity=Main(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(class_name=f"{PACKAGE}.app.welcome.WelcomeActivity", activity=Welcome()),
        ActivityEntry(class_name=SETUP_CLASS, activity=Setup()),
        ActivityEntry(class_name=RECORDS_CLASS, activity=Records()),
        ActivityEntry(class_name=SETTINGS_CLASS, activity=Settings()),
    )

    def on_install(self, context: AppContext) -> None:
        factory_set_up(context, permissions=_PERMISSIONS)
        context.files.mkdir(RECORDS, parents=True)
