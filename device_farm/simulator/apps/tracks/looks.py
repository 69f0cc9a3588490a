"""What the screens of OpenTracks share: the bar at the bottom, values with labels, ways to the other screens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from device_farm.simulator.apps.tracks.schema import PACKAGE
from device_farm.simulator.apps.tracks.store import Track
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

S = TypeVar("S")
TRACK_ID = "track_id"
TRACK_IDS = "track_ids"
TABS = ("Stats", "Intervals", "By time", "By distance")


def open_screen(context: Context[S], class_name: str, *, track_id: int = 0, track_ids: Sequence[int] = ()) -> None:
    extras: dict[str, str | int] = {}
    if track_id:
        extras[TRACK_ID] = track_id
    if track_ids:
        extras[TRACK_IDS] = ",".join(str(number) for number in track_ids)
    context.start(Intent(component=ComponentName(PACKAGE, PACKAGE + class_name), extras=extras))


def track_id_of(context: Context[S]) -> int:
    value = context.intent.extras.get(TRACK_ID, 0)
    return value if isinstance(value, int) else 0


def start_of(track: Track) -> datetime:
    """When the track began, in the time zone of its place."""
    place = timezone(timedelta(seconds=track.offset_s))
    try:
        return datetime.fromtimestamp(track.start_ms / 1000, place)
    except (OverflowError, OSError, ValueError):
        return datetime(1970, 1, 1, tzinfo=UTC)


def bottom_bar(context: Context[S], *actions: w.Widget) -> w.Widget:
    up = w.IconButton("arrow_back", description="Navigate up", on_tap=context.back)
    return w.Row(
        (up, w.Spacer(weight=1), *actions), background="surface_container", height=72, padding=(8, 0), elevation=3
    )


def value(label: str, text: str, unit: str, resource_id: str) -> w.Widget:
    """A label above a big number and its unit; ids as in `statistics_recorded.xml`."""
    number: list[w.Widget] = [w.Text(text, style="title_large", resource_id=f"{resource_id}_value")]
    if unit:
        number.append(
            w.Text(unit, colour="on_surface_variant", resource_id=f"{resource_id}_unit", padding=(0, 6, 0, 0))
        )
    return w.Column(
        (
            w.Text(label, colour="on_surface_variant", resource_id=f"{resource_id}_label", max_lines=1),
            w.Row(tuple(number), gap=6),
        ),
        weight=1,
        padding=(0, 8),
    )


def values(*cells: w.Widget) -> w.Widget:
    return w.Row(cells, gap=12, cross="start", padding=(16, 0))


def record_button(icon: str, description: str, resource_id: str, *, on_tap: w.Handler, on_hold: w.Handler) -> w.Widget:
    """The round red button that records and, held, stops."""
    return w.Fab(
        icon,
        colour=0xFFFFFFFF,
        background=0xFFB71C1C,
        radius=28,
        description=description,
        resource_id=resource_id,
        on_tap=on_tap,
        on_long_press=on_hold,
    )


def delete_dialog(text: str, on_delete: w.Handler, *, title: str = "Delete track?") -> w.Dialog:
    return w.Dialog(
        title=title,
        text=f"{text} will be permanently deleted from the device.",
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", on_delete)),
    )
