"""A recorded track: statistics, intervals, charts; from its menu editing, deleting, resuming."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.tracks.formats import (
    METRES_A_MILE,
    date_time,
    distance_parts,
    elapsed,
    height_parts,
    speed_parts,
)
from device_farm.simulator.apps.tracks.looks import (
    TABS,
    bottom_bar,
    delete_dialog,
    open_screen,
    start_of,
    track_id_of,
    value,
    values,
)
from device_farm.simulator.apps.tracks.store import Track, TrackStore, store_of
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedState:
    tab: int = 0


RecordedContext = Context[RecordedState]


class TrackRecorded(Activity[RecordedState]):
    def initial(self, context: RecordedContext) -> RecordedState:
        return RecordedState()

    def build(self, context: RecordedContext) -> w.Widget:
        store = store_of(context)
        track = store.get(track_id_of(context))
        if track is None:
            return w.Screen(app_bar=w.AppBar("OpenTracks", navigation="back"))
        tabs = w.Tabs(TABS, context.state.tab, lambda index: context.update(tab=index))
        return w.Screen(
            body=w.Column((tabs, _page(context, store, track))), bottom=bottom_bar(context, *_actions(context, track))
        )

    def dialog(self, context: RecordedContext, name: str, argument: object) -> w.Overlay:
        def delete() -> None:
            store_of(context).delete([track_id_of(context)])
            context.finish()

        return delete_dialog("The track and its markers", delete)


def _actions(context: RecordedContext, track: Track) -> tuple[w.Widget, ...]:
    more = (
        w.MenuItem("Edit", lambda: open_screen(context, ".TrackEditActivity", track_id=track.id)),
        w.MenuItem("Delete", lambda: context.dialog("delete")),
        w.MenuItem("Resume track", lambda: _resume(context, track)),
        w.MenuItem("Settings", lambda: open_screen(context, ".settings.SettingsActivity")),
    )
    return (
        w.IconButton(
            "map",
            description="Show on map",
            resource_id="track_detail_menu_show_on_map",
            on_tap=lambda: context.toast("No app can show the track on a map"),
        ),
        w.IconButton(
            "share", description="Share", resource_id="track_detail_share", on_tap=lambda: _share(context, track)
        ),
        w.IconButton(
            "place",
            description="Markers",
            resource_id="track_detail_markers",
            on_tap=lambda: open_screen(context, ".ui.markers.MarkerListActivity", track_id=track.id),
        ),
        w.MenuButton(more, key="more", description="More options"),
    )


def _resume(context: RecordedContext, track: Track) -> None:
    store_of(context).resume_recording(track.id)
    open_screen(context, ".TrackRecordingActivity", track_id=track.id)
    context.finish()


def _share(context: RecordedContext, track: Track) -> None:
    context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": track.name}))


def _page(context: RecordedContext, store: TrackStore, track: Track) -> w.Widget:
    match context.state.tab:
        case 0:
            return w.Scroll(_statistics(store, track), key="stats", weight=1)
        case 1:
            return w.Scroll(_intervals(store, track), key="intervals", weight=1)
        case _:
            text = "No data" if track.distance_m == 0 else "The track has no recorded points."
            return w.Column((w.Text(text, align="center", padding=24),), weight=1)


def _statistics(store: TrackStore, track: Track) -> tuple[w.Widget, ...]:
    units, kind = store.units, track.shown_kind
    head = w.Row(
        (
            w.Icon(kind.icon, size=32, resource_id="stats_activity_type_icon"),
            w.Column(
                (
                    w.Text(track.name, style="title_large", resource_id="stats_name_value"),
                    w.Text(track.description, style="body_large", resource_id="stats_description_value"),
                    w.Text(date_time(start_of(track)), align="end", resource_id="stats_start_datetime_value"),
                ),
                weight=1,
                gap=4,
            ),
        ),
        gap=12,
        cross="start",
        padding=16,
    )
    rate = "speed" if kind.shows_speed else "pace"
    fastest = "Max speed" if kind.shows_speed else "Fastest pace"
    top = max(track.max_speed, track.moving_speed)
    rows: list[w.Widget] = [
        head,
        w.Divider(),
        values(value("Distance", *distance_parts(track.distance_m, units), "stats_distance")),
        values(
            value("Moving time", elapsed(track.moving_ms), "", "stats_moving_time"),
            value("Total time", elapsed(track.total_ms), "", "stats_total_time"),
        ),
        w.Divider(),
        values(value(fastest, *speed_parts(top, units, as_speed=kind.shows_speed), "stats_max_speed")),
        values(
            value(
                f"Avg moving {rate}",
                *speed_parts(track.moving_speed, units, as_speed=kind.shows_speed),
                "stats_moving_speed",
            ),
            value(f"Avg {rate}", *speed_parts(track.speed, units, as_speed=kind.shows_speed), "stats_average_speed"),
        ),
    ]
    if track.gain_m is not None and track.loss_m is not None:
        rows += [
            w.Divider(),
            values(
                value("Gain", *height_parts(track.gain_m, units), "stats_altitude_gain"),
                value("Loss", *height_parts(track.loss_m, units), "stats_altitude_loss"),
            ),
        ]
    return tuple(rows)


def _intervals(store: TrackStore, track: Track) -> tuple[w.Widget, ...]:
    """One line a kilometre or mile, at the track's mean speed: there are no points between."""
    units, kind = store.units, track.shown_kind
    long_m, name = (1000.0, "km") if units == "METRIC" else (METRES_A_MILE, "mi")
    count = min(100, int(track.distance_m // long_m))
    rate = " ".join(speed_parts(track.moving_speed, units, as_speed=kind.shows_speed))
    rows = [w.ListRow(f"{number} {name}", rate) for number in range(1, count + 1)]
    return tuple(rows) or (w.Text("No intervals", align="center", padding=24),)
