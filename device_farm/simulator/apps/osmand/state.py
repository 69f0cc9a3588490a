"""What the one activity remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps.osmand.places import CENTER, START_ZOOM, LatLon, Point
from device_farm.simulator.apps.osmand.projection import Viewport
from device_farm.simulator.apps.osmand.schema import PACKAGE
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.toolkit.app import AppContext, Context

Page: TypeAlias = Literal[
    "map",
    "search",
    "favorite",
    "markers",
    "history",
    "plan_markers",
    "plan",
    "directions",
    "details",
    "places",
    "configure",
    "help",
]

BLUE: Final = 0xFF237BFF
ORANGE: Final = 0xFFFF8800
GREY: Final = 0xFF727272
WHITE: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class MapState:
    """`point` is the place whose panel is open; `drawn` the points of a new track, `undone` those taken back;
    `stops` the places of the route; `tab` the part of a page that is shown; `show_favorites`, `show_names` what the
    map shows.
    """

    page: Page = "map"
    menu: bool = False
    center: LatLon = CENTER
    zoom: int = START_ZOOM
    point: Point | None = None
    drawn: tuple[LatLon, ...] = ()
    undone: tuple[LatLon, ...] = ()
    stops: tuple[Point, ...] = ()
    track: tuple[LatLon, ...] = ()
    tab: int = 0
    show_favorites: bool = True
    show_names: bool = True

    @property
    def viewport(self) -> Viewport:
        return Viewport(self.center, self.zoom)


MapContext: TypeAlias = Context[MapState]


def show_point(context: MapContext, point: Point) -> None:
    """The map around a place, with its panel."""
    context.focus(None)
    context.update(page="map", menu=False, point=point, center=point.at, zoom=max(context.state.zoom, 14))


def settings(context: AppContext) -> PreferenceStore:
    return PreferenceStore(context.files, PACKAGE, "net.osmand.settings")
