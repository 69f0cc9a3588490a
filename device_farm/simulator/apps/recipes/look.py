"""The green bars and the recipe card of Broccoli."""

from __future__ import annotations

import posixpath
from typing import Final

from device_farm.simulator.apps.recipes.schema import PACKAGE
from device_farm.simulator.apps.recipes.store import Recipe
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.base import Handler
from device_farm.simulator.toolkit.metrics import px
from device_farm.simulator.toolkit.text_layout import break_lines
from device_farm.simulator.toolkit.theme import TYPE_SCALE

GREEN_800: Final = 0xFF2E7D32
GREEN_500: Final = 0xFF4CAF50
WHITE: Final = 0xFFFFFFFF

_CARD_TEXT_DP: Final = 411 - 2 * 8 - 120 - 2 * 8
"""The room beside the photo: the screen less margins, photo and padding."""

PICTURES: Final = f"/storage/emulated/0/Android/data/{PACKAGE}/files/Pictures"
"""Where a recipe's photo lies, under its `imageName`."""


def white_icon(icon: str, description: str, on_tap: Handler, resource_id: str = "") -> w.Widget:
    return w.IconButton(icon, WHITE, description=description, on_tap=on_tap, resource_id=resource_id)


def green_bar(
    title: str, navigation: w.Widget | None = None, actions: tuple[w.Widget, ...] = (), *, colour: int = GREEN_800
) -> w.Widget:
    """The toolbar: navigation icon, title, actions."""
    heading = w.Text(title, style="title_large", colour=WHITE, max_lines=1, padding=(12, 0), weight=1)
    parts = (heading, *actions) if navigation is None else (navigation, heading, *actions)
    return w.Row(parts, height=56, padding=(4, 0), background=colour, resource_id="toolbar", decorative=True)


def overflow(items: tuple[w.MenuItem, ...]) -> w.Widget:
    child = w.IconButton("more_vert", WHITE, description="More options")
    return w.MenuButton(items, child, key="overflow")


def photo(files: FileSystem, image_name: str, *, width: float, height: float, resource_id: str = "") -> w.Widget:
    """The recipe's picture, or the grey placeholder with a fork and a knife."""
    path = posixpath.join(PICTURES, posixpath.basename(image_name)) if image_name else ""
    if path and files.is_file(path):
        return w.Image(
            files.read(path), width=width, height=height, description="Recipe photo", resource_id=resource_id
        )
    return w.Stack(
        (w.Icon("restaurant", size=min(48, height / 2), colour=0xFFBDBDBD),),
        ("center",),
        width=width,
        height=height,
        background=0xFFEEEEEE,
        description="Recipe photo",
        resource_id=resource_id,
        class_name="android.widget.ImageView",
    )


def _wraps(title: str) -> bool:
    """Whether the title takes two lines of the card, which leaves less room for the rest."""
    return len(break_lines(title, "regular", px(TYPE_SCALE["title_large"][0]), px(_CARD_TEXT_DP), 2)) > 1


def recipe_card(files: FileSystem, recipe: Recipe, *, seasonal: bool, on_tap: Handler) -> w.Widget:
    """A line of the list: photo, title, description, source."""
    texts: list[w.Widget] = [
        w.Text(recipe.title, style="title_large", max_lines=2, resource_id="card_text_view_title"),
        w.Text(
            recipe.description,
            colour="on_surface_variant",
            max_lines=1 if recipe.source and _wraps(recipe.title) else 2,
            resource_id="card_text_view_description",
        ),
    ]
    if recipe.source:
        texts.append(w.Text(recipe.source, colour=GREEN_800, max_lines=1, resource_id="card_text_view_source"))
    parts: list[w.Widget] = [
        photo(files, recipe.image_name, width=120, height=120, resource_id="card_image"),
        w.Column(tuple(texts), weight=1, gap=2, padding=(8, 8)),
    ]
    if seasonal:
        parts.append(w.Icon("eco", colour=GREEN_800, description="Seasonal ingredient(s)", padding=(0, 0, 8, 0)))
    card = w.Card(
        w.Row(tuple(parts), cross="start", height=120),
        "elevated",
        radius=4,
        height=120,
        on_tap=on_tap,
        class_name="androidx.cardview.widget.CardView",
    )
    return w.Column((card,), padding=(8, 8, 8, 0))


def green_fab(icon: str, description: str, resource_id: str, on_tap: Handler) -> w.Widget:
    return w.Fab(
        icon,
        colour=WHITE,
        radius=28,
        elevation=6,
        background=GREEN_800,
        description=description,
        resource_id=resource_id,
        on_tap=on_tap,
    )
