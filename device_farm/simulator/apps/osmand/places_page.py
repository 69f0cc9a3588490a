"""Favourites and tracks (My Places), the editor of a favourite, and the smaller pages."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.osmand.gpx import read_favorites, read_track, track_names, track_path, write_favorites
from device_farm.simulator.apps.osmand.pieces import line, page, toolbar
from device_farm.simulator.apps.osmand.places import Point
from device_farm.simulator.apps.osmand.projection import distance_text, length_m
from device_farm.simulator.apps.osmand.schema import VERSION
from device_farm.simulator.apps.osmand.state import BLUE, MapContext, show_point
from device_farm.simulator.toolkit import widgets as w


def favorite_page(context: MapContext) -> w.Widget:
    point = context.state.point
    if point is None:
        return page(toolbar("Add favorite", partial(context.update, page="map")))
    fields = w.Column(
        (
            w.TextField("", point.name, "Name", key="name_edit", resource_id="name_edit"),
            w.Row((w.Icon("folder", colour=0xFFEECC22), w.Text("Favorites", style="body_large")), gap=16),
            w.Text(f"{point.lat:.5f}, {point.lon:.5f}", colour="on_surface_variant"),
        ),
        gap=16,
        padding=16,
    )
    buttons = w.Row(
        (
            w.Button("CANCEL", "tonal", resource_id="dismiss_button", weight=1, on_tap=partial(_close_editor, context)),
            w.Button(
                "SAVE",
                colour=BLUE,
                resource_id="right_bottom_button",
                weight=1,
                on_tap=lambda: _save_favorite(context, point),
            ),
        ),
        gap=12,
        padding=16,
    )
    return page(toolbar("Add favorite", partial(_close_editor, context)), fields, w.Spacer(weight=1), buttons)


def _close_editor(context: MapContext) -> None:
    context.focus(None)
    context.update(page="map")


def _save_favorite(context: MapContext, point: Point) -> None:
    name = context.text("name_edit", point.name).strip()
    if not name:
        context.toast("Please enter a name")
        return
    kept = tuple(other for other in read_favorites(context.files) if other.name != name)
    saved = Point(name, "Favorite", point.lat, point.lon)
    write_favorites(context.files, (*kept, saved), context.now_s)
    context.focus(None)
    context.update(page="map", point=saved)
    context.toast("Favorite was added")


def my_places(context: MapContext) -> w.Widget:
    bar = toolbar("My Places", partial(context.update, page="map"))
    tabs = w.Tabs(("FAVORITES", "TRACKS"), context.state.tab, lambda index: context.update(tab=index))
    rows = _favorites(context) if context.state.tab == 0 else _tracks(context)
    empty = w.Text("Nothing here yet", align="center", padding=48, colour="on_surface_variant")
    return page(bar, tabs, w.Scroll(rows or (empty,), key=f"places{context.state.tab}", weight=1))


def _favorites(context: MapContext) -> tuple[w.Widget, ...]:
    favorites = read_favorites(context.files)

    def delete(point: Point) -> None:
        write_favorites(context.files, tuple(other for other in favorites if other is not point), context.now_s)

    return tuple(
        w.ContextMenu(
            (w.MenuItem("Delete", partial(delete, point)),),
            line(point.name, f"{point.lat:.5f}, {point.lon:.5f}", "star", partial(show_point, context, point)),
            key=f"favorite{index}",
        )
        for index, point in enumerate(favorites)
    )


def _tracks(context: MapContext) -> tuple[w.Widget, ...]:
    def show(name: str) -> None:
        points = read_track(context.files, name)
        if points:
            context.update(page="map", track=points, center=points[0], point=None)
        else:
            context.toast("The track cannot be read")

    def delete(name: str) -> None:
        context.files.remove(track_path(name))

    return tuple(
        w.ContextMenu(
            (w.MenuItem("Delete", partial(delete, name)),),
            line(name, distance_text(length_m(read_track(context.files, name))), "timeline", partial(show, name)),
            key=f"track{index}",
        )
        for index, name in enumerate(track_names(context.files))
    )


def configure_page(context: MapContext) -> w.Widget:
    state = context.state
    return page(
        toolbar("Configure map", partial(context.update, page="map")),
        w.SwitchRow("Favorites", state.show_favorites, on_change=lambda on: context.update(show_favorites=on)),
        w.SwitchRow("Place names", state.show_names, on_change=lambda on: context.update(show_names=on)),
    )


def help_page(context: MapContext) -> w.Widget:
    text = "A sketch of Liechtenstein: places, border and roads are drawn from a small table, not from survey data."
    return page(
        toolbar("Help", partial(context.update, page="map")),
        w.ListRow("Version", f"OsmAnd {VERSION}"),
        w.Text(text, padding=16),
    )
