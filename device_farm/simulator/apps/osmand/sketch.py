"""The map itself: land, river, roads, names, and what the person has put on it."""

from __future__ import annotations

import math
from typing import Final

from device_farm.simulator.apps.osmand.gpx import read_favorites
from device_farm.simulator.apps.osmand.markers import MarkerStore
from device_farm.simulator.apps.osmand.pieces import round_button
from device_farm.simulator.apps.osmand.places import BORDER, PLACES, RHINE, ROADS, LatLon, Point, location_point
from device_farm.simulator.apps.osmand.projection import VIEW_HEIGHT_DP, VIEW_WIDTH_DP, ZOOMS, Viewport
from device_farm.simulator.apps.osmand.state import BLUE, ORANGE, MapContext
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.content import Drawing, Stroke

_LAND: Final = 0xFFF1EEE8
_COUNTRY: Final = 0xFFF7F7EF
_FRONTIER: Final = 0xFFB07AA1
_WATER: Final = 0xFF9CC9E8
_ROAD_EDGE: Final = 0xFFD9A441
_ROAD: Final = 0xFFFCE3A6
_INK: Final = 0xFF3A3A3A
_TRACK: Final = 0xFFC0392B
_TOUCH_DP: Final = 24.0
_TOWN: Final = "Town"
_HAMLETS_FROM: Final = 12
_LABEL_WIDTH_DP: Final = 120.0


def sketch_map(context: MapContext, *, drawing: bool = False) -> w.Widget:
    """The map that fills the screen; `drawing` while points of a new track are being set."""
    state = context.state
    view = state.viewport
    layers: list[w.Widget] = [
        Drawing(
            "polygon",
            values=(0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0),
            colours=(_LAND,),
            on_stroke=lambda stroke: _touched(context, stroke, drawing=drawing),
            width="fill",
            height="fill",
            resource_id="map_view_with_layers",
            class_name="android.view.View",
        ),
        _area(view, BORDER, _COUNTRY),
        _line(view, (*BORDER, BORDER[0]), _FRONTIER, 4),
        _line(view, RHINE, _WATER, 14),
        *(_line(view, road, _ROAD_EDGE, 11) for road in ROADS),
        *(_line(view, road, _ROAD, 7) for road in ROADS),
    ]
    route = state.track or tuple(stop.at for stop in state.stops)
    for points, colour in ((route, _TRACK), (state.drawn, BLUE)):
        if len(points) > 1:
            layers.append(_line(view, points, colour, 10))
    layers.append(w.Absolute(_pins(context, view), width="fill", height="fill"))
    return w.Stack(tuple(layers), width="fill", height="fill")


def _flat(view: Viewport, points: tuple[LatLon, ...]) -> tuple[float, ...]:
    return tuple(round(value, 5) for point in points for value in view.fraction(point))


def _line(view: Viewport, points: tuple[LatLon, ...], colour: int, width_px: float) -> w.Widget:
    return Drawing("polyline", values=(width_px, *_flat(view, points)), colours=(colour,), width="fill", height="fill")


def _area(view: Viewport, points: tuple[LatLon, ...], colour: int) -> w.Widget:
    return Drawing("polygon", values=_flat(view, points), colours=(colour,), width="fill", height="fill")


def _pins(context: MapContext, view: Viewport) -> tuple[tuple[float, float, w.Widget], ...]:
    """Names, markers, favourites, the points of the track and the place that is open."""
    state = context.state
    pins: list[tuple[LatLon, float, float, w.Widget]] = []
    if state.show_names:
        for place in PLACES:
            if place.kind != "Hamlet" or state.zoom >= _HAMLETS_FROM:
                pins.extend(_label(place))
    if state.show_favorites:
        star = w.Icon("star", size=20, colour=0xFFEECC22)
        pins.extend((favorite.at, 10.0, 10.0, star) for favorite in read_favorites(context.files))
    flag = w.Icon("flag", size=24, colour=BLUE)
    pins.extend((marker.point.at, 6.0, 22.0, flag) for marker in MarkerStore(context).active())
    # Icons, not filled boxes: a box would keep the finger from the map below it.
    dot = w.Icon("circle", size=14, colour=BLUE)
    pins.extend((at, 7.0, 7.0, dot) for at in state.drawn)
    if state.point is not None:
        pins.append((state.point.at, 16.0, 30.0, w.Icon("location_on", size=32, colour=ORANGE)))
    placed = []
    for at, left, top, widget in pins:
        across, along = view.fraction(at)
        if 0 < across < 1 and 0 < along < 1:
            placed.append((across * VIEW_WIDTH_DP - left, along * VIEW_HEIGHT_DP - top, widget))
    return tuple(placed)


def _label(place: Point) -> tuple[tuple[LatLon, float, float, w.Widget], ...]:
    """A dot with the name below. The map is one picture to accessibility, so neither is in its tree."""
    town = place.kind == _TOWN
    name = w.Text(
        place.name,
        style="title_small" if town else "label_small",
        colour=_INK,
        align="center",
        width=_LABEL_WIDTH_DP,
        decorative=True,
    )
    dot = w.Icon("circle", size=8, colour=_INK)
    return ((place.at, 4.0, 4.0, dot), (place.at, _LABEL_WIDTH_DP / 2, -3.0, name))


def _touched(context: MapContext, stroke: Stroke, *, drawing: bool) -> None:
    """A moved finger takes the map along; a tap opens the place below it or sets a point of the track."""
    view = context.state.viewport
    across, along = stroke.points[0]
    if len(stroke.points) > 1:
        end_across, end_along = stroke.points[-1]
        context.update(center=view.location(0.5 - (end_across - across), 0.5 - (end_along - along)))
        return
    spot = view.location(across, along)
    if drawing:
        context.update(drawn=(*context.state.drawn, spot), undone=())
        return
    near = _place_near(view, across, along)
    if near is not None:
        context.update(point=near)
    elif stroke.long:
        context.update(point=location_point(*spot))
    else:
        context.update(point=None)


def _place_near(view: Viewport, across: float, along: float) -> Point | None:
    """The place whose dot lies under a finger."""

    def away_dp(place: Point) -> float:
        x, y = view.fraction(place.at)
        return math.hypot((x - across) * VIEW_WIDTH_DP, (y - along) * VIEW_HEIGHT_DP)

    nearest = min(PLACES, key=away_dp)
    return nearest if away_dp(nearest) <= _TOUCH_DP else None


def zoom(context: MapContext, step: int) -> None:
    low, high = ZOOMS
    context.update(zoom=min(max(context.state.zoom + step, low), high))


def zoom_buttons(context: MapContext) -> tuple[w.Widget, w.Widget]:
    return (
        round_button("add", "Zoom in", "map_zoom_in_button", lambda: zoom(context, 1)),
        round_button("remove", "Zoom out", "map_zoom_out_button", lambda: zoom(context, -1)),
    )
