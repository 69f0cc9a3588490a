"""Ways to a saved track: points set on the map, or directions from place to place."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from device_farm.simulator.apps.osmand.gpx import track_names, write_track
from device_farm.simulator.apps.osmand.pieces import line, page, toolbar
from device_farm.simulator.apps.osmand.places import LatLon
from device_farm.simulator.apps.osmand.projection import distance_text, length_m
from device_farm.simulator.apps.osmand.sketch import sketch_map, zoom_buttons
from device_farm.simulator.apps.osmand.state import BLUE, ORANGE, MapContext
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.toolkit import widgets as w


def directions_page(context: MapContext) -> w.Widget:
    """The way in straight lines from stop to stop: the sketch has no roads to route on."""
    stops = context.state.stops

    def without(index: int) -> None:
        context.update(stops=(*stops[:index], *stops[index + 1 :]))

    rows = tuple(
        line(
            stop.name,
            "From:" if index == 0 else "To:" if index == len(stops) - 1 else "Via:",
            "trip_origin" if index == 0 else "location_on",
            None,
            trailing=w.IconButton("close", description="Remove", on_tap=partial(without, index)),
        )
        for index, stop in enumerate(stops)
    )
    hint = w.Text("Search a place and tap Directions to add it to the way.", padding=24, colour="on_surface_variant")
    buttons: list[w.Widget] = [
        w.Button("CANCEL", "tonal", weight=1, on_tap=lambda: context.update(page="map", stops=()))
    ]
    if len(stops) > 1:
        buttons.append(w.Button("DETAILS", colour=BLUE, weight=1, on_tap=lambda: context.update(page="details")))
    summary = w.Text(f"Straight line: {distance_text(length_m(tuple(stop.at for stop in stops)))}", padding=(16, 12))
    body = (w.Scroll(rows or (hint,), key="stops", weight=1), summary, w.Row(tuple(buttons), gap=12, padding=16))
    return page(toolbar("Directions", partial(context.update, page="map")), *body)


def details_page(context: MapContext) -> w.Widget:
    stops = context.state.stops
    save = w.IconButton(
        "save",
        description="Save as new track",
        resource_id="save_as_gpx",
        on_tap=lambda: context.dialog("save", tuple(stop.at for stop in stops)),
    )
    rows = tuple(
        line(
            f"{first.name} – {second.name}",
            distance_text(length_m((first.at, second.at))),
            "straighten",
            None,
        )
        for first, second in pairwise(stops)
    )
    bar = toolbar("Route information", partial(context.update, page="directions"), (save,))
    return page(bar, w.Scroll(rows, key="details", weight=1))


def start_plan_sheet(context: MapContext) -> w.Overlay:
    """Plan a route: a new one, or the points of a stored track."""

    def begin(points: tuple[LatLon, ...]) -> None:
        context.dismiss()
        context.update(page="plan", menu=False, point=None, drawn=points, undone=())

    rows = (
        w.Text("Plan a route", style="title", padding=(16, 0, 16, 8)),
        w.ListRow("Create new route", icon="add", on_tap=partial(begin, ()), resource_id="create_new_route"),
    )
    return w.BottomSheet(w.Column(rows, padding=(0, 0, 0, 24)))


def plan_page(context: MapContext) -> w.Widget:
    """Points set one after the other: by a tap on the map, or at its middle by Add point."""
    state = context.state
    done = w.Button(
        "DONE",
        "text",
        colour=BLUE,
        resource_id="done_button",
        enabled=len(state.drawn) > 1,
        on_tap=lambda: context.dialog("save", state.drawn),
    )
    bar = toolbar("Plan a route", partial(_leave_plan, context), (done,))
    summary = w.Row(
        (
            w.Text(distance_text(length_m(state.drawn)), style="title", resource_id="measurement_distance_text_view"),
            w.Text(
                f"points: {len(state.drawn)}", colour="on_surface_variant", resource_id="measurement_points_text_view"
            ),
        ),
        gap=12,
        padding=(16, 12),
    )
    controls = w.Row(
        (
            w.IconButton(
                "undo",
                description="Undo",
                resource_id="undo_point_button",
                enabled=bool(state.drawn),
                on_tap=partial(_undo, context),
            ),
            w.IconButton(
                "redo",
                description="Redo",
                resource_id="redo_point_button",
                enabled=bool(state.undone),
                on_tap=partial(_redo, context),
            ),
            w.Spacer(weight=1),
            w.Button(
                "Add point",
                colour=BLUE,
                icon="add",
                resource_id="add_point_button",
                on_tap=lambda: context.update(drawn=(*state.drawn, state.center), undone=()),
            ),
        ),
        padding=(8, 4, 16, 12),
    )
    panel = w.Column((summary, w.Divider(), controls), background="surface", elevation=8, resource_id="main_view")
    cross = w.Icon("add", size=32, colour=ORANGE)
    sides = w.Column(zoom_buttons(context), gap=8, padding=(0, 0, 8, 0))
    layers = (sketch_map(context, drawing=True), cross, bar, sides, panel)
    return w.Stack(layers, ("fill", "center", "top", "end", "bottom"), width="fill", height="fill")


def _leave_plan(context: MapContext) -> None:
    context.update(page="map", drawn=(), undone=())


def _undo(context: MapContext) -> None:
    *rest, last = context.state.drawn
    context.update(drawn=tuple(rest), undone=(*context.state.undone, last))


def _redo(context: MapContext) -> None:
    *rest, last = context.state.undone
    context.update(drawn=(*context.state.drawn, last), undone=tuple(rest))


def _free_name(context: MapContext) -> str:
    """Date and time, with a number behind them where a track has that name already."""
    stem, taken = f"{context.local():%Y-%m-%d_%H-%M_%a}", track_names(context.files)
    return next(name for name in (stem, *(f"{stem} - {count}" for count in range(2, 1000))) if name not in taken)


def save_dialog(context: MapContext, argument: object) -> w.Overlay:
    """`argument` holds the points of the track."""
    points = argument if isinstance(argument, tuple) else ()
    proposed = _free_name(context)
    name = context.text("file_name", proposed).strip()

    def save() -> None:
        try:
            write_track(context.files, name, points, context.now_s)
        except FileSystemError as error:
            context.toast(str(error))
            return
        context.update(page="map", drawn=(), undone=(), track=points, stops=())
        context.toast("Track saved")

    taken = name in track_names(context.files)
    field = w.TextField(
        "",
        proposed,
        "File name",
        key="file_name",
        resource_id="file_name",
        error="This name is already used" if taken else "",
    )
    return w.Dialog(
        title="Save as new track",
        body=field,
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("SAVE", save, enabled=bool(name) and not taken)),
    )
