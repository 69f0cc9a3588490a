"""The list of all tracks: search, selection, the way to statistics, the record button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from device_farm.simulator.apps.tracks.formats import distance, elapsed, relative_date
from device_farm.simulator.apps.tracks.looks import delete_dialog, open_screen, record_button, start_of
from device_farm.simulator.apps.tracks.store import Track, TrackStore, store_of
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

PERMISSIONS = (
    "android.permission.ACCESS_COARSE_LOCATION",
    "android.permission.ACCESS_FINE_LOCATION",
    "android.permission.BLUETOOTH_SCAN",
    "android.permission.BLUETOOTH_CONNECT",
    "android.permission.POST_NOTIFICATIONS",
)
_ROW_HEIGHT = 64.0
_TALL_ROW_HEIGHT = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """`query` is what was searched for; `searching` says that the search field is open."""

    query: str = ""
    searching: bool = False
    selected: tuple[int, ...] = ()


ListContext = Context[ListState]


class TrackList(Activity[ListState]):
    def initial(self, context: ListContext) -> ListState:
        for permission in PERMISSIONS:
            if not context.has_permission(permission):
                context.request_permission(permission)
        return ListState()

    def build(self, context: ListContext) -> w.Widget:
        store = store_of(context)
        tracks = store.search(context.state.query)
        return w.Screen(
            app_bar=_selection_bar(context, tracks) if context.state.selected else _bar(context),
            body=_body(context, store, tracks),
            bottom=None if context.state.selected else _bottom(context, store),
        )

    def on_back(self, context: ListContext) -> bool:
        state = context.state
        if state.selected:
            context.update(selected=())
        elif state.searching or state.query:
            close_search(context)
        else:
            return False
        return True

    def dialog(self, context: ListContext, name: str, argument: object) -> w.Overlay:
        track_ids = argument if isinstance(argument, tuple) else ()
        many = len(track_ids) > 1
        text = "The selected tracks and their markers" if many else "The track and its markers"

        def delete() -> None:
            store_of(context).delete(track_ids)
            context.update(selected=())

        return delete_dialog(text, delete, title="Delete selected?" if many else "Delete track?")


def close_search(context: ListContext) -> None:
    context.focus(None)
    context.set_text("search", "")
    context.update(searching=False, query="")
    context.scroll_to("tracks", 0)


def _bar(context: ListContext) -> w.AppBar:
    markers = w.IconButton(
        "place",
        description="Markers",
        resource_id="track_list_markers",
        on_tap=lambda: open_screen(context, ".ui.markers.MarkerListActivity"),
    )
    overflow = (
        w.MenuItem("Settings", lambda: open_screen(context, ".settings.SettingsActivity")),
        w.MenuItem("Help", lambda: open_screen(context, ".HelpActivity")),
    )
    if context.state.searching:
        field = w.TextField(
            "Search",
            key="search",
            style="plain",
            resource_id="search_src_text",
            on_submit=partial(_submit, context),
        )
        clear = w.IconButton(
            "close", description="Clear query", resource_id="search_close_btn", on_tap=lambda: close_search(context)
        )
        return w.AppBar(title_widget=field, actions=(clear, markers), overflow=overflow)
    search = w.IconButton(
        "search", description="Search", resource_id="search_button", on_tap=lambda: _open_search(context)
    )
    return w.AppBar(context.state.query or "OpenTracks", actions=(search, markers), overflow=overflow)


def _open_search(context: ListContext) -> None:
    context.update(searching=True)
    context.set_text("search", context.state.query)
    context.focus("search")


def _submit(context: ListContext, text: str) -> None:
    """The keyboard closes, the result replaces the list."""
    context.focus(None)
    context.update(query=text.strip(), searching=False)
    context.scroll_to("tracks", 0)


def _selection_bar(context: ListContext, tracks: tuple[Track, ...]) -> w.AppBar:
    selected = context.state.selected
    actions: list[w.Widget] = [
        w.IconButton(
            "share",
            description="Share",
            resource_id="list_context_menu_share",
            on_tap=lambda: _share(context, tracks),
        )
    ]
    if len(selected) == 1:
        actions.append(
            w.IconButton(
                "edit",
                description="Edit",
                resource_id="list_context_menu_edit",
                on_tap=lambda: _leave_for(context, ".TrackEditActivity", selected[0]),
            )
        )
    actions += [
        w.IconButton(
            "delete_forever",
            description="Delete",
            resource_id="list_context_menu_delete",
            on_tap=lambda: context.dialog("delete", selected),
        ),
        w.IconButton(
            "bar_chart",
            description="Aggregated stats",
            resource_id="list_context_menu_aggregated_stats",
            on_tap=lambda: _aggregate(context),
        ),
    ]
    return w.AppBar(
        str(len(selected)),
        navigation="close",
        on_navigation=lambda: context.update(selected=()),
        actions=tuple(actions),
        overflow=(w.MenuItem("Select all", lambda: context.update(selected=tuple(track.id for track in tracks))),),
    )


def _leave_for(context: ListContext, class_name: str, track_id: int) -> None:
    context.update(selected=())
    open_screen(context, class_name, track_id=track_id)


def _aggregate(context: ListContext) -> None:
    selected = context.state.selected
    context.update(selected=())
    open_screen(context, ".ui.aggregatedStatistics.AggregatedStatisticsActivity", track_ids=selected)


def _share(context: ListContext, tracks: tuple[Track, ...]) -> None:
    names = "\n".join(track.name for track in tracks if track.id in context.state.selected)
    context.update(selected=())
    context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": names}))


def _body(context: ListContext, store: TrackStore, tracks: tuple[Track, ...]) -> w.Widget:
    if not tracks:
        return w.Column(
            (
                w.Text("Start recording your next adventure here", style="title_large", align="end"),
                w.Row((w.Spacer(weight=1), w.Icon("south_east", size=48)), padding=(0, 16)),
            ),
            main="end",
            padding=24,
            height="fill",
            resource_id="track_list_empty_view",
        )
    tall = any(track.description for track in tracks)
    return w.LazyList(
        key="tracks",
        resource_id="track_list",
        count=len(tracks),
        row=lambda index: _row(context, store, tracks[index]),
        row_height=_TALL_ROW_HEIGHT if tall else _ROW_HEIGHT,
    )


def _row(context: ListContext, store: TrackStore, track: Track) -> w.Widget:
    recording = store.recording_id == track.id
    start = start_of(track)
    time_distance = (
        "Recording…" if recording else f"{elapsed(track.total_ms)} ({distance(track.distance_m, store.units)})"
    )
    icon = w.Icon(
        "fiber_manual_record" if recording else track.kind.icon,
        description="Record" if recording else "Track",
        resource_id="track_list_item_icon",
    )
    today = context.local()
    first = w.Row(
        (
            w.Text(track.name, style="body_large", max_lines=1, weight=1, resource_id="track_list_item_name"),
            w.Text(
                relative_date(start.date(), today.date()),
                style="body_small",
                resource_id="track_list_item_date",
            ),
        ),
        gap=8,
    )
    second = w.Row(
        (
            w.Text(time_distance, style="body_small", weight=1, resource_id="track_list_item_time_distance"),
            w.Text(_clock(start, today), style="body_small", resource_id="track_list_item_time"),
        ),
        gap=8,
    )
    third: tuple[w.Widget, ...] = ()
    if track.description:
        description = w.Text(
            track.description,
            style="body_small",
            max_lines=1,
            colour="on_surface_variant",
            resource_id="track_list_item_category_description",
        )
        third = (description,)
    line = w.Row(
        (icon, w.Column((first, second, *third), gap=2, weight=1)),
        gap=12,
        padding=(12, 8),
        weight=1,
        background="secondary_container" if track.id in context.state.selected else None,
        selected=track.id in context.state.selected,
        on_tap=partial(_tapped, context, store, track),
        on_long_press=partial(_toggle, context, track),
    )
    return w.Column((line, w.Divider()), height="fill")


def _clock(start: datetime, now: datetime) -> str:
    """`HH:mm`, with the offset where it is another than the phone's."""
    offset = start.utcoffset()
    if offset == now.utcoffset() or offset is None:
        return f"{start:%H:%M}"
    return f"{start:%H:%M} {start:%z}"


