"""The bar at the top of both grids, in which one searches, and the menus of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from device_farm.simulator.apps.gallery.names import load_options, save_options
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

S = TypeVar("S")


def search_menu(
    hint: str,
    *,
    actions: tuple[w.Widget, ...] = (),
    overflow: tuple[w.MenuItem, ...] = (),
    on_back: w.Handler | None = None,
) -> w.Widget:
    """The rounded search field with icons behind it; with `on_back` an arrow before it."""
    arrow = () if on_back is None else (w.IconButton("arrow_back", description="Back", on_tap=on_back),)
    bar = w.SearchBar(hint, key="search", weight=1, resource_id="top_toolbar_search")
    menu = (w.MenuButton(overflow, key="overflow", description="More options"),) if overflow else ()
    return w.Row((*arrow, bar, *actions, *menu), padding=(4 if arrow else 16, 8, 4, 8), resource_id="main_menu")


def sort_dialog(context: Context[S]) -> w.Overlay:
    """Name or date, up or down; every tap counts at once."""
    options = load_options(context.files)

    def put(**changes: bool) -> None:
        save_options(context.files, replace(options, **changes))  # type: ignore[arg-type]

    rows = (
        w.RadioRow("Name", options.by_name, on_tap=lambda: put(by_name=True)),
        w.RadioRow("Last modified", not options.by_name, on_tap=lambda: put(by_name=False)),
        w.Divider(),
        w.RadioRow("Ascending", options.ascending, on_tap=lambda: put(ascending=True)),
        w.RadioRow("Descending", not options.ascending, on_tap=lambda: put(ascending=False)),
    )
    return w.Dialog(title="Sort by", body=w.Column(rows), buttons=(w.DialogButton("Cancel"), w.DialogButton("OK")))
