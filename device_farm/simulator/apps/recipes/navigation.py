"""What the start screen remembers, and the drawer from which its pages are reached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps import overlays
from device_farm.simulator.apps.recipes.look import GREEN_800, WHITE, white_icon
from device_farm.simulator.apps.recipes.store import ALL
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

Page: TypeAlias = Literal["recipes", "categories", "seasons", "support", "backup", "settings", "about"]

PAGES: Final[tuple[tuple[Page, str, str, str], ...]] = (
    ("recipes", "Recipes", "menu_book", "nav_recipes"),
    ("categories", "Categories", "category", "nav_categories"),
    ("seasons", "Seasonal calendar", "eco", "nav_seasons"),
    ("support", "Support the app", "favorite", "nav_support"),
    ("backup", "Backup and restore", "import_export", "nav_backup_and_restore"),
    ("settings", "Settings", "settings", "nav_settings"),
    ("about", "About the app", "info", "nav_about"),
)
"""Page, title, icon, resource id, in the drawer's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainState:
    """`category` is the filter of the list, `food` the seasonal ingredient that it was opened for."""

    page: Page = "recipes"
    drawer: bool = False
    searching: bool = False
    category: int = ALL
    food: str = ""
    month: int = 0


MainContext: TypeAlias = Context[MainState]


def menu_icon(context: MainContext) -> w.Widget:
    return white_icon("menu", "Open navigation drawer", lambda: context.update(drawer=True))


def go_to(context: MainContext, page: Page) -> None:
    context.set_text("search", "")
    context.update(page=page, drawer=False, searching=False, category=ALL, food="")


def drawer(context: MainContext) -> w.Widget:
    header = w.Column(
        (
            w.Icon("eco", size=48, colour=WHITE),
            w.Text("Broccoli", style="title", colour=WHITE, padding=(0, 8, 0, 0)),
            w.Text("Free for everyone", colour=WHITE, resource_id="header_subtitle"),
        ),
        cross="start",
        main="end",
        height=176,
        padding=(16, 16),
        background=GREEN_800,
    )
    rows: list[w.Widget] = [header]
    for page, title, icon, resource_id in PAGES:
        if page in ("support", "backup"):
            rows.append(w.Divider())
        chosen = page == context.state.page
        rows.append(
            w.ListRow(
                title,
                icon=icon,
                selected=chosen,
                background=0x1F2E7D32 if chosen else None,
                resource_id=resource_id,
                title_id="design_menu_item_text",
                on_tap=partial(go_to, context, page),
            )
        )
    return overlays.drawer(
        tuple(rows),
        lambda: context.update(drawer=False),
        resource_id="nav_view",
        description="Close navigation drawer",
    )
