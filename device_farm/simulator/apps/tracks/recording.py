"""A track while it is recorded. The simulated phone does not move, so only time passes."""

from __future__ import annotations

from device_farm.simulator.apps.tracks.formats import distance_parts, elapsed, speed_parts
from device_farm.simulator.apps.tracks.looks import (
    TABS,
    bottom_bar,
    open_screen,
    record_button,
    track_id_of,
    value,
    values,
)
from device_farm.simulator.apps.tracks.store import TrackStore, store_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


class TrackRecording(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        store = store_of(context)
        track = store.get(track_id_of(context))
        if track is None or store.recording_id != track.id:
            return w.Screen(app_bar=w.AppBar("OpenTracks", navigation="back"))
        button = record_button(
            "stop",
            "Stop",
            "track_recording_fab_action",
            on_tap=lambda: context.toast("Hold to stop"),
            on_hold=lambda: self._stop(context, store),
        )
        body = w.Scroll(
            (
                values(value("Total time", elapsed(store.running_ms(track)), "", "stats_total_time")),
                values(
                    value("Distance", *distance_parts(track.distance_m, store.units), "stats_distance"),
                    value("Speed", *speed_parts(0.0, store.units, as_speed=True), "stats_speed"),
                ),
            ),
            key="stats",
            weight=1,
            padding=(0, 16),
        )
        return w.Screen(body=w.Column((w.Tabs(TABS), body)), bottom=bottom_bar(context, button))

    def _stop(self, context: Context[None], store: TrackStore) -> None:
        if track_id := store.stop_recording():
            open_screen(context, ".TrackStoppedActivity", track_id=track_id)
            context.finish()
