"""OpenTracks 4.11.3. Its introduction pages are left out: the launcher opens the list."""

from __future__ import annotations

from device_farm.simulator.apps.first_run import factory_set_up
from device_farm.simulator.apps.tracks.aggregated import AggregatedStatistics
from device_farm.simulator.apps.tracks.edit import TrackEdit, TrackStopped
from device_farm.simulator.apps.tracks.other_screens import Help, MarkerList, Settings
from device_farm.simulator.apps.tracks.recorded import TrackRecorded
from device_farm.simulator.apps.tracks.recording import TrackRecording
from device_farm.simulator.apps.tracks.schema import DATABASE_NAME, PACKAGE, SCHEMA
from device_farm.simulator.apps.tracks.track_list import PERMISSIONS, TrackList
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon


class TracksApp(App):
    """No tracks on a new phone. Permissions are asked for at the first start after a clear."""

    package = PACKAGE
    label = "OpenTracks"
    icon = AppIcon(glyph="terrain", background=0xFF263238)
    version_name = "v4.11.3"
    version_code = 5705
    system = False
    permissions = PERMISSIONS
    activities = (
        ActivityEntry(
            class_name=".TrackListActivity",
            activity=TrackList(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
        ActivityEntry(class_name=".TrackRecordedActivity", activity=TrackRecorded()),
        ActivityEntry(class_name=".TrackRecordingActivity", activity=TrackRecording()),
        ActivityEntry(class_name=".TrackStoppedActivity", activity=TrackStopped()),
        ActivityEntry(class_name=".TrackEditActivity", activity=TrackEdit()),
        ActivityEntry(
            class_name=".ui.aggregatedStatistics.AggregatedStatisticsActivity", activity=AggregatedStatistics()
        ),
        ActivityEntry(class_name=".ui.markers.MarkerListActivity", activity=MarkerList()),
        ActivityEntry(class_name=".settings.SettingsActivity", activity=Settings()),
        ActivityEntry(class_name=".HelpActivity", activity=Help()),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(DATABASE_NAME, SCHEMA).create()
        factory_set_up(context, permissions=PERMISSIONS)