def _tapped(context: ListContext, store: TrackStore, track: Track) -> None:
    if context.state.selected:
        _toggle(context, track)
    elif store.recording_id == track.id:
        open_screen(context, ".TrackRecordingActivity", track_id=track.id)
    else:
        open_screen(context, ".TrackRecordedActivity", track_id=track.id)


def _toggle(context: ListContext, track: Track) -> None:
    selected = context.state.selected
    kept = tuple(number for number in selected if number != track.id)
    context.update(selected=kept if track.id in selected else (*selected, track.id))


def _bottom(context: ListContext, store: TrackStore) -> w.Widget:
    recording = store.recording_id
    statistics = w.IconButton(
        "bar_chart",
        resource_id="aggregated_stats_button",
        description="Aggregated stats",
        on_tap=lambda: open_screen(context, ".ui.aggregatedStatistics.AggregatedStatisticsActivity"),
    )
    gps = w.IconButton(
        "gps_off",
        resource_id="sensor_start_button",
        description="GPS",
        on_tap=lambda: context.toast("Waiting for GPS signal"),
    )
    button = record_button(
        "stop" if recording else "fiber_manual_record",
        "Record",
        "track_list_fab_action",
        on_tap=lambda: context.toast("Hold to stop") if recording else _record(context, store),
        on_hold=lambda: _stop(context, store),
    )
    left: tuple[w.Widget, ...] = (statistics,) if recording else (statistics, gps)
    return w.Row(
        (*left, w.Spacer(weight=1), button),
        background="surface_container",
        height=80,
        padding=(16, 0),
        elevation=3,
        resource_id="bottom_app_bar",
    )


def _record(context: ListContext, store: TrackStore) -> None:
    now = context.local()
    offset = now.utcoffset()
    track_id = store.start_recording(
        name=f"{now:%Y-%m-%dT%H:%M}",
        offset_s=int(offset.total_seconds()) if offset is not None else 0,
        uuid=context.random(f"track {store.now_ms}").randbytes(16),
    )
    open_screen(context, ".TrackRecordingActivity", track_id=track_id)


def _stop(context: ListContext, store: TrackStore) -> None:
    if track_id := store.stop_recording():
        open_screen(context, ".TrackStoppedActivity", track_id=track_id)
