"""The map with its buttons, the drawer, and the panel of a place."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.osmand.markers import MarkerStore
from device_farm.simulator.apps.osmand.pieces import round_button
from device_farm.simulator.apps.osmand.places import CENTER, COUNTRY, START_ZOOM, Point
from device_farm.simulator.apps.osmand.projection import distance_m, distance_text
from device_farm.simulator.apps.osmand.sketch import sketch_map, zoom_buttons
from device_farm.simulator.apps.osmand.state import BLUE, MapContext, Page
from device_farm.simulator.apps.overlays import drawer
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.base import Handler
from device_farm.simulator.toolkit.containers import Place


def map_page(context: MapContext) -> w.Widget:
    layers: list[w.Widget] = [sketch_map(context)]
    places: list[Place] = ["fill"]
    if context.state.point is None:
        layers.extend((_top_buttons(context), _bottom_buttons(context)))
        places.extend(("top", "bottom"))
    else:
        layers.extend((_zoom_buttons(context), place_panel(context, context.state.point)))
        places.extend(("end", "bottom"))
    if context.state.menu:
        layers.append(_drawer(context))
        places.append("fill")
    return w.Stack(tuple(layers), tuple(places), width="fill", height="fill")


def _top_buttons(context: MapContext) -> w.Widget:
    buttons = (
        round_button("layers", "Configure map", "map_layers_button", lambda: context.update(page="configure")),
        round_button("search", "Search", "map_search_button", lambda: open_search(context)),
    )
    return w.Row(buttons, gap=8, padding=8)


def open_search(context: MapContext) -> None:
    context.update(page="search", menu=False, tab=0)
    context.set_text("searchEditText", "")
    context.focus("searchEditText")


def _bottom_buttons(context: MapContext) -> w.Widget:
    left = w.Row(
        (
            round_button("menu", "Menu", "map_menu_button", lambda: context.update(menu=True)),
            round_button(
                "directions", "Directions", "map_route_info_button", lambda: context.update(page="directions")
            ),
        ),
        gap=8,
        cross="end",
    )
    return w.Row((left, w.Spacer(weight=1), _zoom_buttons(context)), cross="end", padding=8)


def _zoom_buttons(context: MapContext) -> w.Widget:
    return w.Column(
        (
            round_button(
                "my_location",
                "My position",
                "map_my_location_button",
                lambda: context.update(center=CENTER, zoom=START_ZOOM),
            ),
            *zoom_buttons(context),
        ),
        gap=8,
        padding=(0, 0, 8, 0),
    )


def _drawer(context: MapContext) -> w.Widget:
    def go(page: Page) -> Handler:
        return partial(context.update, page=page, menu=False, tab=0, point=None)

    entries: tuple[tuple[str, str, Handler], ...] = (
        ("Map markers", "flag", go("markers")),
        ("My Places", "star", go("places")),
        ("Search", "search", lambda: open_search(context)),
        ("Directions", "directions", go("directions")),
        ("Configure map", "layers", go("configure")),
        ("Plan a route", "timeline", lambda: context.dialog("start_plan")),
        ("Help", "help", go("help")),
    )
    rows = tuple(w.ListRow(title, icon=icon, title_id="title", on_tap=on_tap) for title, icon, on_tap in entries)
    head = w.Text("OsmAnd", style="title_large", padding=(16, 24))
    return drawer((head, *rows), lambda: context.update(menu=False), resource_id="menuItems")


def kind_text(point: Point) -> str:
    return point.kind if point.kind in ("Location", "Favorite", "Map marker") else f"{point.kind}, {COUNTRY}"


def place_panel(context: MapContext, point: Point) -> w.Widget:
    """What can be done with a place: add to the favourites, mark, share, go there."""
    away = distance_text(distance_m(context.state.center, point.at))
    names = w.Column(
        (
            w.Text(point.name, style="title_large", resource_id="context_menu_line1"),
            w.Text(kind_text(point), colour="on_surface_variant", resource_id="context_menu_line2"),
            w.Text(f"{point.lat:.5f}, {point.lon:.5f}", colour="on_surface_variant", resource_id="context_menu_line3"),
        ),
        weight=1,
    )
    head = w.Row(
        (
            names,
            w.Text(away, colour="on_surface_variant", resource_id="distance"),
            w.IconButton("close", description="Close", on_tap=lambda: context.update(point=None)),
        ),
        padding=(16, 12, 4, 4),
    )
    actions = w.Row(
        (
            _action("Add", "star_border", "context_menu_fav_button", lambda: _open_editor(context, point)),
            _action("Marker", "flag", "context_menu_route_button", lambda: _mark(context, point)),
            _action("Share", "share", "context_menu_share_button", lambda: context.dialog("share")),
        )
    )
    directions = w.Button(
        "DIRECTIONS",
        colour=BLUE,
        icon="directions",
        resource_id="context_menu_directions_button",
        on_tap=lambda: _go_there(context, point),
    )
    panel = (head, w.Divider(), actions, w.Divider(), w.Row((w.Spacer(weight=1), directions), padding=(16, 8)))
    return w.Column(panel, background="surface", elevation=8, resource_id="context_menu_main")


def _action(text: str, icon: str, resource_id: str, on_tap: Handler) -> w.Widget:
    label = w.Text(text, style="label", align="center", resource_id=f"{resource_id}_text_view")
    return w.Column(
        (w.Icon(icon, colour=BLUE), label),
        gap=4,
        cross="center",
        padding=(0, 12),
        weight=1,
        on_tap=on_tap,
        resource_id=resource_id,
    )


def _open_editor(context: MapContext, point: Point) -> None:
    context.update(page="favorite")
    context.set_text("name_edit", point.name)


def _mark(context: MapContext, point: Point) -> None:
    MarkerStore(context).add(point)
    context.update(point=None)
    context.toast("Map marker added")


def _go_there(context: MapContext, point: Point) -> None:
    """The first place is where the way begins, every other one is appended to it."""
    context.update(page="directions", stops=(*context.state.stops, point), point=None)
