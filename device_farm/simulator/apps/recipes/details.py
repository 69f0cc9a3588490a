"""One recipe: everything that it says, with the heart, share, edit and delete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.simulator.apps.browsing import file_uri
from device_farm.simulator.apps.recipes.backup import write_recipe
from device_farm.simulator.apps.recipes.look import GREEN_800, green_bar, green_fab, overflow, photo, white_icon
from device_farm.simulator.apps.recipes.schema import COOKING_CLASS, EDITOR_CLASS, PACKAGE
from device_farm.simulator.apps.recipes.seasons import is_seasonal, seasonal_terms
from device_farm.simulator.apps.recipes.store import Recipe, RecipeStore
from device_farm.simulator.intents import SEND, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_NUMBERED: Final = re.compile(r"^\s*\d+\.(?!$)")
_DASHED: Final = re.compile(r"^\s*[-–](?!$)")
_QUANTITY: Final = re.compile(r"^\s*(?:[¼½¾⅓⅔⅛⅜⅝⅞]|\d[\d,/.-]*)(?:\s*-\s*(?:[¼½¾⅓⅔⅛⅜⅝⅞]|\d[\d,/.-]*))?(?!$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsState:
    id: int


DetailsContext: TypeAlias = Context[DetailsState]


def direction_lines(directions: str) -> tuple[str, ...]:
    """The steps: one a line, without the numbers that were typed before them."""
    lines = (_NUMBERED.sub("", line).strip() for line in directions.split("\n"))
    return tuple(line for line in lines if line)


def ingredient_lines(ingredients: str) -> tuple[tuple[str, str], ...]:
    """(quantity, rest) of each line; the quantity is printed bold."""
    found = []
    for line in ingredients.split("\n"):
        text = _DASHED.sub("", line).strip()
        if text:
            match = _QUANTITY.match(text)
            quantity = match.group() if match else ""
            found.append((quantity.strip(), text[len(quantity) :].strip()))
    return tuple(found)


class Details(Activity[DetailsState]):
    def initial(self, context: DetailsContext) -> DetailsState:
        number = context.intent.extras.get("id", 0)
        return DetailsState(id=number if isinstance(number, int) else 0)

    def build(self, context: DetailsContext) -> w.Widget:
        store = RecipeStore(context)
        recipe = store.get(context.state.id)
        back = white_icon("arrow_back", "Navigate up", context.back)
        if recipe is None:
            return w.Screen(body=w.Column((green_bar("", back), w.Text("No recipes found.", padding=24))))
        categories = ", ".join(category.name for category in store.categories(recipe.id))
        cook = green_fab(
            "restaurant", "Cook", "fab_cooking_assistant", lambda: _start(context, COOKING_CLASS, recipe.id)
        )
        bar = green_bar("", back, (_heart(context, recipe), overflow(_menu(context, recipe))))
        body = w.Scroll(_content(context, recipe, categories), key="details", weight=1, gap=12)
        return w.Screen(body=w.Column((bar, body)), fab=cook)

    def dialog(self, context: DetailsContext, name: str, argument: object) -> w.Overlay:
        def delete() -> None:
            RecipeStore(context).delete(context.state.id)
            context.toast("The recipe has been deleted.")
            context.finish()

        return w.Dialog(
            text="Delete this recipe?", buttons=(w.DialogButton("CANCEL"), w.DialogButton("DELETE", delete))
        )


def _heart(context: DetailsContext, recipe: Recipe) -> w.Widget:
    def toggle() -> None:
        RecipeStore(context).set_favorite(recipe.id, not recipe.favorite)

    if recipe.favorite:
        return white_icon("favorite", "Remove from favorites", toggle, "action_details_unlike")
    return white_icon("favorite_border", "Mark as favorite", toggle, "action_details_like")


def _menu(context: DetailsContext, recipe: Recipe) -> tuple[w.MenuItem, ...]:
    return (
        w.MenuItem("Share", lambda: _share(context, recipe)),
        w.MenuItem("Share as file", lambda: _share_as_file(context, recipe)),
        w.MenuItem("Edit", lambda: _start(context, EDITOR_CLASS, recipe.id)),
        w.MenuItem("Delete", lambda: context.dialog("delete")),
    )


def _start(context: DetailsContext, class_name: str, recipe_id: int) -> None:
    context.start(Intent(component=ComponentName(PACKAGE, class_name), extras={"id": recipe_id}))


def _share(context: DetailsContext, recipe: Recipe) -> None:
    extras: dict[str, str | int | float | bool | tuple[str, ...]] = {
        "android.intent.extra.SUBJECT": recipe.title,
        "android.intent.extra.TEXT": plain_text(recipe),
    }
    context.start(Intent(action=SEND, type="text/plain", extras=extras))


def _share_as_file(context: DetailsContext, recipe: Recipe) -> None:
    path = write_recipe(context, recipe)
    context.start(
        Intent(action=SEND, type="application/broccoli", extras={"android.intent.extra.STREAM": file_uri(path)})
    )


def plain_text(recipe: Recipe) -> str:
    """The recipe as it is sent to other apps."""
    head = "\n".join(part for part in (recipe.title.upper(), recipe.servings, recipe.preparation_time) if part)
    ingredients = "\n".join(
        f"- {quantity} {text}".replace("  ", " ") for quantity, text in ingredient_lines(recipe.ingredients)
    )
    directions = "\n".join(f"{index}. {line}" for index, line in enumerate(direction_lines(recipe.directions), 1))
    blocks = (
        head,
        recipe.description,
        recipe.source,
        f"Ingredients:\n{ingredients}" if ingredients else "",
        f"Directions:\n{directions}" if directions else "",
    )
    return "\n\n".join(block for block in blocks if block)


def _content(context: DetailsContext, recipe: Recipe, categories: str) -> tuple[w.Widget, ...]:
    parts: list[w.Widget] = []
    if recipe.image_name:
        parts.append(photo(context.files, recipe.image_name, width=411, height=240, resource_id="backdrop"))
    parts.append(w.Text(recipe.title.strip(), style="headline", padding=(16, 16, 16, 0), resource_id="details_title"))
    facts = [
        part
        for text, icon, label, name in (
            (recipe.servings, "person", "Servings", "servings"),
            (recipe.preparation_time, "schedule", "Time", "preparation_time"),
        )
        if text
        for part in _fact(icon, label, text, name)
    ]
    if facts:
        parts.append(w.Row(tuple(facts), padding=(16, 0)))
    if categories:
        parts.append(w.Row(_fact("category", "Categories", categories, "categories"), padding=(16, 0)))
    if recipe.description:
        parts.append(w.Text(recipe.description, padding=(16, 0), resource_id="details_description"))
    if recipe.source:
        parts.append(w.Row(_fact("link", "Source", recipe.source, "source"), padding=(16, 0)))
    if recipe.ingredients:
        terms = seasonal_terms(context.files, context.local().month)
        lines = tuple(_ingredient(quantity, text, terms) for quantity, text in ingredient_lines(recipe.ingredients))
        parts.extend((_heading("Ingredients"), w.Column(lines, padding=(16, 0), resource_id="details_ingredients")))
    if recipe.directions:
        steps = tuple(_direction(index, text) for index, text in enumerate(direction_lines(recipe.directions), 1))
        parts.extend((_heading("Directions"), w.Column(steps, padding=(16, 0), resource_id="details_directions")))
    return (*parts, w.Spacer(height=88))


def _fact(icon: str, label: str, text: str, name: str) -> tuple[w.Widget, ...]:
    return (
        w.Icon(icon, description=label, resource_id=f"details_icon_{name}"),
        w.Text(text, padding=(5, 0, 32, 0), resource_id=f"details_{name}"),
    )


def _heading(text: str) -> w.Widget:
    return w.Text(text, style="title", colour=GREEN_800, padding=(16, 4, 16, 0))


def _ingredient(quantity: str, text: str, terms: tuple[str, ...]) -> w.Widget:
    parts: list[w.Widget] = []
    if quantity:
        parts.append(w.Text(quantity, font_weight="bold", resource_id="ingredient_quantity"))
    parts.append(w.Text(text, weight=1, resource_id="ingredient_text"))
    if is_seasonal(text, terms):
        parts.append(
            w.Icon(
                "eco",
                size=18,
                colour=GREEN_800,
                description="Seasonal ingredient(s)",
                resource_id="ingredient_seasonal_icon",
            )
        )
    return w.Row(tuple(parts), gap=6, padding=(0, 5))


def _direction(index: int, text: str) -> w.Widget:
    number = w.Text(
        str(index), style="title", colour=GREEN_800, align="center", width=32, resource_id="direction_position"
    )
    return w.Row((number, w.Text(text, weight=1, resource_id="direction_text")), cross="start", padding=5)
