"""Editing a track, and the form that appears when a recording was stopped."""

from __future__ import annotations

from device_farm.simulator.apps.tracks.activity_types import ACTIVITY_TYPES, by_label
from device_farm.simulator.apps.tracks.formats import distance_parts, elapsed
from device_farm.simulator.apps.tracks.looks import bottom_bar, delete_dialog, open_screen, track_id_of, value, values
from device_farm.simulator.apps.tracks.store import Track, TrackStore, store_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_COLUMNS_OF_ICONS = 4


class TrackEdit(Activity[None]):
    """`TrackEditActivity`: name, activity type, description; Save and Cancel."""

    def build(self, context: Context[None]) -> w.Widget:
        store = store_of(context)
        track = store.get(track_id_of(context))
        if track is None:
            return w.Screen(app_bar=w.AppBar("Edit", navigation="back"))
        buttons = w.Row(
            (
                w.Button("Cancel", "text", resource_id="track_edit_cancel", on_tap=context.finish, weight=1),
                w.Button(
                    "Save", "text", resource_id="track_edit_save", on_tap=lambda: self._save(context, store), weight=1
                ),
            ),
            padding=8,
        )
        return w.Screen(
            body=w.Column((w.Scroll(form(context, track), key="form", gap=12, padding=16, weight=1), buttons)),
            bottom=bottom_bar(context),
        )

    def _save(self, context: Context[None], store: TrackStore) -> None:
        save_form(context, store)
        context.finish()

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        return type_dialog(context)


class TrackStopped(Activity[None]):
    """`TrackStoppedActivity`: the form, the totals, and Discard, Resume, Finish."""

    def build(self, context: Context[None]) -> w.Widget:
        store = store_of(context)
        track = store.get(track_id_of(context))
        if track is None:
            return w.Screen(app_bar=w.AppBar("OpenTracks", navigation="back"))
        totals = values(
            value("Total time", elapsed(track.total_ms), "", "time"),
            value("Distance", *distance_parts(track.distance_m, store.units), "distance"),
        )
        body = w.Scroll((*form(context, track), totals), key="form", gap=12, padding=16, weight=1)
        ends = (
            ("delete", "Discard", lambda: context.dialog("discard")),
            ("play_circle", "Resume", lambda: self._resume(context, store, track)),
            ("check", "Finish", lambda: self._finish(context, store)),
        )
        buttons = w.Row(
            tuple(
                w.IconButton(icon, description=text, resource_id=f"{text.lower()}_button", size=36, on_tap=on_tap)
                for icon, text, on_tap in ends
            ),
            main="between",
            padding=(32, 16),
        )
        return w.Screen(body=w.Column((body, buttons)))

    def _resume(self, context: Context[None], store: TrackStore, track: Track) -> None:
        store.resume_recording(track.id)
        open_screen(context, ".TrackRecordingActivity", track_id=track.id)
        context.finish()

    def _finish(self, context: Context[None], store: TrackStore) -> None:
        save_form(context, store)
        context.finish()

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        if name != "discard":
            return type_dialog(context)

        def discard() -> None:
            store_of(context).delete([track_id_of(context)])
            context.finish()

        return delete_dialog("The track and its markers", discard)


def form(context: Context[None], track: Track) -> tuple[w.Widget, ...]:
    category = context.text("type", track.category)
    return (
        w.TextField(label="Name", initial=track.name, key="name", resource_id="track_edit_name"),
        w.Row(
            (
                w.TextField(
                    label="Activity type",
                    initial=track.category,
                    key="type",
                    resource_id="track_edit_activity_type",
                    weight=1,
                ),
                w.IconButton(
                    by_label(category).icon,
                    description="Choose an option",
                    resource_id="track_edit_activity_type_icon",
                    on_tap=lambda: context.dialog("type"),
                ),
            ),
            gap=8,
        ),
        w.TextField(
            label="Description",
            initial=track.description,
            key="description",
            multiline=True,
            resource_id="track_edit_description",
        ),
    )


def save_form(context: Context[None], store: TrackStore) -> None:
    track = store.get(track_id_of(context))
    if track is not None:
        category = context.text("type", track.category)
        store.change(
            track.id,
            name=context.text("name", track.name),
            description=context.text("description", track.description),
            category=category,
            activity_type=by_label(category).id if category else "",
        )


def type_dialog(context: Context[None]) -> w.Dialog:
    """The kinds of activity that have a picture of their own."""
    shown = [kind for kind in ACTIVITY_TYPES if kind.icon != "question_mark"]

    def cell(label: str, icon: str) -> w.Widget:
        def choose() -> None:
            context.set_text("type", label)
            context.dismiss()

        return w.Stack((w.Icon(icon),), ("center",), height=56, description=label, on_tap=choose)

    grid = w.Grid(tuple(cell(kind.label, kind.icon) for kind in shown), _COLUMNS_OF_ICONS)
    return w.Dialog(
        title="Activity type", body=w.Scroll((grid,), key="kinds", height=400), buttons=(w.DialogButton("Cancel"),)
    )
