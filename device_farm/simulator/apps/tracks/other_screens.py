"""Markers, settings and help."""

from __future__ import annotations

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.tracks.formats import UNITS
from device_farm.simulator.apps.tracks.looks import track_id_of
from device_farm.simulator.apps.tracks.schema import PACKAGE
from device_farm.simulator.apps.tracks.store import store_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


class MarkerList(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        track_id = track_id_of(context)
        rows = store_of(context).database.query(
            "SELECT name, description FROM markers WHERE ? = 0 OR trackid = ? ORDER BY _id", (track_id, track_id)
        )
        lines = tuple(w.ListRow(str(row[0] or ""), str(row[1] or ""), "place") for row in rows)
        empty = (w.Text("You don't have any markers", style="title_large", align="center", padding=24),)
        return w.Screen(app_bar=w.AppBar("Markers", navigation="back"), body=w.Scroll(lines or empty, key="markers"))


class Settings(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        units = store_of(context).units
        label = next(text for name, text in UNITS if name == units)
        lines = (
            w.SectionHeader("Default Units and Activity"),
            w.ListRow("Preferred units", label, on_tap=lambda: context.dialog("units")),
        )
        return w.Screen(app_bar=w.AppBar("Settings", navigation="back"), body=w.Scroll(lines, key="settings"))

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        names = [units for units, _ in UNITS]
        return w.ChoiceDialog(
            "Preferred units",
            tuple(text for _, text in UNITS),
            names.index(store_of(context).units),
            lambda index: PreferenceStore(context.files, PACKAGE).put(statsUnits=names[index]),
        )


class Help(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        lines = (
            w.ListRow(
                "How to start recording?", "Tap the red record button below the list of tracks.", summary_lines=4
            ),
            w.ListRow("How to stop recording?", "Hold the stop button until the form appears.", summary_lines=4),
            w.ListRow("How to edit a track?", "Hold a track in the list, then tap the pen.", summary_lines=4),
        )
        return w.Screen(app_bar=w.AppBar("Help", navigation="back"), body=w.Scroll(lines, key="help"))
