"""Choosing the cities of the world clock."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.clock.cities import City, search_cities
from device_farm.simulator.apps.clock.clock_tab import zone_of
from device_farm.simulator.apps.clock.timer_store import ClockPreferences
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

CITIES_CLASS = "com.android.deskclock.worldclock.CitySelectionActivity"


class CitySelection(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        chosen = ClockPreferences(context.files).city_ids()
        found = search_cities(context.text("search"))
        field = w.TextField(
            "Search for a city", key="search", style="plain", autofocus=True, resource_id="search_src_text"
        )
        body: w.Widget = w.LazyList(
            key="found",
            count=len(found),
            row=lambda index: self._row(context, found[index], found[index].id in chosen),
            row_height=64,
            weight=1,
            resource_id="cities_list",
        )
        if not found:
            body = w.Text("No matching city", padding=24, colour="on_surface_variant")
        return w.Screen(app_bar=w.AppBar(navigation="back", title_widget=field), body=w.Column((body,)))

    def _row(self, context: Context[None], city: City, chosen: bool) -> w.Widget:
        there = context.local().astimezone(zone_of(city.zone))
        return w.CheckRow(
            city.label,
            chosen,
            time_text(there.hour, there.minute, context.is_24_hour),
            on_change=partial(self._choose, context, city.id),
            height=64,
        )

    def _choose(self, context: Context[None], city_id: str, on: bool) -> None:
        preferences = ClockPreferences(context.files)
        others = tuple(other for other in preferences.city_ids() if other != city_id)
        preferences.save_city_ids((*others, city_id) if on else others)
