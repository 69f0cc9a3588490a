"""The map app, under the package and activity names of OsmAnd."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.apps.osmand import marker_pages, places_page, routes
from device_farm.simulator.apps.osmand.map_page import map_page
from device_farm.simulator.apps.osmand.markers import MarkerStore
from device_farm.simulator.apps.osmand.schema import BACKUPS, DATABASE, FAVORITES_PATH, PACKAGE, SCHEMA, TRACKS, VERSION
from device_farm.simulator.apps.osmand.search import leave as leave_search
from device_farm.simulator.apps.osmand.search import search_page
from device_farm.simulator.apps.osmand.state import BLUE, ORANGE, MapContext, MapState, Page, settings
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.intents import LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App, AppContext, AppIcon

_READY_KEY: Final = "first_time_run"
_BACK: Final[dict[Page, Page]] = {"plan_markers": "markers", "details": "directions", "history": "markers"}


class Map(Activity[MapState]):
    """The one activity; a page for each of the real app's fragments."""

    def initial(self, context: MapContext) -> MapState:
        # The start makes the database where it is missing, whether or not anybody looks at the screen.
        MarkerStore(context)
        return MapState()

    def build(self, context: MapContext) -> w.Widget:
        if not settings(context).flag(_READY_KEY):
            return _first_run(context)
        match context.state.page:
            case "map":
                return map_page(context)
            case "search":
                return search_page(context)
            case "favorite":
                return places_page.favorite_page(context)
            case "markers" | "history":
                return marker_pages.markers_page(context)
            case "plan_markers":
                return marker_pages.plan_markers_page(context)
            case "plan":
                return routes.plan_page(context)
            case "directions":
                return routes.directions_page(context)
            case "details":
                return routes.details_page(context)
            case "places":
                return places_page.my_places(context)
            case "configure":
                return places_page.configure_page(context)
            case "help":
                return places_page.help_page(context)

    def dialog(self, context: MapContext, name: str, argument: object) -> w.Overlay:
        match name:
            case "save":
                return routes.save_dialog(context, argument)
            case "markers_more":
                return marker_pages.markers_sheet(context)
            case "plan_options":
                return marker_pages.plan_options_sheet(context)
            case "start_plan":
                return routes.start_plan_sheet(context)
            case _:
                return _share_dialog(context)

    def on_back(self, context: MapContext) -> bool:
        state = context.state
        if state.menu:
            context.update(menu=False)
        elif state.page == "search":
            leave_search(context)
        elif state.page != "map":
            context.update(page=_BACK.get(state.page, "map"), drawn=(), undone=())
        elif state.point is not None:
            context.update(point=None)
        else:
            return False
        return True


def _share_dialog(context: MapContext) -> w.Overlay:
    point = context.state.point
    text = f"{point.lat:.5f}, {point.lon:.5f}" if point is not None else ""
    return w.Dialog(
        title="Share",
        text=text,
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("COPY", lambda: context.copy(text))),
    )


def _first_run(context: MapContext) -> w.Widget:
    """What a cleared app asks first: a map to download, which the sketch does not need."""
    parts = (
        w.Icon("public", size=96, colour=ORANGE),
        w.Text("Get started", style="headline", resource_id="wizard_title"),
        w.Text("Maps for offline use can be downloaded now or later.", align="center"),
        w.Button(
            "SKIP DOWNLOAD",
            colour=BLUE,
            resource_id="skip_button",
            on_tap=lambda: settings(context).put(**{_READY_KEY: True}),
        ),
    )
    return w.Column(
        parts, gap=24, padding=32, main="center", cross="center", width="fill", height="fill", background="surface"
    )


class MapsApp(App):
    """A new phone comes set up and with nothing on the map; cleared data bring the first step back."""

    package = PACKAGE
    label = "OsmAnd"
    icon = AppIcon(glyph="explore", background=ORANGE)
    version_name = VERSION
    version_code = 4613
    system = False
    permissions = (
        "android.permission.ACCESS_FINE_LOCATION",
        "android.permission.ACCESS_COARSE_LOCATION",
        "android.permission.POST_NOTIFICATIONS",
        "android.permission.INTERNET",
    )
    activities = (
        ActivityEntry(
            class_name=".plus.activities.MapActivity",
            activity=Map(),
            single_top=True,
            filters=(IntentFilter(actions=(MAIN,), categories=(LAUNCHER,)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        context.database(DATABASE, SCHEMA).create()
        for folder in (BACKUPS, TRACKS, FAVORITES_PATH.rpartition("/")[0]):
            context.files.mkdir(folder, parents=True)
        if first_start(context):
            settings(context).put(**{_READY_KEY: True})
