"""Map markers: their list, what can be done with all of them, and the route that is planned from them."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.osmand.markers import Marker, MarkerStore
from device_farm.simulator.apps.osmand.pieces import line, page, toolbar
from device_farm.simulator.apps.osmand.projection import distance_text, length_m
from device_farm.simulator.apps.osmand.state import BLUE, MapContext, show_point
from device_farm.simulator.toolkit import widgets as w


def markers_page(context: MapContext) -> w.Widget:
    """Map markers: the active ones, the history, and what can be done with all of them."""
    history = context.state.page == "history"
    store = MarkerStore(context)
    markers = store.history() if history else store.active()
    rows = tuple(_marker_row(context, marker, history=history) for marker in markers)
    empty = w.Text("No map markers", style="title", align="center", padding=48)
    bottom = w.BottomNavigation(
        (w.NavItem("Markers", "flag"), w.NavItem("History", "history"), w.NavItem("More", "more_horiz")),
        1 if history else 0,
        lambda index: _pick_tab(context, index),
    )
    bar = toolbar("Map markers", partial(context.update, page="map"))
    return page(bar, w.Scroll(rows or (empty,), key="markers", weight=1), bottom)


def _pick_tab(context: MapContext, index: int) -> None:
    if index == 2:
        context.dialog("markers_more")
    else:
        context.update(page="history" if index else "markers")


def _marker_row(context: MapContext, marker: Marker, *, history: bool) -> w.Widget:
    store = MarkerStore(context)
    done = w.IconButton(
        "replay" if history else "check_circle",
        description="Restore" if history else "Mark passed",
        on_tap=partial(store.restore if history else store.pass_by, marker.id),
    )
    subtitle = f"{marker.point.lat:.5f}, {marker.point.lon:.5f}"
    return line(marker.point.name, subtitle, "flag", partial(show_point, context, marker.point), trailing=done)


def markers_sheet(context: MapContext) -> w.Overlay:
    """More: what can be done with all markers."""

    def plan() -> None:
        context.dismiss()
        if MarkerStore(context).active():
            context.update(page="plan_markers")
        else:
            context.toast("Please add Map markers via map")

    def pass_all() -> None:
        context.dismiss()
        MarkerStore(context).pass_all()

    return w.BottomSheet(
        w.Column(
            (
                w.Text("Options", style="title", padding=(16, 0, 16, 8)),
                w.ListRow("Plan a route", icon="timeline", on_tap=plan, resource_id="build_route_row"),
                w.ListRow("Move all to history", icon="history", on_tap=pass_all),
            ),
            padding=(0, 0, 0, 24),
        )
    )


def plan_markers_page(context: MapContext) -> w.Widget:
    """The markers of the route, in its order."""
    store = MarkerStore(context)
    markers = store.active()
    chosen = tuple(marker for marker in markers if marker.selected)
    rows = tuple(
        w.CheckRow(
            marker.point.name,
            marker.selected,
            f"{marker.point.lat:.5f}, {marker.point.lon:.5f}",
            on_change=partial(store.select, marker.id),
        )
        for marker in markers
    )
    all_chosen = len(chosen) == len(markers)
    options = w.Button(
        "OPTIONS", "text", colour=BLUE, resource_id="options_button", on_tap=lambda: context.dialog("plan_options")
    )
    select = w.Button(
        "Deselect all" if all_chosen else "Select all",
        "text",
        resource_id="select_all_button",
        on_tap=partial(store.select_all, not all_chosen),
    )
    length = distance_text(length_m(tuple(marker.point.at for marker in chosen)))
    summary = w.Row(
        (
            w.Text(length, resource_id="markers_distance_text_view"),
            w.Text(f"Markers: {len(chosen)}", weight=1, resource_id="markers_count_text_view"),
            select,
        ),
        gap=12,
        padding=(16, 4),
    )
    bar = toolbar("Plan a route", partial(context.update, page="markers"), (options,))
    return page(bar, summary, w.Divider(), w.Scroll(rows, key="plan_markers", weight=1))


def plan_options_sheet(context: MapContext) -> w.Overlay:
    store = MarkerStore(context)

    def navigate() -> None:
        context.dismiss()
        chosen = tuple(marker.point for marker in store.active() if marker.selected)
        context.update(page="directions", stops=chosen)

    def reverse() -> None:
        context.dismiss()
        store.reverse()

    rows = (
        w.ListRow("Navigate", icon="directions", on_tap=navigate, resource_id="navigate_row"),
        w.ListRow("Reverse order", icon="swap_vert", on_tap=reverse, resource_id="reverse_order_row"),
    )
    return w.BottomSheet(w.Column(rows, padding=(0, 0, 0, 24)))
