"""The camera's settings."""

from __future__ import annotations

from device_farm.simulator.apps.camera.screens import LOCATION_KEY, PACKAGE
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


class CameraSettings(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        store = PreferenceStore(context.files, PACKAGE)
        on = store.flag(LOCATION_KEY, True)
        return w.Screen(
            app_bar=w.AppBar("Settings", navigation="back"),
            body=w.Scroll(
                (
                    w.ListRow("Resolution & quality", "Back camera photo: (4:3) 2.8 megapixels"),
                    w.SwitchRow("Save location", on, on_change=lambda value: store.put(**{LOCATION_KEY: value})),
                ),
                key="settings",
            ),
        )
