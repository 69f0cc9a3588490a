"""Search by name or coordinates, what was searched before, and places by their kind."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.osmand.map_page import kind_text
from device_farm.simulator.apps.osmand.pieces import line
from device_farm.simulator.apps.osmand.places import PLACES, Point, search_places
from device_farm.simulator.apps.osmand.state import MapContext, settings, show_point
from device_farm.simulator.toolkit import widgets as w

_TABS = ("HISTORY", "CATEGORIES", "ADDRESS")
_HISTORY_LENGTH = 10
_SEPARATOR = "\n"


def search_page(context: MapContext) -> w.Widget:
    query = context.text("searchEditText")
    key = "searchEditText"
    field = w.TextField("Type to search all", key=key, style="plain", resource_id=key, weight=1)
    parts: list[w.Widget] = [
        w.IconButton("arrow_back", description="Navigate up", on_tap=partial(leave, context)),
        field,
    ]
    if query:
        parts.append(
            w.IconButton(
                "close",
                description="Clear",
                resource_id="clearButton",
                on_tap=lambda: context.set_text("searchEditText", ""),
            )
        )
    bar = w.Row(tuple(parts), height=56, padding=(4, 0), background="surface_container")
    body = _found(context, query) if query.strip() else _tabs(context)
    return w.Column((bar, *body), width="fill", height="fill", background="surface")


def leave(context: MapContext) -> None:
    context.focus(None)
    context.update(page="map")


def _found(context: MapContext, query: str) -> tuple[w.Widget, ...]:
    points = search_places(query)
    if not points:
        return (w.Text("Nothing found", style="title", align="center", padding=48, resource_id="empty_search"),)
    return (_list(context, points, "results"),)


def _list(context: MapContext, points: tuple[Point, ...], key: str) -> w.Widget:
    rows = tuple(line(point.name, kind_text(point), "location_on", partial(_open, context, point)) for point in points)
    return w.Scroll(rows, key=key, weight=1, resource_id="list")


def _open(context: MapContext, point: Point) -> None:
    _remember(context, point.name)
    show_point(context, point)


def _remember(context: MapContext, name: str) -> None:
    names = [name, *(other for other in _history(context) if other != name)]
    settings(context).put(search_history=_SEPARATOR.join(names[:_HISTORY_LENGTH]))


def _history(context: MapContext) -> tuple[str, ...]:
    return tuple(name for name in settings(context).text("search_history").split(_SEPARATOR) if name)


def _tabs(context: MapContext) -> tuple[w.Widget, ...]:
    tabs = w.Tabs(_TABS, context.state.tab, lambda index: context.update(tab=index))
    match context.state.tab:
        case 0:
            names = _history(context)
            found = tuple(point for name in names for point in search_places(name)[:1])
            empty = w.Text("Nothing was searched yet", align="center", padding=48, colour="on_surface_variant")
            return (tabs, _list(context, found, "history") if found else empty)
        case 1:
            kinds = ("Town", "Village", "Hamlet")
            rows: list[w.Widget] = []
            for kind in kinds:
                rows.append(w.SectionHeader(f"{kind}s"))
                rows.extend(
                    line(place.name, kind_text(place), "location_city", partial(_open, context, place))
                    for place in PLACES
                    if place.kind == kind
                )
            return (tabs, w.Scroll(tuple(rows), key="categories", weight=1))
        case _:
            hint = w.Text(
                "Search a village by its name, or type latitude and longitude.", padding=24, colour="on_surface_variant"
            )
            return (tabs, hint, _list(context, tuple(sorted(PLACES, key=lambda place: place.name)), "address"))
