"""Aggregated statistics: one block an activity type, over all tracks, a selection, or a filter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby

from device_farm.simulator.apps.tracks.activity_types import by_label
from device_farm.simulator.apps.tracks.formats import distance_parts, elapsed, full_date, speed_parts
from device_farm.simulator.apps.tracks.looks import TRACK_IDS, bottom_bar
from device_farm.simulator.apps.tracks.store import Track, TrackStore, store_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatedState:
    """The filter: days of Unix time (inclusive) and the types left out. `draft_*` is what the open dialog holds."""

    filtered: bool = False
    first_day: date | None = None
    last_day: date | None = None
    hidden: tuple[str, ...] = ()
    draft_first: date | None = None
    draft_last: date | None = None
    draft_hidden: tuple[str, ...] = ()


AggregatedContext = Context[AggregatedState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    category: str
    count: int
    distance_m: float
    moving_ms: int
    max_speed: float

    @property
    def moving_speed(self) -> float:
        return self.distance_m / (self.moving_ms / 1000) if self.moving_ms > 0 else 0.0


def aggregates(tracks: tuple[Track, ...]) -> tuple[Aggregate, ...]:
    """The types with the most tracks first, equal ones by name."""
    ordered = sorted(tracks, key=lambda track: track.category)
    found = []
    for category, group in groupby(ordered, key=lambda track: track.category):
        members = list(group)
        found.append(
            Aggregate(
                category=category,
                count=len(members),
                distance_m=sum(track.distance_m for track in members),
                moving_ms=sum(track.moving_ms for track in members),
                max_speed=max(max(track.max_speed, track.moving_speed) for track in members),
            )
        )
    return tuple(sorted(found, key=lambda aggregate: (-aggregate.count, aggregate.category)))


class AggregatedStatistics(Activity[AggregatedState]):
    def initial(self, context: AggregatedContext) -> AggregatedState:
        return AggregatedState()

    def build(self, context: AggregatedContext) -> w.Widget:
        store = store_of(context)
        found = aggregates(_tracks(context, store))
        state = context.state
        toggle = w.IconButton(
            "filter_alt_off" if state.filtered else "filter_alt",
            description="Filter",
            resource_id=f"aggregated_statistics_{'clear_filter' if state.filtered else 'filter'}",
            on_tap=lambda: context.update(filtered=False) if state.filtered else _open_filter(context),
        )
        return w.Screen(
            app_bar=w.AppBar("Aggregated stats"),
            body=_list(store, found) if found else _empty(state.filtered),
            bottom=bottom_bar(context, toggle),
        )

    def dialog(self, context: AggregatedContext, name: str, argument: object) -> w.Overlay:
        match name:
            case "first":
                return _date_dialog(context, "draft_first", "From")
            case "last":
                return _date_dialog(context, "draft_last", "To")
            case _:
                return _filter_dialog(context)


def _tracks(context: AggregatedContext, store: TrackStore) -> tuple[Track, ...]:
    chosen = {int(number) for number in context.intent.text_extra(TRACK_IDS).split(",") if number.isdigit()}
    tracks = tuple(track for track in store.search() if not chosen or track.id in chosen)
    state = context.state
    if not state.filtered or state.first_day is None or state.last_day is None:
        return tracks
    first, last = state.first_day, state.last_day
    return tuple(
        track
        for track in tracks
        if first <= context.local(track.start_ms / 1000).date() <= last and track.category not in state.hidden
    )


def _empty(filtered: bool) -> w.Widget:
    text = (
        "There are not activities for the specified filter"
        if filtered
        else "Record your first track to see aggregated statistics"
    )
    message = w.Text(text, style="headline", align="center", padding=16, resource_id="aggregated_stats_empty_view")
    return w.Column((message,), main="center", height="fill")


def _list(store: TrackStore, found: tuple[Aggregate, ...]) -> w.Widget:
    return w.LazyList(
        key="aggregates",
        resource_id="aggregated_stats_list",
        count=len(found),
        row=lambda index: _row(store, found[index]),
        row_height=132,
    )


def _row(store: TrackStore, found: Aggregate) -> w.Widget:
    kind = by_label(found.category)
    rate = "speed" if kind.shows_speed else "pace"
    metres, unit = distance_parts(found.distance_m, store.units)
    average, average_unit = speed_parts(found.moving_speed, store.units, as_speed=kind.shows_speed)
    fastest, fastest_unit = speed_parts(found.max_speed, store.units, as_speed=kind.shows_speed)
    head = w.Row(
        (
            w.Icon(kind.icon, resource_id="activity_icon"),
            w.Text(found.category, style="title", resource_id="aggregated_stats_type_label"),
            w.Text(f"({found.count})", style="title", resource_id="aggregated_stats_num_tracks"),
        ),
        gap=8,
    )
    totals = w.Row(
        (
            _pair(metres, unit, "aggregated_stats_distance"),
            w.Text(elapsed(found.moving_ms), style="title_large", resource_id="aggregated_stats_time"),
        ),
        gap=12,
    )
    rates = w.Row(
        (
            _rate(f"Avg moving {rate}", average, average_unit, "aggregated_stats_avg_rate"),
            _rate(
                "Max speed" if kind.shows_speed else "Fastest pace", fastest, fastest_unit, "aggregated_stats_max_rate"
            ),
        ),
        gap=12,
    )
    return w.Column((w.Column((head, totals, rates), gap=4, padding=(16, 8), weight=1), w.Divider()), height="fill")


def _pair(text: str, unit: str, resource_id: str) -> w.Widget:
    return w.Row(
        (
            w.Text(text, style="title_large", resource_id=resource_id),
            w.Text(unit, colour="on_surface_variant", resource_id=f"{resource_id}_unit"),
        ),
        gap=6,
        weight=1,
    )


def _rate(label: str, text: str, unit: str, resource_id: str) -> w.Widget:
    return w.Column(
        (
            w.Text(label, style="body_small", colour="on_surface_variant", resource_id=f"{resource_id}_label"),
            w.Row((w.Text(text, resource_id=resource_id), w.Text(unit, resource_id=f"{resource_id}_unit")), gap=4),
        ),
        weight=1,
    )


def _open_filter(context: AggregatedContext) -> None:
    """The dialog begins with this week, from Sunday on, and every type."""
    today = context.local().date()
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    context.update(draft_first=sunday, draft_last=sunday + timedelta(days=6), draft_hidden=())
    context.dialog("filter")


def _filter_dialog(context: AggregatedContext) -> w.Dialog:
    state = context.state
    categories = [found.category for found in aggregates(_tracks(context, store_of(context)))]
    chips = tuple(
        w.Chip(category, category not in state.draft_hidden, on_tap=partial(_toggle_type, context, category))
        for category in categories
    )
    first, last = state.draft_first or date(1970, 1, 1), state.draft_last or date(1970, 1, 1)
    body = w.Column(
        (
            w.Scroll(chips, key="types", gap=4, height=min(300.0, 40.0 * len(chips))),
            w.ListRow(
                full_date(first),
                "From",
                "date_range",
                resource_id="filter_date_from",
                on_tap=lambda: context.dialog("first"),
            ),
            w.ListRow(
                full_date(last), "To", "date_range", resource_id="filter_date_to", on_tap=lambda: context.dialog("last")
            ),
        ),
        gap=8,
    )
    return w.Dialog(
        title="Filter",
        body=body,
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: _apply(context))),
    )


def _toggle_type(context: AggregatedContext, category: str) -> None:
    hidden = context.state.draft_hidden
    kept = tuple(other for other in hidden if other != category)
    context.update(draft_hidden=kept if category in hidden else (*hidden, category))


def _apply(context: AggregatedContext) -> None:
    state = context.state
    context.update(filtered=True, first_day=state.draft_first, last_day=state.draft_last, hidden=state.draft_hidden)


def _date_dialog(context: AggregatedContext, field: str, title: str) -> w.DatePickerDialog:
    state = context.state
    shown = (state.draft_first if field == "draft_first" else state.draft_last) or datetime.fromtimestamp(0, UTC).date()

    def pick(year: int, month: int, day: int) -> None:
        picked = date(year, month, day)
        context.update(**{field: picked})
        if field == "draft_first" and state.draft_last is not None and picked > state.draft_last:
            context.update(draft_last=picked)

    return w.DatePickerDialog(shown.year, shown.month, shown.day, pick, title=title)
